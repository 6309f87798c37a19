"""Ready-made sentences on the message form: chosen without a script, read by the other side in its language."""

import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils.translation import override

from matchmaker.messaging import services
from matchmaker.messaging.models import Enquiry
from tests import factories

pytestmark = pytest.mark.django_db


def reader(company, language: str):
    person = factories.member_of(company)
    person.language = language
    person.save(update_fields=["language"])
    return person


@pytest.fixture
def talk():
    match = factories.match()
    seller, wanter = match.product.company, match.line.demand.company
    sell, buy = reader(seller, "fr"), reader(wanter, "zh-hans")
    enquiry = services.ask(by=buy, company=wanter, product=match.product, text="请报价，我们每月需要二十吨。")
    return enquiry, sell, buy


def page_of(enquiry) -> str:
    return reverse("enquiry", args=[enquiry.uid])


def test_a_supplier_picks_fills_and_sends_a_sentence_and_the_buyer_reads_it_in_chinese(client, talk):
    enquiry, sell, buy = talk
    client.force_login(sell)
    listed = client.post(page_of(enquiry), {"phrase_step": "list", "text": "Bonjour"}).content.decode()
    assert "Notre commande minimale\u00a0: [" in listed
    assert "Bonjour</textarea>" in listed
    chosen = client.post(page_of(enquiry), {"phrase_step": "add:moq_state", "text": ""}).content.decode()
    assert 'value="1:moq_state"' in chosen
    assert 'name="phrase1-quantity-amount"' in chosen
    assert enquiry.messages.count() == 1
    sent = client.post(
        page_of(enquiry),
        {
            "text": "",
            "phrase": ["1:moq_state", "2:greet"],
            "phrase1-quantity-amount": "17,5",
            "phrase1-quantity-unit": "t",
        },
    )
    assert sent.status_code == 302
    message = enquiry.messages.last()
    assert message.phrases[0] == {"key": "moq_state", "slots": {"quantity": {"amount": "17.5", "unit": "t"}}}
    client.force_login(buy)
    read = client.get(page_of(enquiry)).content.decode()
    assert "我方最低起订量：17.5 吨。" in read
    assert "您好，感谢您的来信。" in read


def test_what_is_wrong_stands_beside_its_slot_and_nothing_typed_is_lost(client, talk):
    enquiry, sell, _buy = talk
    client.force_login(sell)
    given = {"text": "Merci", "phrase": ["4:moq_state"], "phrase4-quantity-amount": "-3", "phrase4-quantity-unit": "t"}
    answer = client.post(page_of(enquiry), given)
    shown = answer.content.decode()
    assert (answer.status_code, enquiry.messages.count()) == (422, 1)
    assert 'id="id_phrase4-quantity-amount_error"' in shown
    assert 'value="-3"' in shown
    assert "Merci</textarea>" in shown


def test_a_sentence_is_removed_and_the_others_keep_what_was_typed(client, talk):
    enquiry, sell, _buy = talk
    client.force_login(sell)
    given = {"phrase_step": "drop:1", "phrase": ["1:greet", "2:quality_state"], "phrase2-text": "grade A"}
    shown = client.post(page_of(enquiry), given).content.decode()
    assert 'value="1:greet"' not in shown
    assert 'value="grade A"' in shown


def test_the_list_is_narrowed_by_a_few_words_and_a_script_gets_this_part_alone(client, talk):
    enquiry, _sell, buy = talk
    client.force_login(buy)
    given = {"phrase_step": "find", "phrase_words": "起订量"}
    part = client.post(page_of(enquiry), given, headers={"HX-Request": "true"}).content.decode()
    assert "add:moq_ask" in part
    assert "add:greet" not in part
    assert "<html" not in part


def test_a_first_message_can_be_made_of_sentences_and_an_hour_has_its_zone(client):
    match = factories.match()
    sell = factories.member_of(match.product.company)
    buy = reader(match.line.demand.company, "zh-hans")
    client.force_login(buy)
    address = reverse("ask_product", args=[match.product.uid])
    given = {
        "text": "",
        "phrase": ["1:call_propose"],
        "phrase1-moment-day": "2027-03-01",
        "phrase1-moment-hour": "09:30",
        "phrase1-moment-zone": "Asia/Shanghai",
    }
    assert client.post(address, given).status_code == 302
    enquiry = Enquiry.objects.get()
    client.force_login(sell)
    shown = client.get(page_of(enquiry)).content.decode()
    assert "We propose a video call: Mar 1, 2027, 9:30" in shown
    assert "Beijing time (UTC+8)" in shown


def test_the_form_names_the_language_of_the_other_side(client, talk):
    enquiry, _sell, buy = talk
    client.force_login(buy)
    assert "法语" in client.get(page_of(enquiry)).content.decode()


def test_sentences_of_a_request_for_a_quote_are_chosen_on_its_form_and_stay_with_the_supplier_that_was_ticked(client):
    match = factories.match()
    seller, wanter, product = match.product.company, match.line.demand.company, match.product
    reader(seller, "fr")
    client.force_login(reader(wanter, "zh-hans"))
    page = f"{reverse('quote_request_new')}?p={product.uid}"
    (target,) = set(re.findall(r'data-hx-post="([^"]+)"', client.get(page).content.decode()))
    typed = {"suppliers": f"p:{product.uid}", "quantity": "20", "unit": "t", "text": "五公斤真空包装"}
    part = client.post(
        unescape(target), {**typed, "phrase_step": "add:price_valid_ask"}, headers={"HX-Request": "true"}
    )
    assert 'value="1:price_valid_ask"' in part.content.decode()
    whole = client.post(page, {**typed, "phrase_step": "add:price_valid_ask"}).content.decode()
    assert re.search(rf'value="p:{product.uid}"[^>]*checked', whole)
    assert 'value="20"' in whole
    assert "五公斤真空包装</textarea>" in whole
    assert client.post(page, {**typed, "phrase": ["1:price_valid_ask"]}).status_code == 302
    message = Enquiry.objects.get().messages.get()
    with override("fr"):
        assert message.sentences == "Jusqu'à quand votre prix est-il valable\u00a0?"
    assert message.text == "五公斤真空包装"


def test_a_quote_begins_with_the_sentences_of_the_one_before_and_its_answer_takes_sentences(client, talk):
    enquiry, sell, buy = talk
    client.force_login(sell)
    address = reverse("quote_new", args=[enquiry.uid])
    begun = client.get(address).context["form"].initial["line"]
    terms = {
        "line": begun,
        "price": "1080,50",
        "currency": "USD",
        "price_unit": "t",
        "incoterm": "FOB",
        "incoterm_place": "Bangkok",
        "valid_until": "2027-12-31",
        "note": "",
    }
    listed = client.post(address, {**terms, "phrase_step": "add:moq_state"}).content.decode()
    assert 'value="1080,50"' in listed
    assert not enquiry.quotes.exists()
    slots = {"phrase": ["1:moq_state"], "phrase1-quantity-amount": "17,5", "phrase1-quantity-unit": "t"}
    assert client.post(address, {**terms, **slots}).status_code == 302
    quote = enquiry.quotes.get()
    assert quote.note_phrases == [{"key": "moq_state", "slots": {"quantity": {"amount": "17.5", "unit": "t"}}}]
    again = client.get(address).content.decode()
    assert re.search(
        r'name="phrase1-quantity-amount"[^>]*value="17,5"|value="17,5"[^>]*name="phrase1-quantity-amount"', again
    )
    client.force_login(buy)
    assert "我方最低起订量：17.5 吨。" in client.get(page_of(enquiry)).content.decode()
    answer = reverse("quote_answer", args=[quote.uid])
    assert "法语" in client.get(answer).content.decode()
    wrong = {"answer": "question", "note": "", "phrase": ["1:answer_by"], "phrase1-day": "soon"}
    refused = client.post(answer, wrong)
    assert (refused.status_code, quote.events.count()) == (422, 0)
    assert 'id="id_phrase1-day_error"' in refused.content.decode()
    assert client.post(answer, {"answer": "question", "note": "", "phrase": ["1:pay_ask"]}).status_code == 302
    client.force_login(sell)
    assert "Quelles sont vos conditions de paiement" in client.get(page_of(enquiry)).content.decode()


def test_a_sample_is_asked_for_refused_and_a_step_recorded_and_denied_with_sentences(client, talk):
    enquiry, sell, buy = talk
    services.reply(by=sell, enquiry=enquiry, text="Bonjour")
    client.force_login(buy)
    ask = reverse("sample_ask", args=[enquiry.uid])
    chosen = client.post(ask, {"what": "真空包装", "phrase_step": "add:sample_ask"}).content.decode()
    assert 'value="1:sample_ask"' in chosen
    assert 'value="真空包装"' in chosen
    part = client.post(ask, {"phrase_step": "list"}, headers={"HX-Request": "true"}).content.decode()
    assert part.count('id="phrases-sample"') == 1
    assert "<html" not in part
    sentence = {"phrase": ["1:sample_ask"], "phrase1-quantity-amount": "", "phrase1-quantity-unit": "kg"}
    assert client.post(ask, {"what": "", **sentence}).status_code == 422
    assert client.post(ask, {"what": ""}).status_code == 422
    assert client.post(ask, {**sentence, "what": "", "phrase1-quantity-amount": "2"}).status_code == 302
    client.force_login(sell)
    shown = client.get(page_of(enquiry)).content.decode()
    with override("fr"):
        assert enquiry.samples.get().written_what.sentences in shown
    assert "请寄送样品" not in shown
    move = reverse("sample_move", args=[enquiry.samples.get().uid])
    assert 'name="why"' in client.post(move, {"phrase_step": "add:no_capacity"}).content.decode()
    assert client.post(move, {"stage": "refused", "why": "", "phrase": ["1:no_capacity"]}).status_code == 302
    step = {"rung": "intent", "happened_on": "2026-01-05", "note": "", "phrase": ["1:thanks"]}
    say = reverse("deal_step", args=[enquiry.uid])
    assert (
        "1:contract_ask" in client.post(say, {**step, "phrase": [], "phrase_step": "add:contract_ask"}).content.decode()
    )
    assert client.post(say, step).status_code == 302
    client.force_login(buy)
    read = client.get(page_of(enquiry)).content.decode()
    with override("zh-hans"):
        assert enquiry.samples.get().written_why.sentences in read
    deny = reverse("deal_step_answer", args=[enquiry.steps.get().uid])
    assert client.post(deny, {"answer": "deny", "why": ""}).status_code == 422
    open_form = client.post(deny, {"phrase_step": "add:explain_please", "why": "早了"}).content.decode()
    assert 'value="早了"' in open_form
    assert client.post(deny, {"answer": "deny", "why": "", "phrase": ["1:no_need"]}).status_code == 302
    assert enquiry.steps.get().why_phrases == [{"key": "no_need", "slots": {}}]
