"""First orders with and without a voucher: in the report, on its page, and recomputed from the data set."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.first_orders import services as first_orders
from matchmaker.messaging import services as messaging
from matchmaker.reporting import services
from matchmaker.reporting.presentation import sheet_rows, tables
from matchmaker.reporting.services.facts import Scope
from tests.first_orders.conftest import Fair
from tests.first_orders.test_payouts import accepted, pay
from tests.reporting.test_data_set import facts, recompute

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def order(pair, amount="1000", currency="USD", *, on=None):
    """Both sides confirm an order."""
    money = {"amount": Decimal(amount), "currency": currency}
    day = on or timezone.localdate()
    step = messaging.say_step(by=pair.sell, enquiry=pair.enquiry, rung="order", happened_on=day, **money)
    return messaging.answer_step(by=pair.buy, step=step, confirm=True)


@pytest.fixture
def drawn(db):
    """Of five pairs that applied one was withdrawn before the list; two drew vouchers, and one of these gave it up.

    So one has a voucher of the waiting list, one has none. Two more never applied. Both that drew ordered; one that
    never applied did, too. The voucher that stands was paid out, and a part of it paid back.
    """
    fair = Fair()
    programme = fair.programme()
    pairs = fair.applied(programme, 4, country="TH")
    gone = fair.applied(programme)[0]
    first_orders.withdraw(by=gone.sell, application=gone.application, why="No time.")
    fair.drawn(programme)
    for pair in pairs:
        pair.application.refresh_from_db()
    pairs.sort(key=lambda pair: pair.application.place)
    given_up, paid, _later, _none = pairs
    first_orders.withdraw(by=given_up.sell, application=given_up.application, why="No ship.")
    never = [fair.enquiry(country="TH") for _n in range(2)]
    for pair in never:
        messaging.reply(by=pair.sell, enquiry=pair.enquiry, text="Yes, gladly.")
    order(given_up, "1000", "USD")
    order(paid, "700", "CNY")
    order(never[0], "100", "CNY")
    accepted(fair, paid)
    pay(fair, paid)
    given = {"reference": "TT 9", "day": timezone.localdate()}
    first_orders.record_return(by=fair.team, application=paid.application, amount=Decimal(200), **given)
    scope = Scope((fair.campaign,))
    return SimpleNamespace(fair=fair, pairs=pairs, gone=gone, never=never, scope=scope)


def rows_of(report) -> dict[str, tuple]:
    return {row.code: (row.pairs, row.orders, row.yuan) for row in report.first_orders}


def test_pairs_are_counted_by_what_the_draw_gave_them(drawn):
    report = services.build(drawn.scope)
    assert rows_of(report) == {
        "drawn": (2, 2, Decimal("7700.00")),  # also the one whose voucher was given up
        "later": (1, 0, 0),
        "undrawn": (1, 0, 0),
        "never": (3, 1, Decimal("100.00")),  # with the pair that withdrew before the list
    }
    first = report.first_orders[0]
    assert [(value.currency, value.amount) for value in first.values] == [("CNY", 700), ("USD", 1000)]
    assert [(value.currency, value.amount) for value in first.paid] == [("CNY", 1750)]
    assert [(value.currency, value.amount) for value in first.paid_back] == [("CNY", 200)]


def test_an_order_from_before_the_application_is_not_a_first_order_of_the_programme(drawn):
    pair = drawn.pairs[3]
    order(pair, on=timezone.localdate() - dt.timedelta(days=3))
    assert rows_of(services.build(drawn.scope))["undrawn"] == (1, 0, 0)
    pair.enquiry.steps.update(happened_on=timezone.localdate())
    assert rows_of(services.build(drawn.scope))["undrawn"] == (1, 1, Decimal("7000.00"))


def test_an_application_that_is_not_drawn_yet_has_its_own_row(db):
    fair = Fair()
    fair.applied(fair.programme(), 2)
    assert rows_of(services.build(Scope((fair.campaign,)))) == {"pending": (2, 0, 0)}


def test_groups_show_the_same_pairs(drawn):
    report = services.build(drawn.scope)
    thai = {row.code: (row.pairs, row.orders) for row in report.first_orders_by["country"] if row.key == "TH"}
    assert thai["drawn"] == (2, 2)
    assert thai["undrawn"] == (1, 0)
    assert {row.code for row in report.first_orders_by["category"]} == {"drawn", "later", "undrawn", "never"}


def test_a_campaign_without_a_programme_has_no_such_table(season):
    report = services.build(season.scope)
    assert report.first_orders == ()
    assert not [table for table in tables(report) if table.key.startswith("first_orders")]


def test_page_paper_and_sheet_have_the_rows(drawn, client):
    client.force_login(drawn.fair.team)
    page = client.get(reverse("console_outcomes"), {"campaign": drawn.fair.campaign.slug}).content.decode()
    assert "First orders with and without a voucher" in page
    assert "Voucher by the draw" in page
    assert client.get(reverse("console_outcomes_pdf"), {"campaign": drawn.fair.campaign.slug}).content[:4] == b"%PDF"
    cells = {(row[1], row[2]): row[3] for row in sheet_rows(services.build(drawn.scope)) if "without" in row[0]}
    assert (cells["Voucher by the draw", "How many"], cells["Without an application", "With a first order"]) == (2, 1)


def test_a_stranger_recomputes_them_from_the_data_set(drawn, tmp_path):
    path = tmp_path / "report.zip"
    path.write_bytes(services.data_set(by=drawn.fair.team, scope=drawn.scope))
    done = recompute(path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line for line in done.stdout.splitlines() if line.startswith("first orders")]
    # One pair is two companies: the rows of the waiting list and without a voucher are withheld, and the amounts of
    # one pair, too.
    assert lines == [
        "first orders, drawn    2 of 2 pairs  100.0% value 7700 CNY, paid out 0 CNY",
        "first orders, never    0 of 3 pairs    0.0% value 0 CNY, paid out 0 CNY",
    ]
    shown = {row["figure"] for row in facts(path)}
    assert not shown & {"pairs_later", "pairs_undrawn", "first_never", "value_paid_drawn", "value_paid_back_drawn"}
