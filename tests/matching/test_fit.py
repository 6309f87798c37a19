"""The word for a fit says no more than the conditions allow."""

import pytest

from matchmaker.matching.fit import fit_of


@pytest.mark.parametrize(
    ("score", "failed", "fit"),
    [
        (0.91, [], "strong"),
        (0.745, [], "good"),
        (0.55, [], "good"),
        (0.54, [], "possible"),
        (0.91, ["origin"], "possible"),
        (0.91, ["attributes"], "possible"),
        (0.91, ["certificates"], "possible"),
        (0.91, ["price"], "good"),
        (0.4, ["delivery"], "possible"),
    ],
)
def test_a_failed_condition_lowers_the_word(score, failed, fit):
    conditions = [{"code": code, "outcome": "fails"} for code in failed]
    assert fit_of(score, [{"code": "registration", "outcome": "unknown"}, *conditions]) == fit
