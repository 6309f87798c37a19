"""Several people act at once. Rows are locked only on PostgreSQL: there two wait for each other."""

import threading
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.utils import timezone

from matchmaker.core.problems import Refused
from matchmaker.first_orders import services
from matchmaker.first_orders.models import Posting, Programme, VoucherApplication
from matchmaker.first_orders.services.accounts import balances_of
from tests import factories
from tests.first_orders.conftest import Fair, over
from tests.first_orders.test_payouts import accepted

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no row locks"),
]


def at_once(*acts):
    """Call all in threads that start together; returns what each returned, or the code of its refusal."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        barrier.wait()
        try:
            results[place] = act()
        except Refused as refused:
            results[place] = refused.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def agrees(programme):
    row = Programme.objects.get(pk=programme.pk)
    balances = balances_of(row)
    assert (row.available, row.reserved, row.paid) == tuple(
        balances[name] for name in ("available", "reserved", "paid")
    )
    assert sum(balances.values()) == 0
    return row


@pytest.fixture
def fair(transactional_db):
    return Fair()


def test_two_organisers_who_draw_at_once_draw_once(fair):
    programme = fair.programme()
    fair.applied(programme, 4)
    over(programme)
    services.publish_list(by=fair.team, programme=programme)
    second = factories.organiser(fair.campaign)
    people = (fair.team, second, fair.team, second)
    results = at_once(*(lambda by=by: services.draw_vouchers(by=by, programme=programme) for by in people))
    assert results.count("programme_state") == 3
    assert Posting.objects.filter(kind="reserve").count() == 2
    assert agrees(programme).reserved == 3500


def test_two_organisers_who_pay_at_once_pay_once(fair):
    programme = fair.programme()
    (pair,) = fair.applied(programme)
    fair.drawn(programme)
    accepted(fair, pair)
    second = factories.organiser(fair.campaign)
    given = {"application": pair.application, "amount": Decimal(1750), "day": timezone.localdate()}
    people = (fair.team, second) * 4
    pay = [lambda by=by: services.pay_voucher(by=by, reference="TT 1", **given) for by in people]
    results = at_once(*pay)
    assert results.count("paid_already") == 7
    assert Posting.objects.filter(kind="payout").count() == 1
    assert agrees(programme).paid == 1750


def test_a_voucher_that_is_paid_and_withdrawn_at_once_is_one_of_both(fair):
    programme = fair.programme(budget=Decimal(20000))
    pairs = fair.applied(programme, 6)
    fair.drawn(programme)
    for pair in pairs:
        accepted(fair, pair)
    given = {"amount": Decimal(1750), "reference": "TT 1", "day": timezone.localdate()}
    for pair in pairs:
        at_once(
            lambda pair=pair: services.pay_voucher(by=fair.team, application=pair.application, **given),
            lambda pair=pair: services.withdraw(by=pair.sell, application=pair.application, why="No more goods."),
            lambda pair=pair: services.end_lot(by=pair.buy, lot=pair.lot),
        )
        pair.application.refresh_from_db()
        kinds = set(pair.application.postings.values_list("kind", flat=True)) - {"reserve"}
        state = pair.application.state
        assert kinds == ({"payout"} if state == VoucherApplication.State.PAID else {"release"})
    agrees(programme)


def test_vouchers_withdrawn_at_once_go_to_those_who_wait_once_each(fair):
    programme = fair.programme(budget=Decimal(3500))
    pairs = {pair.application.pk: pair for pair in fair.applied(programme, 6)}
    fair.drawn(programme)
    winners = programme.applications.filter(state="voucher").for_lists()
    at_once(
        *(
            lambda row=row: services.withdraw(by=pairs[row.pk].sell, application=row, why="No more goods.")
            for row in winners
        )
    )
    states = list(programme.applications.order_by("place").values_list("state", flat=True))
    assert states == ["withdrawn", "withdrawn", "voucher", "voucher", "waiting", "waiting"]
    assert agrees(programme).reserved == 3500


def test_a_supplier_that_applies_twice_at_once_applies_once(fair):
    programme = fair.programme()
    pair = fair.pair()
    apply = [lambda by=by: services.apply(by=by, lot=pair.lot, programme=programme) for by in (pair.sell, pair.buy) * 3]
    assert at_once(*apply).count("applied_already") == 5
    assert programme.applications.count() == 1
