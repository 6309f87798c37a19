"""Scores are chances: of the pairs of the sample that are given .40 to .90, about as many fit as the scores say."""

import pytest

from benchmarks.matching import sample_quality

MOST_OFF = 0.15  # the goal is a tenth; of some seventy pairs


@pytest.mark.slow  # loads the encoder
@pytest.mark.parametrize("codes", sample_quality.CODES)
def test_a_score_is_the_share_of_pairs_that_fit(codes):
    scores, fits = sample_quality.labelled_scores(sample_quality.hidden(sample_quality.load(), codes))
    middle = (scores >= 0.4) & (scores <= 0.9)
    assert middle.sum() > 40
    assert abs((fits - scores)[middle].mean()) <= MOST_OFF
