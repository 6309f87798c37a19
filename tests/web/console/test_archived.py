"""An archived campaign is read: its pages open, have no button that would be refused, and what is sent is refused."""

import re

import pytest
from django.urls import reverse

from matchmaker.campaigns.models import Campaign, TeamSeat
from matchmaker.directory.models import ExchangeRate
from matchmaker.events.models import Event
from matchmaker.matching.models import MatchRun
from tests import factories

pytestmark = pytest.mark.django_db

PAGES = (
    "console_home",
    "console_matching",
    "console_team",
    "console_rates",
    "console_events",
    "console_partners",
    "console_questions",
    "console_companies",
    "console_announcements",
    "console_agreements",
    "console_enquiries",
    "console_translation",
    "console_brand",
    "console_boundary",
    "console_match_settings",
    "console_tariff",
    "console_campaign",
)
NEW = (
    *("console_event_new", "console_partner_new", "console_group_new", "console_question_new"),
    *("console_announcement_new", "console_agreement_new"),
)
LINKS = (
    *("console_event_new", "console_partner_new", "console_group_new", "console_question_new"),
    *("console_announcement_new", "console_agreement_new"),
)
FORM = re.compile(r'<form[^>]*method="post"[^>]*>.*?</form>', re.DOTALL)
FIXED = re.compile(r"<fieldset[^>]* disabled[^>]*>.*</fieldset>", re.DOTALL)
OF_EVERY_PAGE = ("/switch/", "/logout/", "/setlang/")  # what the head of each page has


@pytest.fixture
def archived(client):
    campaign = factories.campaign()
    client.force_login(factories.organiser(campaign, "admin"))
    factories.organiser(campaign)
    factories.take_part(campaign, factories.supplier())
    Campaign.objects.update(state="archived", is_current=False)
    ExchangeRate.objects.create(currency="USD", yuan="7.1", as_of="2026-07-01", source="Central parity rate")
    return client


def forms_on(page) -> list[str]:
    """Forms with a button that can be pressed."""
    forms = [form for form in FORM.findall(page.text) if "<button" in FIXED.sub("", form)]
    return [form for form in forms if not any(part in form for part in OF_EVERY_PAGE)]


@pytest.mark.parametrize("name", PAGES)
def test_no_form_that_would_be_refused_stands_on_a_page(archived, name):
    page = archived.get(reverse(name))
    assert page.status_code == 200
    assert forms_on(page) == []
    for link in LINKS:
        assert f'href="{reverse(link)}"' not in page.text


SENTENCE = "This campaign is archived: it can be read, nothing in it changes."


@pytest.mark.parametrize("name", PAGES)
def test_each_page_says_once_that_the_campaign_is_archived(archived, name):
    assert archived.get(reverse(name)).text.count(SENTENCE) == 1
    Campaign.objects.update(state="open")
    assert SENTENCE not in archived.get(reverse(name)).text


def test_settings_are_shown_and_cannot_be_typed_into(archived):
    Campaign.objects.update(short_name={"en": "Big market"}, colour="#a03020", crossing_fields=["contact_email"])
    brand = archived.get(reverse("console_brand"))
    assert 'value="#a03020"' in brand.text
    assert 'type="file"' not in brand.text
    leaving = archived.get(reverse("console_boundary"))
    ticks = re.findall(r'<input[^>]*name="leaving"[^>]*>', leaving.text)
    assert ["checked" in tick for tick in ticks] == [False, True, False, False]
    settings = archived.get(reverse("console_campaign"))
    assert 'value="2026' in settings.text
    for page in (brand, leaving, settings, archived.get(reverse("console_match_settings"))):
        assert open_to_typing(page) == []
    Campaign.objects.update(state="open")
    assert "colour" in open_to_typing(archived.get(reverse("console_brand")))


def test_a_search_of_an_archived_campaign_still_takes_words(archived):
    page = archived.get(f"{reverse('console_companies')}?q=mill").text
    assert "disabled" not in re.search(r'<input[^>]*name="q"[^>]*>', page)[0]


def open_to_typing(page) -> list[str]:
    """Names of what can be typed into or ticked in the forms of a page that send something."""
    names = []
    for form in FORM.findall(page.text):
        names += re.findall(r'<(?:input(?![^>]*hidden)|textarea|select)[^>]*name="(\w+)"', FIXED.sub("", form))
    return names


@pytest.mark.parametrize("name", NEW)
def test_the_form_for_something_new_is_not_opened(archived, name):
    page = archived.get(reverse(name), follow=True)
    assert page.redirect_chain == [(reverse("console_campaigns"), 302)]
    assert SENTENCE in page.text


@pytest.mark.parametrize("name", ["console_matching", "console_team", "console_rates", "console_companies"])
def test_the_same_page_of_an_open_campaign_has_its_form(archived, name):
    Campaign.objects.update(state="open", is_current=True)
    assert forms_on(archived.get(reverse(name)))


def test_what_is_sent_is_refused(archived):
    sent = {
        "console_matching_start": {},
        "console_team_invite": {"email": "new@example.org", "role": "organiser"},
        "console_rates": {"currency": "EUR", "yuan": "8", "as_of": "2026-07-01", "source": "x"},
        "console_event_new": {"name_0": "Fair"},
    }
    for name, values in sent.items():
        assert archived.post(reverse(name), values).url == reverse("console_campaigns")
    assert not MatchRun.objects.exists()
    assert not TeamSeat.objects.exists()
    assert not Event.objects.exists()
    assert ExchangeRate.objects.count() == 1


def test_the_signed_data_set_of_an_archived_campaign_is_still_taken(archived):
    campaign = Campaign.objects.get()
    answer = archived.post(f"{reverse('console_outcomes_data')}?campaign={campaign.slug}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
