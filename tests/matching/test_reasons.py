"""Sentences say what the parts carry, in the reader's language, and nothing more."""

import pytest
from django.utils import translation

from matchmaker.catalogue.models import DemandLine, Product
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
        evidence={"offer_text": ["en", "Sheet mask"], "want_text": ["fr", "Huile de noix"]},
    )
    assert reasons.sentences(row) == [f"“Sheet mask” and “Huile de noix” are {what}." for what in said]


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
        "want_names": {"zh": "透镜组", "en": "Lenses"},
    }
    row = match(parts={"meaning": 0.6, "crowding": 0.3}, evidence=evidence)

    assert reasons.sentences(row) == ["“Precision lens group” and “Lenses” are close in meaning."]
    with translation.override("zh-hans"):
        (sentence,) = reasons.sentences(row)
        assert "“精密透镜组”" in sentence
        assert "0.6" not in sentence
    with translation.override("fr"):
        assert "Precision lens group" in reasons.sentences(row)[0]


def test_long_names_are_cut_between_words():
    evidence = {
        "offer_text": ["en", "Hotel bed linen set in Egyptian long-staple cotton, 400"],
        "want_text": ["de", "Bettwäsche"],
    }
    row = match(parts={"meaning": 0.7, "crowding": 0.3}, evidence=evidence)

    assert reasons.sentences(row) == ["“Hotel bed linen set in Egyptian…” and “Bettwäsche” are close in meaning."]


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


def test_goods_in_common_are_those_of_the_common_code_or_what_both_names_are_about():
    """刀柄 is a tool holder or a knife handle; the barley of a malt and the screws of a pump are not what is traded."""
    holder = {"goods_common": ["821195-knife-handles", "846610-tool-holder"], "hs_common": "846610"}
    assert reasons.sentences(match(evidence=holder)) == [
        "Both name the same goods: tool holder.",
        "Same HS code 8466.10.",
    ]
    lathe = {"goods_common": ["845819-conventional-lathe"], "hs_common": "845811"}
    assert reasons.sentences(match(evidence=lathe)) == ["Same HS code 8458.11."]
    malt = {"goods_common": ["220300-lager-beer", "general-barley"], "offer_text": ["en", "Pilsner barley malt"]}
    assert reasons.sentences(match(evidence=malt | {"want_text": ["zh", "皮尔森大麦麦芽"]})) == []
    figs = {"goods_common": ["080420-dried-figs"], "offer_text": ["en", "Dried figs, natural"]}
    assert reasons.sentences(match(evidence=figs | {"want_text": ["fr", "Figues sèches"]})) == [
        "Both name the same goods: dried figs."
    ]


def test_goods_that_a_name_is_not_about_are_no_difference():
    rattan = {"goods_offered": "general-chairs", "goods_wanted": "general-rattan-and-bamboo-ware"}
    rattan |= {"offer_text": ["en", "Natural rattan armchair"], "want_text": ["zh", "户外或阳台藤编休闲椅"]}
    assert reasons.sentences(match(evidence=rattan)) == []
    baler = {"goods_offered": "843221-disc-harrow", "goods_wanted": "843340-hay-baler"}
    baler |= {"offer_text": ["en", "Disc harrow"], "want_text": ["zh", "圆捆打捆机"]}
    assert reasons.sentences(match(evidence=baler)) == [
        "Not quite the same: hay baler is wanted, disc harrow is offered."
    ]


def test_a_word_for_goods_of_several_headings_is_named_by_the_common_code_or_not_at_all():
    words = {"shared_words": ["刀柄", "HSK"]}
    assert reasons.sentences(match(parts={"words": 0.1}, evidence=words)) == ["Words both use: HSK."]
    coded = match(parts={"words": 0.1}, evidence=words | {"hs_common": "846610"})
    assert "Words both use: tool holder, HSK." in reasons.sentences(coded)


def test_a_service_about_goods_is_not_said_to_be_the_goods():
    evidence = {
        "goods_common": ["general-watches"],
        "goods_offered": "general-watches",
        "goods_wanted": "general-watches",
    }
    service = Product(pk=1, category_id="SERV-02"), DemandLine(pk=1, category_id="CONS-06")
    row = match(product=service[0], line=service[1], evidence=evidence)
    assert reasons.sentences(row) == ["Goods are wanted, a service is offered."]
    goods = Product(pk=1, category_id="TECH-04"), DemandLine(pk=1, category_id="SERV-02")
    differing = {"goods_offered": "901920-ventilator", "goods_wanted": "general-generators"}
    row = match(product=goods[0], line=goods[1], evidence=differing)
    assert reasons.sentences(row) == ["A service is wanted, goods are offered."]


def test_a_name_for_a_group_of_goods_is_no_difference_to_goods_of_its_heading():
    row = match(evidence={"goods_offered": "910211-quartz-watch", "goods_wanted": "general-watches"})
    assert reasons.sentences(row) == []


def test_no_category_stands_for_a_name_that_cannot_be_read():
    """“Hay baler” and “Agricultural machinery” are not what was compared."""
    evidence = {"offer_text": ["en", "Sheet mask"], "want_text": ["zh", "某某牌专用件之一"]}
    near = match(parts={"meaning": 0.7, "crowding": 0.3}, evidence=evidence)
    assert reasons.sentences(near) == ["Both texts are close in meaning."]
    far = match(parts={"meaning": 0.4, "crowding": 0.33}, evidence=evidence)
    assert reasons.sentences(far) == ["Both texts are related in meaning."]


@pytest.mark.parametrize(
    ("text", "language", "reader", "name"),
    [
        ("静岡産 精米 2kg", "ja", "fr", "riz blanchi"),
        ("Мёд липовый, фасованный", "ru", "en", "linden honey"),
        ("自动上链机械腕表", "zh", "fr", "montre"),
        ("冰鲜大西洋鲑（三文鱼）", "zh", "en", "fresh Atlantic salmon"),
        ("去皮整番茄罐头", "zh", "fr", "tomates pelées en conserve"),
        ("有机枸杞", "zh", "en", "goji berries · organic"),
    ],
)
def test_a_gloss_in_a_sentence_has_no_packing_figures_repetitions_or_second_goods(text, language, reader, name):
    evidence = {"offer_text": ["en", "Sheet mask"], "want_text": [language, text]}
    row = match(parts={"meaning": 0.7, "crowding": 0.3}, evidence=evidence)
    with translation.override(reader):
        (sentence,) = reasons.sentences(row)
    assert name in sentence
    assert f"{name} ·" not in sentence


def test_quotation_marks_within_a_name_are_those_of_the_second_level():
    names = {"fr": "Montre « Jaluse » 39 mm", "zh": "“雅路兹”腕表"}
    row = match(
        parts={"meaning": 0.7, "crowding": 0.3}, evidence={"offer_names": names, "want_names": {"fr": "Montre"}}
    )
    with translation.override("fr"):
        assert "«\xa0Montre “Jaluse” 39 mm\xa0»" in reasons.sentences(row)[0]
    names = {"offer_names": names, "want_names": {"zh": "机械表"}}
    with translation.override("zh-hans"):
        row = match(parts={"meaning": 0.7, "crowding": 0.3}, evidence=names)
        assert reasons.sentences(row)[0].startswith("“‘雅路兹’腕表”")
    names = {"offer_names": {"en": "Eau de parfum « Nuit »"}, "want_names": {"en": "Perfume"}}
    row = match(parts={"meaning": 0.7, "crowding": 0.3}, evidence=names)
    assert reasons.sentences(row) == ["“Eau de parfum ‘Nuit’” and “Perfume” are close in meaning."]


def test_a_chinese_word_that_was_cut_is_put_together_from_both_names():
    names = {"offer_names": {"zh": "马来西亚冷冻猫山王果肉"}, "want_names": {"zh": "冷冻榴莲果肉（猫山王或D24）"}}
    words = {"shared_words": ["猫", "山王", "D24", "matter (物质)", "Two", "min"]}
    with translation.override("zh-hans"):
        assert reasons.sentences(match(parts={"words": 0.1}, evidence=names | words)) == [
            "双方都用到的词语：猫山王、D24。"
        ]


def test_sentences_about_properties_follow_each_other_as_the_language_does_it():
    facts = {"failed": [], "met": ["state:frozen"], "unknown": ["bone:boneless"]}
    with translation.override("zh-hans"):
        assert condition("attributes", "unknown", **facts) == (
            "有要求，供应商的说明中也有：冷冻。有要求，供应商的说明中未提及：去骨。"
        )


def test_names_and_words_in_a_sentence_from_right_to_left_keep_their_own_direction():
    row = match(
        parts={"meaning": 0.6, "crowding": 0.3, "words": 0.1},
        evidence={
            "offer_text": ["en", "Black tea BP1, PF1 and PD"],
            "want_text": ["en", "Black tea for blending"],
            "shared_words": ["roses", "stem"],
        },
    )
    with translation.override("ar"):
        close, words = reasons.sentences(row)
    assert "«\u2068Black tea BP1, PF1 and PD\u2069»" in close
    assert "«\u2068Black tea for blending\u2069»" in close
    assert "\u2068roses\u2069" in words
    assert "\u2068stem\u2069" in words


def test_a_russian_sentence_that_ends_with_a_shortened_unit_has_one_full_stop():
    facts = {"needed": 20, "unit": "pc", "offered_min": 5, "min_order": 5, "min_order_unit": "pc"}
    with translation.override("ru"):
        assert condition("minimum_order", "meets", **facts).endswith("20 шт.")
        assert not condition("minimum_order", "meets", **facts).endswith("..")
