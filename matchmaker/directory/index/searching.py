"""Free words in any language over the segments of a directory: exact codes first, then names, words and meaning.

An `Index` never changes; whoever holds one replaces it when the rows behind it do. Pages are keyset pages: an answer
carries the place after its last entry, and the next page begins there whatever was added before it.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.directory.index import kernels, meaning, ordering, reading, scoring
from matchmaker.directory.index.build import NameVectors, build
from matchmaker.directory.index.counting import Counts, Filters, Outside, counts
from matchmaker.directory.index.entries import Entry
from matchmaker.directory.index.reading import Reading, Understood
from matchmaker.directory.index.segment import Segment
from matchmaker.language.encoder import Encoder, normalise
from matchmaker.matching.engine import bags

ALONE, SHARE_ALONE = 0.1, 0.75  # the same where nothing is found so: what stands out by its meaning
ENOUGH, SHARE_OF_BEST = 0.22, 0.3  # an entry is found from here, or from this share of the best one's score
NEAREST = 6
MOST = 1_000  # entries one answer holds
LOOKED_UP = 5  # best entries that say what was understood

Position = tuple[Any, ...]


@dataclass(frozen=True)
class Wish:
    """What is asked of a directory.

    `after` is the `end` of an earlier answer with the same wish. With a `limit` of 0 entries are only counted.
    `without` are primary keys that are not for this reader, `not_of` the company whose own are not. `like` is the key
    of an entry that means what the words say, so that nothing has to be encoded. `outside` are facets known elsewhere:
    facet → value → companies. `first` are keys with a score that comes before all others, for the order "fit". `mode`
    is all, words (no meaning, gloss or heading) or exactly (no spelling).
    """

    query: str = ""
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = "fit"
    after: Position | None = None
    limit: int = MOST
    without: frozenset[int] = frozenset()
    not_of: int | None = None
    like: int | None = None
    outside: Outside = field(default_factory=dict)
    first: Mapping[int, float] = field(default_factory=dict)
    mode: str = "all"
    with_counts: bool = True
    counted: tuple[str, ...] = ()  # facets whose counts are wanted, none for all


@dataclass(frozen=True)
class Found:
    """`keys` and `cards` of one page in order; `facets` name → [(value, count)], each count as if only the other
    filters were on."""

    keys: list[int]
    facets: dict[str, list[tuple[str, int]]]
    understood: Understood | None = None
    nearest: list[int] = field(default_factory=list)  # keys of what comes closest when nothing was found
    nearest_cards: list[bytes] = field(default_factory=list)
    is_by_name: bool = False  # no index was ready: only names were looked at
    total: int = 0
    end: Position | None = None  # where the next page begins, None on the last one
    cards: list[bytes] = field(default_factory=list)
    scores: dict[int, float] = field(default_factory=dict)


class Index:
    """Segments with what is alive in each (bits; None is all), ready to be searched.

    `name_weight` is what a company's name in the query is worth: much among companies, little among products, where
    "coffee" means the goods and not somebody's name.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        encoder: Encoder,
        *,
        name_weight: float = 0.3,
        alive: Sequence[kernels.Bits | None] = (),
    ) -> None:
        self.segments = list(segments)
        self.encoder = encoder
        self.name_weight = name_weight
        self.alive = list(alive) or [None] * len(self.segments)
        self.dead = [
            np.zeros(0, np.int64) if bits is None else _dead(segment, bits)
            for segment, bits in zip(self.segments, self.alive, strict=True)
        ]
        self.statistics = scoring.Statistics(self.segments, self.dead)
        self.size = sum(s.n - len(d) for s, d in zip(self.segments, self.dead, strict=True))

    @classmethod
    def of(
        cls, entries: Sequence[Entry], encoder: Encoder, name_vectors: NameVectors, name_weight: float = 0.3
    ) -> "Index":
        """An index of one segment that lies in memory."""
        return cls([build(entries, name_vectors, encoder.dim)], encoder, name_weight=name_weight)

    def beside(self, segment: Segment) -> "Index":
        """With one more segment, such as the entries only this reader may see."""
        return Index([*self.segments, segment], self.encoder, name_weight=self.name_weight, alive=[*self.alive, None])

    # -- searching ----------------------------------------------------------------------------------------------------
    def search(self, wish: Wish) -> Found:
        """Entries for the query that stand under one of the chosen values of every facet.

        An empty query finds everything. Unknown facets and values find nothing and are left to the caller to refuse.
        """
        asked = self._read(wish)
        dead = [self._dead_for(number, wish) for number in range(len(self.segments))]
        scored: list[scoring.Scored] | None = None
        understood = None
        hits: list[kernels.Bits | None] = [None] * len(self.segments)
        if asked is not None:
            scored, understood = self._scored(asked, wish, dead)
            hits = [*self._hits(scored)]
        found: Counts = {}
        page: list[list[tuple[Position, int, int]]] = []
        total = 0
        for number, segment in enumerate(self.segments):
            filters = Filters.of(segment, wish.chosen, wish.outside)
            if wish.with_counts:
                _add(found, counts(filters, hits[number], dead[number], wish.counted))
            of_words = hits[number]
            inside = filters.inside(kernels.every(segment.n) if of_words is None else of_words)
            if of_words is None and len(dead[number]):  # words find nothing dead
                inside = inside & ~kernels.bits(dead[number], segment.n)
            total += kernels.count(inside)
            if not wish.limit:
                continue
            values = self._values(number, inside, scored, wish.first) if wish.sort == "fit" else None
            order = ordering.Order(segment, wish.sort, values)
            page.append([(position, number, at) for position, at in order.page(inside, wish.after, wish.limit + 1)])
        if not wish.limit:
            return Found([], _sorted(found), understood, total=total)
        merged = list(heapq.merge(*page))[: wish.limit + 1]
        shown = merged[: wish.limit]
        if understood:
            understood = reading.with_spelling(understood, self._as_written)
        if understood and shown and not understood.hs_code:
            understood = self._looked_up(understood, shown)
        is_empty = scored is not None and not any(h.any() for h in hits if h is not None)
        nearest = self._nearest(scored) if scored is not None and is_empty else []
        return Found(
            [int(self.segments[number].keys[at]) for _position, number, at in shown],
            _sorted(found),
            understood,
            nearest=[int(self.segments[number].keys[at]) for number, at in nearest],
            nearest_cards=[self.segments[number].cards[at] for number, at in nearest],
            total=total,
            end=shown[-1][0] if len(merged) > len(shown) and shown else None,
            cards=[self.segments[number].cards[at] for _position, number, at in shown],
            scores=_shown_scores(shown, self.segments) if wish.sort == "fit" and scored is not None else {},
        )

    def _read(self, wish: Wish) -> Reading | None:
        if not self.size:
            return None
        return reading.read(
            wish.query, self.statistics.frequency, self._beginning, exactly=wish.mode in ("exactly", "words")
        )

    def _beginning(self, letter: str) -> list[str]:
        found: set[bytes] = set()
        for segment in self.segments:
            first, last = segment.words.beginning(letter.encode())
            found.update(segment.words.many(first, last))
        return [word.decode("utf-8", "replace") for word in found]

    def _dead_for(self, number: int, wish: Wish) -> NDArray[np.int64]:
        dead, segment = self.dead[number], self.segments[number]
        if wish.without:
            dead = np.union1d(dead, segment.places_of_keys(np.array(sorted(wish.without), np.int64)))
        if wish.not_of is not None:
            dead = np.union1d(dead, segment.places_of_owners(np.array([wish.not_of], np.int64)))
        return dead.astype(np.int64, copy=False)

    # -- what was found -----------------------------------------------------------------------------------------------
    def _scored(self, asked: Reading, wish: Wish, dead) -> tuple[list[scoring.Scored], Understood]:
        """What was found in each segment, without the dead."""
        gone = [kernels.bits(d, s.n) if len(d) else None for s, d in zip(self.segments, dead, strict=True)]
        numbered = [_numbered(segment, asked.number) for segment in self.segments]
        under = [s.hs_range(asked.hs_code) if asked.hs_code else np.zeros(0, np.int64) for s in self.segments]
        if any(len(places) for places in under):
            return self._alike(under, 2.0, gone), Understood(hs_code=asked.hs_code)
        if any(len(places) for places in numbered):
            return self._alike(numbered, 3.0, gone), Understood(number=asked.number)
        words_only = wish.mode == "words"
        vector = None if words_only else self._meant(asked.text, wish.like)
        every = scoring.evidence(self.statistics, asked, vector, gone, words_only=words_only)
        return [one.total(self.name_weight, words_only=words_only) for one in every], asked.understood

    def _alike(self, found, score: float, gone) -> list[scoring.Scored]:
        given = zip(self.segments, found, gone, strict=True)
        return [scoring.Scored.alike(segment, places, score, without) for segment, places, without in given]

    def _meant(self, text: str, like: int | None) -> NDArray[np.float32]:
        """The meaning of the words, or of the names of the entry that stands for them."""
        if like is not None:
            for segment in reversed(self.segments):  # the newest has an entry as it is now
                for place in segment.places_of_keys(np.array([like], np.int64)).tolist():
                    if len(vectors := meaning.vectors_of(segment, place)):
                        return normalise(vectors.mean(axis=0, keepdims=True))[0]
        return _vector(self.encoder, text)  # type: ignore[arg-type]

    def _hits(self, scored: Sequence[scoring.Scored]) -> list[kernels.Bits]:
        best = max((one.best for one in scored), default=0.0)
        least = max(ENOUGH, SHARE_OF_BEST * min(best, 1.0))
        if best < ENOUGH:
            least = max(ALONE, SHARE_ALONE * best)
        return [one.hits(least) for one in scored]

    def _values(self, number: int, inside: kernels.Bits, scored, first: Mapping[int, float]) -> ordering.Values | None:
        """The scores of a segment's entries, for the order "fit"; None where nothing tells them apart."""
        if scored is None and not first:
            return None
        places, scores = np.zeros(0, np.int64), np.zeros(0, np.float32)
        if scored is not None:
            places, scores = scored[number].values(inside)
        if not first:
            return ordering.Values(places, scores)
        values = dict(zip(places.tolist(), scores.tolist(), strict=True))
        known, order = self.segments[number].by_key
        for key, value in first.items():
            at = int(np.searchsorted(known, key))
            if at < len(known) and known[at] == key:
                values[int(order[at])] = 10 + value
        places_ = sorted(values)
        return ordering.Values(np.array(places_, np.int64), np.array([values[at] for at in places_], np.float32))

    def _nearest(self, scored: Sequence[scoring.Scored]) -> list[tuple[int, int]]:
        """(segment, place) of the best, whatever their scores."""
        found = [one.values(one.every()) for one in scored]
        close = heapq.nlargest(
            NEAREST,
            (
                (float(scores[at]), -number, -int(places[at]))
                for number, (places, scores) in enumerate(found)
                for at in np.argsort(-scores, kind="stable")[:NEAREST]
                if scores[at] > 0
            ),
        )
        return [(-number, -place) for _score, number, place in close]

    # -- what was understood ------------------------------------------------------------------------------------------
    def _looked_up(self, understood: Understood, shown) -> Understood:
        best = [(number, at) for _position, number, at in shown[:LOOKED_UP]]
        others: dict[str, str] = {}
        for number, at in best:
            for language, name in self.segments[number].names_of(at):
                if language != understood.language:
                    others.setdefault(language, name)
        return replace(
            understood,
            heading="" if understood.number else scoring.best_heading(self.segments, best),
            others=tuple(others.items()),
        )

    def _as_written(self, word: str) -> str:
        """A stem the way it stands in some name."""
        for segment, at in zip(self.segments, self.statistics.numbers(word), strict=True):
            if at >= 0:
                places = segment.posting_places[segment.posting_starts[at] : segment.posting_starts[at + 1]]
                for place in places[:3].tolist():
                    if surface := bags.surfaces(segment.names_of(place)).get(word):
                        return surface
        return word


@lru_cache(maxsize=1024)
def _vector(encoder: Encoder, text: str) -> NDArray[np.float32]:
    """The meaning of the words; one page asks three directories with the same ones."""
    return encoder.encode_query([text])[0]


def _dead(segment: Segment, alive: kernels.Bits) -> NDArray[np.int64]:
    return kernels.places(kernels.every(segment.n) & ~alive)


def _numbered(segment: Segment, number: str) -> NDArray[np.int64]:
    """Entries with exactly this company or certificate number."""
    code = np.bytes_(number.encode("utf-8", "replace")[:48])
    first = int(np.searchsorted(segment.exact_codes, code))
    last = int(np.searchsorted(segment.exact_codes, code, side="right"))
    return np.unique(segment.exact_places[first:last]).astype(np.int64)


def _add(found: Counts, more: Counts) -> None:
    for name, values in more.items():
        into = found.setdefault(name, {})
        for value, count in values.items():
            into[value] = into.get(value, 0) + count


def _sorted(found: Counts) -> dict[str, list[tuple[str, int]]]:
    return {name: sorted(values.items(), key=lambda pair: (-pair[1], pair[0])) for name, values in found.items()}


def _shown_scores(shown, segments) -> dict[int, float]:
    return {int(segments[number].keys[at]): -position[0] for position, number, at in shown}
