"""Which rule says what of which product on which day: a table with a source for every case.

The expectations come from the sources, not from the records: a record that drifts from its source fails here.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from matchmaker.market_access.readiness import ProductFacts, checklist
from matchmaker.market_access.rules import (
    Question,
    Rule,
    Rulebook,
    Scope,
    longest_prefix,
    read_rulebook,
    rows,
    rule_from_row,
)

FOLDER = Path(__file__).resolve().parents[2] / "data" / "market_access"
BOOK = read_rulebook(FOLDER)

D280 = "zmuni.com and seahonor.com: Decree 280, in force 1 June 2026, repeals 248"
D248 = "eusmecentre.org.cn: Decree 248, every food plant from 1 January 2022"
FRUIT = "cceeccic.org: measures on imported fruit, Articles 2, 5, 6; they concern fresh fruit"
DAPQ = "californiaagnet.com: plants register with the food bureau or with plant quarantine, by product"
LABEL = "food.chemlinked.com: GB 7718-2025 and GB 28050-2025 from 16 March 2027"
SCOPE_LABEL = "import_requirements: CN-LABEL, prepacked food"
EXEMPT = "GB 28050: alcoholic drinks, packed water and tea carry no nutrition label"
CIIE = "CIIE customs notice: goods that need a quarantine permit"
COSM = "SAMR Order 35, Articles 3 and 4: special cosmetics registered, others filed, from 1 May 2021"
PASTE = "SAMR Order 71: toothpaste filed from 1 December 2023"
DEVICE = "SAMR Order 47: class I filed, classes II and III registered, from 1 October 2021"
CCC = "eusmecentre.org.cn and sesec.eu: catalogue of compulsory certification"
NOT_HS = "quality-partnerships.cn: the HS code alone does not decide CCC"
CEL = "ic-aic.com: Announcement 14 of 2015, goods with an energy label; Decree 35 from 1 June 2016"
NAL = "china-certification.com: network access licence, fixed-line telephones left out in 2022"
SRRC = "MIIT: whatever sends radio signals needs type approval"
N151 = "AQSIQ Notice 151 of 2012: safety valves licensed (1.1), piping components type-tested (1.2)"
FEED = "reach24h.com: feed and pet food, import registration and registered plant"
INFANT = "USDA: infant formula recipes are registered with SAMR"
HEALTH = "food.chemlinked.com: imported health food is registered or filed"
MEE = "gpcgateway.com: MEE Order 12 from 1 January 2021"
VET = "USDA export certificate report: health certificates for animal products"
PHYTO = "USDA export certificate report: phytosanitary certificates for plant products"
GENERAL = "import_requirements: from general knowledge, so only a hint"

YES, NO = True, False
FRESH, DRIED = {"fresh_fruit": YES}, {"fresh_fruit": NO}
RETAIL = {"fresh_fruit": NO, "retail_packed": YES}

# HS code, group, origin, shipment date, answers, rule, status ("-": not in the list), source
CASES = [
    # food plants
    ("190531", "AGRI", "FR", "2026-05-31", {}, "GACC-FOOD-248", "missing", D248),
    ("190531", "AGRI", "FR", "2026-06-01", {}, "GACC-FOOD-248", "-", D280),
    ("190531", "AGRI", "FR", "2026-06-01", {}, "GACC-FOOD-280", "missing", D280),
    ("190531", "AGRI", "FR", "2026-05-31", {}, "GACC-FOOD-280", "-", D280),
    ("190531", "AGRI", "FR", "2021-12-31", {}, "GACC-FOOD-248", "-", D248),
    ("020230", "AGRI", "AR", "2026-07-01", {}, "GACC-FOOD-280", "missing", D280),
    ("030617", "AGRI", "EC", "2026-07-01", {}, "GACC-FOOD-280", "missing", D280),
    ("100630", "AGRI", "TH", "2026-07-01", {}, "GACC-FOOD-280", "unknown", D280),
    ("100630", "AGRI", "TH", "2026-07-01", {"food_use": YES}, "GACC-FOOD-280", "missing", D280),
    ("100630", "AGRI", "TH", "2026-07-01", {"food_use": NO}, "GACC-FOOD-280", "not_applicable", D280),
    ("220421", "AGRI", "CL", "2026-07-01", {}, "GACC-FOOD-280", "missing", D280),
    ("220720", "AGRI", "BR", "2026-07-01", {}, "GACC-FOOD-280", "not_applicable", "Denatured spirit is no food"),
    ("120991", "AGRI", "NL", "2026-07-01", {}, "GACC-FOOD-280", "not_applicable", "Seed for sowing is no food"),
    (
        "081190",
        "AGRI",
        "KE",
        "2026-07-01",
        {},
        "GACC-FOOD-280",
        "missing",
        "sgpfwlw.cn: frozen avocado from registered plants",
    ),
    ("080440", "AGRI", "KE", "2026-07-01", FRESH, "GACC-FOOD-280", "not_applicable", DAPQ),
    ("080440", "AGRI", "KE", "2026-07-01", DRIED, "GACC-FOOD-280", "missing", DAPQ),
    (
        "080620",
        "AGRI",
        "UZ",
        "2026-07-01",
        {},
        "GACC-FOOD-280",
        "missing",
        "aqsiqca.com: dried fruit is a food category",
    ),
    ("848180", "COMP", "IT", "2026-07-01", {}, "GACC-FOOD-280", "-", D280),
    ("330499", "CONS", "FR", "2026-07-01", {}, "GACC-FOOD-280", "-", D280),
    (
        "190531",
        "AGRI",
        "FR",
        "2026-07-01",
        {},
        "GACC-EXPORTER-FILING",
        "missing",
        "food.chemlinked.com: exporters file, whatever the food",
    ),
    # fresh fruit
    ("080440", "AGRI", "KE", "2026-07-01", FRESH, "FRUIT-ACCESS", "met", "ecolex.org: GACC Announcement 47 of 2022"),
    ("080440", "AGRI", "UG", "2026-07-01", FRESH, "FRUIT-ACCESS", "unknown", "No notice on record for Uganda"),
    ("081060", "AGRI", "VN", "2026-07-01", FRESH, "FRUIT-ACCESS", "met", "GACC Announcement 66 of 2022"),
    (
        "080440",
        "AGRI",
        "KE",
        "2026-07-01",
        FRESH,
        "FRUIT-ORCHARD",
        "missing",
        "kephis.org: farms and packhouses are registered",
    ),
    ("080440", "AGRI", "KE", "2026-07-01", FRESH, "FRUIT-PERMIT", "missing", FRUIT),
    ("080440", "AGRI", "KE", "2026-07-01", DRIED, "FRUIT-PERMIT", "not_applicable", FRUIT),
    ("080440", "AGRI", "KE", "2026-07-01", FRESH, "PHYTO-FRUIT", "missing", FRUIT),
    ("080720", "AGRI", "MY", "2026-07-01", {}, "FRUIT-PERMIT", "missing", FRUIT),
    ("080810", "AGRI", "NZ", "2026-07-01", {}, "LABEL-7718-2011", "not_applicable", FRUIT),
    ("081190", "AGRI", "KE", "2026-07-01", {}, "FRUIT-PERMIT", "-", FRUIT),
    # other quarantine and certificates
    ("020230", "AGRI", "AR", "2026-07-01", {}, "QUAR-PERMIT", "missing", CIIE),
    ("040221", "AGRI", "NZ", "2026-07-01", {}, "QUAR-PERMIT", "-", CIIE),
    ("070200", "AGRI", "KZ", "2026-07-01", {}, "QUAR-PERMIT", "missing", CIIE),
    ("070960", "AGRI", "KZ", "2026-07-01", {}, "QUAR-PERMIT", "missing", CIIE),
    ("100199", "AGRI", "KZ", "2026-07-01", {}, "QUAR-PERMIT", "missing", CIIE),
    ("090111", "AGRI", "ET", "2026-07-01", {}, "QUAR-PERMIT", "-", CIIE),
    ("030617", "AGRI", "EC", "2026-07-01", {}, "QUAR-PERMIT-AQUATIC", "unknown", CIIE),
    ("020230", "AGRI", "AR", "2026-07-01", {}, "HEALTH-CERT", "missing", VET),
    ("441112", "OUT", "RU", "2026-07-01", {}, "PHYTO", "-", PHYTO + "; board is processed"),
    ("440711", "AGRI", "RU", "2026-07-01", {}, "PHYTO", "missing", PHYTO),
    # labels
    ("190531", "AGRI", "FR", "2027-03-15", {"retail_packed": YES}, "LABEL-7718-2011", "missing", LABEL),
    ("190531", "AGRI", "FR", "2027-03-16", {"retail_packed": YES}, "LABEL-7718-2011", "-", LABEL),
    ("190531", "AGRI", "FR", "2027-03-16", {"retail_packed": YES}, "LABEL-7718-2025", "missing", LABEL),
    ("190531", "AGRI", "FR", "2027-03-15", {"retail_packed": YES}, "LABEL-7718-2025", "-", LABEL),
    ("190531", "AGRI", "FR", "2027-04-01", {"retail_packed": YES}, "NUTRITION-28050-2025", "missing", LABEL),
    ("190531", "AGRI", "FR", "2027-04-01", {"retail_packed": NO}, "LABEL-7718-2025", "not_applicable", SCOPE_LABEL),
    ("190531", "AGRI", "FR", "2027-04-01", {}, "LABEL-7718-2025", "unknown", SCOPE_LABEL),
    ("080440", "AGRI", "KE", "2027-04-01", RETAIL, "LABEL-7718-2025", "missing", LABEL),
    ("220421", "AGRI", "CL", "2026-07-01", {"retail_packed": YES}, "LABEL-7718-2011", "missing", SCOPE_LABEL),
    ("220421", "AGRI", "CL", "2026-07-01", {"retail_packed": YES}, "NUTRITION-28050-2011", "not_applicable", EXEMPT),
    ("220110", "AGRI", "FR", "2026-07-01", {"retail_packed": YES}, "NUTRITION-28050-2011", "not_applicable", EXEMPT),
    ("190110", "AGRI", "NZ", "2026-07-01", {"infant_formula": YES}, "INFANT-FORMULA", "missing", INFANT),
    ("190110", "AGRI", "NZ", "2026-07-01", {"infant_formula": NO}, "INFANT-FORMULA", "not_applicable", INFANT),
    ("210690", "AGRI", "AU", "2026-07-01", {"food_use": YES, "health_claim": YES}, "HEALTH-FOOD", "missing", HEALTH),
    ("230910", "CONS", "TH", "2026-07-01", {}, "FEED-REGISTRATION", "missing", FEED),
    ("230910", "CONS", "TH", "2026-07-01", {}, "FEED-PLANT", "missing", FEED),
    # cosmetics
    ("330499", "CONS", "FR", "2026-05-15", {"special_cosmetic": NO}, "COSMETIC-FILING", "missing", COSM),
    ("330499", "CONS", "FR", "2026-05-15", {"special_cosmetic": NO}, "COSMETIC-REGISTRATION", "not_applicable", COSM),
    ("330499", "CONS", "FR", "2026-05-15", {"special_cosmetic": YES}, "COSMETIC-REGISTRATION", "missing", COSM),
    ("330499", "CONS", "FR", "2026-05-15", {"special_cosmetic": YES}, "COSMETIC-FILING", "not_applicable", COSM),
    ("330499", "CONS", "FR", "2021-04-30", {"special_cosmetic": NO}, "COSMETIC-FILING", "-", COSM),
    (
        "330520",
        "CONS",
        "JP",
        "2026-05-15",
        {},
        "COSMETIC-REGISTRATION",
        "missing",
        "reach24h.com: perms are special cosmetics",
    ),
    ("330300", "CONS", "FR", "2026-05-15", {}, "COSMETIC-FILING", "missing", COSM),
    (
        "330499",
        "CONS",
        "FR",
        "2026-05-15",
        {},
        "COSMETIC-RESPONSIBLE",
        "missing",
        "guolinglaw.com: a responsible person in China",
    ),
    (
        "330741",
        "CONS",
        "IN",
        "2026-05-15",
        {},
        "COSMETIC-FILING",
        "not_applicable",
        "Incense is not applied to the body",
    ),
    ("330610", "CONS", "JP", "2023-11-30", {}, "TOOTHPASTE-FILING", "-", PASTE),
    ("330610", "CONS", "JP", "2023-12-01", {}, "TOOTHPASTE-FILING", "missing", PASTE),
    # devices and medicines
    (
        "901890",
        "TECH",
        "DE",
        "2026-07-01",
        {"medical_use": YES, "device_class_1": NO},
        "DEVICE-REGISTRATION",
        "missing",
        DEVICE,
    ),
    (
        "901890",
        "TECH",
        "DE",
        "2026-07-01",
        {"medical_use": YES, "device_class_1": YES},
        "DEVICE-FILING",
        "missing",
        DEVICE,
    ),
    ("901890", "TECH", "DE", "2026-07-01", {"medical_use": NO}, "DEVICE-REGISTRATION", "not_applicable", DEVICE),
    (
        "902150",
        "TECH",
        "US",
        "2026-07-01",
        {},
        "DEVICE-REGISTRATION",
        "missing",
        "rimsys.io: life support is class III",
    ),
    (
        "902219",
        "TECH",
        "DE",
        "2026-07-01",
        {},
        "DEVICE-REGISTRATION",
        "not_applicable",
        "902219: X-rays not for medical use",
    ),
    ("300490", "CONS", "IN", "2026-07-01", {"human_medicine": YES}, "DRUG-REGISTRATION", "unknown", GENERAL),
    # CCC, energy, radio
    ("841810", "CONS", "IT", "2026-07-01", {}, "CCC-ELECTRIC", "unknown", NOT_HS),
    ("841810", "CONS", "IT", "2026-07-01", {"mains_consumer": YES}, "CCC-ELECTRIC", "missing", CCC),
    ("841810", "CONS", "IT", "2026-07-01", {"mains_consumer": NO}, "CCC-ELECTRIC", "not_applicable", CCC),
    ("851650", "CONS", "KR", "2026-07-01", {}, "CCC-ELECTRIC", "missing", CCC),
    ("841899", "CONS", "IT", "2026-07-01", {"mains_consumer": YES}, "CCC-ELECTRIC", "not_applicable", "841899: parts"),
    ("870323", "CONS", "GB", "2026-07-01", {}, "CCC-VEHICLE", "missing", CCC),
    ("950300", "CONS", "DK", "2026-07-01", {"child_toy": YES}, "CCC-TOY", "missing", CCC),
    (
        "732111",
        "CONS",
        "IT",
        "2026-07-01",
        {"household_gas": YES},
        "CCC-GAS",
        "missing",
        "sesec.eu: gas appliances added in 2020",
    ),
    ("841810", "CONS", "IT", "2026-07-01", {"mains_consumer": YES}, "ENERGY-LABEL", "missing", CEL),
    ("841810", "CONS", "IT", "2016-05-31", {"mains_consumer": YES}, "ENERGY-LABEL", "-", CEL),
    ("850152", "COMP", "DE", "2026-07-01", {}, "ENERGY-LABEL-INDUSTRY", "unknown", CEL),
    ("851713", "CONS", "KR", "2026-07-01", {}, "NAL", "missing", NAL),
    ("851711", "CONS", "KR", "2026-07-01", {}, "NAL", "not_applicable", NAL),
    ("851713", "CONS", "KR", "2026-07-01", {}, "SRRC", "missing", SRRC),
    ("851830", "CONS", "DK", "2026-07-01", {"radio": NO}, "SRRC", "not_applicable", SRRC),
    # valves and pressure equipment
    ("848180", "COMP", "IT", "2026-07-01", {}, "PIPING-TYPE-TEST", "unknown", N151),
    (
        "848180",
        "COMP",
        "IT",
        "2026-07-01",
        {"pressure_piping": YES, "safety_valve": NO},
        "PIPING-TYPE-TEST",
        "missing",
        N151,
    ),
    ("848180", "COMP", "IT", "2026-07-01", {"pressure_piping": NO}, "PIPING-TYPE-TEST", "not_applicable", N151),
    ("848180", "COMP", "IT", "2026-07-01", {"safety_valve": YES}, "SAFETY-VALVE-LICENCE", "missing", N151),
    ("848140", "COMP", "IT", "2026-07-01", {}, "SAFETY-VALVE-LICENCE", "missing", N151),
    ("848190", "COMP", "IT", "2026-07-01", {}, "SAFETY-VALVE-LICENCE", "not_applicable", "848190: parts"),
    (
        "848180",
        "COMP",
        "IT",
        "2026-07-01",
        {"explosion_protected": YES},
        "CCC-EX",
        "missing",
        "sesec.eu: explosion-proof goods added in 2020",
    ),
    ("731100", "COMP", "IT", "2026-07-01", {"pressure_vessel": YES}, "PRESSURE-VESSEL-LICENCE", "missing", N151),
    # chemicals and textiles
    ("390110", "COMP", "SA", "2026-07-01", {"new_substance": YES}, "NEW-CHEMICAL", "missing", MEE),
    ("390110", "COMP", "SA", "2020-12-31", {"new_substance": YES}, "NEW-CHEMICAL", "-", MEE),
    ("392690", "COMP", "SA", "2026-07-01", {}, "NEW-CHEMICAL", "not_applicable", "Articles are no substances"),
    ("610910", "CONS", "BD", "2026-07-01", {}, "TEXTILE-SAFETY", "unknown", GENERAL),
    # true of all goods
    ("848180", "COMP", "IT", "2026-07-01", {}, "IMPORT-VAT", "unknown", "import_requirements: 13 or 9 percent by good"),
    ("848180", "COMP", "IT", "2026-07-01", {}, "DUAL-USE", "unknown", "import_requirements: listed goods only"),
    ("190531", "AGRI", "FR", "2026-07-01", {}, "DUAL-USE", "-", "import_requirements: TECH and COMP"),
    # without an HS code, and with one too short
    ("", "AGRI", "KE", "2026-07-01", {}, "GACC-FOOD-280", "unknown", "The code decides, and there is none"),
    ("", "COMP", "IT", "2026-07-01", {}, "GACC-FOOD-280", "-", "Valves are no food"),
    ("0804", "AGRI", "KE", "2026-07-01", FRESH, "FRUIT-ACCESS", "unknown", "Which fruit it is has to be known"),
]


@pytest.mark.parametrize(
    ("hs_code", "group", "origin", "day", "answers", "rule", "expected", "source"),
    CASES,
    ids=[f"{case[5]} {case[0] or 'no code'} {case[3]} {case[6]} {number}" for number, case in enumerate(CASES)],
)
def test_rule(hs_code, group, origin, day, answers, rule, expected, source):
    items = checklist(ProductFacts(hs_code, group, origin), date.fromisoformat(day), answers, BOOK)
    found = {item.rule.code: item.status.value for item in items}
    assert (rule, found.get(rule, "-")) == (rule, expected), source


def test_the_table_has_at_least_sixty_cases_each_with_a_source():
    assert len(CASES) >= 60
    assert all(case[7] for case in CASES)


def make_rule(scope=((), ()), **fields) -> Rule:
    """A rule for testing, from the first shipped row."""
    row = {**rows(FOLDER / "rules.csv")[0], "conditions": "", "groups": "", **fields}
    return rule_from_row(row, scope)


@pytest.mark.parametrize(
    ("hs_code", "expected"),
    [
        ("080440", Scope.IN),
        ("0804.40", Scope.IN),
        ("０８０４４０", Scope.IN),
        ("0804400010", Scope.IN),
        ("080450", Scope.OUT),
        ("080510", Scope.IN),
        ("0804", Scope.UNDECIDED),
        ("090111", Scope.ELSEWHERE),
    ],
)
def test_the_longest_prefix_wins(hs_code, expected):
    assert make_rule(scope=(("08", "080440"), ("0804",))).scope(hs_code) is expected


@pytest.mark.parametrize(
    ("origin", "expected"), [("KE", Scope.IN), ("ke", Scope.IN), ("UG", Scope.OUT), ("", Scope.IN)]
)
def test_a_rule_for_some_origins_leaves_out_the_others(origin, expected):
    rule = make_rule(scope=(("08",), ()), origins_in="KE TZ")
    assert rule.scope_of_origin(rule.scope("080440", "AGRI"), origin) is expected


def test_an_origin_can_be_left_out():
    rule = make_rule(scope=(("08",), ()), origins_out="KE")
    assert rule.scope_of_origin(rule.scope("080440", "AGRI"), "KE") is Scope.OUT


@pytest.mark.parametrize(
    ("begins", "ends", "day", "expected"),
    [
        ("2026-06-01", "", "2026-05-31", False),
        ("2026-06-01", "", "2026-06-01", True),
        ("", "2026-05-31", "2026-05-31", True),
        ("", "2026-05-31", "2026-06-01", False),
        ("", "", "1999-01-01", True),
    ],
)
def test_a_rule_holds_from_its_first_to_its_last_day(begins, ends, day, expected):
    assert make_rule(valid_from=begins, valid_until=ends).in_force(date.fromisoformat(day)) is expected


@pytest.mark.parametrize(
    ("fields", "scope"),
    [
        ({"valid_from": "2026-06-01", "valid_until": "2026-05-31"}, ((), ())),
        ({"confidence": "certain"}, ((), ())),
        ({"stage": "later"}, ((), ())),
        ({}, (("8x",), ())),
        ({}, (("1",), ())),
    ],
)
def test_a_rule_that_cannot_be_is_refused(fields, scope):
    with pytest.raises(ValueError):
        make_rule(scope=scope, **fields)


@pytest.mark.parametrize(
    ("hs_code", "expected"),
    [("080440", None), ("080810", True), ("080620", False), ("190531", False), ("", False)],
)
def test_a_question_is_asked_only_where_the_code_does_not_decide(hs_code, expected):
    assert BOOK.questions["fresh_fruit"].by_code(hs_code) is expected


def test_a_question_without_a_default_is_always_asked():
    question = Question("x", {"en": "?"}, {}, (), (), (), None)
    assert question.by_code("848180") is None


def test_the_successor_of_a_rule_is_the_next_of_its_requirement():
    by_code = {rule.code: rule for rule in BOOK.rules}
    assert BOOK.successor(by_code["GACC-FOOD-248"]) == by_code["GACC-FOOD-280"]
    assert BOOK.successor(by_code["GACC-FOOD-280"]) is None


def test_a_book_with_an_edited_rule_remembers_nothing_of_the_first():
    rule = make_rule(scope=(("08",), ()))
    question = replace(BOOK.questions["fresh_fruit"], asked_hs=("08",), yes_hs=(), no_hs=())
    book = Rulebook((rule,), {"fresh": question})
    assert (book.scopes("080440"), book.answer_by_code("fresh", "080440")) == ([(rule, Scope.IN)], None)
    questions = {"fresh": replace(question, yes_hs=("0804",))}
    edited = replace(book, rules=(replace(rule, hs_in=("09",)),), questions=questions)
    assert (edited.scopes("080440"), edited.answer_by_code("fresh", "080440")) == ([], True)


def test_longest_prefix_of_none_is_empty():
    assert longest_prefix("080440", ["09", "0805"]) == ""
