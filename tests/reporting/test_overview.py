"""Where an event stands: steps with figures, what is late, the days that matter, and the one thing to do next."""

import datetime as dt

import pytest
from django.utils import timezone

from matchmaker.events import services as events
from matchmaker.events.models import Event, EventInvitation, Meeting, PlanDraft
from matchmaker.reporting.models import Survey
from matchmaker.reporting.services import event_overview
from tests import factories
from tests.events.conftest import hall

__all__ = ["hall"]

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


def change(event: Event, **fields) -> Event:
    Event.objects.filter(pk=event.pk).update(**fields)
    return Event.objects.select_related("campaign").get(pk=event.pk)


def figures(found) -> dict[str, tuple]:
    return {step.code: (step.n, step.of, step.state) for step in found.steps}


def late(found) -> dict[str, tuple]:
    return {thing.code: (thing.n, thing.day) for thing in found.late}


def test_a_draft_is_to_be_published_first_and_is_late_once_its_registration_was_to_open(hall):
    yesterday = TODAY(timezone=hall.event.zone) - dt.timedelta(days=1)
    event = change(hall.event, status="draft")
    assert (event_overview(event).next, late(event_overview(event))) == ("publish_event", {})
    event = change(event, registration_from=yesterday)
    assert late(event_overview(event)) == {"draft": (0, yesterday)}


def test_an_event_without_companies_asks_to_invite(hall):
    found = event_overview(hall.event)
    assert found.next == "invite"
    assert figures(found)["invited"] == (0, None, "next")
    assert {state for code, (_n, _of, state) in figures(found).items() if code != "invited"} == {"not_yet"}


def test_invitations_answers_registrations_and_wishes_are_counted(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    hall.wish(buyer, supplier, "must")
    hall.wish(supplier, buyer, "never")
    for answer in ("yes", "later", ""):
        at = timezone.now() if answer else None
        EventInvitation.objects.create(event=hall.event, company=factories.supplier(), answer=answer, answered_at=at)
    found = event_overview(hall.event)
    assert figures(found) == {
        "invited": (3, None, "done"),
        "answered": (2, 3, "next"),
        "registered": (2, 20, "under_way"),
        "wishes": (1, 2, "under_way"),  # a `never` is no wish to meet
        "plan": (0, None, "not_yet"),
        "published": (0, None, "not_yet"),
        "checked_in": (0, 2, "not_yet"),
        "held": (0, 0, "not_yet"),
        "survey": (0, 0, "not_yet"),
    }
    assert (found.next, found.counts.wishes, found.counts.answers) == ("remind", 1, {"yes": 1, "later": 1, "": 1})


def test_unanswered_invitations_are_late_a_week_before_the_last_day_of_registration(hall):
    EventInvitation.objects.create(event=hall.event, company=factories.supplier())
    last = TODAY(timezone=hall.event.zone) + dt.timedelta(days=8)
    assert late(event_overview(change(hall.event, registration_until=last))) == {}
    last = TODAY(timezone=hall.event.zone) + dt.timedelta(days=7)
    assert late(event_overview(change(hall.event, registration_until=last))) == {"answers": (1, last)}


def test_after_registration_the_plan_is_late_and_next(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    hall.wish(buyer, supplier, "must")
    yesterday = TODAY(timezone=hall.event.zone) - dt.timedelta(days=1)
    event = change(hall.event, registration_until=yesterday)
    found = event_overview(event)
    assert found.next == "plan"
    assert late(found) == {"plan": (0, yesterday), "wishes": (1, yesterday)}
    assert [(mark.code, mark.day) for mark in found.days] == [
        ("registration_closes", yesterday),
        ("to_publish", None),
        ("event", event.starts_on),
        ("survey", event.ends_on + dt.timedelta(days=1)),
    ]


def test_a_draft_of_the_plan_is_looked_at_published_and_then_printed(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    hall.wish(buyer, supplier, "must")
    draft = hall.plan()
    found = event_overview(hall.event)
    assert (found.next, figures(found)["plan"]) == ("publish_plan", (1, None, "done"))
    PlanDraft.objects.create(event=hall.event, state="ready", options={"tables": 9}, meetings_count=9)
    assert event_overview(hall.event).counts.plan == draft, "a what-if cannot be published"
    events.publish_plan(by=hall.organiser, draft=draft)
    found = event_overview(hall.event)
    assert (found.next, found.counts.is_published) == ("paper", True)
    assert figures(found)["published"] == (1, None, "done")
    assert late(found) == {}
    assert [mark.code for mark in found.days] == ["planned", "published", "event", "survey"]


def test_a_plan_that_failed_and_agreed_meetings_without_a_time_are_late(hall):
    PlanDraft.objects.create(event=hall.event, state="failed")
    assert late(event_overview(hall.event)) == {"plan_failed": (0, TODAY(timezone=hall.event.zone))}
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    request = hall.ask(buyer, supplier)
    PlanDraft.objects.update(state="published", published_at=timezone.now())
    events.answer_request(by=factories.member_of(supplier.company), request=request, accept=True)
    found = event_overview(hall.event)
    assert (found.next, late(found)) == ("unplaced", {"unplaced": (1, None)})


def test_on_the_day_the_people_inside_are_counted(hall):
    supplier, _buyer = hall.comes("supplier"), hall.comes("buyer")
    supplier.attendees.update(checked_in_at=timezone.now())
    PlanDraft.objects.create(event=hall.event, state="published", published_at=timezone.now())
    today = TODAY(timezone=hall.event.zone)
    found = event_overview(change(hall.event, starts_on=today, ends_on=today))
    assert found.next == "today"
    assert figures(found)["checked_in"] == (1, 2, "next")


def test_an_event_that_is_over_asks_for_outcomes_and_then_shows_its_results(hall):
    supplier, buyer, other = hall.comes("supplier"), hall.comes("buyer"), hall.comes("supplier")
    hall.book(supplier, buyer, 0)
    hall.book(other, buyer, 1)
    hall.move_to(timezone.now() - dt.timedelta(days=3))
    Meeting.objects.filter(supplier=supplier.company).update(status="held")
    over = hall.event.ends_on
    found = event_overview(hall.event)
    assert (found.next, late(found)) == ("outcomes", {"outcomes": (1, over)})
    assert figures(found)["held"] == (1, 2, "next")
    Meeting.objects.filter(supplier=other.company).update(supplier_said="missed", buyer_said="held")
    assert late(event_overview(hall.event)) == {"disputed": (1, None)}
    Meeting.objects.update(status="held", team_said="held")
    person = factories.member_of(buyer.company)
    Survey.objects.create(event=hall.event, company=buyer.company, person=person, sent_at=timezone.now())
    found = event_overview(hall.event)
    assert (found.next, late(found)) == ("results", {})
    assert figures(found)["held"] == (2, 2, "done")
    assert figures(found)["survey"] == (0, 1, "under_way")
    assert figures(found)["plan"] == (0, None, "left_out"), "these meetings were booked one by one"
    assert [mark.code for mark in found.days] == ["event", "survey"]


def test_a_cancelled_event_has_nothing_to_do(hall):
    EventInvitation.objects.create(event=hall.event, company=factories.supplier())
    found = event_overview(change(hall.event, status="cancelled", registration_until=TODAY(timezone=hall.event.zone)))
    assert (found.next, found.late) == ("", ())


def test_figures_of_another_event_never_count(hall):
    values = {"campaign": factories.campaign(is_current=False), "name": {"en": "Other"}, "status": "published"}
    days = {"starts_on": hall.event.starts_on, "ends_on": hall.event.ends_on}
    other = Event.objects.create(slug="other", **values, **days)
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    hall.wish(buyer, supplier, "must")
    hall.book(supplier, buyer, 0)
    EventInvitation.objects.create(event=hall.event, company=supplier.company)
    hall.plan()
    found = event_overview(other)
    assert {n for n, _of, _state in figures(found).values()} == {0}
    assert (found.counts.plan, found.counts.wishes, found.next) == (None, 0, "invite")


def test_the_number_of_queries_does_not_grow_with_the_companies(hall, django_assert_num_queries):
    hall.wish(hall.comes("buyer"), hall.comes("supplier"), "must")
    with django_assert_num_queries(12):
        event_overview(hall.event)
    for number in range(4):
        supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
        hall.wish(buyer, supplier, "would")
        EventInvitation.objects.create(event=hall.event, company=supplier.company)
        if number < 2:
            hall.book(supplier, buyer, number)
    with django_assert_num_queries(12):
        event_overview(hall.event)
