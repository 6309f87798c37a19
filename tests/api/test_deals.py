"""Samples and steps of a deal over the API: the whole way from a sample to a repeat order, and who may do what."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from matchmaker.messaging import services
from matchmaker.messaging.models import DealStep, Sample
from tests import factories
from tests.files import PDF, pdf

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def talk():
    match = factories.match()
    sell = factories.member_of(match.product.company)
    buy = factories.member_of(match.line.demand.company)
    enquiry = services.ask(
        by=buy, company=match.line.demand.company, product=match.product, text="We look for rice in bags of 5 kg."
    )
    services.reply(by=sell, enquiry=enquiry, text="Yes, gladly.")
    return enquiry, sell, buy


def call(client, person, name, *args, **body):
    client.force_login(person)
    return client.post(reverse(f"api_{name}", args=args), body, content_type="application/json")


def test_from_a_sample_over_order_and_documents_to_a_repeat_order(client, talk):
    enquiry, sell, buy = talk
    asked = call(client, buy, "samples", enquiry=str(enquiry.uid), phrases=[{"key": "thanks"}], what="2 kg")
    assert (asked.status_code, asked.json()["stage"]) == (201, "asked")
    assert asked.json()["what_phrases"][0]["text"]
    uid = asked.json()["uid"]
    assert asked["Location"].endswith(reverse("api_sample", args=[uid]))
    sent = {"stage": "sent", "carrier": "DHL", "tracking": "JD1"}
    assert call(client, sell, "sample_move", uid, **sent).json()["tracking"] == "JD1"
    assert call(client, sell, "sample_move", uid, stage="received").json()["code"] == "other_side"
    call(client, buy, "sample_move", uid, stage="received")
    judged = call(client, buy, "sample_move", uid, stage="judged", verdict="good")
    assert (judged.json()["stage"], Sample.objects.get().verdict) == ("judged", "good")

    order = {"enquiry": str(enquiry.uid), "rung": "order", "happened_on": timezone.localdate().isoformat()}
    money = {"amount": "48000", "currency": "USD"}
    early = call(client, buy, "deal_steps", **{**order, "rung": "repeat"}, **money)
    assert (early.status_code, early.json()["code"]) == (409, "order_first")
    for rung in ("order", "repeat", "repeat"):
        made = call(client, buy, "deal_steps", **{**order, "rung": rung}, **money)
        assert (made.status_code, made.json()["answer"]) == (201, "")
        own_word = call(client, buy, "deal_step_answer", made.json()["uid"], confirm=True)
        assert (own_word.status_code, own_word.json()["code"]) == (403, "other_side")
        confirmed = call(client, sell, "deal_step_answer", made.json()["uid"], confirm=True).json()
        assert (confirmed["answer"], confirmed["answered_by"]) == ("confirmed", "supplier")
    rows = client.get(reverse("api_deal_steps"), {"enquiry": str(enquiry.uid), "ordering": "oldest"}).json()["results"]
    assert [row["rung"] for row in rows] == ["sample", "order", "repeat", "repeat"]


def test_a_denial_needs_a_reason_and_an_amount_its_currency(client, talk):
    enquiry, sell, buy = talk
    order = {"enquiry": str(enquiry.uid), "rung": "order", "happened_on": timezone.localdate().isoformat()}
    wrong = call(client, sell, "deal_steps", **order, amount="48000")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "currency")
    made = call(client, sell, "deal_steps", **order).json()
    bare = call(client, buy, "deal_step_answer", made["uid"], confirm=False)
    assert (bare.status_code, bare.json()["errors"][0]["field"]) == (400, "why")
    denied = call(client, buy, "deal_step_answer", made["uid"], confirm=False, why="Nothing was ordered.")
    assert (denied.json()["answer"], denied.json()["why"]) == ("denied", "Nothing was ordered.")


def test_both_sides_open_the_documents_of_a_step_and_nobody_else(client, talk):
    enquiry, sell, buy = talk
    step = services.say_step(by=sell, enquiry=enquiry, rung="order", happened_on=timezone.localdate())
    client.force_login(sell)
    address = reverse("api_deal_step_papers", args=[step.uid])
    made = client.post(address, {"paper": SimpleUploadedFile("contract.pdf", pdf(b"7")), "number": "PO-7"})
    assert (made.status_code, made.json()["number"], made.json()["given_by"]) == (201, "PO-7", "supplier")
    where = made["Location"]
    client.force_login(buy)
    opened = client.get(where)
    assert b"".join(opened.streaming_content)[:5] == PDF[:5]
    assert client.get(reverse("api_deal_step", args=[step.uid])).json()["papers"][0]["number"] == "PO-7"
    client.force_login(factories.member_of(factories.buyer()))
    for path in (where, reverse("api_deal_step", args=[step.uid])):
        assert client.get(path).status_code == 404
    assert client.get(reverse("api_deal_steps")).json()["results"] == []
    answer = call(client, factories.member_of(factories.buyer()), "deal_step_answer", step.uid, confirm=True)
    assert (answer.status_code, DealStep.objects.get().answer) == (404, "")


def test_a_step_sent_twice_with_one_key_is_stated_once(client, talk):
    enquiry, sell, _buy = talk
    client.force_login(sell)
    body = {"enquiry": str(enquiry.uid), "rung": "intent", "happened_on": timezone.localdate().isoformat()}
    sent = [
        client.post(reverse("api_deal_steps"), body, content_type="application/json", headers={"Idempotency-Key": "a"})
        for _time in range(2)
    ]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()
    assert DealStep.objects.count() == 1
