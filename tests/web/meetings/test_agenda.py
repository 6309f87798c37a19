"""The agenda in other shapes: video rooms, files, contacts from badges."""

import csv
import io
import re

import pytest
from django.urls import reverse

from matchmaker.companies.models import Company
from matchmaker.events import calendar, services
from matchmaker.events.models import Event, MeetingRequest
from tests import factories
from tests.events.conftest import Hall


@pytest.fixture
def online(db):
    return Hall(mode=Event.Mode.ONLINE, city={}, room_url="https://meet.example.org/{room}")


def signed_in(client, row):
    client.force_login(factories.member_of(row.company))
    return client


def rows_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_each_online_meeting_has_a_room_of_its_own_in_page_calendar_and_file(client, online):
    supplier, buyers = online.comes("supplier"), [online.comes("buyer") for _n in range(2)]
    meetings = [online.book(supplier, buyer, place) for place, buyer in enumerate(buyers)]
    rooms = [meeting.room_url for meeting in meetings]
    assert len(set(rooms)) == 2
    assert all(re.fullmatch(r"https://meet\.example\.org/wuhan-[0-9a-f]{20}", room) for room in rooms)
    shown = signed_in(client, supplier).get(reverse("meetings_event", args=["wuhan"])).content.decode()
    assert [room in shown for room in rooms] == [True, True]
    assert [f"LOCATION:{room}".encode() in calendar.feed(supplier).replace(b"\r\n ", b"") for room in rooms] == [
        True
    ] * 2
    file = rows_of(client.get(reverse("meetings_agenda_export", args=["wuhan", "csv"])))
    assert [row[9] for row in file[1:]] == rooms
    one_buyer = signed_in(client, buyers[0]).get(reverse("meetings_event", args=["wuhan"])).content.decode()
    assert [room in one_buyer for room in rooms] == [True, False]


def test_without_an_address_of_rooms_there_is_no_link(online):
    Event.objects.update(room_url="")
    meeting = online.book(online.comes("supplier"), online.comes("buyer"), 0)
    meeting.event.refresh_from_db()
    assert meeting.room_url == ""


@pytest.mark.parametrize(
    "address", ["http://meet.example.org/{room}", "https://meet.example.org/", "javascript:{room}"]
)
def test_an_address_without_a_place_for_the_room_is_refused(online, address):
    with pytest.raises(services.events.ValidationError) as caught:
        services.save_event(by=online.organiser, campaign=online.event.campaign, event=online.event, room_url=address)
    assert caught.value.message_dict.keys() == {"room_url"}


def test_contacts_are_taken_along_with_what_is_shared_now(client, hall):
    visitor, guest = hall.comes("supplier"), hall.comes("buyer")
    Company.objects.filter(pk=guest.company.pk).update(contact_wechat="wangmin-wuhan")
    by = factories.member_of(guest.company)
    services.share_contacts(by=by, participation=guest, share=True)
    code = guest.attendees.get().code
    services.save_contact(
        by=factories.member_of(visitor.company), participation=visitor, code=code, note="=cmd wants samples"
    )
    address = reverse("meetings_contacts_export", args=["wuhan", "csv"])
    head, row = rows_of(signed_in(client, visitor).get(address))
    cells = dict(zip(head, row, strict=True))
    assert [cells[name] for name in ("Company", "Email", "WeChat ID", "Note")] == [
        guest.company.display_name,
        guest.company.contact_email,
        "wangmin-wuhan",
        "'=cmd wants samples",
    ]
    assert "wangmin-wuhan" in client.get(reverse("meetings_contacts", args=["wuhan"])).text
    services.share_contacts(by=by, participation=guest, share=False)
    assert rows_of(client.get(address))[1][4:8] == ["", "", "", ""]
    assert "wangmin-wuhan" not in client.get(reverse("meetings_contacts", args=["wuhan"])).text
    assert signed_in(client, guest).get(address).content.decode().count("\r\n") == 1


def test_a_request_whose_pair_meets_by_the_plan_waits_no_longer(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    other = hall.comes("buyer")
    asked, waiting = hall.ask(supplier, buyer), hall.ask(other, supplier)
    hall.wish(buyer, supplier, "must")
    draft = hall.plan(most=1)
    services.publish_plan(by=hall.organiser, draft=draft)
    assert [(m.supplier, m.buyer) for m in hall.event.meetings.all()] == [(supplier.company, buyer.company)]
    states = dict(MeetingRequest.objects.values_list("pk", "status"))
    assert states == {asked.pk: "accepted", waiting.pk: "pending"}
