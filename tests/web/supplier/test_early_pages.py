"""Pages of a supplier that waits for its approval: matches whole, no name of the other side, messages that wait."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from matchmaker.catalogue.models import Product
from matchmaker.matching.models import EarlyMatch, Match
from matchmaker.messaging.models import Enquiry, PreparedEnquiry
from tests import factories as make

pytestmark = pytest.mark.django_db
RICE = {"text": "泰国茉莉香米 Thai Hom Mali rice", "hs_code": "100630"}
SECRETS = ("武汉听澜咖啡", "chen@tinglan.example", "+86 27 5555 0101")


@pytest.fixture
def waiting(client):
    """The person of the company that waits; she is signed in."""
    cache.clear()
    company = make.supplier(status="pending")
    make.take_part(make.campaign(), company)
    make.product(company, status=Product.Status.DRAFT)
    name, email, phone = SECRETS
    buyer = make.buyer(legal_name=name, name_latin="Tinglan", contact_email=email, contact_phone=phone)
    make.line(make.demand(buyer), category=make.category(), **RICE)
    person = make.member_of(company)
    client.force_login(person)
    return person


def early(client) -> EarlyMatch:
    client.get(reverse("supplier_matches"))
    return EarlyMatch.objects.get()


def test_list_and_page_show_the_line_the_reasons_and_the_score_and_no_name(client, waiting):
    listed = client.get(reverse("supplier_matches"))
    row = EarlyMatch.objects.get()
    page = client.get(reverse("supplier_match", args=[row.uid]))
    for answer in (listed, page):
        card = answer.context.get("card") or answer.context["cards"][0]
        assert RICE["text"] in answer.text
        assert card["score"] == round(row.score * 100)
        assert card["reasons"]
        assert card["reasons"][0] in answer.text
        assert "as soon as your company is approved" in answer.text
        for secret in (*SECRETS, "Tinglan"):
            assert secret not in answer.text


def test_an_answer_waits_and_is_told_to_nobody(client, waiting):
    row = early(client)
    answer = client.post(reverse("supplier_match_answer", args=[row.uid]), {"answer": "interested"}, follow=True)
    assert "The buyer hears of it as soon as your company is approved." in answer.text
    row.refresh_from_db()
    assert (row.supplier_answer, row.answered_by) == ("interested", waiting)
    assert Match.objects.count() == 0
    wrong = client.post(
        reverse("supplier_match_answer", args=[row.uid]), {"answer": "perhaps"}, headers={"HX-Request": "true"}
    )
    assert wrong.status_code == 422
    assert "interested" in wrong.text
    answered = client.get(reverse("supplier_matches"), {"state": "answered"})
    assert [card["match"].uid for card in answered.context["cards"]] == [row.uid]
    assert client.get(reverse("supplier_matches"), {"state": "unanswered"}).context["cards"] == []


def test_a_first_message_is_kept_changed_and_taken_back_with_its_words(client, waiting):
    row = early(client)
    address = reverse("ask_demand", args=[row.line.demand.uid])
    page = client.get(address)
    for secret in SECRETS:
        assert secret not in page.text
    client.post(address, {"text": "We deliver twenty tonnes."})
    prepared = PreparedEnquiry.objects.get()
    assert (prepared.text, prepared.state, Enquiry.objects.count()) == ("We deliver twenty tonnes.", "waiting", 0)
    again = client.get(address)
    assert "We deliver twenty tonnes." in again.text
    client.post(address, {"text": "We deliver thirty tonnes."})
    client.post(address, {"take_back": "1"})
    prepared.refresh_from_db()
    assert (prepared.text, prepared.state) == ("We deliver thirty tonnes.", "taken_back")
    kept = client.get(address)
    assert "We deliver thirty tonnes." in kept.text
    assert "does not go out" in kept.text


@pytest.mark.parametrize("who", ["buyer", "other", "organiser", "nobody"])
def test_the_rows_answer_404_to_everybody_else(client, waiting, who):
    row = early(client)
    client.logout()
    people = {
        "buyer": lambda: make.member_of(row.line.demand.company),
        "other": lambda: make.member_of(make.supplier()),
        "organiser": make.organiser,
    }
    if who in people:
        client.force_login(people[who]())
    for name in ("supplier_match", "buyer_match", "supplier_match_answer", "buyer_match_answer"):
        for verb in (client.get, client.post):
            answer = verb(reverse(name, args=[row.uid]), {"answer": "interested"})
            to = answer.headers.get("Location", "")  # who is not on that side is sent to join it
            assert answer.status_code == 404 or "/accounts/login/" in to or to == reverse("join")
            assert SECRETS[0] not in answer.text
    row.refresh_from_db()
    assert row.supplier_answer == ""


def test_an_unapproved_company_is_on_no_list_and_sends_and_reads_nothing(client, waiting):
    row = early(client)
    client.post(reverse("supplier_match_answer", args=[row.uid]), {"answer": "interested"})
    exported = client.get(reverse("supplier_matches_export", args=["csv"]))
    content = b"".join(exported.streaming_content) if exported.streaming else exported.content
    assert exported.status_code == 200
    for secret in (RICE["text"], *SECRETS):
        assert secret.encode() not in content
    company = row.product.company
    asked = client.post(
        "/api/v1/enquiries/", {"demand": str(row.line.demand.uid), "text": "Hello"}, content_type="application/json"
    )
    assert asked.status_code in (401, 403, 404)
    assert Enquiry.objects.count() == 0
    matches = client.get("/api/v1/matches/")
    assert str(row.uid) not in matches.text
    assert SECRETS[0] not in matches.text
    client.force_login(make.member_of(row.line.demand.company))
    for address in (reverse("buyer_home"), reverse("buyer_matches"), reverse("buyer_shortlist")):
        assert company.legal_name not in client.get(address, follow=True).text
    assert client.get(reverse("buyer_matches")).context["page"].paginator.count == 0
    assert client.get(reverse("supplier", args=[company.uid])).status_code == 404
    assert client.get(reverse("product", args=[row.product.uid])).status_code == 404


def test_words_that_could_not_be_sent_stand_in_the_form_with_the_reason(client, waiting):
    row = early(client)
    state = PreparedEnquiry.State.FAILED
    PreparedEnquiry.objects.create(
        company=row.product.company, demand=row.line.demand, text="Our offer.", state=state, problem="They take none."
    )
    type(row.product.company).objects.filter(pk=row.product.company_id).update(status="approved")
    page = client.get(reverse("ask_demand", args=[row.line.demand.uid]))
    assert page.context["form"]["text"].value() == "Our offer."
    assert "They take none." in page.text
