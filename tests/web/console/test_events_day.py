"""The screen of the day, walk-ins, halls, booths and the event's lists."""

import csv
import datetime as dt
import io
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from openpyxl import load_workbook

from matchmaker.campaigns.models import Organiser
from matchmaker.companies.models import Company
from matchmaker.events import calendar, services
from matchmaker.events.models import Event, Meeting
from matchmaker.web.console.events import board as boards
from matchmaker.web.console.events import event, today
from tests import factories

HALL_FIELDS = {"name": {"en": "Hall A", "zh-hans": "一号馆"}, "tables": 1}


def page(name, *args):
    return reverse(name, args=["wuhan", *args])


@pytest.fixture
def console(client, hall):
    client.force_login(hall.organiser)
    return client


@pytest.fixture
def pairs(hall):
    return [hall.comes("supplier") for _n in range(2)], [hall.comes("buyer") for _n in range(2)]


def begin(hall, minutes_ago: int) -> None:
    hall.move_to(timezone.now().replace(second=0, microsecond=0) - dt.timedelta(minutes=minutes_ago))


def lists(console, what: str) -> list[list[str]]:
    content = console.get(page("console_event_export", what, "csv")).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


def test_matches_of_the_participants_are_a_list_without_private_demands(console, hall, pairs):
    seller, buyer = pairs[0][0].company, pairs[1][0].company
    product = factories.product(seller)
    for kind in ("public", "private"):
        demand = factories.demand(buyer, lines=1, title=f"Rice, {kind}", visibility=kind)
        factories.match(product, demand.lines.get())
    factories.match(product, factories.line(factories.demand()))  # its buyer does not come
    _head, *rows = lists(console, "matches")
    assert [(row[0], row[3], row[4]) for row in rows] == [(seller.display_name, buyer.display_name, "Rice, public")]
    assert "matches.csv" in console.get(page("console_event_participants")).text


def test_the_day_shows_who_sits_where_who_is_missing_and_which_tables_are_free(console, hall, pairs):
    hall.book(pairs[0][0], pairs[1][0], 0)
    hall.book(pairs[0][1], pairs[1][1], 1)
    begin(hall, 5)
    services.check_in(by=hall.organiser, event=hall.event, code=pairs[0][0].attendees.get().code)
    shown = console.get(page("console_event_today")).context
    now, coming = shown["parts"]
    assert [[side["here"] for side in row["sides"]] for row in now["rows"]] == [[True, False]]
    assert (now["free"], [row["meeting"].table for row in coming["rows"]]) == ([2], [1])
    assert [(one["row"].company, one["overdue"]) for one in shown["late"]] == [
        (pairs[1][0].company, True),
        (pairs[0][1].company, False),
        (pairs[1][1].company, False),
    ]
    assert [figure["value"] for figure in shown["figures"]] == [1, 1, 1, 1]


def test_nobody_is_late_before_the_day(console, hall, pairs):
    hall.book(pairs[0][0], pairs[1][0], 0)
    late = console.get(page("console_event_today")).context["figures"][3]
    assert (late["value"], late["first"]) == (0, False)


def test_a_company_that_does_not_come_is_mended_around_by_the_page(console, hall, pairs):
    gone = hall.book(pairs[0][0], pairs[1][0], 0)
    kept = hall.book(pairs[0][1], pairs[1][1], 0)
    mend, sent = page("console_event_mend"), {"until": "", "who": str(pairs[0][0].uid)}
    preview = console.post(mend, sent)
    assert [(label, len(rows)) for label, rows in preview.context["parts"]] == [
        ("Called off", 1),
        ("New, in the freed time", 0),
        ("Moved", 0),
    ]
    active = Meeting.objects.of(hall.event).active()
    before = active.count()
    console.post(mend, sent | {"expected": "another"})
    assert active.count() == before  # the meetings have changed meanwhile: look again
    console.post(mend, sent | {"expected": preview.context["preview"].fingerprint})
    gone.refresh_from_db()
    assert gone.status == "cancelled"
    assert list(Meeting.objects.active().filter(pk=kept.pk).values_list("starts_at", "table")) == [(hall.slots[0], 2)]


def test_a_walk_in_is_shown_whom_it_could_meet_and_booked_with_one_tap(console, hall, pairs):
    hall.book(pairs[0][0], pairs[1][0], 0)
    new = hall.comes("supplier")
    places = console.get(page("console_event_today"), {"place": str(new.uid)}).context["places"]
    assert {one["place"].other.company for one in places} == {row.company for row in pairs[1]}
    first = places[0]
    sent = {"other": str(first["place"].other.uid), "slot": first["instant"]}
    console.post(page("console_event_place", new.uid), sent)
    booked = Meeting.objects.get(supplier=new.company)
    assert (booked.buyer, booked.starts_at.isoformat()) == (first["place"].other.company, first["instant"])


def test_halls_number_their_tables_through_and_agendas_name_the_hall(console, hall, pairs):
    services.set_halls(
        by=hall.organiser,
        event=hall.event,
        halls=[HALL_FIELDS, {"name": {"en": "Hall B", "zh-hans": "二号馆"}, "tables": 2}],
    )
    event = Event.objects.get(pk=hall.event.pk)
    assert (event.tables, [event.place_of(table) for table in (1, 2, 3, 4)]) == (3, ["Hall A", "Hall B", "Hall B", ""])
    for supplier, buyer in zip(*pairs, strict=True):
        hall.book(supplier, buyer, 0)
    assert [row[4:6] for row in lists(console, "meetings")[1:]] == [["1", "Hall A"], ["2", "Hall B"]]


def test_a_meeting_is_held_at_the_booth_of_the_one_who_has_one(console, client, hall, pairs):
    meeting = hall.book(pairs[0][0], pairs[1][0], 0)
    fields = {str(row.uid): "" for side in pairs for row in side} | {str(pairs[0][0].uid): " B  12 "}
    answer = console.post(page("console_event_booths"), fields)
    assert answer["Location"] == page("console_event_booths")
    assert Meeting.objects.for_agenda().get().booth == Meeting.objects.get().booth == "B 12"
    assert b"LOCATION:Booth B 12\\, Wuhan" in calendar.feed(pairs[1][0])
    client.force_login(factories.member_of(pairs[1][0].company))
    assert "Booth B 12" in client.get(page("meetings_event")).content.decode()
    assert "<dd>Booth B 12</dd>" in client.get(reverse("meetings_meeting", args=[meeting.uid])).content.decode()


def test_a_booth_holds_one_company_and_what_was_typed_is_kept(console, pairs):
    first, second = pairs[0]
    answer = console.post(page("console_event_booths"), {str(first.uid): "C1", str(second.uid): "c1"})
    assert answer.status_code == 422
    assert [(one["row"].booth, one["problem"]) for one in answer.context["rows"] if one["row"].side == "supplier"] == [
        ("C1", ""),
        ("c1", "Booth c1 has a company already."),
    ]
    first.refresh_from_db()
    assert first.booth == ""


def test_participants_and_meetings_are_taken_along_as_files(console, hall, pairs):
    hall.book(pairs[0][0], pairs[1][0], 1)
    Company.objects.filter(pk=pairs[1][0].company.pk).update(contact_wechat="wangmin-wuhan")
    people = lists(console, "participants")
    assert dict(zip(people[0], people[1], strict=True))["WeChat ID"] == "wangmin-wuhan"
    assert [row[0] for row in people[1:]] == [row.company.display_name for row in (*pairs[1], *pairs[0])]
    assert [row[13] for row in people[1:]] == ["1", "0", "1", "0"]
    sheet = load_workbook(io.BytesIO(console.get(page("console_event_export", "meetings", "xlsx")).content)).active
    head, row = sheet.iter_rows(values_only=True)
    found = dict(zip(head, row, strict=False))
    assert (found["Begins"], found["Supplier"], found["State"]) == (
        "09:30",
        pairs[0][0].company.display_name,
        "planned",
    )
    assert console.get(page("console_event_export", "wishes", "csv")).status_code == 404


def test_lists_with_contacts_are_for_those_who_run_the_event(client, hall, pairs):
    for person in (
        factories.organiser(hall.event.campaign, role=Organiser.Role.STAFF),
        factories.member_of(pairs[0][0].company),
    ):
        client.force_login(person)
        assert client.get(page("console_event_export", "participants", "csv")).status_code == 404
        assert client.get(page("console_event_booths")).status_code == 404


def test_what_an_agenda_shows_costs_the_same_for_two_meetings_as_for_eight(hall, django_assert_num_queries):
    services.set_halls(by=hall.organiser, event=hall.event, halls=[{**HALL_FIELDS, "tables": 8}])
    rows = [(hall.comes("supplier"), hall.comes("buyer")) for _n in range(8)]
    for number, pair in enumerate(rows):
        hall.book(*pair, number % 4)
    with django_assert_num_queries(2):
        places = [(row.booth, row.event.place_of(row.table)) for row in Meeting.objects.for_agenda()]
    assert places == [("", "Hall A")] * 8


def test_late_companies_are_searched_filtered_and_paged_and_ticked_together(console, hall):
    suppliers = [hall.comes("supplier") for _n in range(4)]
    buyers = [hall.comes("buyer") for _n in range(4)]
    for supplier, buyer, slot in zip(suppliers, buyers, (0, 0, 1, 1), strict=True):
        hall.book(supplier, buyer, slot)
    begin(hall, 5)
    shown = console.get(page("console_event_today"), {"side": "buyer", "overdue": "1"}).context
    assert ({one["row"].pk for one in shown["late"]}, shown["late_count"]) == ({buyers[0].pk, buyers[1].pk}, 8)
    Company.objects.filter(pk=buyers[0].company_id).update(contact_phone="+86 27 5550 0168")
    whole = console.get(page("console_event_today")).content.decode()
    assert '<bdi dir="ltr">+86 27 5550 0168</bdi>' in whole  # in Arabic a number without it reads backwards
    name = suppliers[3].company.legal_name
    assert [one["row"].pk for one in console.get(page("console_event_today"), {"q": name}).context["late"]] == [
        suppliers[3].pk
    ]
    both = [str(suppliers[2].uid), str(suppliers[3].uid)]
    preview = console.post(page("console_event_mend"), {"who": both, "until": ""})
    assert (len(preview.context["preview"].cancelled), preview.context["concerned"].companies) == (2, 4)
    console.post(
        page("console_event_mend"), {"who": both, "until": "", "expected": preview.context["preview"].fingerprint}
    )
    absent = console.get(page("console_event_today")).context["absent"]
    assert [(one["row"].pk, one["back"]) for one in absent] == [(suppliers[2].pk, None), (suppliers[3].pk, None)]
    answer = console.post(page("console_event_present", suppliers[2].uid))
    assert answer["Location"].endswith(f"?place={suppliers[2].uid}#walk-in")
    assert len(console.get(page("console_event_today")).context["absent"]) == 1


def test_without_a_tick_nothing_is_mended(console, hall, pairs):
    hall.book(pairs[0][0], pairs[1][0], 0)
    assert console.post(page("console_event_mend"), {"until": ""}).status_code == 302
    assert Meeting.objects.active().count() == 1


def test_publishing_withdrawing_and_cancelling_ask_first_and_are_taken_back_on_the_page(console, hall, pairs):
    hall.wish(pairs[0][0], pairs[1][0], "must")
    hall.wish(pairs[0][1], pairs[1][1], "must")
    draft = hall.plan()
    publish = page("console_event_plan_publish", draft.uid)
    preview = console.get(publish)
    assert [figure["value"] for figure in preview.context["figures"]] == ["2", "0", "0", "0", "4", "4"]
    assert not Meeting.objects.exists()
    console.post(publish, {"expected": "another"})
    assert not Meeting.objects.exists()
    console.post(publish, {"expected": preview.context["expected"]})
    assert Meeting.objects.active().count() == 2
    step = hall.event.change_to_take_back
    assert page("console_event_take_back", step.uid) in console.get(page("console_event_meetings")).content.decode()
    console.post(page("console_event_take_back", step.uid))
    assert not Meeting.objects.exists()
    console.post(publish)
    withdraw = page("console_event_plan_withdraw", draft.uid)
    assert [figure["value"] for figure in console.get(withdraw).context["figures"]] == ["2", "4", "4"]
    console.post(withdraw)
    assert not Meeting.objects.active().exists()
    hall.book(pairs[0][0], pairs[1][0], 0)
    cancel = page("console_event_cancel")
    assert [figure["value"] for figure in console.get(cancel).context["figures"]] == ["1", "2", "2"]
    assert Event.objects.get().status == "published"
    console.post(cancel)
    assert (Event.objects.get().status, Meeting.objects.active().count()) == ("cancelled", 0)


@pytest.mark.django_db(transaction=True)
def test_letters_of_a_cancellation_are_sent_after_it(console, hall, monkeypatch):
    """The sending was started before the event was cancelled, and found nothing to send."""
    states = []
    monkeypatch.setattr(event, "start_delivery", lambda: states.append(Event.objects.get().status))
    console.post(page("console_event_cancel"))
    assert states == ["cancelled"]


def test_each_agenda_is_printed_in_the_language_of_its_company(console, hall, pairs):
    meeting = hall.book(pairs[0][0], pairs[1][0], 0)
    type(meeting.supplier).objects.filter(pk=meeting.supplier_id).update(language="fr")
    type(meeting.buyer).objects.filter(pk=meeting.buyer_id).update(language="ar")
    sheets = {
        one["company"].pk: one["language"] for one in console.get(page("console_event_agendas")).context["sheets"]
    }
    assert sheets == {meeting.supplier_id: "fr", meeting.buyer_id: "ar"}
    html = console.get(page("console_event_agendas")).content.decode()
    assert 'lang="fr" dir="ltr"' in html
    assert 'lang="ar" dir="rtl"' in html
    with override("fr"):
        assert f'<th scope="col">{gettext("Who goes")}</th>' in html


def test_with_many_companies_a_walk_in_is_searched_for_and_a_slot_shows_its_first_tables(
    console, hall, pairs, monkeypatch
):
    monkeypatch.setattr(today, "IN_A_LIST", 1)
    monkeypatch.setattr(today, "MEETINGS_SHOWN", 0)
    name = pairs[0][0].company.legal_name
    shown = console.get(page("console_event_today"))
    assert list(shown.context["registered"]) == []
    assert 'name="walk_in"' in shown.text
    found = console.get(page("console_event_today"), {"walk_in": name.upper()}).context["registered"]
    assert [row.company for row in found] == [pairs[0][0].company]
    for part in shown.context["parts"]:
        assert (part["rows"], part.get("more", 0)) == ([], part["count"])


def test_the_day_reads_no_list_of_all_companies_but_those_it_needs(console, hall, pairs):
    """An event has thousands of them: where none is at risk, whom they could meet is not looked for."""
    hall.book(pairs[0][0], pairs[1][0], 0)
    hall.book(pairs[0][1], pairs[1][1], 1)
    begin(hall, 5)
    with CaptureQueriesContext(connection) as seen:
        shown = console.get(page("console_event_today"), {"q": pairs[0][0].company.legal_name})
    assert [one["row"].company for one in shown.context["late"]] == [pairs[0][0].company]
    assert len(seen) <= 35
    of_meetings = [query["sql"] for query in seen if query["sql"].startswith('SELECT "events_meeting"."id"')]
    assert not [sql for sql in of_meetings if '"legal_name"' in sql and '"companies_company"."about"' in sql]


def test_meetings_are_counted_once_by_state_and_slot_and_their_companies_read_by_name_alone(console, hall, pairs):
    hall.book(pairs[0][0], pairs[1][0], 0)
    called_off = hall.book(pairs[0][1], pairs[1][1], 1)
    Meeting.objects.filter(pk=called_off.pk).update(status=Meeting.Status.CANCELLED)
    with CaptureQueriesContext(connection) as seen:
        shown = console.get(page("console_event_meetings"))
    figures = {str(figure["label"]): figure["value"] for figure in shown.context["figures"]}
    assert (figures["planned"], figures["cancelled"]) == ("1", "1")
    slots = [row["cells"] for day in shown.context["board"]["days"] for row in day["rows"]]
    assert [sum(1 for cell in cells if cell) for cells in slots] == [1]
    address = reverse("console_event_meeting", args=["wuhan", Meeting.objects.exclude(pk=called_off.pk).get().uid])
    assert f'href="{address}"' in shown.text
    of_meetings = [query["sql"] for query in seen if 'FROM "events_meeting"' in query["sql"]]
    assert len(of_meetings) == 4  # by state and slot, by company, those of the page, those in dispute


def test_the_board_of_meetings_reads_in_full_only_what_its_page_shows(console, hall, pairs, monkeypatch):
    hall.book(pairs[0][0], pairs[1][0], 0)
    hall.book(pairs[0][1], pairs[1][1], 1)
    monkeypatch.setattr(boards, "_rows_a_page", lambda slots, view: 1)
    seen = []
    for number in (1, 2):
        board = console.get(page("console_event_meetings"), {"rows": number}).context["board"]
        rows = [row for day in board["days"] for row in day["rows"]]
        seen += {row["company"] for row in rows}
        assert all(one is None or one["cell"].supplier == rows[0]["company"] for one in rows[0]["cells"])
    assert len(set(seen)) == 2


def test_a_company_at_the_gate_that_was_marked_as_not_coming_stands_first_on_the_day(console, hall, pairs):
    supplier, buyer = pairs[0][0], pairs[1][0]
    hall.book(supplier, buyer, 2)
    begin(hall, 5)
    services.mend_plan(by=hall.organiser, event=hall.event, companies=[supplier.company])
    device, _secret = services.make_device(by=hall.organiser, event=hall.event, gate="North")
    code = supplier.attendees.get().code
    services.take_scans(device=device, scans=[{"key": str(uuid4()), "code": code, "at": timezone.now().isoformat()}])

    shown = console.get(page("console_event_today"))
    assert [one["row"].company for one in shown.context["arrived"]] == [supplier.company]
    assert "send to the desk" in console.post(page("console_event_checkin"), {"code": code}).text

    answer = console.post(page("console_event_present", supplier.uid), follow=True)
    assert answer.context["arrived"] == []
    assert [one["company"] for one in answer.context["again"]] == [buyer.company]
    assert "You can take it back until" in answer.text


def test_the_preview_says_whether_it_can_be_taken_back(console, hall, pairs):
    supplier = pairs[0][0]
    hall.book(supplier, pairs[1][0], 2)
    sent = {"who": str(supplier.uid)}
    at_once = "This cannot be taken back."
    assert "Until then you can take it back" in console.post(page("console_event_mend"), sent).text
    begin(hall, 56)  # the meeting begins in four minutes
    near = console.post(page("console_event_mend"), sent).text
    assert at_once in near
    assert "Until then you can take it back" not in near


def test_publishing_a_plan_near_its_first_meeting_says_that_it_cannot_be_taken_back(console, hall, pairs):
    hall.wish(pairs[0][0], pairs[1][0], "must")
    hall.wish(pairs[1][0], pairs[0][0], "must")
    draft = hall.plan()
    assert draft.meetings_count
    address = page("console_event_plan_publish", draft.uid)
    assert "Until then you can take it back" in console.get(address).text


def test_an_interpreter_who_does_not_come_is_shown_first_and_then_replaced(console, hall, pairs):
    people = [
        services.add_interpreter(by=hall.organiser, event=hall.event, name=name, languages=["zh", "th"])
        for name in ("Li Wen", "Zhao Min")
    ]
    meeting = hall.book(pairs[0][0], pairs[1][0], 2)
    hall.event.participations.filter(side="supplier").update(languages=["th"])
    hall.event.participations.filter(side="buyer").update(languages=["zh"])
    Meeting.objects.update(interpreter=people[0])
    assert "Interpreter does not come" in console.get(page("console_event_today")).text
    sent = {"interpreter": str(people[0].uid), "since": hall.slots[1].isoformat()}
    shown = console.post(page("console_event_without"), sent)
    assert shown.context["seats"][0]["names"] == ["Li Wen", "Zhao Min"]
    meeting.refresh_from_db()
    assert meeting.interpreter == people[0]
    console.post(page("console_event_without"), dict(shown.context["sent"]))
    meeting.refresh_from_db()
    assert meeting.interpreter == people[1]


def test_closed_tables_are_typed_as_a_person_writes_them_and_opened_again(console, hall, pairs):
    meeting = hall.book(pairs[0][0], pairs[1][0], 2)
    wrong = console.post(page("console_event_without"), {"tables": "the red one"}, follow=True).text
    assert "Write the numbers of the tables" in wrong
    shown = console.post(page("console_event_without"), {"tables": "1 - 1, 1"})
    assert shown.context["seats"][0]["tables"] == (1, 2)
    console.post(page("console_event_without"), dict(shown.context["sent"]))
    meeting.refresh_from_db()
    assert meeting.table == 2
    assert "Closed tables: 1" in console.get(page("console_event_today")).text
    console.post(page("console_event_open_tables"))
    hall.event.refresh_from_db()
    assert hall.event.closed_tables == []


def test_a_meeting_takes_another_table_on_its_page(console, hall, pairs):
    meeting = hall.book(pairs[0][0], pairs[1][0], 2)
    shown = console.get(page("console_event_meeting", meeting.uid))
    assert shown.context["free_tables"] == [2]
    console.post(page("console_event_meeting_change", meeting.uid), {"act": "table", "table": "2"})
    meeting.refresh_from_db()
    assert meeting.table == 2
