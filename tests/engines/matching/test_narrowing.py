"""Three questions to a code."""

from pathlib import Path

import numpy as np
import pytest

from matchmaker.engines.matching import narrowing
from matchmaker.engines.matching.narrowing import narrow
from matchmaker.engines.matching.reference import Nomenclature, load_nomenclature

SHARES = {"030617": 0.3, "030616": 0.15, "160521": 0.2, "030743": 0.1, "640399": 0.15, "640391": 0.1}


@pytest.fixture(scope="module")
def nomenclature() -> Nomenclature:
    return load_nomenclature(Path(__file__).resolve().parents[3] / "data")


@pytest.fixture
def shares(nomenclature):
    found = np.zeros(len(nomenclature.codes), np.float32)
    for code, share in SHARES.items():
        found[nomenclature.position[code]] = share
    return found


def test_options_are_disjoint_and_at_most_five(shares, nomenclature):
    question = narrow(shares, nomenclature).question
    codes = [code for option in question for code in option.codes]
    assert 2 <= len(question) <= 5
    assert len(codes) == len(set(codes))
    assert all(code.startswith(option.id) for option in question for code in option.codes)


@pytest.mark.parametrize("right", sorted(SHARES))
def test_three_right_answers_lead_to_the_code(shares, nomenclature, right):
    answers: list[str] = []
    state = narrow(shares, nomenclature)
    while state.question:
        answers.append(next((one.id for one in state.question if right in one.codes), narrowing.NONE_OF_THESE))
        state = narrow(shares, nomenclature, answers)
    assert len(answers) <= 3
    assert state.codes[0][0] == right
    assert sum(share for _code, share in state.codes) == pytest.approx(1)


def test_what_was_not_chosen_keeps_a_little(shares, nomenclature):
    first = narrow(shares, nomenclature).question[0]
    after = dict(narrow(shares, nomenclature, [first.id]).codes)
    before = dict(narrow(shares, nomenclature).codes)
    out = next(code for code in before if code not in first.codes)
    inside = first.codes[0]
    assert after[out] / after[inside] == pytest.approx(narrowing.LEFT * before[out] / before[inside])


def test_none_speaks_against_all_options_and_unknown_against_none(shares, nomenclature):
    start = narrow(shares, nomenclature)
    offered = {code for option in start.question for code in option.codes}
    left = dict(narrow(shares, nomenclature, ["none"]).codes)
    assert sum(left[code] for code in left if code not in offered) >= sum(
        dict(start.codes)[code] for code in left if code not in offered
    )
    unknown = narrow(shares, nomenclature, ["unknown"])
    assert dict(unknown.codes) == pytest.approx(dict(start.codes))
    assert {one.id for one in unknown.question}.isdisjoint(one.id for one in start.question)


def test_a_foreign_answer_and_a_fourth_are_refused(shares, nomenclature):
    with pytest.raises(ValueError, match="no option of this question"):
        narrow(shares, nomenclature, ["9999"])
    with pytest.raises(ValueError, match="at most 3"):
        narrow(shares, nomenclature, ["unknown"] * 4)


def test_a_certain_code_leaves_nothing_to_ask(nomenclature):
    shares = np.zeros(len(nomenclature.codes), np.float32)
    shares[nomenclature.position["100630"]] = 1
    assert narrow(shares, nomenclature).question == ()
