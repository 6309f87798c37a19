import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from matchmaker.companies import members
from matchmaker.companies.models import Membership
from matchmaker.events import services
from matchmaker.events.models import Attendee, EventParticipation, MeetingRequest, Wish
from tests import factories


@pytest.fixture
def pair(hall):
    return hall.comes("supplier"), hall.comes("buyer")


def signed_in(client, row):
    client.force_login(factories.member_of(row.company))
    return client


def test_a_company_registers_and_reaches_its_page(client, hall):
    company = factories.supplier()
    client.force_login(factories.member_of(company))
    address = reverse("meetings_register", args=["wuhan"])
    assert client.get(address).status_code == 200
    sent = {
        "side": "supplier",
        "people": "Malee Srisuk, sales\nSomchai",
        "languages": ["th", "en"],
        "seeks": "Importers",
    }
    answer = client.post(address, sent, follow=True)
    row = EventParticipation.objects.get(company=company)
    assert answer.redirect_chain == [(reverse("meetings_event", args=["wuhan"]), 302)]
    assert list(row.attendees.values_list("name", "role")) == [("Malee Srisuk", "sales"), ("Somchai", "")]


def test_what_was_typed_is_kept_when_registration_is_refused(client, hall):
    company = factories.supplier()
    client.force_login(factories.member_of(company))
    answer = client.post(reverse("meetings_register", args=["wuhan"]), {"side": "supplier", "people": "Malee"})
    assert answer.status_code == 200
    assert answer.context["form"]["people"].value() == "Malee"
    assert answer.context["form"].errors.keys() == {"languages"}


@pytest.mark.parametrize("name", ["meetings_event", "meetings_companies", "meetings_availability", "meetings_details"])
def test_pages_of_an_event_answer_those_who_come(client, pair, name):
    assert signed_in(client, pair[0]).get(reverse(name, args=["wuhan"])).status_code == 200


@pytest.mark.parametrize("name", ["meetings_companies", "meetings_availability", "meetings_details", "meetings_print"])
def test_pages_of_an_event_do_not_exist_for_those_who_do_not_come(client, pair, name):
    client.force_login(factories.member_of(factories.supplier()))
    assert client.get(reverse(name, args=["wuhan"])).status_code == 404


def test_never_said_by_one_changes_nothing_the_other_sees(client, hall, pair):
    supplier, buyer = pair
    signed_in(client, supplier)
    addresses = [reverse(name, args=["wuhan"]) for name in ("meetings_companies", "meetings_event")]

    def seen():
        return [
            client.get(address).content.split(b"<main", 1)[1].split(b"csrfmiddlewaretoken")[0] for address in addresses
        ]

    before = seen()
    hall.wish(buyer, supplier, "never")
    assert seen() == before


def test_a_wish_is_one_tap_with_htmx_and_without_a_script(client, pair):
    supplier, buyer = pair
    address = reverse("meetings_wish", args=["wuhan", buyer.company.uid])
    signed_in(client, supplier)
    part = client.post(address, {"kind": "must", "next": "/meetings/"}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert part.content.strip().startswith(b'<div id="wish-')
    back = client.post(address, {"kind": "would", "next": "/meetings/wuhan/companies/"})
    assert back["Location"] == "/meetings/wuhan/companies/"
    assert Wish.objects.get().kind == "would"


def test_a_wish_never_leads_to_another_site(client, pair):
    address = reverse("meetings_wish", args=["wuhan", pair[1].company.uid])
    back = signed_in(client, pair[0]).post(address, {"kind": "must", "next": "https://evil.example/"})
    assert back["Location"] == reverse("meetings_event", args=["wuhan"])


def test_slots_that_are_unticked_are_away(client, hall, pair):
    free = [slot.isoformat() for slot in hall.slots[1:]]
    signed_in(client, pair[0]).post(reverse("meetings_availability", args=["wuhan"]), {"free": free})
    pair[0].refresh_from_db()
    assert pair[0].away == [hall.slots[0].isoformat()]


def test_one_person_of_two_is_away_and_the_company_still_comes(client, hall):
    row = hall.comes("supplier", people=[{"name": "Malee"}, {"name": "Somchai"}])
    malee = row.attendees.get(name="Malee")
    address = reverse("meetings_availability", args=["wuhan"])
    signed_in(client, row).post(
        f"{address}?person={malee.uid}", {"free": [slot.isoformat() for slot in hall.slots[1:]]}
    )
    ticked = [slot["free"] for slot in client.get(f"{address}?person={malee.uid}").context["days"][0]["slots"]]
    assert ticked == [False, *[True] * (len(hall.slots) - 1)]
    row.refresh_from_db()
    assert row.away == []
    stranger = hall.comes("buyer").attendees.get()
    assert client.get(f"{address}?person={stranger.uid}").status_code == 404


def test_only_the_one_who_was_asked_answers(client, hall, pair):
    request = hall.ask(*pair, note="Rice")
    address = reverse("meetings_request_answer", args=[request.uid])
    signed_in(client, pair[0])
    assert client.post(address, {"answer": "accept"}).status_code == 404
    signed_in(client, pair[1]).post(address, {"answer": "accept"})
    assert MeetingRequest.objects.get().status == "accepted"


def test_a_request_is_changed_on_its_page_by_the_one_who_asked(client, hall, pair):
    request = hall.ask(*pair, note="Rice")
    address = reverse("meetings_request_change", args=[request.uid])
    assert signed_in(client, pair[1]).get(address).status_code == 404
    signed_in(client, pair[0])
    assert client.get(address).context["form"]["note"].value() == "Rice"
    answer = client.post(address, {"note": "Rice and tea", "slot": hall.slots[1].isoformat()})
    assert answer["Location"] == reverse("meetings_event", args=["wuhan"])
    request.refresh_from_db()
    assert (request.note, request.starts_at) == ("Rice and tea", hall.slots[1])
    seen = signed_in(client, pair[1]).get(reverse("meetings_event", args=["wuhan"])).context["incoming"][0]["seen"]
    assert seen == hall.slots[1].isoformat()


def test_a_name_and_its_work_are_told_apart_by_a_chinese_comma_too(client, hall):
    company = factories.buyer()
    client.force_login(factories.member_of(company))
    form = {"side": "buyer", "people": "王强，采购经理\n李娜,翻译", "languages": ["zh"]}
    client.post(reverse("meetings_register", args=["wuhan"]), form)
    assert list(Attendee.objects.order_by("pk").values_list("name", "role")) == [
        *(("王强", "采购经理"), ("李娜", "翻译"))
    ]


def feed_of(client, row) -> str:
    """The calendar address that the page shows to the row's person after she asked for one."""
    signed_in(client, row).post(reverse("meetings_feed_renew", args=["wuhan"]))
    address = client.get(reverse("meetings_event", args=["wuhan"])).context["feed_url"]
    return address.removeprefix("http://testserver")


def test_a_calendar_reads_the_meetings_by_its_address_alone(client, hall, pair):
    hall.book(*pair, 0)
    assert client.get(reverse("meetings_event", args=["wuhan"])).status_code == 302
    assert signed_in(client, pair[0]).get(reverse("meetings_event", args=["wuhan"])).context["feed_url"] == ""
    answer = Client().get(feed_of(client, pair[0]))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.content.count(b"BEGIN:VEVENT") == 1
    assert client.get(reverse("meetings_feed", args=["guess"])).status_code == 404


def test_a_renewed_or_closed_calendar_address_gives_nothing(client, pair):
    first, second = feed_of(client, pair[0]), feed_of(client, pair[0])
    assert (first != second, client.get(first).status_code, client.get(second).status_code) == (True, 404, 200)
    client.post(reverse("meetings_feed_end", args=["wuhan"]))
    assert client.get(second).status_code == 404


def test_a_calendar_address_ends_with_the_membership_of_its_person_alone(client, pair):
    company = pair[0].company
    colleague = factories.user()
    Membership.objects.create(company=company, user=colleague)
    other = Client()
    other.force_login(colleague)
    other.post(reverse("meetings_feed_renew", args=["wuhan"]))
    theirs = other.get(reverse("meetings_event", args=["wuhan"])).context["feed_url"]
    mine = feed_of(client, pair[0])
    membership = Membership.objects.get(company=company, user=colleague)
    members.remove_member(by=factories.member_of(company), membership=membership)
    assert client.get(theirs).status_code == 404
    assert client.get(mine).status_code == 200


def test_a_suspended_company_has_no_calendar(client, pair):
    address = feed_of(client, pair[0])
    type(pair[0].company).objects.filter(pk=pair[0].company_id).update(status="suspended")
    assert client.get(address).status_code == 404


def test_a_meeting_of_others_does_not_exist(client, hall, pair):
    meeting = hall.book(*pair, 0)
    stranger = hall.comes("buyer")
    address = reverse("meetings_meeting", args=[meeting.uid])
    assert signed_in(client, stranger).get(address).status_code == 404
    assert signed_in(client, pair[1]).get(address).status_code == 200


def test_cancelling_a_meeting_says_why(client, hall, pair):
    meeting = hall.book(*pair, 0)
    signed_in(client, pair[0]).post(reverse("meetings_cancel", args=[meeting.uid]), {"why": "Flight cancelled"})
    meeting.refresh_from_db()
    assert (meeting.status, meeting.why_cancelled) == ("cancelled", "Flight cancelled")


def test_the_list_of_companies_costs_the_same_for_two_as_for_eight(client, hall, pair, django_assert_num_queries):
    address = reverse("meetings_companies", args=["wuhan"])
    signed_in(client, pair[0]).get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _n in range(7):
        hall.comes("buyer")
    with django_assert_num_queries(len(few)):
        client.get(address)


def test_withdrawing_by_the_page_leads_back_to_the_list(client, pair):
    answer = signed_in(client, pair[0]).post(reverse("meetings_withdraw", args=["wuhan"]))
    pair[0].refresh_from_db()
    assert (answer["Location"], pair[0].status) == (reverse("meetings"), "withdrawn")
    assert services.suggestions(pair[1]) == []
