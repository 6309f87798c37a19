"""The first page of an event: where it stands, one button for what is next, what is late, who is responsible."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.campaigns.models import Organiser
from matchmaker.events.models import Event, EventInvitation, Meeting
from tests import factories
from tests.markup import flat
from tests.web.test_sent_twice import DAY

FIRST = ("console_event", "console_event_settings")


@pytest.fixture
def console(client, hall):
    client.force_login(hall.organiser)
    return client


@pytest.fixture
def staff(client, hall):
    client.force_login(factories.organiser(hall.event.campaign, Organiser.Role.STAFF))
    return client


def overview(client):
    return client.get(reverse("console_event", args=["wuhan"]))


def primary(page: str) -> list[str]:
    """The words of the buttons in vermilion."""
    return re.findall(r'class="btn btn-primary"[^>]*>\s*([^<]*?)\s*</', flat(page))


def test_a_draft_shows_one_button_that_publishes_it(console, hall):
    Event.objects.update(status="draft")
    page = overview(console)
    assert primary(page.text) == ["Publish the event"]
    action = re.search(r'<form method="post" action="([^"]+/publish/)"', flat(page.text)).group(1)
    assert console.post(action, follow=True).context["event"].status == "published"


def test_a_new_event_opens_on_its_overview_and_its_settings_stay_on_themselves(console, hall):
    answer = console.post(reverse("console_event_new"), DAY)
    event = Event.objects.exclude(pk=hall.event.pk).get()
    assert answer["Location"] == reverse("console_event", args=[event.slug])
    settings = reverse("console_event_settings", args=[event.slug])
    assert console.post(settings, DAY)["Location"] == settings


def test_a_form_that_was_open_at_the_old_address_is_saved_all_the_same(console, hall):
    answer = console.post(reverse("console_event", args=["wuhan"]), {**DAY, "name_en": "Later name"}, follow=True)
    assert answer.redirect_chain[0] == (reverse("console_event_settings", args=["wuhan"]), 307)
    assert Event.objects.get(pk=hall.event.pk).name["en"] == "Later name"


def test_a_running_event_shows_figures_what_is_late_and_the_days_in_order(console, hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    hall.wish(buyer, supplier, "must")
    EventInvitation.objects.create(event=hall.event, company=supplier.company)
    soon = timezone.localdate() + dt.timedelta(days=3)
    Event.objects.update(registration_until=soon)
    page = overview(console)
    steps = {str(step["label"]): (step["n"], step["state"], step["detail"]) for step in page.context["steps"]}
    assert steps["Invited"] == ("1", "done", [])
    assert steps["Answered the invitation"] == ("0", "next", ["of 1"])
    assert steps["Registered"] == ("2", "under_way", ["places: 20"])
    assert steps["Wrote wishes"] == ("1", "under_way", ["of 2", "1 wish"])
    assert [(row["text"], row["day"]) for row in page.context["late"]] == [("1 company has not answered.", soon)]
    assert primary(page.text) == ["Remind those who have not answered"]
    assert [str(one["label"]) for one in page.context["days"]] == [
        "Registration closes",
        "Plan to be published",
        "Day of the event",
        "The survey is sent",
    ]
    assert str(hall.organiser) in page.text


def test_an_event_that_is_over_asks_for_the_outcomes_of_its_meetings(console, hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    hall.book(supplier, buyer, 0)
    hall.move_to(timezone.now() - dt.timedelta(days=3))
    page = overview(console)
    assert primary(page.text) == ["Complete what became of the meetings"]
    assert [row["text"] for row in page.context["late"]] == ["1 meeting has no outcome."]
    Meeting.objects.update(status="held")
    page = overview(console)
    assert primary(page.text) == ["Read the results"]
    assert "100% of them kept" in flat(page.text)


def test_event_staff_see_the_overview_without_links_to_pages_they_may_not_open(staff, hall):
    page = overview(staff)
    links = set(re.findall(r'<a [^>]*href="(/[^"]*?)"', page.text.split("<main", 1)[1].split("</main", 1)[0]))
    assert reverse("console_event_settings", args=["wuhan"]) not in links
    assert [link for link in links if staff.get(link.replace("&amp;", "&")).status_code >= 400] == []
    Event.objects.update(status="draft")
    assert primary(overview(staff).text) == []


@pytest.mark.parametrize("name", FIRST)
def test_the_team_of_another_campaign_gets_404(client, hall, name):
    client.force_login(factories.organiser(factories.campaign(is_current=False)))
    assert client.get(reverse(name, args=["wuhan"]), follow=True).status_code == 404


def test_the_list_of_companies_that_waits_behind_a_step_has_as_many_as_the_step_says(console, hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    factories.take_part(hall.event.campaign, supplier.company, buyer.company)
    hall.wish(buyer, supplier, "must")
    url = next(step["url"] for step in overview(console).context["steps"] if step["label"] == "Wrote wishes")
    assert list(console.get(url).context["page"].object_list) == [supplier.company]
