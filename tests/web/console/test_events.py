"""From registrations to a published plan, by the pages alone."""

import io
import json
import re
import zipfile

import pytest
from django.urls import reverse

from matchmaker.campaigns.models import Organiser
from matchmaker.events import services
from matchmaker.events.models import Meeting, PlanDraft
from matchmaker.events.services import pack
from tests import factories

PLAN = {
    "target_gap": "0.0",
    "floor": "1",
    "fair_bonus": "300",
    "most": "12",
    "supplier_share": "100",
    "buyer_share": "100",
}


@pytest.fixture
def crowd(hall):
    rows = [hall.comes("supplier") for _n in range(2)], [hall.comes("buyer") for _n in range(2)]
    for supplier in rows[0]:
        for buyer in rows[1]:
            hall.wish(supplier, buyer, "must")
    return rows


@pytest.fixture
def console(client, hall):
    client.force_login(hall.organiser)
    return client


def page(name, *args):
    return reverse(name, args=["wuhan", *args])


@pytest.mark.slow
def test_an_organiser_plans_reads_changes_compares_and_publishes(console, hall, crowd):
    assert console.post(page("console_event_plan_start"), {**PLAN, "seconds": "1"}).status_code == 302
    draft = PlanDraft.objects.get()
    assert b'class="job is-waiting"' in console.get(page("console_event_plan_progress", draft.uid)).content
    assert services.compute_plan()
    assert b'class="job is-done"' in console.get(page("console_event_plan_progress", draft.uid)).content
    for view in ("supplier", "buyer", "table"):
        shown = console.get(page("console_event_plan", draft.uid), {"by": view})
        rows = [row for day in shown.context["board"]["days"] for row in day["rows"]]
        assert sum(1 for row in rows for cell in row["cells"] if cell) == 4
    assert shown.context["figures"][1]["value"] == "0.000%"
    assert shown.context["figures"][2]["note"] == "The floor costs at most 0.00% of what meetings are worth."
    draft.refresh_from_db()
    s, b, slot, _table = draft.result["meetings"][0]
    pair = page("console_event_plan_pair", draft.uid, s, b)
    best = console.get(pair).context["best"]
    assert len(best) == 3
    assert all(one["slot"] != slot for one in best)
    console.post(pair, {"act": "lock"})
    console.post(page("console_event_plan_start"), {**PLAN, "seconds": "1", "base": str(draft.uid)})
    services.compute_plan()
    second = PlanDraft.objects.first()
    compared = console.get(page("console_event_plan", second.uid), {"with": str(draft.uid)}).context["compared"]
    assert (compared["found"].only_here, compared["found"].only_there) == (0, 0)
    answer = console.post(page("console_event_plan_publish", second.uid))
    assert answer["Location"] == page("console_event_meetings")
    assert Meeting.objects.active().count() == 4
    assert console.get(page("console_event_meetings")).status_code == 200
    assert console.get(page("console_event_agendas")).content.count(b'class="print-sheet print-page"') == 4


def test_options_out_of_bounds_are_said_beside_their_field(console, crowd):
    answer = console.post(page("console_event_plan_start"), {**PLAN, "seconds": "9999"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"seconds"}
    assert not PlanDraft.objects.exists()


def test_a_published_meeting_is_moved_by_the_form_with_what_stands_in_the_way(console, hall, crowd):
    meeting = hall.book(crowd[0][0], crowd[1][0], 0)
    hall.book(crowd[0][0], crowd[1][1], 1)
    shown = console.get(page("console_event_meeting", meeting.uid)).context
    taken = next(one for one in (*shown["best"], *shown["rest"]) if one["starts_at"] == hall.slots[1])
    name = crowd[0][0].company.display_name
    assert taken["conflicts"][0].startswith(f"{name} meets ")
    change = page("console_event_meeting_change", meeting.uid)
    console.post(change, {"act": "move", "slot": hall.slots[1].isoformat()})
    meeting.refresh_from_db()
    assert meeting.starts_at == hall.slots[0]
    console.post(change, {"act": "move", "slot": hall.slots[2].isoformat()})
    meeting.refresh_from_db()
    assert meeting.starts_at == hall.slots[2]


@pytest.mark.slow
def test_badges_and_signs_are_pdf_with_the_fonts_their_names_need(console, hall, crowd):
    people = [row.attendees.get() for side in crowd for row in side]
    for person, name in zip(people, ("ليلى الحسن", "陈敏", "Claire Morel", "김민수"), strict=True):
        person.name = name
        person.save(update_fields=["name"])
    badges = console.get(page("console_event_badges"))
    assert (badges["Content-Type"], badges.content[:5]) == ("application/pdf", b"%PDF-")
    assert set(re.findall(rb"[+](NotoSans[A-Z]*[a-z]*)", badges.content)) == {
        *(b"NotoSans", b"NotoSansArabic", b"NotoSansKR", b"NotoSansSC")
    }
    signs = console.get(page("console_event_signs")).content
    assert re.findall(rb"/Count (\d+)", signs) == [b"1"]  # two tables, two signs to a sheet


def test_the_venues_pack_is_signed_and_a_changed_one_is_refused(console, hall, crowd):
    hall.book(crowd[0][0], crowd[1][0], 0)
    sealed = console.get(page("console_event_pack")).content
    assert pack.find_damage(sealed) is None
    with zipfile.ZipFile(io.BytesIO(sealed)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    listed = json.loads(files["venue.json"])
    assert len(listed["people"]) == 4
    assert [row["table"] for row in listed["meetings"]] == [1]
    files["venue.json"] = files["venue.json"].replace(b'"table": 1', b'"table": 2')
    forged = io.BytesIO()
    with zipfile.ZipFile(forged, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    assert pack.find_damage(forged.getvalue()) == "Changed since it was sealed: venue.json."
    assert pack.find_damage(b"nothing") == "This is not a pack of this site."


def test_a_pack_with_a_second_file_of_a_name_or_another_key_is_refused(console, hall):
    sealed = console.get(page("console_event_pack")).content
    with zipfile.ZipFile(io.BytesIO(sealed)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    twice, other_key = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive:
        for name, data in {**files, "venue.json": b"{}"}.items():
            archive.writestr(name, data)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("venue.json", files["venue.json"])  # programs differ in which of the two they unpack
    with zipfile.ZipFile(other_key, "w") as archive:
        for name, data in {**files, pack.KEY: b"another"}.items():
            archive.writestr(name, data)
    assert pack.find_damage(twice.getvalue()) == "The pack holds files twice: ['venue.json']."
    assert pack.find_damage(other_key.getvalue()) == "public-key.pem is not the key of this site."


def test_the_door_says_what_is_wrong_and_keeps_the_code(console, crowd):
    answer = console.post(page("console_event_checkin"), {"code": "0000000000"})
    assert answer.status_code == 422
    assert (answer.context["refusal"].code, answer.context["code"]) == ("code_unknown", "0000000000")
    prefilled = console.get(page("console_event_checkin"), {"code": "ABCDEFGHJK"})
    assert prefilled.context["code"] == "ABCDEFGHJK"


def test_a_walk_in_and_an_interpreter_are_added(console, hall):
    company = factories.supplier()
    hall.event.campaign.participations.create(company=company, side="supplier")
    console.post(page("console_event_add"), {"company": company.pk, "side": "supplier"})
    assert hall.event.participations.get().company == company
    one = console.post(page("console_event_interpreter"), {"name": "Layla", "languages": ["ar"]})
    assert one.status_code == 422
    console.post(page("console_event_interpreter"), {"name": "Layla", "languages": ["ar", "zh"]})
    layla = hall.event.interpreters.get()
    assert set(layla.languages) == {"ar", "zh"}
    address = page("console_event_interpreter_hours", layla.uid)
    assert [slot["free"] for day in console.get(address).context["days"] for slot in day["slots"]] == [True] * 4
    console.post(address, {"free": [slot.isoformat() for slot in hall.slots[1:]]})
    layla.refresh_from_db()
    assert layla.away == [hall.slots[0].isoformat()]


@pytest.mark.parametrize(
    "name", ["console_event_participants", "console_event_plans", "console_event_meetings", "console_event_checkin"]
)
def test_event_staff_look_but_do_not_plan_and_strangers_find_nothing(client, hall, crowd, name):
    client.force_login(factories.organiser(hall.event.campaign, role=Organiser.Role.STAFF))
    assert client.get(page(name)).status_code == 200
    assert client.post(page("console_event_plan_start"), PLAN).status_code == 404
    client.force_login(factories.member_of(crowd[0][0].company))
    assert client.get(page(name)).status_code == 404
