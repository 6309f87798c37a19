"""The fast search beside the plain formula over every pair."""

import numpy as np
import pytest

from matchmaker.engines.matching import tiles
from matchmaker.engines.matching.loops import TRAITS, Side, Sums, parts_of


def side(random, n, dim=24, groups=4):
    """n items around a few centres, with words, codes and trust; some are twins to the last bit."""
    centres = np.random.default_rng(1).standard_normal((groups, dim))
    rows = (random.standard_normal((n, dim)) + 2 * centres[random.integers(0, groups, n)]).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    counts = random.integers(0, 4, n)
    numbers = np.concatenate([np.sort(random.choice(12, c, replace=False)) for c in counts]).astype(np.int64)
    traits = np.zeros((n, TRAITS), np.float32)
    traits[:, :5] = random.integers(0, 4, (n, 5))
    traits[:, 5:7] = random.random((n, 2))
    twins = random.integers(0, n, n // 5)
    rows[twins], traits[twins] = rows[0], traits[0]
    words = random.random((2, len(numbers))).astype(np.float32)
    return Side(rows, np.concatenate(([0], np.cumsum(counts))), numbers, words[0], words[1], traits)


def by_hand(offers, wants, sums, per_offer, per_want, floor):
    """Every pair by the formula, sorted."""
    n, m = len(offers.vectors), len(wants.vectors)
    places = np.indices((n, m)).reshape(2, -1)
    values = parts_of(offers, wants, sums, *places)[0].reshape(n, m)

    def best(line, k):
        order = np.lexsort((np.arange(len(line)), -line))[:k]
        return [(int(place), float(line[place])) for place in order if line[place] >= np.float32(floor)]

    return [best(line, per_offer) for line in values], [best(line, per_want) for line in values.T]


def to_lists(found):
    return [
        [(int(place), float(value)) for place, value in zip(places, values, strict=True) if place >= 0]
        for places, values in zip(found.places, found.values, strict=True)
    ]


SUMS = Sums(3.0, -1.5, 0.8, 0.3, -0.7, np.array([0.2, 0.3, 0.1, 0.15, 0.25]), 0.4, 0.2)
ONLY_WORDS = Sums(0.0, 0.0, 1.0, 0.0, 0.0, np.zeros(5), 0.0, 0.0)
AGAINST = Sums(-2.0, 0.0, 0.5, 0.0, 0.1, np.zeros(5), 0.0, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("sums", [SUMS, ONLY_WORDS, AGAINST], ids=["all parts", "words", "unlike"])
@pytest.mark.parametrize(
    ("n", "m", "per_offer", "per_want", "floor"),
    [
        (300, 170, 5, 7, -1e30),
        (1, 400, 20, 0, -1e30),
        (500, 3, 4, 50, 0.2),
        (90, 90, 0, 10, 0.1),
        (7, 5, 20, 50, -1e30),
    ],
)
def test_the_best_are_those_of_the_formula_over_every_pair(sums, n, m, per_offer, per_want, floor):
    random = np.random.default_rng(n + m)
    offers, wants = side(random, n), side(random, m)

    of_offers, of_wants = tiles.both_ways(offers, wants, sums, per_offer=per_offer, per_want=per_want, floor=floor)

    assert (to_lists(of_offers), to_lists(of_wants)) == by_hand(offers, wants, sums, per_offer, per_want, floor)


@pytest.mark.slow
def test_many_blocks_and_tiles_give_the_same_as_one(monkeypatch):
    random = np.random.default_rng(4)
    offers, wants = side(random, 900), side(random, 130)
    monkeypatch.setattr(tiles, "_ROWS", 48)  # nineteen blocks instead of one
    monkeypatch.setattr(tiles, "_COLUMNS", 50)
    found = tiles.both_ways(offers, wants, SUMS, per_offer=3, per_want=6)
    assert (to_lists(found[0]), to_lists(found[1])) == by_hand(offers, wants, SUMS, 3, 6, -1e30)
