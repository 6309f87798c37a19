"""The shipped records are whole: every prefix exists, every rule names its source or says that it has none."""

import csv
import re
from collections import Counter
from dataclasses import fields
from itertools import combinations
from pathlib import Path

import pytest
from django.conf import settings

from matchmaker.catalogue.models import Category
from matchmaker.market_access.duty import read_trade
from matchmaker.market_access.models import AccessNotice, Agreement, EntryQuestion, EntryRule, ImportRegime
from matchmaker.market_access.rules import Confidence, Evidence, Stage, read_rulebook, rows

DATA = Path(__file__).resolve().parents[2] / "data"
BOOK = read_rulebook(DATA / "market_access")
TRADE = read_trade(DATA / "market_access")


def prefixes_of_the_harmonized_system():
    with (DATA / "hs" / "hs2022.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"] for row in csv.DictReader(file)}


def test_every_hs_prefix_of_rules_questions_and_access_exists():
    known = prefixes_of_the_harmonized_system()
    used = {prefix for rule in BOOK.rules for prefix in (*rule.hs_in, *rule.hs_out)}
    used |= {p for q in BOOK.questions.values() for p in (*q.asked_hs, *q.yes_hs, *q.no_hs)}
    used |= {prefix for access in BOOK.access for prefix in access.hs_in}
    used |= {prefix for goods in TRADE.quota_goods for prefix in goods.prefixes}
    assert sorted(used - known) == []


def test_every_country_exists():
    with (DATA / "geo" / "countries.csv").open(encoding="utf-8-sig", newline="") as file:
        known = {row["iso2"] for row in csv.DictReader(file)}
    assert {partner.origin for partner in TRADE.partners} - known == set()


def test_rule_codes_are_given_once():
    assert [code for code, times in Counter(rule.code for rule in BOOK.rules).items() if times > 1] == []


def test_a_rule_without_a_source_is_a_hint():
    assert {rule.confidence for rule in BOOK.rules if not rule.source_url} == {Confidence.HINT}


def test_two_rules_of_one_requirement_never_hold_on_the_same_day():
    for one, other in combinations(BOOK.rules, 2):
        if one.requirement == other.requirement:
            assert one.valid_until is not None
            assert other.valid_from is not None
            assert one.valid_until < other.valid_from


def test_rules_that_can_be_met_say_by_what():
    silent = [rule.code for rule in BOOK.rules if rule.stage is not Stage.NOTICE and not rule.accepts]
    assert silent == []
    assert {rule.evidence for rule in BOOK.rules if rule.stage is Stage.NOTICE} == {Evidence.NONE}


def test_every_text_stands_in_both_languages():
    for rule in BOOK.rules:
        for name in ("name", "summary", "authority", "how_to_satisfy"):
            texts = getattr(rule, name)
            assert texts["en"], rule.code
            assert any("\u4e00" <= char <= "\u9fff" for char in texts["zh-hans"]), rule.code
        assert rule.legal_basis["en"]
        assert rule.legal_basis["zh-hans"], rule.code
        assert not re.search("[a-z]{2}", rule.legal_basis["zh-hans"]), (
            rule.code
        )  # numbers of standards are its only Latin
    for question in BOOK.questions.values():
        assert question.text["en"].endswith("?")
        assert question.text["zh-hans"].endswith("？")


def test_every_question_is_used():
    assert set(BOOK.questions) == {code for rule in BOOK.rules for code, _ in rule.conditions}


def test_all_sixteen_listed_requirements_have_a_rule():
    """import_requirements.csv, each by the rule or rules that carry it."""
    carried = {
        "GACC-FOOD": "GACC-FOOD-280",
        "QUAR-PERMIT": "QUAR-PERMIT",
        "HEALTH-CERT": "HEALTH-CERT",
        "PHYTO": "PHYTO",
        "CN-LABEL": "LABEL-7718-2011",
        "SCI": "SCI",
        "CCC": "CCC-ELECTRIC",
        "NAL": "NAL",
        "SRRC": "SRRC",
        "NMPA-DEVICE": "DEVICE-REGISTRATION",
        "NMPA-COSM": "COSMETIC-FILING",
        "NMPA-DRUG": "DRUG-REGISTRATION",
        "IMPORT-LIC": "IMPORT-LICENCE",
        "DUAL-USE": "DUAL-USE",
        "COO-PREF": "ORIGIN-PROOF",
        "IMPORT-VAT": "IMPORT-VAT",
    }
    with (DATA / "trade" / "import_requirements.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = {row["requirement_code"] for row in csv.DictReader(file)}
    assert listed == set(carried)
    assert set(carried.values()) <= {rule.code for rule in BOOK.rules}


def test_zero_tariff_reaches_fifty_three_african_countries_and_not_eswatini():
    """New Times: 53 partners, 33 of them least developed; chinaafricasps.org: the 20 others until 2028-04-30."""
    with (DATA / "geo" / "countries.csv").open(encoding="utf-8-sig", newline="") as file:
        africa = {row["iso2"] for row in csv.DictReader(file) if row["continent"] == "AF"}
    least = {p.origin for p in TRADE.partners if p.agreement == "LDC-ZERO" and p.origin in africa}
    others = {p.origin for p in TRADE.partners if p.agreement == "AFR-ZERO"}
    assert (len(least), len(others), least & others) == (33, 20, set())
    assert "SZ" not in least | others


def test_no_tariff_rate_is_shipped():
    with (DATA / "market_access" / "tariff_format.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file)) == []


def test_a_broken_rule_file_names_the_row(tmp_path):
    for name in ("rules.csv", "scopes.csv", "questions.csv", "access.csv"):
        (tmp_path / name).write_bytes((DATA / "market_access" / name).read_bytes())
    rules = (tmp_path / "rules.csv").read_text(encoding="utf-8")
    (tmp_path / "rules.csv").write_text(rules.replace("2026-05-31", "2026-05-32"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"rules\.csv row 2 \(GACC-FOOD-248\)"):
        read_rulebook(tmp_path)


def test_a_scope_of_no_rule_is_refused(tmp_path):
    for name in ("rules.csv", "scopes.csv", "questions.csv", "access.csv"):
        (tmp_path / name).write_bytes((DATA / "market_access" / name).read_bytes())
    with (tmp_path / "scopes.csv").open("a", encoding="utf-8") as file:
        file.write("NO-SUCH-RULE,in,01\n")
    with pytest.raises(ValueError, match="NO-SUCH-RULE"):
        read_rulebook(tmp_path)


# -- in the languages of the site -------------------------------------------------------------------------------------
RECORDS = [
    *BOOK.rules, *BOOK.questions.values(), *BOOK.access, *TRADE.regimes, *TRADE.agreements.values(), *TRADE.quota_goods
]  # fmt: skip
MODELS = {"Rule": EntryRule, "Question": EntryQuestion, "Access": AccessNotice, "Regime": ImportRegime,
          "Agreement": Agreement, "QuotaGoods": Category}  # fmt: skip
NAMES = {"good": "name"}  # goods under a quota have no table; they are named like a category


def texts_of_records():
    """(model, field, texts) of every text that readers see."""
    for record in RECORDS:
        model = MODELS[type(record).__name__]
        for field in fields(record):
            if field.type == "Texts" and getattr(record, field.name):
                yield model, field.name, getattr(record, field.name)


@pytest.mark.parametrize("language", [row.code for row in settings.SITE_LANGUAGES])
def test_every_text_stands_in_every_language_of_the_site(language):
    missing = {texts["en"] for _model, _field, texts in texts_of_records() if not texts.get(language)}
    assert missing == set()


def test_texts_are_no_longer_than_an_organiser_may_write_them():
    for model, field, texts in texts_of_records():
        longest = model._meta.get_field(NAMES.get(field, field)).max_length
        assert {code: text for code, text in texts.items() if len(text) > longest} == {}


def test_a_translation_has_the_numbers_of_its_english():
    def numbers(text):
        without_dates = re.sub(r"\b(\d{4})-\d\d-\d\d\b", r"\1", text)  # a month may be written as a word
        return set(re.findall(r"\d+", re.sub(r"(?<=\d)[.,\s\u00a0\u202f](?=\d{3}(?!\d))", "", without_dates)))

    differ = [
        (code, texts["en"], text)
        for _model, _field, texts in texts_of_records()
        for code, text in texts.items()
        if code != "zh-hans" and not numbers(texts["en"]) <= numbers(text)
    ]
    assert differ == []


def test_a_translation_of_a_text_that_changed_is_not_shown(tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "fr.csv").write_text("english,text\nOld words,Anciens mots\nA plant,Une usine\n")
    (tmp_path / "rules.csv").write_text("code,name_en,summary_en\nA,A plant,New words\n")
    (row,) = rows(tmp_path / "rules.csv")
    assert row["name_fr"] == "Une usine"
    assert "summary_fr" not in row


def test_no_translation_is_left_of_a_text_that_went():
    used = {texts["en"] for _model, _field, texts in texts_of_records()}
    for path in (DATA / "market_access" / "texts").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            assert {row["english"] for row in csv.DictReader(file)} - used == set(), path.name
