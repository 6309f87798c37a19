"""The report as page, PDF, sheet, data set and JSON, and who may have which."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from matchmaker.campaigns.models import Organiser
from matchmaker.core.pdf import inspect_pdf
from matchmaker.reporting.models import Target
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PAGE = "/console/outcomes/"


@pytest.fixture
def staff(season):
    return factories.organiser(season.campaign, Organiser.Role.STAFF)


def test_the_page_shows_the_funnel_with_targets_and_bars(client, season):
    client.force_login(season.organiser)
    saved = client.post(reverse("console_outcomes_targets"), {"registered": "100", "met": ""})
    assert saved.status_code == 302
    page = client.get(PAGE)
    funnel = next(table for table in page.context["tables"] if table.key == "funnel")
    assert [cell.text for cell in funnel.rows[1]] == ["Signed up", "7", "–", "–", "100", "7%"]
    assert [cell.text for cell in funnel.rows[7]] == ["Met at an event", "3", "43%", "100%", "–", "–"]
    assert page.text.count('<svg class="bar"') >= len(funnel.rows)
    assert "¥7,600" in page.text.replace("CN¥", "¥")


def test_a_target_that_is_no_number_says_so(client, season):
    client.force_login(season.organiser)
    page = client.post(reverse("console_outcomes_targets"), {"met": "many"}, follow=True)
    assert "is no target for Met at an event" in page.text


def test_targets_are_those_of_the_campaign_that_is_shown(client, season):
    other = factories.campaign(is_current=False, slug="last-year")
    Organiser.objects.create(campaign=other, user=season.organiser, role="admin")
    client.force_login(season.organiser)
    address = reverse("console_outcomes_targets")
    assert f'action="{address}?campaign=last-year"' in client.get(PAGE, {"campaign": "last-year"}).text
    saved = client.post(f"{address}?campaign=last-year", {"met": "4"})
    assert saved["Location"] == f"{PAGE}?campaign=last-year"
    assert {(row.campaign, row.figure, row.value) for row in Target.objects.all()} == {(other, "met", 4)}
    assert client.post(f"{address}?campaign=all", {"met": "4"}).status_code == 404
    type(other).objects.filter(pk=other.pk).update(state="archived")
    assert address not in client.get(PAGE, {"campaign": "last-year"}).text
    client.post(f"{address}?campaign=last-year", {"met": "5"})
    assert Target.objects.get().value == 4


def test_one_event_and_all_campaigns_can_be_chosen(client, season):
    other = factories.campaign(is_current=False, slug="last-year")
    Organiser.objects.create(campaign=other, user=season.organiser)
    client.force_login(season.organiser)
    assert client.get(PAGE, {"event": "past"}).context["scope"].event == season.hall.event
    assert len(client.get(PAGE, {"campaign": "all"}).context["scope"].campaigns) == 2
    assert client.get(PAGE, {"campaign": "last-year"}).context["report"].campaigns == (str(other),)
    for wrong in ({"event": "none"}, {"campaign": factories.campaign(is_current=False).slug}):
        assert client.get(PAGE, wrong).status_code == 404


def test_sheet_pdf_and_data_set(client, season):
    client.force_login(season.organiser)
    sheet = client.get(reverse("console_outcomes_export", args=["xlsx"]))
    rows = list(load_workbook(io.BytesIO(sheet.content)).active.values)
    assert ("From the invitation to the first shipment", "Signed up", "Companies", 7) in rows
    assert inspect_pdf(client.get(reverse("console_outcomes_pdf")).content) == "quiet"
    data = client.post(reverse("console_outcomes_data"))
    assert (data["Content-Type"], data.content[:2]) == ("application/zip", b"PK")


@pytest.mark.parametrize("language", ["zh-hans", "fr", "ar", "th"])
def test_the_pdf_is_set_in_the_language_of_the_reader(client, season, language):
    client.force_login(season.organiser)
    factories.read_in(language, client)
    assert inspect_pdf(client.get(reverse("console_outcomes_pdf")).content) == "quiet"


def test_staff_of_the_event_read_and_do_not_take(client, season, staff):
    client.force_login(staff)
    assert client.get(PAGE).status_code == 200
    assert client.get(reverse("console_outcomes_pdf")).status_code == 200
    assert client.get(reverse("console_outcomes_export", args=["xlsx"])).status_code == 404
    assert client.post(reverse("console_outcomes_data")).status_code == 404
    assert client.post(reverse("console_outcomes_targets"), {"met": "4"}).status_code == 404


def test_a_partner_reads_its_own_line_alone(client, season):
    client.force_login(season.desk)
    page = client.get(reverse("partner_home", args=[season.partner.uid]))
    line = {str(label): companies for label, companies in page.context["line"]}
    assert (line["Signed up"], line["Met at an event"]) == (3, None)
    assert "fewer than 3" in page.text
    assert client.get(PAGE).status_code == 404


def test_the_api_gives_the_team_the_same_figures(client, season):
    client.force_login(season.organiser)
    found = client.get(reverse("api_report"), {"event": "past", "period": "week"}).json()
    assert {step["code"]: step["companies"] for step in found["funnel"]}["met"] == 3
    assert (found["meetings"]["held"], found["period"]) == (2, "week")
    client.force_login(season.desk)
    assert client.get(reverse("api_report")).status_code == 404
