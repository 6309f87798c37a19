"""What only the team can settle: meetings agreed after the plan, and meetings whose two sides disagree."""

import csv
import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.events import services
from matchmaker.events.models import Meeting, PlanDraft
from matchmaker.notifications.models import Notice
from tests import factories


@pytest.fixture
def console(client, hall):
    client.force_login(hall.organiser)
    return client


@pytest.fixture
def agreed(hall):
    """A request without a time, accepted after the plan was published."""
    PlanDraft.objects.create(event=hall.event, state=PlanDraft.State.PUBLISHED, published_at=timezone.now())
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    request = hall.ask(buyer, supplier)
    by = factories.member_of(supplier.company)
    return services.answer_request(by=by, request=request, accept=True)


def test_a_request_accepted_after_the_plan_stands_on_the_work_list_and_the_plan_page(console, hall, agreed):
    work = {entry.what: entry for entry in console.get(reverse("console_home")).context["work"]}
    assert work["Meetings agreed, without a time"].n == 1
    plans = console.get(reverse("console_event_plans", args=["wuhan"]))
    assert list(plans.context["agreed"]) == [agreed]
    assert agreed.other.display_name in plans.content.decode()


def test_both_sides_read_that_the_organiser_gives_the_time_and_not_that_the_plan_does(client, agreed):
    sentence = "The plan is published already, so the organiser gives the meeting a time. You are told of it."
    for company in (agreed.company, agreed.other):
        client.force_login(factories.member_of(company))
        page = client.get(reverse("meetings_event", args=["wuhan"])).content.decode()
        assert sentence in page
        assert "The plan gives the meeting a time" not in page
    notice = Notice.objects.get(kind="meetings_answered")
    assert notice.context["next"]["en"] == sentence


def test_the_team_places_an_agreed_meeting_with_one_button_and_both_are_told(console, hall, agreed):
    address = reverse("console_event_agreed", args=["wuhan", agreed.uid])
    assert console.post(address)["Location"] == reverse("console_event_plans", args=["wuhan"])
    meeting = Meeting.objects.get()
    assert {meeting.supplier, meeting.buyer} == {agreed.company, agreed.other}
    assert meeting.starts_at == hall.slots[0]
    assert Notice.objects.filter(kind="meetings_changed").count() == 2
    assert not list(console.get(reverse("console_event_plans", args=["wuhan"])).context["agreed"])
    console.force_login(factories.member_of(agreed.company))
    assert "The meeting is at" in console.get(reverse("meetings_event", args=["wuhan"])).content.decode()


def test_a_pair_without_a_common_slot_is_refused_with_what_to_do(console, hall, agreed):
    row = hall.event.participations.get(company=agreed.company)
    services.set_availability(by=factories.member_of(agreed.company), participation=row, away=hall.slots)
    answer = console.post(reverse("console_event_agreed", args=["wuhan", agreed.uid]), follow=True)
    assert "There is no slot in which both are free and a table is empty." in answer.content.decode()
    assert not Meeting.objects.exists()


def test_before_the_plan_an_accepted_request_waits_for_the_plan(client, hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    request = hall.ask(buyer, supplier)
    services.answer_request(by=factories.member_of(supplier.company), request=request, accept=True)
    client.force_login(factories.member_of(buyer.company))
    page = client.get(reverse("meetings_event", args=["wuhan"])).content.decode()
    assert "The plan gives the meeting a time and a table." in page
    client.force_login(hall.organiser)
    assert "Meetings agreed, without a time" not in client.get(reverse("console_home")).content.decode()


@pytest.fixture
def disputed(hall):
    meeting = hall.book(hall.comes("supplier"), hall.comes("buyer"), 0)
    hall.move_to(timezone.now().replace(second=0, microsecond=0) - timezone.timedelta(minutes=5))
    for side, outcome in (("supplier", "held"), ("buyer", "missed")):
        meeting.refresh_from_db()
        services.mark_meeting(by=factories.member_of(getattr(meeting, side)), meeting=meeting, outcome=outcome)
    return Meeting.objects.get()


def test_a_meeting_in_dispute_stands_on_the_work_list_and_shows_what_each_side_says(console, disputed):
    work = {entry.what: entry for entry in console.get(reverse("console_home")).context["work"]}
    assert work["Meetings in dispute"].n == 1
    address = reverse("console_event_meeting", args=["wuhan", disputed.uid])
    assert work["Meetings in dispute"].rows[0].url == address
    page = re.sub(r"</?bdi>", "", " ".join(console.get(address).content.decode().split()))
    assert f"<dt>{disputed.supplier.display_name}</dt> <dd>held</dd>" in page
    assert f"<dt>{disputed.buyer.display_name}</dt> <dd>missed</dd>" in page
    assert "Settle it" in page
    assert disputed in console.get(reverse("console_event_meetings", args=["wuhan"])).context["disputed"]


def test_the_team_settles_a_dispute_and_says_who_did_not_come(console, disputed):
    console.post(
        reverse("console_event_meeting_change", args=["wuhan", disputed.uid]),
        {"act": "mark", "outcome": "missed", "absent": "supplier"},
    )
    disputed.refresh_from_db()
    assert (disputed.status, disputed.team_said, disputed.absent) == ("missed", "missed", "supplier")
    assert not disputed.is_disputed
    assert not Meeting.objects.disputed().exists()
    assert "Meetings in dispute" not in console.get(reverse("console_home")).content.decode()


def test_the_file_of_meetings_says_what_each_side_and_the_team_said(console, disputed):
    answer = console.get(reverse("console_event_export", args=["wuhan", "meetings", "csv"]))
    head, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    said = dict(zip(head, row, strict=True))
    assert [said[name] for name in ("The supplier said", "The buyer said", "The team said", "In dispute")] == [
        *("held", "missed", "", "yes")
    ]
