"""Two meetings in a row in two halls: shown on the plan, on the board and in the agenda of the company."""

import pytest
from django.urls import reverse

from matchmaker.events import services
from matchmaker.events.models import Meeting
from matchmaker.web.rendering.agendas import rows_of
from tests import factories
from tests.markup import flat


@pytest.fixture
def halls(hall):
    """Two halls with a table each, and a buyer with two meetings in a row, the second in the other hall."""
    rows = [{"name": {"en": "Hall A"}, "tables": 1}, {"name": {"en": "Hall B"}, "tables": 1}]
    services.set_halls(by=hall.organiser, event=hall.event, halls=rows)
    hall.buyer = hall.comes("buyer")
    hall.first, hall.second = (hall.book(hall.comes("supplier"), hall.buyer, slot) for slot in (0, 1))
    Meeting.objects.filter(pk=hall.second.pk).update(table=2)
    return hall


def agenda(hall):
    meetings = Meeting.objects.of(hall.event).of_company(hall.buyer.company).active().for_agenda()
    return [row.comes_from for row in rows_of(meetings, hall.buyer.company)]


def test_an_agenda_says_from_which_hall_the_company_comes_without_a_free_slot(halls):
    assert agenda(halls) == ["", "Hall A"]
    services.move_meeting(by=halls.organiser, meeting=halls.second, starts_at=halls.slots[2])
    Meeting.objects.filter(pk=halls.second.pk).update(table=2)
    assert agenda(halls) == ["", ""], "there is a free slot between"


def test_the_agenda_page_and_the_board_say_so(halls, client):
    client.force_login(factories.member_of(halls.buyer.company))
    assert "straight from Hall A" in flat(client.get(reverse("meetings_event", args=["wuhan"])).text)
    client.force_login(halls.organiser)
    address = reverse("console_event_meetings", args=["wuhan"])
    assert "from Hall A" in flat(client.get(address, {"by": "buyer"}).text)
    assert "from Hall A" not in flat(client.get(address, {"by": "supplier"}).text), "each supplier has one meeting"
    assert "from Hall A" not in flat(client.get(address, {"by": "table"}).text)


def test_the_plan_says_how_many_changes_of_hall_are_left(halls, client):
    for supplier in (halls.comes("supplier"), halls.comes("supplier")):
        halls.wish(supplier, halls.buyer, "must")
    draft = halls.plan(walk_price=20)
    client.force_login(halls.organiser)
    page = flat(client.get(reverse("console_event_plan", args=["wuhan", draft.uid])).text)
    assert "Changes of hall without a free slot between" in page
    assert "How much a change of hall counts" in client.get(reverse("console_event_plans", args=["wuhan"])).text


def test_an_event_in_one_room_is_not_asked_about_halls(hall, client):
    client.force_login(hall.organiser)
    page = client.get(reverse("console_event_plans", args=["wuhan"])).text
    assert "How much a change of hall counts" not in page
