"""The door: every wrong code has its sentence, devices come back from being offline, and nobody enters twice."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Attendee, Event, Scan
from matchmaker.events.services.checkin import read_code
from tests.events.conftest import Hall


@pytest.fixture
def today(hall):
    hall.move_to(timezone.now().replace(second=0, microsecond=0) - dt.timedelta(minutes=20))
    return hall


@pytest.fixture
def phone(today):
    return services.make_device(by=today.organiser, event=today.event, gate="North")[0]


def badge_of(row) -> Attendee:
    return row.attendees.get()


def scanned(code: str, minutes_ago: float = 0, key: str | None = None) -> dict:
    at = timezone.now() - dt.timedelta(minutes=minutes_ago)
    return {"key": key or str(uuid.uuid4()), "code": code, "at": at.isoformat()}


def outcome(device, *scans):
    return [(row.outcome, row.sentence) for row in services.take_scans(device=device, scans=scans)]


def refusal_of(hall, code: str) -> Refused:
    with pytest.raises(Refused) as refused:
        services.check_in(by=hall.organiser, event=hall.event, code=code)
    return refused.value


def test_each_wrong_code_has_a_sentence_of_its_own(today):
    other = Hall(slug="other", campaign=today.event.campaign)
    elsewhere, waiting, gone = other.comes("supplier"), today.comes("supplier"), today.comes("supplier")
    replaced, inside = today.comes("buyer"), today.comes("buyer")
    services.withdraw_from_event(by=today.organiser, participation=gone)
    waiting.status = "waiting"
    waiting.save(update_fields=["status"])
    old = badge_of(replaced).code
    services.reissue_badge(by=today.organiser, person=badge_of(replaced))
    services.check_in(by=today.organiser, event=today.event, code=badge_of(inside).code, gate="North")
    codes = ["", "0000000000", badge_of(elsewhere).code, badge_of(waiting).code, badge_of(gone).code, old]
    found = [refusal_of(today, code) for code in [*codes, badge_of(inside).code, "A" * 8192]]
    assert [one.code for one in found] == [
        *("code_missing", "code_unknown", "other_event", "waiting", "withdrawn", "badge_revoked"),
        *("used_already", "code_unknown"),
    ]
    assert len({one.message for one in found}) == 7  # the endless code is unknown too
    assert "gate North" in found[6].message


def test_the_wrong_day_is_said(hall):
    assert refusal_of(hall, badge_of(hall.comes("buyer")).code).code == "other_day"


def test_a_new_badge_lets_in_and_the_old_one_does_not(today):
    person = badge_of(today.comes("buyer"))
    old = person.code
    new = services.reissue_badge(by=today.organiser, person=person).code
    assert refusal_of(today, old).code == "badge_revoked"
    assert services.check_in(by=today.organiser, event=today.event, code=new).pk == person.pk


@pytest.mark.parametrize("typed", ["7K3M-9X2P QA", "7k3m9x2pqa", "https://site.example/gate/b/7K3M9X2PQA/"])
def test_a_code_is_read_however_it_is_typed(typed):
    assert read_code(typed) == "7K3M9X2PQA"


def test_two_phones_offline_let_the_same_person_in_once_and_the_second_is_shown(today, phone):
    second, _secret = services.make_device(by=today.organiser, event=today.event, gate="South")
    person = badge_of(today.comes("supplier"))
    assert outcome(phone, scanned(person.code, 15)) == [("entered", "Welcome.")]
    late = outcome(second, scanned(person.code, 12))
    assert late[0][0] == "again"
    assert late[0][1].endswith("gate North.")
    person.refresh_from_db()
    assert person.gate == "North"
    assert Scan.objects.filter(outcome="again", seen_at__isnull=True).count() == 1


def test_scans_sent_again_after_a_lost_answer_count_once(today, phone):
    people = [badge_of(today.comes("buyer")) for _n in range(3)]
    scans = [scanned(person.code, 30 - n) for n, person in enumerate(people)]
    first = services.take_scans(device=phone, scans=scans)
    assert services.take_scans(device=phone, scans=scans) == first
    assert Scan.objects.count() == 3
    assert Attendee.objects.filter(checked_in_at__isnull=False).count() == 3


def test_people_enter_at_the_time_of_the_scan_and_no_clock_runs_ahead(today, phone):
    early, ahead = badge_of(today.comes("buyer")), badge_of(today.comes("buyer"))
    services.take_scans(device=phone, scans=[scanned(early.code, 15), scanned(ahead.code, -300)])
    early.refresh_from_db()
    ahead.refresh_from_db()
    assert dt.timedelta(minutes=14) < timezone.now() - early.checked_in_at < dt.timedelta(minutes=16)
    assert ahead.checked_in_at <= timezone.now()


def test_a_phone_taken_out_of_service_sends_nothing_more(today, phone):
    services.revoke_device(by=today.organiser, device=phone)
    with pytest.raises(Refused) as refused:
        services.take_scans(device=phone, scans=[scanned("7K3M9X2PQA")])
    assert refused.value.code == "device_revoked"


@pytest.mark.parametrize("bad", [{}, {"key": "x", "code": "A", "at": "now"}, {"key": 1, "code": [], "at": {}}])
def test_a_scan_that_is_none_is_refused(phone, bad):
    with pytest.raises(Refused) as refused:
        services.take_scans(device=phone, scans=[bad])
    assert refused.value.code == "bad_scan"


def test_the_list_for_the_door_holds_no_code_that_opens_it(today, phone):
    person = badge_of(today.comes("supplier"))
    listed = services.door_list(today.event)
    assert [(row["name"], row["state"], row["at"]) for row in listed] == [(person.name, "registered", None)]
    assert person.code not in str(listed)


def test_strangers_make_no_keys(today):
    with pytest.raises(Refused) as refused:
        services.make_device(by=today.comes("buyer").company.members.get(), event=today.event, gate="Mine")
    assert refused.value.status == 404
    assert Event.objects.get().gate_devices.count() == 0


@pytest.fixture
def stays_away(today):
    """A supplier with a meeting to come, marked as not coming, and the buyer of that meeting."""
    supplier, buyer = today.comes("supplier"), today.comes("buyer")
    today.book(supplier, buyer, 2)
    services.mend_plan(by=today.organiser, event=today.event, companies=[supplier.company])
    supplier.refresh_from_db()
    return supplier, buyer


def test_a_company_marked_as_not_coming_is_sent_to_the_desk(today, phone, stays_away):
    supplier, buyer = stays_away
    (verdict,) = services.take_scans(device=phone, scans=[scanned(badge_of(supplier).code)])
    name = supplier.company.display_name
    assert (verdict.outcome, verdict.sentence) == ("refused", f"{name} is marked as not coming: send to the desk.")
    assert badge_of(supplier).checked_in_at is None
    states = {row["company"]: row["state"] for row in services.door_list(today.event)}
    assert states == {name: "not_coming", buyer.company.display_name: "registered"}


def test_a_company_that_is_late_is_let_in(today, phone):
    late = today.comes("supplier")
    services.mend_plan(by=today.organiser, event=today.event, companies=[late.company], until=today.slots[3])
    assert outcome(phone, scanned(badge_of(late).code)) == [("entered", "Welcome.")]


def test_a_company_that_came_after_all_enters_and_its_meeting_can_be_held(today, phone, stays_away):
    supplier, buyer = stays_away
    services.mark_present(by=today.organiser, participation=supplier)
    assert outcome(phone, scanned(badge_of(supplier).code)) == [("entered", "Welcome.")]
    (meeting,) = services.to_hold_again(supplier)
    assert (meeting.buyer, meeting.starts_at) == (buyer.company, today.slots[2])
    today.book(supplier, today.comes("buyer"), 2)  # its time is taken
    assert services.to_hold_again(supplier) == []


def test_here_after_all_can_be_taken_back(today, stays_away):
    supplier, _buyer = stays_away
    before = list(supplier.absent)
    services.mark_present(by=today.organiser, participation=supplier)
    services.take_back(by=today.organiser, change=today.event.change_to_take_back)
    supplier.refresh_from_db()
    assert supplier.absent == before
    assert before


def test_scans_are_not_in_the_record_of_decisions(today, phone):
    row = today.comes("buyer")
    services.take_scans(device=phone, scans=[scanned(badge_of(row).code)])
    assert not AuditEntry.objects.filter(verb="check_in").exists()
    assert badge_of(row).gate == "North"
