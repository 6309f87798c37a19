"""The first page of a campaign: its way from the brand to the report, one button, what waits, days and team."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.events.models import Event, PlanDraft
from matchmaker.imports.models import Import
from matchmaker.matching.models import MatchBlock, MatchRun
from matchmaker.reporting.services import campaign_overview
from tests import factories
from tests.markup import flat

pytestmark = pytest.mark.django_db


def primary(page: str) -> list[str]:
    """The words of the buttons in vermilion."""
    return re.findall(r'class="btn btn-primary"[^>]*>\s*([^<]*?)\s*</', flat(page))


def steps(campaign) -> dict[str, tuple[int, str]]:
    return {step.code: (step.n, step.state) for step in campaign_overview(campaign).steps}


def event_in(campaign, days: int = 21, **fields) -> Event:
    day = timezone.localdate() + dt.timedelta(days=days)
    values = {"slug": f"day-{campaign.slug}-{days}", "name": {"en": "Day"}, "status": "published"}
    return Event.objects.create(campaign=campaign, starts_on=day, ends_on=day, **{**values, **fields})


def test_a_new_campaign_shows_the_way_and_begins_with_its_brand(console, campaign):
    page = console.get(reverse("console_home"))
    states = {str(step["label"]): step["state"] for step in page.context["steps"]}
    assert states == {
        "Brand": "next",
        "Partners": "optional",
        "List of companies": "not_yet",
        "Invitations": "not_yet",
        "Event": "not_yet",
        "Plan": "not_yet",
        "Paper": "not_yet",
        "Report": "not_yet",
    }
    assert primary(page.text) == ["Set the brand"]
    Campaign.objects.update(colour="#123456")
    page = console.get(reverse("console_home"))
    assert primary(page.text) == ["Import a list of companies"]
    assert f'class="btn btn-primary" href="{reverse("imports")}"' in flat(page.text)


def test_the_steps_follow_what_was_done(campaign):
    Campaign.objects.update(sender_name="Fair")
    campaign.refresh_from_db()
    factories.take_part(campaign, factories.supplier(), factories.buyer())
    assert campaign_overview(campaign).next == "invitations"
    event = event_in(campaign)
    assert (steps(campaign)["companies"], steps(campaign)["event"]) == ((2, "done"), (1, "done"))
    assert campaign_overview(campaign).next == "plan"
    PlanDraft.objects.create(event=event, state="published", published_at=timezone.now())
    assert (steps(campaign)["plan"], campaign_overview(campaign).next) == ((1, "done"), "papers")
    Event.objects.update(starts_on=event.starts_on - dt.timedelta(days=40), ends_on=event.ends_on - dt.timedelta(40))
    assert (steps(campaign)["report"], campaign_overview(campaign).next) == ((1, "next"), "report")
    campaign.state = "closed"
    assert (steps(campaign)["report"], campaign_overview(campaign).next) == ((1, "done"), "")


def test_what_waits_too_long_comes_before_the_next_step(console, campaign):
    company = factories.supplier(status="pending", submitted_at=timezone.now() - dt.timedelta(days=30))
    factories.take_part(campaign, company)
    assert primary(console.get(reverse("console_home")).text) == ["Companies to approve: 1"]


def test_refused_rows_and_parts_of_a_matching_that_were_given_up_wait(console, campaign, organiser):
    values = {"kind": "suppliers", "by": organiser, "file_name": "list.csv", "state": "preview"}
    Import.objects.create(campaign=campaign, total=9, rejected=4, **values)
    run = MatchRun.objects.create(campaign=campaign, state="incomplete")
    MatchBlock.objects.create(run=run, number=1, first=1, last=2)
    work = {item.what: item.n for item in console.get(reverse("console_home")).context["work"]}
    assert work["Rows of sheets that were refused"] == 4
    assert work["Parts of the last full matching that were given up"] == 1


def test_the_days_of_a_campaign_are_in_order_of_time(campaign):
    later, sooner = event_in(campaign, 21), event_in(campaign, 9)
    closes = sooner.starts_on - dt.timedelta(days=2)
    Event.objects.filter(pk=sooner.pk).update(registration_until=closes)
    event_in(campaign, -9)
    marks = [(mark.code, mark.day) for mark in campaign_overview(campaign).days]
    assert marks[:3] == [("registration_closes", closes), ("event", sooner.starts_on), ("event", later.starts_on)]


def test_nothing_of_another_campaign_counts_and_the_queries_stay_the_same(campaign):
    with CaptureQueriesContext(connection) as before:
        empty = campaign_overview(campaign)
    busy = factories.campaign(slug="busy", is_current=False)
    factories.partner(busy)
    factories.take_part(busy, *(factories.supplier() for _number in range(3)))
    PlanDraft.objects.create(event=event_in(busy), state="published", published_at=timezone.now())
    Import.objects.create(
        campaign=busy, kind="suppliers", by=factories.organiser(busy), file_name="l.csv", state="preview", rejected=4
    )
    assert campaign_overview(campaign).steps == empty.steps
    with CaptureQueriesContext(connection) as after:
        full = {step.code: step.n for step in campaign_overview(busy).steps}
    assert (full["partners"], full["companies"], full["event"], full["plan"]) == (1, 3, 1, 1)
    for days in (30, 40, 50):
        PlanDraft.objects.create(event=event_in(busy, days), state="published", published_at=timezone.now())
    with CaptureQueriesContext(connection) as more:
        campaign_overview(busy)
    assert (len(before), len(after), len(more)) == (5, 6, 6)  # without an event no people are counted


def test_event_staff_get_no_button_and_no_link_to_pages_that_are_closed_to_them(client, campaign):
    client.force_login(factories.organiser(campaign, Organiser.Role.STAFF))
    page = client.get(reverse("console_home"))
    assert primary(page.text) == []
    urls = [step["url"] for step in page.context["steps"] if step["url"]]
    assert [url for url in urls if client.get(url).status_code >= 400] == []


def test_a_list_without_companies_offers_the_import(console, campaign):
    page = flat(console.get(reverse("console_companies"), {"status": "approved"}).text)
    assert "No company" in page
    assert "Import a list of companies" in flat(console.get(reverse("console_companies")).text)
