"""Sentences say what the parts carry, in the reader's language, and nothing more."""

import pytest
from django.utils import translation

from matchmaker.matching import reasons
from matchmaker.matching.models import Match


def match(**fields) -> Match:
    values = {"parts": {}, "evidence": {}, "conditions": []}
    return Match(**{**values, **fields})


def condition(code, outcome, **facts):
    row = match(conditions=[{"code": code, "outcome": outcome, "facts": facts}])
    return reasons.conditions(row)[0]["sentence"]


def test_low_meaning_is_not_claimed():
    assert reasons.sentences(match(parts={"meaning": 0.2})) == []


def test_meaning_names_both_texts_without_a_raw_number():
    row = match(
        parts={"meaning": 0.83},
        evidence={"offer_text": ["th", "ข้าวหอมมะลิ"], "want_text": ["zh", "茉莉香米"]},
    )
    assert reasons.sentences(row) == ["Both name the same goods: jasmine rice."]


@pytest.mark.parametrize(
    ("meaning", "crowding", "said"),
    [
        (0.398, 0.39, []),
        (0.466, 0.41, ["related in meaning"]),
        (0.5096, 0.35, ["close in meaning"]),
        (0.48, 0.34, ["related in meaning"]),
    ],
)
def test_closeness_is_said_only_where_it_stands_out(meaning, crowding, said):
    row = match(
        parts={"meaning": meaning, "crowding": crowding},
        evidence={"offer_text": ["en", "Sheet mask"], "want_text": ["zh", "坚果油"]},
    )
    assert reasons.sentences(row) == [f"“Sheet mask” and “坚果油” are {what}." for what in said]


def test_measures_and_numbers_are_no_words_in_common():
    row = match(parts={"words": 0.1}, evidence={"shared_words": ["mL", "50", "mm", "IE3", "motor"]})
    assert reasons.sentences(row) == ["Words both use: IE3, motor."]


def test_promise_to_small_exporters_is_said():
    row = match(evidence={"floor": 2})
    assert reasons.sentences(row) == [
        "The fit is lower: small and first-time exporters get at least 2 suggestions a product."
    ]


@pytest.mark.parametrize(
    ("common", "sentence"),
    [
        ("100630", "Same HS code 1006.30."),
        ("1006", "Same HS heading 1006."),
        ("10", "Same HS chapter 10."),
    ],
)
def test_hs_proximity_is_named_at_its_level(common, sentence):
    assert reasons.sentences(match(parts={"hs": 1}, evidence={"hs_common": common})) == [sentence]


def test_minimum_order_above_need_is_said_in_both_units():
    said = condition(
        "minimum_order", "fails", needed=20, unit="t", offered_min=24, min_order=24000, min_order_unit="kg"
    )
    assert said == "Minimum order 24,000 kg, above the buyer's 20 t."


def test_missing_certificate_names_present_and_missing():
    said = condition("certificates", "fails", required=["HACCP", "HALAL"], present=["HACCP"], missing=["HALAL"])
    assert said.startswith("Present: ")
    assert "Not listed by the supplier: " in said


def test_unknown_price_is_not_judged():
    said = condition(
        "price", "unknown", target=5200, currency="CNY", unit="t", offered=780, offered_currency="USD", offered_unit="t"
    )
    assert said == "The buyer aims at CN¥5,200 / t, the supplier asks from $780 / t: these cannot be compared."


def test_excluded_origin_is_said():
    said = condition("origin", "fails", origin="BR", wanted=[], excluded=["BR"])
    assert said == "Comes from Brazil, which the buyer excludes."


def test_a_condition_is_said_in_chinese():
    with translation.override("zh-hans"):
        said = condition("origin", "meets", origin="TH", wanted=["TH"], excluded=[])
        assert said == "产自泰国；采购商要求的产地：泰国。"


def test_a_reader_sees_the_name_in_the_readers_language_else_in_english():
    evidence = {
        "offer_text": ["ja", "精密レンズ群"],
        "offer_names": {"ja": "精密レンズ群", "en": "Precision lens group", "zh": "精密透镜组"},
        "want_text": ["zh", "透镜组"],
        "want_names": {"zh": "透镜组"},
    }
    row = match(parts={"meaning": 0.6, "crowding": 0.3}, evidence=evidence)

    assert reasons.sentences(row) == ["“Precision lens group” and “透镜组” are close in meaning."]
    with translation.override("zh-hans"):
        (sentence,) = reasons.sentences(row)
        assert "“精密透镜组”" in sentence
        assert "0.6" not in sentence
    with translation.override("fr"):
        assert "Precision lens group" in reasons.sentences(row)[0]


def test_long_names_are_cut_between_words():
    evidence = {
        "offer_text": ["en", "Hotel bed linen set in Egyptian long-staple cotton, 400"],
        "want_text": ["zh", "床品"],
    }
    row = match(parts={"meaning": 0.7, "crowding": 0.3}, evidence=evidence)

    assert reasons.sentences(row) == ["“Hotel bed linen set in Egyptian…” and “床品” are close in meaning."]


def test_word_read_by_the_dictionary_stands_beside_the_chinese_one():
    row = match(parts={"words": 0.1}, evidence={"shared_words": ["lens (透镜)", "口径"]})

    assert reasons.sentences(row) == ["Words both use (in brackets: by the dictionary): lens (透镜), diameter."]


def test_country_takes_its_article():
    said = condition("origin", "fails", origin="NL", wanted=["US"], excluded=[])

    assert said == "Comes from the Netherlands, but the buyer wants the US."


def test_words_read_from_one_chinese_word_stand_together_and_scraps_are_left_out():
    row = match(
        parts={"words": 0.1}, evidence={"shared_words": ["olive (橄榄油)", "榴莲", "oil (橄榄油)", "durian (榴莲)"]}
    )
    words = "olive + oil (橄榄油), durian (榴莲)"
    assert reasons.sentences(row) == [f"Words both use (in brackets: by the dictionary): {words}."]
    with translation.override("zh-hans"):
        assert reasons.sentences(row)[0].endswith("olive + oil（橄榄油）、durian（榴莲）。")
    row = match(parts={"words": 0.1}, evidence={"shared_words": ["100 (纯棉)", "5J", "days (天)", "µm"]})
    assert reasons.sentences(row) == []


def test_name_cut_within_its_brackets_is_shown_without_them():
    names = {"offer_text": ["en", "Buckwheat groats"], "want_text": ["zh", "荞麦米（脱壳"]}
    row = match(parts={"meaning": 0.6, "crowding": 0.3}, evidence=names)
    assert reasons.sentences(row) == ["Both name the same goods: Buckwheat groats."]


def test_two_identical_names_are_not_called_related():
    names = {"offer_text": ["it", "意大利直条面（5号）"], "want_text": ["zh", "意大利直条面（5号）"]}
    row = match(parts={"meaning": 0.51}, evidence=names)
    assert reasons.sentences(row) == ["Both are named “意大利直条面（5号）”."]


def test_a_chinese_reader_gets_the_english_name_before_the_owners():
    names = {
        "offer_text": ["ar", "زيت زيتون"],
        "offer_names": {"ar": "زيت زيتون", "en": "Olive oil"},
        "want_text": ["zh", "橄榄油"],
    }
    row = match(parts={"meaning": 0.83}, evidence=names)
    with translation.override("zh-hans"):
        (sentence,) = reasons.sentences(row)
    assert "Olive oil" in sentence
    assert "زيت" not in sentence


def test_a_price_under_another_term_names_both_terms():
    facts = {"target": 14, "currency": "EUR", "unit": "kg", "offered": 14, "offered_currency": "EUR"}
    facts |= {"offered_unit": "kg", "offered_converted": 14, "incoterm": "CIF", "offered_incoterm": "FOB"}
    assert condition("price", "unknown", **facts) == (
        "The buyer aims at €14 / kg CIF, the supplier asks from €14 / kg FOB: "
        "what delivery costs between these two terms is not known."
    )
    assert condition("price", "unknown", **facts | {"offered_incoterm": ""}) == (
        "The buyer aims at €14 / kg CIF, the supplier asks from €14 / kg without saying the delivery term."
    )


def test_goods_made_in_time_whose_transport_nobody_knows_are_not_said_to_be_in_time():
    said = condition("delivery", "unknown", by="2026-09-30", lead_time_days=30)
    assert said.startswith("Lead time 30 days: made before ")
    assert said.endswith("how long the transport takes is not known.")


def test_what_does_not_fit_is_said_first_and_never_as_a_word_in_common():
    row = match(
        parts={"meaning": 0.8, "words": 0.3},
        evidence={
            "offer_text": ["en", "Goji berries"],
            "want_text": ["zh", "有机枸杞"],
            "attributes_failed": ["farming:organic", "-sugar:sweetened"],
            "attributes_met": ["state:dried"],
            "shared_words": ["organic", "goji", "net", "袋"],
        },
    )
    assert reasons.sentences(row) == [
        "Not as asked for: the buyer wants organic, the supplier's text says otherwise.",
        "The buyer does not want sweetened.",
        "As asked for: dried.",
        "“Goji berries” and “goji berries · organic” are close in meaning.",
        "Words both use: goji.",
    ]
    with translation.override("fr"):
        assert "biologique" in reasons.sentences(row)[0]


def test_the_same_goods_are_named_in_the_readers_language_and_others_are_told_apart():
    both = match(evidence={"goods_common": ["080420-dried-figs"]})
    with translation.override("tr"):
        assert "kuru incir" in reasons.sentences(both)[0]
    row = match(evidence={"goods_offered": "080420-dried-figs", "goods_wanted": "010121-mares"})
    assert reasons.sentences(row) == ["Not quite the same: 010121-mares is wanted, dried figs is offered."]
    differ = match(evidence={"hs_differ": ["4203", "4202"]})
    assert reasons.sentences(differ) == ["The HS headings differ: 4202 is wanted, 4203 is offered."]


def test_properties_are_a_condition_with_what_meets_fails_and_is_not_said():
    facts = {"failed": ["halal:halal"], "met": ["state:frozen"], "unknown": ["bone:boneless"]}
    assert condition("attributes", "fails", **facts) == (
        "Asked for, but the supplier's text says otherwise: halal. Asked for and in the supplier's text: frozen. "
        "Asked for; the supplier's text does not say: boneless."
    )
