"""The names of goods nearest to a text in their words, for a language that the encoder does not read.

What no name has whole is often there in part: of "sữa bột gầy" the names hold "sữa bột tách béo". A name is as near as
the rare words, and pairs of words, that both hold.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise


def _pieces(tokens: Sequence[str]) -> set[str]:
    """The words of a name and its pairs of neighbouring words."""
    return {*tokens, *(f"{one} {other}" for one, other in pairwise(tokens))}


class NearNames:
    """`names` are (words, number of the row); the rows are found by `find`."""

    def __init__(self, names: Iterable[tuple[Sequence[str], int]]) -> None:
        self._rows: list[int] = []
        self._holding: dict[str, list[int]] = defaultdict(list)
        lengths: list[set[str]] = []
        for tokens, row in names:
            pieces = _pieces(tokens)
            for piece in pieces:
                self._holding[piece].append(len(self._rows))
            self._rows.append(row)
            lengths.append(pieces)
        self._lengths = [math.sqrt(sum(self._rarity(piece) ** 2 for piece in pieces)) for pieces in lengths]

    def _rarity(self, piece: str) -> float:
        return math.log(1 + len(self._rows) / (1 + len(self._holding.get(piece, ()))))

    def find(self, tokens: Sequence[str], most: int, least: float) -> Iterator[int]:
        """The rows of at most `most` names whose cosine to the words is `least` or more, the nearest first."""
        pieces = _pieces(tokens)
        whole = math.sqrt(sum(self._rarity(piece) ** 2 for piece in pieces))
        sums: Counter[int] = Counter()
        for piece in pieces:
            for name in self._holding.get(piece, ()):
                sums[name] += self._rarity(piece) ** 2  # type: ignore[assignment]
        nearness = {name: value / (whole * self._lengths[name]) for name, value in sums.items()}
        best = sorted(nearness, key=lambda name: (-nearness[name], name))
        yield from dict.fromkeys(self._rows[name] for name in best[:most] if nearness[name] >= least)
