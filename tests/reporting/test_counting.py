"""A report of many companies is counted by a task and stored: its reader does not wait, and reads when it was."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.campaigns.models import Participation
from matchmaker.reporting import presentation, services, tasks
from matchmaker.reporting.models import ReportCount
from matchmaker.reporting.services import counting
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PAGE = "/console/outcomes/"


@pytest.fixture
def many(season, monkeypatch):
    """The season's eight companies are more than are counted at once."""
    monkeypatch.setattr(counting, "AT_ONCE", 7)
    return season


def registered(report) -> int:
    return next(step.companies for step in report.funnel if step.code == "registered")


def test_the_first_reader_sees_that_it_is_being_counted_and_then_the_figures(client, many):
    client.force_login(many.organiser)
    page = client.get(PAGE, {"period": "week"})
    assert (page.context["report"], "The report is being counted" in page.text) == (None, True)
    progress = reverse("console_outcomes_progress")
    assert f"{progress}?period=week" in page.text
    assert "is-running" in client.get(progress, {"period": "week"}).text
    tasks.count_reports()
    done = client.get(progress, {"period": "week"}).text
    assert "is-done" in done
    assert f"{PAGE}?period=week" in done
    assert registered(client.get(PAGE, {"period": "week"}).context["report"]) == 7


def test_stored_figures_are_those_that_were_counted(many):
    at_once = counting.count(many.scope, "month")
    services.build(many.scope)
    stored = counting.latest(many.scope, "month")
    assert (stored.cells, stored.rates, stored.without_rate) == (at_once.cells, at_once.rates, at_once.without_rate)


def test_old_figures_are_shown_with_their_time_until_newer_ones_are_counted(client, many):
    services.build(many.scope)
    yesterday = timezone.now() - dt.timedelta(days=1)
    ReportCount.objects.update(counted_at=yesterday)
    company = factories.supplier()
    Participation.objects.create(campaign=many.campaign, company=company, side="supplier")
    client.force_login(many.organiser)
    page = client.get(PAGE)
    assert registered(page.context["report"]) == 7
    assert page.context["report"].made_at == yesterday
    assert "Newer figures are being counted" in page.text
    tasks.count_reports()
    page = client.get(PAGE)
    assert registered(page.context["report"]) == 8
    assert "Newer figures are being counted" not in page.text


def test_a_report_is_counted_by_one_worker_and_again_when_its_lease_ran_out(many):
    assert services.latest(many.scope) is None
    ReportCount.objects.update(lease_until=timezone.now() + dt.timedelta(minutes=1))
    assert counting.count_waiting() == 0
    ReportCount.objects.update(lease_until=timezone.now() - dt.timedelta(minutes=1))
    assert counting.count_waiting() == 1
    assert counting.count_waiting() == 0


def test_sheet_and_paper_of_a_report_that_was_never_counted_are_counted_at_once(client, many):
    client.force_login(many.organiser)
    assert client.get(reverse("console_outcomes_export", args=["csv"])).status_code == 200
    assert registered(services.latest(many.scope)) == 7


def test_what_no_one_opens_for_a_month_is_deleted_and_a_campaign_that_is_gone_is_not_counted(many):
    services.build(many.scope)
    ReportCount.objects.update(counted_at=timezone.now() - dt.timedelta(days=31))
    counting.count_waiting()
    assert not ReportCount.objects.exists()
    ReportCount.objects.create(key="0::month", campaigns=[0], period="month", wanted_at=timezone.now())
    assert counting.count_waiting() == 0
    assert not ReportCount.objects.exists()


@pytest.mark.parametrize("zone", ["America/Lima", "UTC"])
def test_the_time_of_the_count_is_on_the_clock_by_which_days_are_counted(client, many, zone):
    services.build(many.scope)
    ReportCount.objects.update(counted_at=dt.datetime(2026, 5, 1, 16, 30, tzinfo=dt.UTC))
    many.organiser.time_zone = zone
    many.organiser.save()
    client.force_login(many.organiser)
    text = " ".join(client.get(PAGE).text.split())
    assert "Counted at May 2, 2026, 12:30 AM, Beijing time (UTC+8)." in text
    report = services.latest(many.scope)
    assert report.made_at.tzinfo == ZoneInfo("Asia/Shanghai")


def test_of_a_long_trend_the_newest_months_are_shown_first():
    months = tuple(("2025" if number < 12 else "2026", number) for number in range(20))
    rows = tuple((presentation.Cell("text", str(month)),) for month in months)
    table = presentation.Table("trend", "New companies by month", ("Period",), rows)
    assert (table.shown_rows, table.other_rows) == (table.labelled_rows()[6:], table.labelled_rows()[:6])
    table = presentation.Table("country", "By country", ("Name",), rows)
    assert (table.shown_rows, table.other_rows) == (table.labelled_rows()[:14], table.labelled_rows()[14:])
