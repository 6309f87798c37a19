"""What a level of verification says."""

import pytest

from matchmaker.companies.models import Company
from matchmaker.web.rendering.trust import explain

HIGHEST = Company.Verification.AUDITED


@pytest.mark.parametrize("level", list(Company.Verification))
def test_each_level_says_what_it_is_and_what_raises_it(level):
    sentence = explain(Company(verification=level))
    assert ("raises the level" in sentence) == (level != HIGHEST)
    assert ("the highest level" in sentence) == (level == HIGHEST)
