"""The phrase book: every sentence in every language with the same slots, and slots as each reader writes them."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from matchmaker.core.languages import site_languages
from matchmaker.messaging import phrases
from matchmaker.messaging.warnings import Facts, signs_in

VALUES = {
    "quantity": {"amount": "5", "unit": "t"},
    "price": {"amount": "1080.5", "currency": "USD", "unit": "t"},
    "money": {"amount": "12000", "currency": "EUR"},
    "percent": "30",
    "count": 25,
    "day": "2026-12-26",
    "moment": {"at": "2026-07-01T14:30", "zone": "America/New_York"},
    "incoterm": "CIF",
    "place": "Shanghai",
    "name": "Oryza Mill",
    "text": "long grain",
}
LANGUAGES = [language.code for language in site_languages()]
BASES = {language.base for language in site_languages()}
SLOT = re.compile(r"\{(\w+)\}")


def filled(phrase: phrases.Phrase) -> dict:
    return {"key": phrase.key, "slots": {slot: VALUES[phrases.kind_name(slot)] for slot in phrase.slots}}


def shown(language: str, key: str, **slots) -> str:
    with override(language):
        return phrases.sentences(phrases.check([{"key": key, "slots": slots}]))[0]


def problems(*given) -> dict[str, list[tuple[str, str]]]:
    with pytest.raises(ValidationError) as caught:
        phrases.check(given)
    return {
        field: [(error.code, error.messages[0]) for error in errors]
        for field, errors in caught.value.error_dict.items()
    }


def test_the_book_has_at_least_120_phrases_and_each_has_every_language_and_a_topic():
    assert len(phrases.book()) >= 120
    assert {key: BASES ^ set(one.sentences) for key, one in phrases.book().items() if set(one.sentences) != BASES} == {}
    assert {one.topic for one in phrases.book().values()} == set(phrases.topics())
    assert all(set(names) == BASES for names in phrases.topics().values())


def test_no_slot_is_lost_added_or_doubled_in_a_language_and_each_is_of_a_known_kind():
    different = [
        (phrase.key, language)
        for phrase in phrases.book().values()
        for language, sentence in phrase.sentences.items()
        if sorted(SLOT.findall(sentence)) != sorted(SLOT.findall(phrase.sentences["en"]))
        or len(set(SLOT.findall(sentence))) != len(SLOT.findall(sentence))
    ]
    kinds = {phrases.kind_name(slot) for one in phrases.book().values() for slot in one.slots}
    assert different == []
    assert kinds <= set(phrases.KINDS)
    assert kinds == set(VALUES)


def test_no_two_phrases_read_the_same_in_a_language():
    doubled = [
        (language, sentence)
        for language in BASES
        for sentence in {one.sentences[language] for one in phrases.book().values()}
        if sum(one.sentences[language] == sentence for one in phrases.book().values()) > 1
    ]
    assert doubled == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_reads_complete_in_every_language(language):
    with override(language):
        texts = phrases.sentences(phrases.check(map(filled, list(phrases.book().values())[:20])))
        texts += [phrases.sentences([filled(one)])[0] for one in phrases.book().values()]
    assert [text for text in texts if "{" in text or "}" in text or "  " in text or ".." in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_of_the_book_is_a_sign_of_fraud(language):
    with override(language):
        warned = [
            one.key
            for one in phrases.book().values()
            if signs_in(phrases.sentences([filled(one)])[0], Facts(language=language, is_first=True))
        ]
    assert warned == []


def test_slots_read_as_each_reader_writes_numbers_money_days_and_units():
    give = {name: VALUES[name] for name in ("price", "incoterm", "place", "quantity")}
    assert shown("en", "price_give", **give) == "Our price: $1,080.50 / t, CIF Shanghai. Quantity: 5 t."
    assert shown("zh-hans", "price_give", **give) == "我方报价：US$1,080.50／吨，CIF 上海港。数量：5 吨。"
    assert shown("de", "price_give", **give) == "Unser Preis: 1.080,50\u00a0$ / t, CIF Shanghai. Menge: 5 t."
    assert shown("fr", "price_valid_until", day="2026-12-26") == "Notre prix est valable jusqu'au\u00a0: 26 déc. 2026."
    assert shown("tr", "tolerance", percent="2.5").endswith(": %2,5.")
    assert shown("en", "lead_state", count=1200) == "Our lead time after the order, in days: 1,200."


def test_an_hour_names_its_zone_with_the_offset_of_that_day():
    assert "2:30" in shown("en", "call_propose", moment=VALUES["moment"])
    assert "UTC-4" in shown("en", "call_propose", moment=VALUES["moment"])
    winter = {"at": "2026-12-01T14:30", "zone": "America/New_York"}
    assert "UTC-5" in shown("en", "call_propose", moment=winter)


def test_no_sentence_ends_in_two_full_stops():
    pieces = {"amount": "5000", "unit": "pc"}
    assert shown("ru", "moq_state", quantity=pieces).count("..") == 0
    assert shown("en", "quality_state", text="Fragrant, 5 % broken.") == "Quality: Fragrant, 5 % broken."


def test_words_in_a_slot_stay_as_they_were_written_and_are_kept_apart_in_arabic():
    text = shown("ar", "about_us", name="Oryza Mill Ltd.", text="rice")
    assert "\u2068Oryza Mill Ltd\u2069" in text
    assert phrases.own_words([{"key": "about_us", "slots": {"name": "Oryza", "text": "rice"}}], "Hello") == (
        "Oryza\nrice\nHello"
    )


def test_a_term_and_its_port_are_one_run_in_an_arabic_line():
    give = {name: VALUES[name] for name in ("price", "incoterm", "quantity")}
    assert "\u2068FOB Laem Chabang\u2069" in shown(
        "ar", "price_give", **{**give, "incoterm": "FOB"}, place="Laem Chabang"
    )


def test_each_problem_names_the_sentence_and_the_slot():
    found = problems(
        {"key": "greet", "slots": {}},
        {"key": "moq_state", "slots": {"quantity": {"amount": "5", "unit": "elephants"}}},
        {"key": "nothing_such"},
    )
    assert found == {
        "phrases[1].slots.quantity": [("unknown_unit", "Sentence 2, Quantity: Choose a unit from the list.")],
        "phrases[2].key": [("unknown_phrase", "Sentence 3: The phrase book has no such sentence.")],
    }


@pytest.mark.parametrize(
    ("key", "slot", "value", "code"),
    [
        ("moq_state", "quantity", None, "required"),
        ("moq_state", "quantity", {"amount": "5"}, "required"),
        ("moq_state", "quantity", {"amount": "-5", "unit": "t"}, "not_positive"),
        ("moq_state", "quantity", {"amount": "NaN", "unit": "t"}, "invalid"),
        ("moq_state", "quantity", {"amount": "1e40", "unit": "t"}, "too_large"),
        ("moq_state", "quantity", {"amount": "5", "unit": ["t"]}, "unknown_unit"),
        ("moq_state", "quantity", "5 t", "invalid"),
        ("price_accept", "price", {"amount": "5", "currency": "XXY", "unit": "t"}, "unknown_currency"),
        ("tolerance", "percent", "101", "out_of_range"),
        ("lead_state", "count", "2.5", "invalid"),
        ("lead_state", "count", True, "invalid"),
        ("price_valid_until", "day", "26.12.2026", "invalid"),
        ("call_propose", "moment", {"at": "2026-12-26T14:00", "zone": "Mars/Base"}, "unknown_zone"),
        ("call_propose", "moment", {"at": "2026-12-26T14:00+02:00", "zone": "Asia/Shanghai"}, "invalid"),
        ("price_give", "incoterm", "XYZ", "unknown_incoterm"),
        ("quality_state", "text", "two\nlines", "one_line"),
        ("quality_state", "text", "x" * 201, "too_long"),
        ("greet", "day", "2026-12-26", "unknown_slot"),
    ],
)
def test_what_does_not_fit_a_slot_is_refused(key, slot, value, code):
    assert problems({"key": key, "slots": {slot: value}})[f"phrases[0].slots.{slot}"][0][0] == code


def test_the_list_is_narrowed_by_words_of_the_readers_language():
    with override("zh-hans"):
        names = {phrase.key for _topic, found in phrases.listed("最低 起订量") for phrase in found}
    assert names == {"moq_ask", "moq_state"}
    with override("fr"):
        assert {one.key for _topic, found in phrases.listed("connaissement copie") for one in found} >= {"bl_ask"}
    assert phrases.listed("zebra") == []
