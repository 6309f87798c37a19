"""B69: an event that would leave no room for what stands is not changed, and nothing is cancelled without a word."""

import pytest
from django.urls import reverse

from matchmaker.events.models import Event, EventParticipation, Meeting
from tests import factories
from tests.events.conftest import hall

__all__ = ["hall"]


@pytest.fixture
def busy(hall):
    """Two meetings in one slot, so that table 2 is in use, and four companies."""
    for _number in range(2):
        hall.book(hall.comes("supplier"), hall.comes("buyer"), 3)
    return hall


@pytest.fixture
def api(busy, caller):
    return caller(busy.organiser)


def state(hall) -> tuple:
    """All that a change of the event could have cancelled."""
    event = Event.objects.filter(pk=hall.event.pk).values().get()
    meetings = list(Meeting.objects.order_by("pk").values_list("status", "starts_at", "table"))
    return event, meetings, list(EventParticipation.objects.order_by("pk").values_list("status", flat=True))


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"tables": 1}, "tables", "Table 2 has meetings already."),
        ({"closes_at": "10:00"}, "closes_at", "2 booked meetings would lie outside these hours."),
        ({"slot_minutes": 50}, "slot_minutes", "Meetings are booked for these times."),
        ({"time_zone": "Asia/Tokyo"}, "time_zone", "Meetings are booked for these times."),
    ],
)
def test_a_change_without_room_for_what_stands_is_refused_by_field_and_cancels_nothing(busy, api, change, field, words):
    before = state(busy)
    answer = api.patch(reverse("api_event", args=[busy.event.slug]), change)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    errors = answer.json()["errors"]
    assert any(words in str(one) for one in errors), errors
    assert field in {one["field"] for one in errors}
    assert state(busy) == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ends_on": "2020-01-01"}, "The last day must not be before the first."),
        ({"closes_at": "08:00"}, "Meetings must end after they begin."),
        ({"pause_from": "10:00", "pause_until": "09:30"}, "The pause needs a beginning and a later end."),
    ],
)
def test_an_end_before_its_beginning_is_refused_with_the_rule(hall, caller, change, words):
    before = state(hall)
    answer = caller(hall.organiser).patch(reverse("api_event", args=[hall.event.slug]), change)
    assert answer.status_code == 400
    assert words in str(answer.json())
    assert state(hall) == before


def test_hours_that_are_too_short_name_each_meeting_that_stands_in_the_way(busy, api):
    text = str(api.patch(reverse("api_event", args=[busy.event.slug]), {"closes_at": "10:00"}).json()["errors"])
    for meeting in Meeting.objects.all():
        assert f"{meeting.supplier} with {meeting.buyer}" in text


def test_a_capacity_below_those_registered_takes_no_place_away_and_lets_nobody_more_in(busy, api):
    before = state(busy)
    assert api.patch(reverse("api_event", args=[busy.event.slug]), {"capacity": 2}).status_code == 200
    assert state(busy)[1:] == before[1:]
    busy.event.refresh_from_db()
    assert (busy.event.capacity, busy.comes("buyer").status) == (2, "waiting")


def test_an_event_is_never_deleted_only_cancelled_and_that_asks_first(busy, api, client):
    before = state(busy)
    assert api.client.delete(reverse("api_event", args=[busy.event.slug]), headers=api.headers).status_code == 405
    client.force_login(busy.organiser)
    shown = client.get(reverse("console_event_cancel", args=[busy.event.slug])).context["figures"]
    assert [one["value"] for one in shown[:2]] == ["2", "4"]  # meetings, companies
    assert state(busy) == before


def test_an_event_of_another_team_is_not_there_to_be_changed(busy, caller):
    other = factories.organiser(factories.campaign(is_current=False))
    before = state(busy)
    answer = caller(other).patch(reverse("api_event", args=[busy.event.slug]), {"tables": 1})
    assert answer.status_code in {403, 404}
    assert state(busy) == before
