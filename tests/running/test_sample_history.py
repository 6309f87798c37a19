"""The sample campaign has lived: its report has something true to show, and nothing of the past is sent today."""

import pytest
from django.core.management import call_command

from matchmaker.campaigns.models import Campaign
from matchmaker.events.models import Event
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
    later = {"customs": (0, 0), "payment": (0, 0)}
    assert rungs == {"intent": (2, 1), "sample": (2, 0), "order": (3, 0), "shipment": (2, 0), **later}
    failed = {count.code: count.count for count in report.failures}
    assert [failed[code] for code in ("unplaced", "unanswered", "declined", "quotes_declined")] == [1, 1, 1, 1]
    assert {count.code: count.count for count in report.follow_ups}["follow_deal"] == 2
    waiting = Delivery.objects.waiting().filter(notice__kind__in=["enquiry_quote", "meetings_survey"])
    assert waiting.count() == 0
    _last_year_a_trading_group_and_obstacles(campaign, report)


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
