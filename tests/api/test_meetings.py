"""Events by program: register, ask, meet. The same verbs as the pages; what is not one's own does not exist."""

import datetime as dt
import uuid

import pytest

from matchmaker.events import services
from matchmaker.events.models import EventParticipation, Meeting, MeetingRequest
from tests import factories
from tests.events.conftest import Hall

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def hall():
    return Hall()


@pytest.fixture
def two(hall, caller):
    """A supplier and a buyer at the event, and the programs of their people."""
    seller, wanter = hall.comes("supplier"), hall.comes("buyer")
    return seller, wanter, caller(factories.member_of(seller.company)), caller(factories.member_of(wanter.company))


def test_a_program_registers_its_company_changes_it_and_withdraws(hall, caller):
    company = factories.supplier()
    program = caller(factories.member_of(company))
    away = hall.slots[0].isoformat().replace("+00:00", "Z")
    made = program.post(
        f"{API}/participations/",
        {"event": "wuhan", "side": "supplier", "seeks": "Importers", "people": [{"name": "Ada"}], "away": [away]},
    ).json()
    told = (made["event"], made["status"], made["company"]["uid"], made["away"], made["people"][0]["name"])
    assert told == ("wuhan", "registered", str(company.uid), [away], "Ada")
    one = f"{API}/participations/{made['uid']}/"
    changed = program.patch(one, {"people": [{"name": "Ada"}, {"name": "Grace", "role": "Export"}], "most": 3}).json()
    assert ([person["name"] for person in changed["people"]], changed["most"]) == (["Ada", "Grace"], 3)
    assert changed["seeks"] == "Importers"
    assert program.post(f"{one}withdraw/").json()["status"] == "withdrawn"
    assert EventParticipation.objects.get(company=company).status == "withdrawn"


def test_the_same_registration_sent_again_is_one(hall, caller):
    program = caller(factories.member_of(factories.buyer()))
    body = {"event": "wuhan", "side": "buyer"}
    first, again = (program.post(f"{API}/participations/", body, **{"Idempotency-Key": "once"}) for _try in "ab")
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert EventParticipation.objects.count() == 1
    assert program.post(f"{API}/participations/", body).json()["code"] == "already_registered"


def test_participants_are_seen_by_their_company_and_the_events_team_only(hall, two, caller):
    seller, wanter, of_seller, _of_wanter = two
    seen = lambda program: {row["uid"] for row in program.get(f"{API}/participations/").json()["results"]}  # noqa: E731
    assert seen(of_seller) == {str(seller.uid)}
    assert seen(caller(hall.organiser)) == {str(seller.uid), str(wanter.uid)}
    assert seen(caller(factories.user())) == set()
    foreign = of_seller.get(f"{API}/participations/{wanter.uid}/")
    assert (foreign.status_code, foreign.json()) == (404, of_seller.get(f"{API}/participations/{uuid.uuid4()}/").json())


def test_a_request_with_a_time_is_accepted_and_becomes_a_meeting(hall, two):
    seller, wanter, of_seller, of_wanter = two
    at = hall.slots[1].isoformat()
    body = {"participation": str(wanter.uid), "other": str(seller.company.uid), "note": "Rice?", "starts_at": at}
    asked = of_wanter.post(f"{API}/meeting-requests/", body).json()
    assert (asked["status"], asked["answers"]) == ("pending", str(seller.company.uid))
    answer = f"{API}/meeting-requests/{asked['uid']}/answer/"
    assert of_wanter.post(answer, {"answer": "accepted"}).status_code == 404  # one's own is not one's to accept
    both = of_seller.post(answer, {"answer": "accepted", "other_time": at}).json()
    assert both["errors"][0]["code"] == "one_answer"
    assert of_seller.post(answer, {"answer": "accepted"}).json()["status"] == "accepted"
    [meeting] = of_wanter.get(f"{API}/meetings/", event="wuhan").json()["results"]
    assert dt.datetime.fromisoformat(meeting["starts_at"]) == hall.slots[1]
    assert (meeting["supplier"]["name"], meeting["own"]["side"]) == (seller.company.display_name, "buyer")


def test_another_time_is_answered_by_the_side_that_asked(hall, two):
    seller, wanter, of_seller, of_wanter = two
    asked = services.request_meeting(
        by=factories.member_of(wanter.company), event=hall.event, company=wanter.company, other=seller.company
    )
    answer = f"{API}/meeting-requests/{asked.uid}/answer/"
    proposed = of_seller.post(answer, {"other_time": hall.slots[2].isoformat()}).json()
    assert (proposed["status"], proposed["answers"]) == ("pending", str(wanter.company.uid))
    assert of_wanter.post(answer, {"answer": "declined"}).json()["status"] == "declined"
    assert MeetingRequest.objects.get().status == "declined"


def test_a_request_that_the_other_never_wants_looks_like_any_other_and_reaches_nobody(hall, two):
    seller, wanter, of_seller, of_wanter = two
    hall.wish(seller, wanter, "never")
    body = {"participation": str(wanter.uid), "other": str(seller.company.uid)}
    assert of_wanter.post(f"{API}/meeting-requests/", body).json()["status"] == "pending"
    assert of_seller.get(f"{API}/meeting-requests/").json()["count"] == 0


def test_nobody_asks_in_the_name_of_a_registration_that_is_not_hers(hall, two, caller):
    seller, wanter, of_seller, _of_wanter = two
    body = {"participation": str(wanter.uid), "other": str(seller.company.uid)}
    assert of_seller.post(f"{API}/meeting-requests/", body).status_code == 404
    # The team reads every registration, and still speaks for nobody.
    assert caller(hall.organiser).post(f"{API}/meeting-requests/", body).status_code == 404
    assert MeetingRequest.objects.count() == 0


def test_the_team_books_and_moves_and_a_side_cancels(hall, two, caller):
    seller, wanter, of_seller, of_wanter = two
    team = caller(hall.organiser)
    body = {"event": "wuhan", "supplier": str(seller.company.uid), "buyer": str(wanter.company.uid)}
    body["starts_at"] = hall.slots[0].isoformat()
    assert of_seller.post(f"{API}/meetings/", body).status_code in (403, 404)
    booked = team.post(f"{API}/meetings/", body).json()
    assert (booked["status"], booked["locked"], booked["own"]) == ("planned", True, None)
    one = f"{API}/meetings/{booked['uid']}/"
    assert of_seller.post(f"{one}move/", {"starts_at": hall.slots[3].isoformat()}).status_code in (403, 404)
    moved = team.post(f"{one}move/", {"starts_at": hall.slots[3].isoformat()}).json()
    assert dt.datetime.fromisoformat(moved["starts_at"]) == hall.slots[3]
    assert of_wanter.post(f"{one}cancel/", {"why": "Ill"}).json()["status"] == "cancelled"
    found = Meeting.objects.get()
    assert (found.status, found.why_cancelled, found.cancelled_by) == ("cancelled", "Ill", "buyer")


def test_what_one_side_keeps_of_a_meeting_the_other_and_the_team_never_see(hall, two, caller):
    seller, wanter, of_seller, of_wanter = two
    meeting = hall.book(seller, wanter, 0)
    Meeting.objects.update(starts_at=hall.slots[0] - dt.timedelta(days=60))
    one = f"{API}/meetings/{meeting.uid}/"
    said = of_seller.post(f"{one}outcome/", {"outcome": "held", "rating": 4, "note": "Msecret"}).json()
    assert said["own"] == {"side": "supplier", "staff": "", "said": "held", "rating": 4, "note": "Msecret"}
    for program in (of_wanter, caller(hall.organiser)):
        assert "Msecret" not in program.get(one).content.decode()
    assert caller(factories.user()).get(one).status_code == 404


def test_meetings_are_narrowed_by_time_company_and_state(hall, two, caller):
    seller, wanter, of_seller, _of_wanter = two
    hall.book(seller, wanter, 1)
    count = lambda **params: of_seller.get(f"{API}/meetings/", **params).json()["count"]  # noqa: E731
    at, later = hall.slots[1].isoformat(), hall.slots[2].isoformat()
    assert (count(**{"from": at}), count(**{"from": later}), count(until=at), count(until=later)) == (1, 0, 0, 1)
    assert (count(company=str(wanter.company.uid)), count(company=str(uuid.uuid4())), count(status="held")) == (1, 0, 0)
    assert of_seller.get(f"{API}/meetings/", company="x").json()["errors"][0]["field"] == "company"


def test_a_key_without_the_scope_changes_nothing(hall):
    from tests.api.conftest import Caller

    reader = Caller(factories.member_of(factories.buyer()), scopes=["read"])
    refused = reader.post(f"{API}/participations/", {"event": "wuhan", "side": "buyer"})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert EventParticipation.objects.count() == 0
