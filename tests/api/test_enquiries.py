"""Enquiries and quotes over the API."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.market_access.services import load_market_access
from matchmaker.messaging import services
from matchmaker.messaging.models import Enquiry, QuoteRequest
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TEXT = "We look for fragrant rice in 5 kg bags for our shops in Hubei."


@pytest.fixture
def sides():
    match = factories.match()
    return match.product, match.line


def call(client, person, name, *args, **body):
    client.force_login(person)
    address = reverse(f"api_{name}", args=args)
    return client.post(address, body, content_type="application/json")


def test_ask_answer_quote_and_accept(client, sides):
    product, _line = sides
    sell = factories.member_of(product.company)
    wanter = sides[1].demand.company
    buy = factories.member_of(wanter)
    asked = call(client, buy, "enquiries", product=str(product.uid), text=TEXT)
    assert (asked.status_code, asked.json()["basis"], asked.json()["side"]) == (201, "match", "buyer")
    uid = asked.json()["uid"]
    replied = call(client, sell, "enquiry_reply", uid, text="Yes, gladly.")
    assert [message["side"] for message in replied.json()["messages"]] == ["buyer", "supplier"]
    until = (timezone.localdate() + dt.timedelta(days=30)).isoformat()
    terms = {
        "price": "950",
        "currency": "USD",
        "price_unit": "t",
        "incoterm": "CIF",
        "incoterm_place": "Shanghai",
        "valid_until": until,
    }
    quoted = call(client, sell, "enquiry_quote", uid, **terms, phrases=[{"key": "price_best"}]).json()
    assert quoted["per_base_unit"] == {"price": "0.9500", "unit": "kg"}
    assert quoted["note_phrases"] == [
        {"key": "price_best", "slots": {}, "text": "This is our best price; we cannot lower it further."}
    ]
    refused = call(client, buy, "quote_answer", quoted["uid"], answer="question", phrases=[{"key": "answer_by"}])
    assert [row["field"] for row in refused.json()["errors"]] == ["phrases[0].slots.day"]
    taken = call(client, buy, "quote_answer", quoted["uid"], answer="accepted", phrases=[{"key": "thanks"}])
    assert (taken.json()["status"], taken.json()["answer_phrases"][0]["key"]) == ("accepted", "thanks")


def test_no_answer_of_the_api_names_a_hidden_buyer(client, sides):
    product, line = sides
    sell = factories.member_of(product.company)
    asked = call(client, sell, "enquiries", demand=str(line.demand.uid), text=TEXT)
    assert asked.json()["other"] is None
    assert line.demand.company.legal_name not in asked.content.decode()


def test_strangers_find_nothing_and_one_subject_is_named(client, sides):
    product, line = sides
    enquiry = services.ask(
        by=factories.member_of(line.demand.company), company=line.demand.company, product=product, text=TEXT
    )
    stranger = factories.member_of(factories.buyer())
    client.force_login(stranger)
    assert client.get(reverse("api_enquiries")).json()["results"] == []
    assert client.get(reverse("api_enquiry", args=[enquiry.uid])).status_code == 404
    both = {"product": str(product.uid), "supplier": str(product.company.uid)}
    assert call(client, stranger, "enquiries", text=TEXT, **both).json()["code"] == "one_subject"
    assert Enquiry.objects.count() == 1


def test_several_suppliers_are_asked_at_once_and_their_quotes_compared(client, sides):
    product, line = sides
    other = factories.product(factories.supplier())
    factories.match(other, line)
    buy = factories.member_of(line.demand.company)
    wish = {"products": [str(product.uid), str(other.uid)], "line": str(line.uid), "quantity": "20", "unit": "t"}
    made = call(client, buy, "quote_requests", **wish, payment="tt", advance_percent=30)
    assert (made.status_code, len(made.json()["enquiries"]), made.json()["line"]) == (201, 2, str(line.uid))
    uid = made.json()["uid"]
    sell = factories.member_of(product.company)
    talk = Enquiry.objects.get(product=product)
    until = (timezone.localdate() + dt.timedelta(days=30)).isoformat()
    terms = {"price": "7", "currency": "CNY", "price_unit": "kg", "incoterm": "CIF", "incoterm_place": "Shanghai"}
    quoted = call(client, sell, "enquiry_quote", talk.uid, **terms, valid_until=until, line=str(line.uid)).json()
    assert quoted["quote_request"] == uid
    client.force_login(buy)
    (row,) = client.get(reverse("api_quote_request_comparison", args=[uid])).json()["quotes"]
    assert (row["quote"], row["low"], row["missing"]) == (
        quoted["uid"],
        "140000.00",
        ["duty", "additional", "vat", "fees"],
    )
    assert [part["state"] for part in row["parts"]] == ["known", "included", "included", *["unknown"] * 4]
    load_market_access()
    scope = services.Scope(request=QuoteRequest.objects.get(uid=uid))
    services.save_costs(by=buy, scope=scope, costs={}, order=[], fees=0, regime="hainan")
    (row,) = client.get(reverse("api_quote_request_comparison", args=[uid])).json()["quotes"]
    assert (row["missing"], row["parts"][-1]["reason"]) == (["additional", "regime"], "regime_not_certain")
    client.force_login(sell)
    assert client.get(reverse("api_quote_request", args=[uid])).status_code == 404
    assert call(client, buy, "quote_requests", products=[], quantity="20", unit="t").status_code == 400


def test_a_message_of_phrases_is_read_by_each_side_in_its_language(client, sides):
    product, line = sides
    sell, buy = factories.member_of(product.company), factories.member_of(line.demand.company)
    phrases = [
        {"key": "moq_state", "slots": {"quantity": {"amount": "20", "unit": "t"}}},
        {"key": "regards", "slots": {"name": "Somchai"}},
    ]
    asked = call(client, buy, "enquiries", product=str(product.uid), text=TEXT).json()
    written = call(client, sell, "enquiry_reply", asked["uid"], phrases=phrases, text="See you.").json()["messages"][-1]
    assert written["text"] == "Our minimum order: 20 t.\nKind regards, Somchai\nSee you."
    assert (written["words"], written["language"]) == ("See you.", "en")
    client.force_login(buy)
    address = reverse("api_enquiry", args=[asked["uid"]])
    read = client.get(address, headers={"Accept-Language": "zh-hans"}).json()["messages"][-1]
    assert read["text"] == "我方最低起订量：20 吨。\n此致敬礼，Somchai\nSee you."
    assert read["phrases"][0] == {**phrases[0], "text": "我方最低起订量：20 吨。"}


def test_what_is_wrong_with_a_phrase_is_named_by_phrase_and_slot(client, sides):
    product, line = sides
    buy = factories.member_of(line.demand.company)
    phrases = [{"key": "greet"}, {"key": "moq_state", "slots": {"quantity": {"amount": "20", "unit": "stones"}}}]
    refused = call(client, buy, "enquiries", product=str(product.uid), phrases=phrases)
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert refused.json()["errors"] == [
        {
            "field": "phrases[1].slots.quantity",
            "code": "unknown_unit",
            "detail": "Sentence 2, Quantity: Choose a unit from the list.",
        }
    ]
    assert not Enquiry.objects.exists()


def test_the_phrase_book_is_listed_with_its_slots(client):
    rows = client.get(reverse("api_phrases"), headers={"Accept-Language": "fr"}).json()["phrases"]
    [row] = [row for row in rows if row["key"] == "lead_state"]
    assert row["text"] == "Notre délai de livraison après la commande, en jours\u00a0: {count}."
    assert [(slot["name"], slot["kind"]) for slot in row["slots"]] == [("count", "count")]
    assert len(rows) >= 120
