"""Messages made of ready-made sentences: one service composes them, and each reader reads her language."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from matchmaker.accounts.models import AuditEntry
from matchmaker.messaging import services
from matchmaker.messaging.models import Message
from matchmaker.notifications import mail
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db

PRICE = {
    "key": "price_give",
    "slots": {
        "price": {"amount": "1080", "currency": "USD", "unit": "t"},
        "incoterm": "FOB",
        "place": "Laem Chabang",
        "quantity": {"amount": "40", "unit": "t"},
    },
}
GREET = {"key": "greet", "slots": {}}
SAMPLE = {"key": "sample_ask", "slots": {"quantity": {"amount": "2", "unit": "kg"}}}
WORDS = "Our mill stands in Surin and ships fragrant rice in bags of five kilograms to shops and kitchens every week."


def in_language(language: str, message: Message) -> str:
    with translation.override(language):
        return message.for_reader


def test_a_message_of_phrases_alone_is_stored_as_structure_and_read_in_each_language(matched, talk):
    with translation.override("th"):
        message = services.reply(by=matched.sell, enquiry=talk, phrases=[GREET, PRICE])
    message.refresh_from_db()
    assert (message.text, message.language) == ("", "th")
    assert message.phrases == [GREET, PRICE]
    assert in_language("zh-hans", message) == (
        "您好，感谢您的来信。\n我方报价：US$1,080／吨，FOB 林查班。数量：40 吨。"
    )
    assert "Our price: $1,080 / t, FOB Laem Chabang. Quantity: 40 t." in in_language("en", message)
    assert message.as_written.startswith("สวัสดี")


def test_free_text_stands_below_the_phrases_as_it_was_written(matched, talk):
    message = services.reply(by=matched.sell, enquiry=talk, text="Bonne journée à toute votre équipe.", phrases=[GREET])
    assert in_language("zh-hans", message) == "您好，感谢您的来信。\nBonne journée à toute votre équipe."
    assert message.language == "fr"


def test_a_message_says_something_and_its_phrases_are_checked(matched, talk):
    with pytest.raises(ValidationError) as caught:
        services.reply(by=matched.sell, enquiry=talk, text=" ", phrases=[])
    assert list(caught.value.error_dict) == ["text"]
    with pytest.raises(ValidationError) as caught:
        services.reply(by=matched.sell, enquiry=talk, phrases=[GREET, {"key": "moq_state", "slots": {}}])
    assert list(caught.value.error_dict) == ["phrases[1].slots.quantity"]
    assert talk.messages.count() == 1


def test_a_notice_carries_the_phrases_in_the_language_of_its_reader(matched, talk):
    matched.buy.language = "zh-hans"
    matched.buy.save(update_fields=["language"])
    services.reply(by=matched.sell, enquiry=talk, phrases=[SAMPLE])
    text = Notice.objects.filter(kind="enquiry_message").latest("pk").context["text"]
    assert text["zh-hans"] == "请寄送样品：2 千克。"
    assert text["en"] == "Please send us a sample: 2 kg."


def test_the_letter_shows_the_phrases_in_the_language_of_its_reader(matched, talk):
    matched.buy.language = "zh-hans"
    matched.buy.save(update_fields=["language"])
    services.reply(by=matched.sell, enquiry=talk, phrases=[PRICE])
    notice = Notice.objects.get(kind="enquiry_message", recipient=matched.buy)
    letter = mail.build(matched.buy, notice.kind, "enquiry", notice.context, key="k")
    assert "我方报价：US$1,080／吨，FOB 林查班。数量：40 吨。" in letter.body
    assert "我方报价：US$1,080／吨" in letter.alternatives[0].content


def ask_many(phrases: list, text: str = "", count: int = 5) -> list[Message]:
    """One buyer asks several suppliers with the same words."""
    wanter = factories.buyer()
    buy, held = factories.member_of(wanter), []
    for _number in range(count):
        product = factories.product(factories.supplier())
        factories.match(product, factories.demand(wanter, lines=1).lines.get())
        held.append(services.ask(by=buy, company=wanter, product=product, phrases=phrases, text=text).messages.get())
    return held


def test_the_same_phrases_to_many_companies_are_no_mass_message():
    signed = {"key": "regards", "slots": {"name": "Li Wei"}}
    assert {message.state for message in ask_many([GREET, SAMPLE, signed])} == {"sent"}


def test_ones_own_words_beside_phrases_are_compared_as_ever():
    states = [message.hold for message in ask_many([GREET], WORDS)]
    assert states == ["", "", "", "alike", "alike"]


def test_words_in_a_slot_are_compared_and_a_link_in_it_is_little_more_than_a_link():
    inside = {"key": "quality_state", "slots": {"text": WORDS}}
    assert [message.hold for message in ask_many([inside])][-1] == "alike"
    [link] = ask_many([{"key": "quality_state", "slots": {"text": "https://pills.example/now"}}], count=1)
    assert link.hold == "link_only"


def test_the_reader_is_warned_of_a_sign_of_fraud_in_a_slot(matched, talk):
    notice = "Please pay to our new bank account, the old account is closed"
    services.reply(by=matched.sell, enquiry=talk, phrases=[{"key": "pay_other", "slots": {"text": notice}}])
    rows = list(talk.messages.all())
    warned = services.warnings_for(talk, talk.side_of(matched.wanter), rows)
    assert [warning.kind for warning in warned[rows[-1].pk]] == ["account"]


def test_a_message_taken_back_shows_no_phrases_and_the_record_has_them(matched, talk):
    message = services.reply(by=matched.sell, enquiry=talk, phrases=[SAMPLE])
    services.delete_message(by=matched.sell, message=message)
    message.refresh_from_db()
    assert (message.phrases, message.for_reader) == ([], "")
    assert "Please send us a sample: 2 kg." in str(AuditEntry.objects.filter(verb="delete_message").get().facts)


def test_the_text_beside_phrases_can_be_changed_and_taken_out(matched, talk):
    message = services.reply(by=matched.sell, enquiry=talk, phrases=[SAMPLE], text="Tomorrow, please.")
    services.edit_message(by=matched.sell, message=message, text="")
    message.refresh_from_db()
    assert (message.text, message.for_reader) == ("", "Please send us a sample: 2 kg.")
