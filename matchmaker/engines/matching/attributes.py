"""Attributes in the score: what both texts have is a common word, what is wanted and expressly not there a penalty.

The penalty is a hidden word. An offer gets one for each value that it does not have (`data/vocabulary/attributes.csv`
lists the values: organic, halal, frozen …). A want that asks for this value has the same hidden word with a negative
weight, so that the score of the pair falls; the search for the best pairs stays exact.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.attributes import IMPLIED, ORDINARY, Attributes, contradicts, load_attributes
from matchmaker.engines.matching.bags import number

# What a failed attribute takes from the part `words`: as much as four tenths of all words in common give.
PENALTY = 0.4
_WANTED, _REFUSED = "\x02wanted ", "\x02refused "

Packed = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]


def failures(offer: Attributes, want: Attributes) -> list[str]:
    """The values that a want asks for and the offer fails, and those that it refuses and the offer has."""
    failed = [value for value in want.has - left_open(offer, want) if offer.fails(value)]
    return sorted(failed + [f"-{value}" for value in want.lacks & offer.has])


def left_open(offer: Attributes, want: Attributes) -> frozenset[str]:
    """Figures in whose place the offer has another one that the want names, too: 31/40 or 41/50."""
    known = load_attributes()
    met = {_group(value) for value in want.has & offer.has if value not in known}
    return frozenset(value for value in want.has - offer.has if _group(value) in met)


def asked(want: Attributes) -> frozenset[str]:
    """The values a want asks for, without those that goods have where nothing else is written."""
    return want.has - ORDINARY


def agreements(offer: Attributes, want: Attributes) -> list[str]:
    return sorted(asked(want) & (offer.has | {IMPLIED[value] for value in offer.has & IMPLIED.keys()}))


def of_offer(attributes: Attributes) -> list[tuple[int, float, float]]:
    """(number, weight when wanted, weight of its own) of what an offer fails, has and states as figures."""
    known = load_attributes()
    failed = {value for value in known if any(contradicts(value, other) for other in attributes.has)} - attributes.has
    figures = {value for value in attributes.has if value not in known}
    wanted = failed | attributes.lacks | figures | {_group(value) for value in figures}
    return [(number(_WANTED + value), 1.0, 0.0) for value in wanted] + [
        (number(_REFUSED + value), 1.0, 0.0) for value in attributes.has
    ]


def of_want(attributes: Attributes) -> list[tuple[int, float, float]]:
    """The same of a want. A figure costs where the offer states one of its kind, and is given back where it is
    the same; a want that states several of a kind leaves the choice.
    """
    known = load_attributes()
    entries = [(number(_WANTED + value), 0.0, -PENALTY) for value in attributes.has if value in known]
    figures = [value for value in attributes.has if value not in known]
    kinds = [_group(value) for value in figures]
    for value, kind in zip(figures, kinds, strict=True):
        if kinds.count(kind) == 1:
            entries += [(number(_WANTED + kind), 0.0, -PENALTY), (number(_WANTED + value), 0.0, PENALTY)]
    return entries + [(number(_REFUSED + value), 0.0, -PENALTY) for value in attributes.lacks]


def _group(value: str) -> str:
    return value.partition(":")[0]


def add(packed: Packed, extras: Iterable[Iterable[tuple[int, float, float]]]) -> Packed:
    """Packed words (starts, numbers, here, ask) with further numbers for each text, again ascending within a text."""
    starts, numbers, here, ask = packed
    rows = [sorted(set(extra)) for extra in extras]
    counts = np.array([len(row) for row in rows], np.int64)
    if not counts.sum():
        return packed
    owners = np.concatenate([np.repeat(np.arange(len(rows)), np.diff(starts)), np.repeat(np.arange(len(rows)), counts)])
    flat = [entry for row in rows for entry in row]
    numbers = np.concatenate([numbers, np.array([entry[0] for entry in flat], np.int64)])
    here = np.concatenate([here, np.array([entry[1] for entry in flat], np.float32)])
    ask = np.concatenate([ask, np.array([entry[2] for entry in flat], np.float32)])
    order = np.lexsort((numbers, owners))
    return np.concatenate([[0], np.cumsum(np.diff(starts) + counts)]), numbers[order], here[order], ask[order]
