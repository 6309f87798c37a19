"""What people write into quotes, requests and videos is read by the other side as messages are."""

import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from matchmaker.accounts.models import User
from matchmaker.catalogue.services import add_product_video
from matchmaker.messaging import services
from matchmaker.messaging.models import Enquiry
from matchmaker.translation.models import Translation
from matchmaker.translation.services import digest_of, set_kind_policy
from tests import factories
from tests.messaging.test_deals import terms

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOTE, NOTE_ZH = "El precio incluye las cajas de cartón y los palés de madera.", "价格包括纸箱和木托盘。"
QUESTION, QUESTION_ES = "请问木托盘是否经过熏蒸处理？", "¿Los palés de madera están fumigados?"
WISH, WISH_ZH = "Necesitamos el arroz en sacos de cinco kilos con etiqueta en chino.", "我们需要五公斤袋装大米。"
WORDS, WORDS_ZH = "El molino, desde el campo hasta el saco; nadie habla en el vídeo.", "从田间到袋装的碾米厂。"


@pytest.fixture(autouse=True)
def translations(settings):
    """An engine that has translated these texts already."""
    settings.TRANSLATION_ENGINE, settings.TRANSLATION_URL = "libretranslate", "http://127.0.0.1:1"
    pairs = ((NOTE, "es", "zh", NOTE_ZH), (QUESTION, "zh", "es", QUESTION_ES))
    for text, source, target, translated in (*pairs, (WISH, "es", "zh", WISH_ZH), (WORDS, "es", "zh", WORDS_ZH)):
        key = {"digest": digest_of(text), "source": source, "target": target}
        done = {"state": "done", "text": translated, "engine": "LibreTranslate"}
        Translation.objects.create(kind="message", original=text, **key, **done)


@pytest.fixture
def request_made(matched):
    """A request with words, quoted with a note, and a question of the buyer about it."""
    User.objects.filter(pk=matched.buy.pk).update(language="zh-hans")
    User.objects.filter(pk=matched.sell.pk).update(language="es")
    made = services.request_quotes(
        by=matched.buy, company=matched.wanter, subjects=[matched.product], line=matched.line, quantity=20, unit="t",
        text=WISH,
    ).request  # fmt: skip
    enquiry = Enquiry.objects.get(product=matched.product)
    quote = services.quote(by=matched.sell, enquiry=enquiry, line=matched.line, **terms(note=NOTE))
    services.answer_quote(by=matched.buy, quote=quote, answer="question", note=QUESTION)
    return made


def page_of(client, person, name, *args) -> str:
    client.force_login(person)
    return client.get(reverse(name, args=args)).text


def is_read(page: str, text: str, language: str, original: str, own: str) -> bool:
    """The translation first, marked with its language, and the original one tap away, marked with its own."""
    shown, written = (rf'[^>]*>\s*<span class="typed">{re.escape(words)}' for words in (text, original))
    first = re.search(rf'<div\s+class="text"\s+lang="{language}{shown}', page)
    beside = re.search(rf'<details class="original">.*?lang="{own}"{written}', page, re.S)
    return bool(first and beside)


def test_the_notes_of_a_quote_are_read_by_both_sides_in_the_conversation(client, matched, request_made):
    talk = Enquiry.objects.get(product=matched.product)
    page = page_of(client, matched.buy, "enquiry", talk.uid)
    assert is_read(page, NOTE_ZH, "zh", NOTE, "es")
    page = page_of(client, matched.sell, "enquiry", talk.uid)
    assert is_read(page, QUESTION_ES, "es", QUESTION, "zh")


def test_notes_of_a_conversation_are_read_in_one_query_with_its_messages(client, matched, request_made):
    talk = Enquiry.objects.get(product=matched.product)
    client.force_login(matched.buy)
    with CaptureQueriesContext(connection) as found:
        client.get(reverse("enquiry", args=[talk.uid]))
    assert sum('FROM "translation_translation"' in query["sql"] for query in found) == 1


@pytest.mark.parametrize("name", ["quote_request", "demand_quotes"])
def test_the_note_of_a_quote_is_read_in_the_comparison(client, matched, request_made, name):
    key = request_made.uid if name == "quote_request" else matched.demand.uid
    assert is_read(page_of(client, matched.buy, name, key), NOTE_ZH, "zh", NOTE, "es")


def test_the_sheet_has_the_note_translated_and_as_it_was_written(client, matched, request_made):
    client.force_login(matched.buy)
    sheet = client.get(reverse("quote_request_export", args=[request_made.uid]))
    cells = [text for row in load_workbook(io.BytesIO(sheet.content)).active.values for text in row if text]
    assert any(f"{NOTE_ZH}\n{NOTE}" in text for text in cells)


def test_the_note_is_read_where_the_quote_is_answered(client, matched, request_made):
    quote = Enquiry.objects.get(product=matched.product).quotes.get()
    assert is_read(page_of(client, matched.buy, "quote_answer", quote.uid), NOTE_ZH, "zh", NOTE, "es")


def test_the_words_of_a_request_are_read(client, matched, request_made):
    assert is_read(page_of(client, matched.buy, "quote_request", request_made.uid), WISH_ZH, "zh", WISH, "es")


def test_the_words_of_a_video_are_read_on_the_page_of_the_product(client, matched):
    User.objects.filter(pk=matched.buy.pk).update(language="zh-hans")
    address = "https://www.example.org/watch?v=rice"
    add_product_video(by=matched.sell, product=matched.product, words=WORDS, address=address)
    client.force_login(matched.buy)
    answer = client.get(reverse("product", args=[matched.product.uid]), follow=True)
    page = answer.text
    assert is_read(page, WORDS_ZH, "zh", WORDS, "es")


def test_notes_and_words_are_requested_for_their_readers(matched, request_made):
    Translation.objects.all().delete()
    quote = Enquiry.objects.get(product=matched.product).quotes.get()
    services.answer_quote(by=matched.buy, quote=quote, answer="question", note=QUESTION)
    newer = services.quote(by=matched.sell, enquiry=quote.enquiry, line=matched.line, **terms(note=NOTE))
    assert not Translation.objects.exists()  # the organisers let no message leave for an engine elsewhere
    set_kind_policy(by=factories.organiser(), kind="message", may_leave=True)
    services.answer_quote(by=matched.buy, quote=newer, answer="question", note=QUESTION)
    services.quote(by=matched.sell, enquiry=quote.enquiry, line=matched.line, **terms(note=NOTE))
    add_product_video(
        by=matched.sell, product=matched.product, words=WORDS, address="https://www.example.org/watch?v=rice"
    )
    wanted = set(Translation.objects.values_list("digest", "source", "target"))
    expected = {(QUESTION, "zh", "es"), (NOTE, "es", "zh"), (WORDS, "es", "zh"), (WORDS, "es", "en")}
    assert {(digest_of(text), source, target) for text, source, target in expected} <= wanted
