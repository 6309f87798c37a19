"""A company's part in an event over the API: from registration to a held meeting."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.events.models import EventParticipation, Meeting, MeetingRequest, Wish
from matchmaker.events.services import wish
from tests import factories
from tests.api.conftest import Caller
from tests.events.conftest import Hall

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def hall(db):
    return Hall()


def caller_of(row: EventParticipation) -> Caller:
    return Caller(factories.member_of(row.company))


def at(name: str, *args) -> str:
    return reverse(f"api_{name}", args=args)


def test_a_company_registers_says_when_it_is_away_whom_it_wishes_and_withdraws(hall):
    other = hall.comes("buyer")
    company = factories.supplier()
    caller = Caller(factories.member_of(company))
    people = [{"name": "Malee", "role": "sales"}, {"name": "王强"}]
    made = caller.post(at("participations"), {"event": "wuhan", "side": "supplier", "most": 4, "people": people})
    assert made.status_code == 201
    body = made.json()
    assert (body["event"], body["status"], body["most"]) == ("wuhan", "registered", 4)
    assert [(person["name"], person["role"]) for person in body["people"]] == [("Malee", "sales"), ("王强", "")]
    slots = caller.get(at("event", "wuhan")).json()["slots"]
    away = caller.post(at("participation_away", body["uid"]), {"slots": slots[:2]}).json()
    assert away["away"] == [slot.isoformat() for slot in hall.slots[:2]]
    one = caller.post(
        at("participation_away", body["uid"]), {"slots": slots[:3], "person": body["people"][0]["uid"]}
    ).json()
    assert (len(one["away"]), len(one["people"][0]["away"])) == (2, 3)  # the other of the two is there
    wished = caller.post(
        at("participation_wishes", body["uid"]), {"company": str(other.company.uid), "kind": "must"}
    ).json()
    assert [(row["company"]["uid"], row["kind"]) for row in wished] == [(str(other.company.uid), "must")]
    changed = caller.patch(at("participation", body["uid"]), {"seeks": "Buyers of rice"}).json()
    assert (changed["seeks"], changed["most"]) == ("Buyers of rice", 4)
    assert caller.post(at("participation_withdraw", body["uid"]), {}).json()["status"] == "withdrawn"


def test_a_request_another_time_and_a_meeting_moved_by_agreement_and_held(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    seller, wanter = caller_of(supplier), caller_of(buyer)
    slots = [slot.isoformat() for slot in hall.slots]
    asking = {"event": "wuhan", "other": str(buyer.company.uid), "note": "New crop", "starts_at": slots[0]}
    asked = seller.post(at("meeting_requests"), asking).json()
    assert (asked["status"], asked["owes"]) == ("pending", "other")
    address = at("meeting_request_answer", asked["uid"])
    turned = wanter.post(address, {"answer": "other_time", "starts_at": slots[1]}).json()
    assert turned["owes"] == "company"
    assert seller.post(address, {"answer": "accepted"}).json()["status"] == "accepted"
    meeting = seller.get(at("meetings") + "?event=wuhan").json()["results"][0]
    assert (meeting["side"], meeting["buyer"]["name"], meeting["where"]) == (
        *("supplier", buyer.company.legal_name),
        "Table 1",
    )
    moved = wanter.post(at("meeting_move", meeting["uid"]), {"starts_at": slots[2]}).json()
    assert moved["move"]["by"]["uid"] == str(buyer.company.uid)
    agreed = seller.post(at("meeting_move_answer", meeting["uid"]), {"answer": "accepted"}).json()
    assert (agreed["move"], dt.datetime.fromisoformat(agreed["starts_at"])) == (None, hall.slots[2])
    hall.move_to(timezone.now() - dt.timedelta(hours=1, minutes=1))
    held = {"outcome": "held", "rating": 5, "note": "Sends samples"}
    assert seller.post(at("meeting_outcome", meeting["uid"]), held).json()["note"] == "Sends samples"
    theirs = wanter.get(at("meeting", meeting["uid"])).json()
    assert (theirs["status"], theirs["note"], theirs["rating"]) == ("held", "", None)


def test_the_team_books_and_cancels_but_reads_no_wish_and_strangers_find_nothing(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    team, stranger = Caller(hall.organiser), Caller(factories.member_of(factories.buyer()))
    wish(
        by=factories.member_of(buyer.company),
        event=hall.event,
        company=buyer.company,
        other=supplier.company,
        kind="would",
    )
    booking = {"event": "wuhan", "starts_at": hall.slots[0].isoformat()}
    booking |= {"supplier": str(supplier.company.uid), "buyer": str(buyer.company.uid)}
    key = {"Idempotency-Key": "book-1"}
    booked = team.post(at("meetings"), booking, **key)
    assert (booked.status_code, booked.json()["side"]) == (201, "team")
    assert team.post(at("meetings"), booking, **key).json() == booked.json()
    assert Meeting.objects.count() == 1
    assert team.get(at("participation_wishes", buyer.uid)).json() == []
    assert caller_of(supplier).post(at("meetings"), booking).status_code == 404
    assert stranger.post(at("meetings"), booking).status_code == 404
    uid = booked.json()["uid"]
    for name, row in (("meeting", uid), ("participation", supplier.uid)):
        assert stranger.get(at(name, row)).status_code == 404
    assert [
        stranger.get(at(name)).json()["results"] for name in ("meetings", "participations", "meeting_requests")
    ] == [*([], [], [])]
    gone = team.post(at("meeting_cancel", uid), {"why": "The hall is closed."}).json()
    assert (gone["status"], gone["why"]) == ("cancelled", "The hall is closed.")


def test_a_hidden_never_stays_hidden_over_the_api(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    hall.wish(buyer, supplier, "never")
    asked = caller_of(supplier).post(
        at("meeting_requests"), {"event": "wuhan", "other": str(buyer.company.uid), "note": "Tea?"}
    )
    assert (asked.status_code, asked.json()["status"]) == (201, "pending")
    assert caller_of(buyer).get(at("meeting_requests")).json()["results"] == []
    assert MeetingRequest.objects.get().hidden
    assert caller_of(supplier).get(at("participation_wishes", buyer.uid)).status_code == 404
    assert Wish.objects.count() == 1


def test_the_team_writes_copies_publishes_and_cancels_an_event(hall):
    team, other = Caller(hall.organiser), Caller(factories.member_of(factories.supplier()))
    day = (timezone.localdate() + dt.timedelta(days=40)).isoformat()
    fields = {"names": {"en": "Chengdu meetings", "zh": "成都洽谈会"}, "city_texts": {"en": "Chengdu"}, "tables": 5}
    fields |= {"starts_on": day, "ends_on": day, "opens_at": "09:00", "closes_at": "10:00"}
    assert other.post(at("events"), fields).status_code == 404
    made = team.post(at("events"), fields)
    assert (made.status_code, made.json()["status"], len(made.json()["slots"])) == (201, "draft", 2)
    slug = made.json()["slug"]
    assert other.get(at("event", slug)).status_code == 404
    wrong = team.patch(at("event", slug), {"time_zone": "Moon/Base"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "time_zone")
    assert team.patch(at("event", slug), {"closes_at": "11:00"}).json()["slots"][3:] != []
    assert team.post(at("event_publish", slug)).json()["status"] == "published"
    copied = team.post(at("event_copy", slug)).json()
    assert (copied["status"], copied["name"], copied["slug"] == slug) == ("draft", "Chengdu meetings (copy)", False)
    assert other.post(at("event_cancel", slug)).status_code == 404
    assert team.post(at("event_cancel", slug)).json()["status"] == "cancelled"
