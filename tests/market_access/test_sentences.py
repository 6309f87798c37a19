"""Every reason has a sentence, and the boxes of a page hold every string it shows; rates here are TEST DATA."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation

import matchmaker.market_access as floor
from matchmaker.market_access import presentation, sentences
from matchmaker.market_access.duty import Span
from matchmaker.market_access.readiness import ProductFacts, checklist
from matchmaker.market_access.rules import read_rulebook
from matchmaker.market_access.services import answer_question, import_tariff, record_registration
from matchmaker.market_access.tariff_file import read_tariff
from tests import factories

FLOOR = Path(floor.__file__).parent
BOOK = read_rulebook(FLOOR.parents[1] / "data" / "market_access")
MAY, JULY, APRIL = date(2026, 5, 15), date(2026, 7, 1), date(2027, 4, 1)


def codes_in(module, pattern):
    return set(re.findall(pattern, (FLOOR / module).read_text(encoding="utf-8")))


def test_every_reason_of_an_item_has_a_sentence():
    made = codes_in("readiness.py", r'self\._item\(\s*Status\.[A-Z_]+, "([a-z_]+)"')
    made |= {"code_excludes", "answer_excludes", "hs_missing", "hs_too_short", "evidence_held", "evidence_declared"}
    made |= {"evidence_stated"}
    assert made == set(sentences._ITEM)


def test_every_fault_of_a_tariff_file_has_a_sentence():
    made = codes_in("tariff_file.py", r'"([a-z_0-9]+)"') | codes_in("regime_lists.py", r'"([a-z_0-9]+)"')
    made |= codes_in("additional_file.py", r'"([a-z_0-9]+)"')
    known = set(sentences._fault_sentences())
    assert known - {"overlaps_loaded"} <= made


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"hs_code\n", "These columns are missing: regime, valid_from, source."),
        (
            b'hs_code,regime,rate_percent,valid_from,source\n07095940,MFN,"6,5",2026-01-01,T\n',
            "\u201c6,5\u201d is not a percentage. Write it with a point, such as 6.5.",
        ),
        (
            b"hs_code,regime,rate_percent,valid_from,source\n0709,MFN,6,2026-01-01,T\n",
            "\u201c0709\u201d is not a tariff line of 8 or 10 digits.",
        ),
    ],
)
def test_a_fault_says_what_to_correct(content, expected):
    assert sentences.about_fault(read_tariff(content, set()).faults[0]) == expected


def test_every_item_of_every_shipped_rule_has_a_sentence():
    for rule in BOOK.rules:
        code = rule.hs_in[0].ljust(6, "0") if rule.hs_in else "848180"
        group = rule.groups[0] if rule.groups[0] != "ALL" else "AGRI"
        for item in checklist(ProductFacts(code, group, "FR"), rule.valid_from or JULY, {}, BOOK):
            assert sentences.about_item(item).endswith(".")


def test_the_official_address_stands_beside_the_warning():
    rule = next(one for one in BOOK.rules if one.code == "GACC-FOOD-280")
    assert sentences.lookalike_warning(rule) == (
        "Apply only at https://cifer.singlewindow.cn. "
        "Other sites copy its look and charge for a registration they cannot grant."
    )
    assert sentences.lookalike_warning(replace(rule, lookalike_warning=False)) == ""


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (("13", "13"), "13%"),
        (("0", "6.50"), "0% to 6.5%"),
        (("100.0000", "100"), "100%"),
        (("0.0000", "0"), "0%"),
    ],
)
def test_percent(span, expected):
    assert sentences.percent(Span(*map(Decimal, span))) == expected


def test_money_is_grouped():
    assert sentences.money(Span(Decimal("1300.5"), Decimal("1300.5")), "CNY") == "CN¥1,300.50"


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (date(2022, 1, 1), date(2026, 5, 31), "Jan 1, 2022 to May 31, 2026"),
        (date(2026, 6, 1), None, "since Jun 1, 2026, no end known"),
        (None, date(2026, 5, 31), "until May 31, 2026"),
        (None, None, "in force; the first day was not read"),
    ],
)
def test_period(begins, ends, expected):
    assert sentences.period(begins, ends) == expected


# -- the three journeys, as a page shows them ------------------------------------------------------------------------


def test_kenyan_grower_sees_list_duty_and_change(records):
    grower = factories.supplier(country="KE")
    product = factories.product(grower, hs_code="080440", origin="KE", category=factories.category("AGRI-04"))
    asked = presentation.readiness_box(product, MAY)
    assert [one.text for one in asked.questions] == ["Is it fresh fruit (not frozen, dried or otherwise processed)?"]
    answer_question(by=factories.member_of(grower), product=product, question="fresh_fruit", answer=True)
    box = presentation.readiness_box(product, MAY)
    assert (box.state, box.summary) == ("missing", "2 items are missing for a shipment on May 15, 2026.")
    lines = {line.code: line for line in box.items}
    assert lines["FRUIT-ACCESS"].reason == "Admitted by GACC Announcement 2022 No. 47 (fresh avocados from Kenya)."
    assert lines["FRUIT-ORCHARD"].registers == "GACC-ORCHARD"
    assert lines["FRUIT-PERMIT"].declares == "has:FRUIT-PERMIT"
    assert [line.sentence for line in presentation.changes_between(product, MAY, JULY)] == [
        "Registration of the overseas food plant (Decree 248) gives way to "
        "Registration of the overseas food plant (Decree 280)."
    ]
    for day in (MAY, JULY, APRIL):
        duty = presentation.duty_box(product, day)
        assert (duty.best.code, duty.best.rate, duty.mfn) == ("AFR-ZERO", "0%", "")
        assert duty.best.notes == (
            "The measure itself sets 0% for all tariff lines.",
            "It ends on Apr 30, 2028.",
        )
        assert duty.notes == ("The most-favoured-nation rate of this code is not loaded on this site.",)


def test_french_cosmetics_maker_sees_list_and_no_agreement(records):
    maker = factories.supplier(country="FR")
    cream = factories.product(maker, hs_code="330499", origin="FR", category=factories.category("CONS-01"))
    answer_question(by=factories.member_of(maker), product=cream, question="special_cosmetic", answer=False)
    for day in (MAY, JULY, APRIL):
        box = presentation.readiness_box(cream, day)
        assert box.counts == {"met": 0, "stated": 0, "missing": 3, "not_applicable": 1, "unknown": 0}
        assert presentation.duty_box(cream, day).options == ()
    assert presentation.changes_between(cream, MAY, APRIL) == []
    assert presentation.duty_box(cream, MAY).notes[-1] == (
        "No agreement on record covers goods from France on May 15, 2026: the most-favoured-nation rate applies."
    )


def test_italian_valve_maker_sees_what_depends_on_her_answers(records):
    valve = factories.product(hs_code="848180", origin="IT", category=factories.category("COMP-07"))
    for day in (MAY, JULY, APRIL):
        box = presentation.readiness_box(valve, day)
        assert (box.state, len(box.questions)) == ("unknown", 3)
        assert {line.reason for line in box.items} == {"It depends on a question you have not answered yet."}
    assert presentation.changes_between(valve, MAY, APRIL) == []


def test_the_duty_box_shows_the_saving_where_rates_are_loaded(records):
    content = (
        b"hs_code,regime,rate_percent,valid_from,source\n"
        b"08044000,MFN,25,2026-01-01,TEST DATA\n08044000,PER,0,2026-01-01,TEST DATA\n"
    )
    import_tariff(by=factories.organiser(), content=content, apply=True)
    product = factories.product(hs_code="080440", origin="PE", category=factories.category("AGRI-04"))
    box = presentation.duty_box(product, JULY, value=Decimal(20000))
    assert (box.mfn, box.best.rate, box.best.saving, box.notes) == ("25%", "0%", "CN¥5,000", ())
    assert box.best.proofs == ("certificate of origin issued in the exporting country",)


def test_a_heading_under_a_tariff_quota_says_what_that_means_and_who_says_so(records):
    rice = factories.product(hs_code="100630", origin="TH")
    quota = presentation.duty_box(rice, JULY).quota
    assert quota.sentences == (
        "Goods of this heading can be under a tariff quota in China: Rice.",
        "Inside the quota a low rate counts, for the quantity that China sets each year. Outside it the full rate "
        "counts, which is far higher.",
        "The quota is given to importers in China. Settle before you agree on a price whether the importer holds a "
        "part of it for these goods.",
    )
    assert quota.source_url.startswith("https://www.fao.org/giews/")
    assert quota.confidence_label == "Whether it covers this product has to be confirmed."
    with translation.override("zh-hans"):
        assert presentation.duty_box(rice, JULY).quota.sentences[0] == "此税目的商品可能实行关税配额管理：稻谷和大米。"
    assert presentation.duty_box(factories.product(hs_code="080440", origin="TH"), JULY).quota is None


def test_a_chinese_reader_gets_the_records_in_chinese(records):
    product = factories.product(hs_code="190531", origin="FR", category=factories.category("AGRI-10"))
    with translation.override("zh-hans"):
        lines = {line.code: line for line in presentation.readiness_box(product, JULY).items}
        assert lines["GACC-FOOD-280"].name == "进口食品境外生产企业注册（海关总署令第280号）"
        assert presentation.duty_box(product, JULY, origin="TH").options[1].name == "区域全面经济伙伴关系协定"


NUMBER = "CFRA15012303080001"


def test_a_registration_on_record_is_shown_with_its_end(records):
    maker = factories.supplier(country="FR")
    product = factories.product(maker, hs_code="190531", origin="FR", category=factories.category("AGRI-10"))
    record_registration(
        by=factories.member_of(maker), company=maker, code="GACC-FOOD", number=NUMBER, valid_until=date(2027, 1, 31)
    )
    lines = {line.code: line for line in presentation.readiness_box(product, JULY).items}
    assert lines["GACC-FOOD-280"].reason == (
        f"On record: {NUMBER}, valid until Jan 31, 2027. The organiser has not seen the evidence yet."
    )
    to_others = {line.code: line for line in presentation.readiness_box(product, JULY, to_maker=False).items}
    assert (to_others["GACC-FOOD-280"].status, to_others["GACC-FOOD-280"].reason) == (
        "stated",
        "The supplier states it; the organiser has not seen evidence.",
    )
    later = {line.code: line for line in presentation.readiness_box(product, APRIL).items}
    assert later["GACC-FOOD-280"].reason == f"{NUMBER} ended on Jan 31, 2027, before this shipment."
    before = {line.code: line for line in presentation.readiness_box(product, MAY).items}
    assert before["GACC-FOOD-248"].next_rule == (
        "From Jun 1, 2026: Registration of the overseas food plant (Decree 280)."
    )


def test_what_the_maker_has_not_answered_is_not_asked_of_a_reader():
    item = next(
        one
        for rule in BOOK.rules
        for one in checklist(
            ProductFacts(rule.hs_in[0].ljust(6, "0") if rule.hs_in else "848180", "AGRI", "FR"), JULY, {}, BOOK
        )
        if one.reason.code == "question_open"
    )
    assert sentences.about_item(item) == "It depends on a question you have not answered yet."
    assert sentences.about_item(item, to_maker=False) == "It depends on a question the supplier has not answered yet."


def test_every_sentence_for_others_stands_in_place_of_one_for_the_maker():
    assert sentences._ITEM_TO_OTHERS.keys() - sentences._ITEM.keys() == set()
