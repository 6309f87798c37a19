"""The checklist as a whole: evidence, questions, the summary, and what changes between shipment dates."""

import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from matchmaker.market_access.readiness import (
    MOST_QUESTIONS,
    EvidenceRecord,
    ProductFacts,
    State,
    Status,
    checklist,
    deciding_facts,
    difference,
    readiness,
    readiness_on_days,
)
from matchmaker.market_access.rules import Rulebook, read_rulebook

BOOK = read_rulebook(Path(__file__).resolve().parents[2] / "data" / "market_access")
MAY, JULY, APRIL = date(2026, 5, 15), date(2026, 7, 1), date(2027, 4, 1)
AVOCADO = ProductFacts("080440", "AGRI", "KE")
CREAM = ProductFacts("330499", "CONS", "FR")
VALVE = ProductFacts("848180", "COMP", "IT")
BISCUITS = ProductFacts("190531", "AGRI", "FR")


def make_evidence(*args) -> EvidenceRecord:
    """Evidence that the organiser has looked at."""
    return EvidenceRecord(*args, seen=True)


def statuses(answer):
    return {item.rule.code: item.status.value for item in answer.items}


def item(product, day, code, answers=None):
    return next(one for one in checklist(product, day, answers or {}, BOOK) if one.rule.code == code)


# -- the three journeys -----------------------------------------------------------------------------------------------


def test_kenyan_avocado_grower_is_asked_one_question_first():
    answer = readiness(AVOCADO, MAY, {}, BOOK)
    assert answer.state is State.UNKNOWN
    assert [(one.code, one.decides) for one in answer.questions] == [("fresh_fruit", 6)]


@pytest.mark.parametrize(
    ("day", "plant", "label"),
    [
        (MAY, "GACC-FOOD-248", "LABEL-7718-2011"),
        (JULY, "GACC-FOOD-280", "LABEL-7718-2011"),
        (APRIL, "GACC-FOOD-280", "LABEL-7718-2025"),
    ],
)
def test_kenyan_grower_of_fresh_avocados(day, plant, label):
    answer = readiness(AVOCADO, day, {"fresh_fruit": True}, BOOK)
    assert statuses(answer) == {
        plant: "not_applicable",
        "GACC-EXPORTER-FILING": "not_applicable",
        "FRUIT-ACCESS": "met",
        "FRUIT-ORCHARD": "missing",
        "FRUIT-PERMIT": "missing",
        label: "not_applicable",
    }
    assert [paper.rule.code for paper in answer.papers] == ["PHYTO-FRUIT"]
    assert (answer.state, answer.questions) == (State.MISSING, ())


def test_kenyan_grower_misses_nothing_with_orchard_and_a_permit_of_which_there_is_only_her_word():
    product = replace(AVOCADO, held=(make_evidence("GACC-ORCHARD", "registration", "KE-0001"),))
    answer = readiness(product, JULY, {"fresh_fruit": True, "has:FRUIT-PERMIT": True}, BOOK)
    assert (answer.state, answer.reason.code, answer.still_open) == (State.STATED, "items_stated", 0)


def test_for_fresh_avocados_every_change_of_rules_passes_by():
    changes = difference(AVOCADO, MAY, APRIL, {"fresh_fruit": True}, BOOK)
    assert {(one.kind, one.requirement, one.applies) for one in changes} == {
        ("replaced", "GACC-FOOD", False),
        ("replaced", "FOOD-LABEL", False),
    }


def test_for_dried_avocado_the_plant_and_then_the_label_change():
    answers = {"fresh_fruit": False, "retail_packed": True}
    assert [(one.requirement, one.applies) for one in difference(AVOCADO, MAY, JULY, answers, BOOK)] == [
        ("GACC-FOOD", True)
    ]
    assert [(one.requirement, one.applies) for one in difference(AVOCADO, JULY, APRIL, answers, BOOK)] == [
        ("FOOD-LABEL", True)
    ]


@pytest.mark.parametrize("day", [MAY, JULY, APRIL])
def test_french_cosmetics_maker_of_an_ordinary_cream(day):
    answer = readiness(CREAM, day, {"special_cosmetic": False}, BOOK)
    assert statuses(answer) == {
        "COSMETIC-FILING": "missing",
        "COSMETIC-REGISTRATION": "not_applicable",
        "COSMETIC-RESPONSIBLE": "missing",
        "COSMETIC-LABEL": "missing",
    }


def test_french_sunscreen_is_registered_and_not_filed():
    answer = readiness(CREAM, MAY, {"special_cosmetic": True}, BOOK)
    assert statuses(answer)["COSMETIC-FILING"] == "not_applicable"
    assert statuses(answer)["COSMETIC-REGISTRATION"] == "missing"


def test_nothing_changes_for_cosmetics_between_the_three_dates():
    assert difference(CREAM, MAY, APRIL, {"special_cosmetic": False}, BOOK) == []


@pytest.mark.parametrize("day", [MAY, JULY, APRIL])
def test_italian_valve_maker_is_asked_three_questions(day):
    answer = readiness(VALVE, day, {}, BOOK)
    assert [one.code for one in answer.questions] == ["explosion_protected", "safety_valve", "pressure_piping"]
    assert answer.state is State.UNKNOWN


def test_italian_valve_for_water_needs_nothing_on_record():
    answers = {"explosion_protected": False, "safety_valve": False, "pressure_piping": False}
    answer = readiness(VALVE, JULY, answers, BOOK)
    assert (answer.state, answer.reason.code) == (State.READY, "no_rule_applies")


def test_italian_valve_for_steam_needs_a_type_test():
    answers = {"explosion_protected": False, "safety_valve": False, "pressure_piping": True}
    assert statuses(readiness(VALVE, JULY, answers, BOOK))["PIPING-TYPE-TEST"] == "missing"
    tested = replace(VALVE, held=(make_evidence("TS-TYPE-TEST", "certificate", "TX1234"),))
    assert readiness(tested, JULY, answers, BOOK).state is State.READY


def test_nothing_changes_for_valves_between_the_three_dates():
    assert difference(VALVE, MAY, APRIL, {}, BOOK) == []


# -- evidence ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "ends", "day", "status", "reason"),
    [
        ("2024-01-01", "2028-12-31", JULY, "met", "evidence_held"),
        ("2024-01-01", "2026-07-01", JULY, "met", "evidence_held"),
        ("2024-01-01", "2026-06-30", JULY, "missing", "evidence_expired"),
        ("2026-08-01", "2031-07-31", JULY, "missing", "evidence_not_yet_valid"),
        (None, None, JULY, "met", "evidence_held"),
    ],
)
def test_a_registration_counts_on_the_days_on_which_it_holds(begins, ends, day, status, reason):
    held = make_evidence(
        "GACC-FOOD",
        "registration",
        "CFRA12345678901",
        date.fromisoformat(begins) if begins else None,
        date.fromisoformat(ends) if ends else None,
    )
    found = item(replace(BISCUITS, held=(held,)), day, "GACC-FOOD-280")
    assert (found.status.value, found.reason.code) == (status, reason)


def test_a_registration_that_nobody_has_seen_is_stated_and_holds_readiness_back():
    held = (EvidenceRecord("GACC-FOOD", "registration", "C1"), make_evidence("GACC-EXPORTER", "registration", "E1"))
    product, answers = replace(BISCUITS, held=held), {"retail_packed": False}
    assert item(product, JULY, "GACC-FOOD-280").status is Status.STATED
    answer = readiness(product, JULY, answers, BOOK)
    assert (answer.state, answer.reason.code, answer.registered) == (
        State.STATED,
        "items_stated",
        frozenset({"GACC-EXPORTER"}),
    )


def test_what_was_seen_comes_before_what_is_only_stated():
    held = (
        EvidenceRecord("GACC-FOOD", "registration", "stated", None, date(2031, 12, 31)),
        make_evidence("GACC-FOOD", "registration", "seen", None, date(2028, 12, 31)),
    )
    found = item(replace(BISCUITS, held=held), JULY, "GACC-FOOD-280")
    assert (found.status, found.reason.facts["number"]) == (Status.MET, "seen")


def test_a_registration_under_the_old_decree_carries_over():
    """Made-in-China Insights: valid registrations under Decree 248 need no new application."""
    product = replace(
        BISCUITS, held=(make_evidence("GACC-FOOD", "registration", "C1", date(2024, 1, 1), date(2028, 12, 31)),)
    )
    assert item(product, MAY, "GACC-FOOD-248").status is Status.MET
    assert item(product, JULY, "GACC-FOOD-280").status is Status.MET


def test_expiry_alone_lowers_readiness():
    answers = {"retail_packed": False}
    held = (
        make_evidence("GACC-FOOD", "registration", "C1", None, date(2026, 12, 31)),
        make_evidence("GACC-EXPORTER", "registration", "E1"),
    )
    product = replace(BISCUITS, held=held)
    assert readiness(product, date(2026, 12, 31), answers, BOOK).state is State.READY
    assert readiness(product, date(2027, 1, 1), answers, BOOK).state is State.MISSING


def test_of_two_registrations_the_one_that_ends_later_is_shown():
    held = (
        make_evidence("GACC-FOOD", "registration", "old", None, date(2026, 12, 31)),
        make_evidence("GACC-FOOD", "registration", "new", None, date(2031, 12, 31)),
    )
    assert item(replace(BISCUITS, held=held), JULY, "GACC-FOOD-280").reason.facts["number"] == "new"


def test_a_registration_cannot_be_declared():
    assert item(BISCUITS, JULY, "GACC-FOOD-280", {"has:GACC-FOOD": True}).status is Status.MISSING


def test_a_document_can_be_declared():
    found = item(CREAM, JULY, "COSMETIC-RESPONSIBLE", {"has:COSMETIC-RESPONSIBLE": True})
    assert (found.status, found.reason.code) == (Status.STATED, "evidence_declared")


def test_a_declaration_of_no_is_no_evidence():
    found = item(CREAM, JULY, "COSMETIC-RESPONSIBLE", {"has:COSMETIC-RESPONSIBLE": False})
    assert found.status is Status.MISSING


def test_the_new_label_is_accepted_early_and_the_old_one_not_late():
    """bainuo-food.com and the Food Safety Law's rules: a producer may follow the new standard before its day."""
    old = {"retail_packed": True, "has:GB7718-2011": True}
    new = {"retail_packed": True, "has:GB7718-2025": True}
    assert item(BISCUITS, JULY, "LABEL-7718-2011", old).status is Status.STATED
    assert item(BISCUITS, JULY, "LABEL-7718-2011", new).status is Status.STATED
    assert item(BISCUITS, APRIL, "LABEL-7718-2025", old).status is Status.MISSING
    assert item(BISCUITS, APRIL, "LABEL-7718-2025", new).status is Status.STATED


def test_a_label_made_to_the_old_standard_shows_as_a_change():
    answers = {"retail_packed": True, "has:GB7718-2011": True}
    changes = {one.requirement: one for one in difference(BISCUITS, JULY, APRIL, answers, BOOK)}
    label = changes["FOOD-LABEL"]
    assert label.before.status is Status.STATED
    assert label.after.status is Status.MISSING


def test_an_item_that_only_changes_its_status_is_a_change_too():
    product = replace(BISCUITS, held=(make_evidence("GACC-FOOD", "registration", "C1", None, date(2026, 12, 31)),))
    changes = difference(product, JULY, date(2027, 1, 15), {"retail_packed": False}, BOOK)
    assert [(one.kind, one.requirement) for one in changes] == [("status", "GACC-FOOD")]


def test_a_rule_that_begins_or_ends_without_another_is_a_change():
    paste = ProductFacts("330610", "CONS", "JP")
    begins = difference(paste, date(2023, 11, 30), date(2023, 12, 1), {}, BOOK)
    ends = difference(paste, date(2023, 12, 1), date(2023, 11, 30), {}, BOOK)
    assert [(one.kind, one.requirement) for one in begins] == [("begins", "TOOTHPASTE-FILING")]
    assert [(one.kind, one.requirement) for one in ends] == [("ends", "TOOTHPASTE-FILING")]


def test_a_protocol_outside_its_days_admits_nothing():
    ended = tuple(replace(access, valid_until=date(2026, 6, 30)) for access in BOOK.access)
    book = replace(BOOK, access=ended)
    found = next(
        one for one in checklist(AVOCADO, JULY, {"fresh_fruit": True}, book) if one.rule.code == "FRUIT-ACCESS"
    )
    assert (found.status, found.reason.code) == (Status.UNKNOWN, "access_not_recorded")


def test_the_exporter_can_say_that_the_customs_list_admits_the_fruit():
    product = ProductFacts("080440", "AGRI", "UG")
    answers = {"fresh_fruit": True, "has:FRUIT-ACCESS": True}
    assert item(product, JULY, "FRUIT-ACCESS", answers).status is Status.STATED


# -- rules whose scope is only a hint ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "status", "reason"),
    [
        ({}, "unknown", "scope_uncertain"),
        ({"applies:ENERGY-LABEL-INDUSTRY": False}, "not_applicable", "confirmed_not_applicable"),
        ({"applies:ENERGY-LABEL-INDUSTRY": True}, "missing", "evidence_absent"),
    ],
)
def test_a_hint_is_never_missing_before_somebody_confirmed_it(answers, status, reason):
    motor = ProductFacts("850152", "COMP", "DE")
    found = item(motor, JULY, "ENERGY-LABEL-INDUSTRY", answers)
    assert (found.status.value, found.reason.code) == (status, reason)


def test_a_hint_is_met_by_its_evidence_without_a_question():
    motor = ProductFacts("850152", "COMP", "DE", (make_evidence("CEL", "registration", "X1"),))
    assert item(motor, JULY, "ENERGY-LABEL-INDUSTRY").status is Status.MET


def test_confirmation_asks_only_about_hints():
    assert item(BISCUITS, JULY, "GACC-FOOD-280", {"applies:GACC-FOOD-280": False}).status is Status.MISSING


# -- the summary ------------------------------------------------------------------------------------------------------


def test_without_an_hs_code_nothing_is_claimed():
    answer = readiness(ProductFacts("", "AGRI", "KE"), JULY, {}, BOOK)
    assert (answer.state, answer.reason.code) == (State.UNKNOWN, "hs_missing")
    assert {one.status for one in answer.items} == {Status.UNKNOWN}


def test_a_product_of_no_rule_is_ready_and_says_why():
    answer = readiness(ProductFacts("482010", "CONS", "IT"), JULY, {}, BOOK)
    assert (answer.state, answer.reason.code, answer.items) == (State.READY, "no_rule_applies", ())


def test_papers_and_notices_do_not_hold_readiness_back():
    wood = readiness(ProductFacts("440711", "OUT", "RU"), JULY, {}, BOOK)
    assert (wood.state, [one.status for one in wood.papers]) == (State.READY, [Status.MISSING])
    assert {one.status for one in wood.notices} == {Status.UNKNOWN}


def test_counts_add_up():
    answer = readiness(BISCUITS, JULY, {}, BOOK)
    assert answer.counts == {"met": 0, "stated": 0, "missing": 2, "not_applicable": 0, "unknown": 2}
    assert answer.still_open == 4


def _drawn_product(draw: random.Random) -> ProductFacts:
    """With papers that end and begin about the year 2026, of which some speak for no rule."""
    rule = draw.choice([rule for rule in BOOK.rules if rule.hs_in])
    codes = [*rule.accepts, "OTHER"]
    held = []
    for _n in range(draw.randrange(4)):
        first, last = sorted(date(2026, 1, 1) + timedelta(days=draw.randrange(700)) for _end in range(2))
        kind = draw.choice(["registration", "certificate", "document"])
        held.append(EvidenceRecord(draw.choice(codes), kind, "1", first, last, seen=draw.random() < 0.5))
    group, origin = draw.choice(["AGRI", "CONS", "TECH", "COMP", ""]), draw.choice(["KE", "FR", "TH", "ke", ""])
    return ProductFacts(draw.choice([draw.choice(rule.hs_in).ljust(6, "9"), ""]), group, origin, tuple(held))


def test_readiness_on_days_is_that_of_each_day_whatever_else_is_held():
    draw, days = random.Random(7), [date(2026, month, 1) for month in range(1, 13)] + [APRIL, JULY]
    states = set()
    for _n in range(600):
        product = _drawn_product(draw)
        answers = {code: draw.random() < 0.5 for code in draw.sample(list(BOOK.questions), 2)}
        found = readiness_on_days(deciding_facts(product, BOOK), days, answers, BOOK)
        anew = Rulebook(BOOK.rules, BOOK.questions, BOOK.access)  # which remembers nothing
        expected = [readiness(product, day, answers, anew) for day in days]
        assert [(one.state, one.counts) for one in found] == [(one.state, one.counts) for one in expected]
        states |= {(len({one.state for one in found}), one.state) for one in found}
    assert len({state for _n, state in states}) == len(State)
    assert any(turned > 1 for turned, _state in states)


def test_no_product_is_asked_more_than_five_questions():
    everything = tuple(replace(rule, hs_in=("848180",), hs_out=()) for rule in BOOK.rules)
    asking = {code: replace(one, asked_hs=("84",), yes_hs=(), no_hs=()) for code, one in BOOK.questions.items()}
    answer = readiness(VALVE, JULY, {}, Rulebook(everything, asking))
    assert len(answer.questions) == MOST_QUESTIONS


@pytest.mark.slow
def test_no_hs_code_of_the_shipped_scopes_asks_more_than_five_questions():
    codes = {prefix.ljust(6, "9") for rule in BOOK.rules for prefix in rule.hs_in}
    groups = ("AGRI", "CONS", "TECH", "COMP")
    most = max(
        len({one.asks for one in checklist(ProductFacts(code, group, "FR"), JULY, {}, BOOK) if one.asks})
        for code in codes
        for group in groups
    )
    assert most <= MOST_QUESTIONS


def test_questions_that_decide_more_come_first_and_confirmations_last():
    answer = readiness(ProductFacts("100630", "AGRI", "TH"), JULY, {}, BOOK)
    assert [one.code for one in answer.questions] == ["food_use"]
    fish = readiness(ProductFacts("030617", "AGRI", "EC"), JULY, {}, BOOK)
    assert [one.code for one in fish.questions] == ["retail_packed", "applies:QUAR-PERMIT-AQUATIC"]


def test_an_answer_wins_over_the_code():
    apple = ProductFacts("080810", "AGRI", "NZ")
    found = item(apple, JULY, "FRUIT-PERMIT", {"fresh_fruit": False})
    assert (found.status, found.reason.code) == (Status.NOT_APPLICABLE, "answer_excludes")


def test_a_failed_condition_decides_before_an_open_one():
    found = item(BISCUITS, JULY, "LABEL-7718-2011", {"food_use": False})
    assert (found.status, found.asks) == (Status.NOT_APPLICABLE, "")


def test_the_rule_that_follows_is_named():
    assert item(BISCUITS, MAY, "GACC-FOOD-248").successor.code == "GACC-FOOD-280"
