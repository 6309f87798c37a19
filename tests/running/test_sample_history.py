"""The sample campaign has lived: its report has something true to show, and nothing of the past is sent today."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from matchmaker.campaigns.models import Campaign
from matchmaker.events.models import Event
from matchmaker.market_access.precheck.presentation import precheck_box
from matchmaker.messaging.models import Quote
from matchmaker.messaging.services import precheck_quote
from matchmaker.notifications.models import Delivery
from matchmaker.reporting import services
from matchmaker.reporting.services.facts import Scope
from matchmaker.running import sample


@pytest.mark.slow
@pytest.mark.django_db
def test_every_part_of_the_report_has_figures():
    call_command("load_reference", verbosity=0)
    sample.load()
    campaign = Campaign.objects.get(slug=sample.SLUG)
    report = services.build(Scope((campaign,)))
    steps = [(step.code, step.companies) for step in report.funnel]
    assert steps[6:] == [("talking", 12), ("met", 12), ("quoted", 8), ("agreed", 7), ("ordered", 5), ("shipped", 4)]
    assert len(report.trend) >= 4
    row = services.event_row(Event.objects.get(slug="guangzhou-food"))
    assert (row.held, row.missed, row.disputed, row.cancelled, row.answers) == (8, 2, 1, 1, 6)
    assert row == next(one for one in report.events if one.key == "guangzhou-food")
    rungs = {rung.code: (rung.confirmed, rung.denied) for rung in report.rungs}
    later = {"customs": (0, 0), "payment": (0, 0), "repeat": (1, 0)}
    assert rungs == {"intent": (2, 1), "sample": (2, 0), "order": (3, 0), "shipment": (2, 0), **later}
    failed = {count.code: count.count for count in report.failures}
    assert [failed[code] for code in ("unplaced", "unanswered", "declined", "quotes_declined")] == [1, 1, 1, 1]
    assert {count.code: count.count for count in report.follow_ups}["follow_deal"] == 2
    waiting = Delivery.objects.waiting().filter(notice__kind__in=["enquiry_quote", "meetings_survey"])
    assert waiting.count() == 0
    _last_year_a_trading_group_and_obstacles(campaign, report)
    _nothing_that_was_quoted_contradicts_its_product_or_order()


def _nothing_that_was_quoted_contradicts_its_product_or_order():
    """A quote in dollars had its order in euro, and coffee at 7.60 a kilogram was quoted at 960 a tonne."""
    quotes = list(Quote.objects.select_related("enquiry__supplier", "enquiry__product"))
    assert len(quotes) == 5
    for quote in quotes:
        reader = quote.enquiry.supplier.members.first()
        box = precheck_box(precheck_quote(reader=reader, quote=quote), timezone.localdate())
        assert [line.rule for line in box.lines] == []


def _last_year_a_trading_group_and_obstacles(campaign, report):
    last = Campaign.objects.exclude(slug=sample.SLUG).get()
    assert (last.state, last.is_current) == ("archived", False)
    assert last.companies.count() == 11
    assert last.ends_on < campaign.starts_on
    assert set(last.companies.all()) <= set(campaign.companies.all())
    groups = [(group.name, group.steps[0]) for group in report.splits["trading_group"]]
    assert groups == [("Guangdong trading group", 4), ("Guangdong trading group / Guangzhou", 2)]
    cases = {row.code: (row.reported, row.solved, row.unsolved, row.open) for row in report.obstacles}
    assert cases == {
        "registration": (1, 1, 0, 0),
        "certificate": (1, 0, 0, 1),
        "payment": (1, 0, 1, 0),
        "visa": (1, 0, 0, 1),
    }
