"""Notes of quotes, samples and steps of a deal made of ready-made sentences: each side reads its own language."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from matchmaker.messaging import services
from matchmaker.messaging.models import Quote, Sample
from matchmaker.notifications import mail
from matchmaker.notifications.models import Notice

pytestmark = pytest.mark.django_db

BEST = {"key": "price_best", "slots": {}}
TARGET = {"key": "price_too_high", "slots": {"price": {"amount": "900", "currency": "USD", "unit": "t"}}}
WISH = {"key": "sample_ask", "slots": {"quantity": {"amount": "2", "unit": "kg"}}}
NO_CAPACITY = {"key": "no_capacity", "slots": {}}
GOOD = {"key": "sample_good", "slots": {}}
ORDER = {"key": "order_confirm", "slots": {"text": "PO-17"}}
REASON = {"key": "no_other", "slots": {"text": "PO-17"}}


@pytest.fixture
def sides(matched, talk):
    """The seller reads Thai, the buyer Chinese."""
    for person, language in ((matched.sell, "th"), (matched.buy, "zh-hans")):
        person.language = language
        person.save(update_fields=["language"])
    return matched


def quoted(sides, talk, **more) -> Quote:
    terms = {
        "price": Decimal("950"),
        "currency": "USD",
        "price_unit": "t",
        "incoterm": "CIF",
        "incoterm_place": "Shanghai",
        "valid_until": timezone.localdate() + dt.timedelta(days=30),
    }
    return services.quote(by=sides.sell, enquiry=talk, **terms, **more)


def letter(person, kind: str) -> str:
    """The newest letter of a kind as its reader gets it."""
    notice = Notice.objects.filter(recipient=person, kind=kind).latest("pk")
    return mail.build(person, notice.kind, "enquiry", notice.context, key="k").body


def read(note, language: str) -> str:
    with translation.override(language):
        return note.for_reader


def test_a_quote_has_sentences_beside_its_note_and_the_buyer_answers_with_sentences(sides, talk):
    row = quoted(sides, talk, phrases=[BEST], note="N.1")
    row.refresh_from_db()
    assert row.note_phrases == [BEST]
    assert read(row.written_note, "zh-hans") == "这是我们的最优价格，无法再降。\nN.1"
    services.answer_quote(by=sides.buy, quote=row, answer="question", phrases=[TARGET])
    row.refresh_from_db()
    assert (row.answer_note, row.answer_phrases) == ("", [TARGET])
    assert row.events.get().phrases == [TARGET]
    assert "900" in read(row.written_answer, "th")


def test_a_question_about_a_quote_without_words_and_sentences_is_refused(sides, talk):
    row = quoted(sides, talk)
    with pytest.raises(ValidationError) as caught:
        services.answer_quote(by=sides.buy, quote=row, answer="question", note=" ")
    assert list(caught.value.error_dict) == ["note"]


def test_a_wrong_slot_of_a_note_is_named_and_nothing_is_stored(sides, talk):
    with pytest.raises(ValidationError) as caught:
        quoted(sides, talk, phrases=[{"key": "moq_state", "slots": {}}])
    assert list(caught.value.error_dict) == ["phrases[0].slots.quantity"]
    assert not talk.quotes.exists()


def test_letters_of_a_quote_and_of_its_answer_are_in_the_language_of_their_reader(sides, talk):
    row = quoted(sides, talk, phrases=[BEST])
    services.answer_quote(by=sides.buy, quote=row, answer="declined", phrases=[TARGET])
    assert "นี่คือราคา" not in letter(sides.buy, "enquiry_quote")
    assert "这是我们的最优价格" in letter(sides.buy, "enquiry_quote")
    assert read(row.events.get().written_note, "th") in letter(sides.sell, "enquiry_quote")


def test_a_sample_is_asked_for_in_a_sentence_alone_and_refused_with_one(sides, talk):
    with pytest.raises(ValidationError) as caught:
        services.ask_sample(by=sides.buy, enquiry=talk)
    assert list(caught.value.error_dict) == ["what"]
    sample = services.ask_sample(by=sides.buy, enquiry=talk, phrases=[WISH])
    assert read(sample.written_what, "th").startswith("กรุณาส่งตัวอย่างสินค้าให้เรา: 2")
    assert read(sample.written_what, "th") in letter(sides.sell, "enquiry_step")
    services.move_sample(by=sides.sell, sample=sample, stage=Sample.Stage.REFUSED, phrases=[NO_CAPACITY])
    sample.refresh_from_db()
    assert (sample.why_phrases, sample.note_phrases) == ([NO_CAPACITY], [])
    assert read(sample.written_why, "zh-hans") in letter(sides.buy, "enquiry_step")


def test_a_verdict_and_a_step_and_its_denial_take_sentences(sides, talk):
    sample = services.ask_sample(by=sides.buy, enquiry=talk, phrases=[WISH])
    services.move_sample(by=sides.sell, sample=sample, stage=Sample.Stage.SENT, carrier="DHL", tracking="1")
    services.move_sample(by=sides.buy, sample=sample, stage=Sample.Stage.RECEIVED)
    services.move_sample(by=sides.buy, sample=sample, stage=Sample.Stage.JUDGED, verdict="good", phrases=[GOOD])
    sample.refresh_from_db()
    assert (sample.why_phrases, sample.note_phrases) == ([], [GOOD])
    step = services.say_step(
        by=sides.sell, enquiry=talk, rung="order", happened_on=timezone.localdate(), phrases=[ORDER]
    )
    services.answer_step(by=sides.buy, step=step, confirm=False, phrases=[REASON])
    step.refresh_from_db()
    assert (step.note_phrases, step.why, step.why_phrases) == ([ORDER], "", [REASON])
    assert "PO-17" in read(step.written_why, "th")
