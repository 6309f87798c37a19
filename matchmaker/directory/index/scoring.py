"""What speaks for an entry: words it shares with the query, words of the query's English gloss when it is Chinese,
closeness in meaning of its names, its company's name, and the HS headings of the entries whose names share most words:
阀门 finds an English "valve" by gloss, and through its heading 8481 the Italian "valvola" whose words nobody typed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.directory.index import kernels, meaning
from matchmaker.directory.index.reading import Reading
from matchmaker.directory.index.segment import Segment

# What each kind of evidence is worth when it is complete, from looking at 60 searches over the sample campaign.
WORDS, MEANING, HEADING = 0.5, 0.35, 0.4
GLOSS_SHARE = 0.8
K1, B = 1.2, 0.6  # BM25 (Robertson & Zaragoza 2009): how fast repetition stops to matter, and how much length does
MEANING_FROM, MEANING_FULL = 0.22, 0.5  # cosine without the entry's own crowding
CROWDING = 0.6
FULL_WORDS = 1.2  # BM25 by the query's own weight, from which the words count as all there
NAMED_HALF = 0.5  # from this strength on an entry has a say in the heading
VOTERS, SHARE = 8, 0.3
RARE = 1_000  # entries up to which those that hold a word are looked at one by one
MOST_COMPANIES = 5_000  # whose names hold the words; a word that more names hold is no name

Scores = NDArray[np.float32]


@dataclass
class Some:
    """A few entries of a segment: their bits, how many stand before each word of these, and how many there are."""

    mask: kernels.Bits
    before: NDArray[np.int64]
    size: int

    @classmethod
    def of(cls, segment: Segment, lists: Iterable[NDArray[Any]], gone: kernels.Bits | None) -> "Some":
        """Those of the lists without what is gone."""
        mask = np.zeros((segment.n + 63) // 64, np.uint64)
        for places in lists:
            kernels.add_bits(mask, places)
        if gone is not None:
            mask &= ~gone
        return cls(mask, *kernels.numbered(mask))

    def zeros(self) -> Scores:
        return np.zeros(self.size, np.float32)

    def place(self, number: int) -> int:
        """Where the entry of this number stands in the segment."""
        at = int(np.searchsorted(self.before, number, side="right")) - 1
        word = int(self.mask[at])
        for _earlier in range(number - int(self.before[at])):
            word &= word - 1
        return 64 * at + (word & -word).bit_length() - 1

    def raised(self, places: NDArray[Any], values: Scores) -> Scores:
        """The greatest value of each of these entries, 0 for the others."""
        found = self.zeros()
        kernels.raise_to(self.mask, self.before, places, values, found)
        return found


@dataclass
class Evidence:
    """What speaks for the entries of one segment: scores from 0 to 1, one for each of `some`."""

    segment: Segment
    some: Some
    gone: kernels.Bits | None
    words: Scores
    meaning: Scores
    company: Scores
    named: NDArray[np.bool_]  # whether the entry's own names hold one of the words
    headings: dict[str, float] = field(default_factory=dict)  # heading → its share of the best hits

    def total(self, name_weight: float, *, words_only: bool = False) -> "Scored":
        scores = WORDS * self.words
        if not words_only:
            scores += MEANING * self.meaning + name_weight * self.company
        under = np.zeros((len(self.headings), len(self.some.mask)), np.uint64)
        for mask, heading in zip(under, self.headings, strict=True):
            kernels.add_bits(mask, self.segment.hs_range(heading))
            if self.gone is not None:
                mask &= ~self.gone
        shares = HEADING * np.array(list(self.headings.values()), np.float32)
        kernels.add_shares(self.some.mask, self.some.before, under, shares, scores)
        return Scored(self.some, scores, under, shares)


@dataclass
class Scored:
    """Entries of a segment with a score: `some` with their own, and those in the rows of bits of `under` that are none
    of these with the greatest of the shares of their rows. No share is greater than the best of the scores."""

    some: Some
    scores: Scores
    under: NDArray[np.uint64]
    shares: Scores

    @classmethod
    def alike(cls, segment: Segment, places: NDArray[Any], score: float, gone: kernels.Bits | None) -> "Scored":
        some = Some.of(segment, [places], gone)
        nothing = np.zeros((0, len(some.mask)), np.uint64)
        return cls(some, np.full(some.size, score, np.float32), nothing, np.zeros(0, np.float32))

    @property
    def best(self) -> float:
        return float(self.scores.max(initial=0))

    def hits(self, least: float) -> kernels.Bits:
        """Those with at least this score."""
        found = kernels.bits_from(self.some.mask, self.scores, np.float32(least))
        for mask in self.under[self.shares >= np.float32(least)]:
            found |= mask
        return found  # type: ignore[no-any-return]

    def every(self) -> kernels.Bits:
        return np.bitwise_or.reduce([self.some.mask, *self.under])  # type: ignore[no-any-return]

    def values(self, inside: kernels.Bits) -> tuple[NDArray[np.int64], Scores]:
        """(places ascending, scores) of those inside."""
        places = kernels.places(inside)
        values = np.zeros(len(places), np.float32)
        kernels.values_of(places, self.some.mask, self.some.before, self.scores, self.under, self.shares, values)
        return places, values


class Statistics:
    """How frequent words are in all segments together, and where each segment keeps them."""

    def __init__(self, segments: Sequence[Segment], dead: Sequence[NDArray[np.int64]]) -> None:
        self.segments = segments
        self._gone = [kernels.bits(d, s.n) if len(d) else None for s, d in zip(segments, dead, strict=True)]
        self.n = sum(segment.n for segment in segments)
        self.mean_length = max(sum(float(s.lengths.sum()) for s in segments) / max(self.n, 1), 1.0)
        self.lengths = [np.asarray(s.lengths) / np.float32(self.mean_length) for s in segments]
        self._found: dict[str, list[int]] = {}

    def numbers(self, word: str) -> list[int]:
        """The word's number in each segment, -1 where it is not."""
        found = self._found.get(word)
        if found is None:
            encoded = word.encode("utf-8", "surrogatepass")
            found = [segment.words.find(encoded) for segment in self.segments]
            if len(self._found) < 50_000:
                self._found[word] = found
        return found

    def listed(self, number: int, word: str) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """(places, counts) of a word in a segment, None where it is not."""
        at, segment = self.numbers(word)[number], self.segments[number]
        if at < 0:
            return None
        part = slice(int(segment.posting_starts[at]), int(segment.posting_starts[at + 1]))
        return segment.posting_places[part], segment.posting_counts[part]

    def frequency(self, word: str) -> int:
        """How many entries hold the word. Of a rare one only those that are alive count: what was taken away must not
        show, not even as the right spelling of something."""
        total = 0
        for segment, gone, at in zip(self.segments, self._gone, self.numbers(word), strict=True):
            if at >= 0:
                places = segment.posting_places[segment.posting_starts[at] : segment.posting_starts[at + 1]]
                total += len(places)
                if gone is not None and len(places) <= RARE:
                    total -= int(np.count_nonzero(kernels.holds(gone, places)))
        return total

    def weight(self, frequency: int) -> float:
        return float(np.log1p((self.n - frequency + 0.5) / (frequency + 0.5)))


def evidence(
    statistics: Statistics,
    reading: Reading,
    vector: NDArray[np.float32] | None,
    gone: Sequence[kernels.Bits | None],
    *,
    words_only: bool = False,
) -> list[Evidence]:
    """What speaks for the entries of each segment; `vector` is the meaning of the words, None for none.

    Nothing speaks for what is gone, and it does not speak for others.
    """
    found = []
    for number, segment in enumerate(statistics.segments):
        glossed = () if words_only else reading.glossed
        near, nearness = _meaning(segment, vector)
        owned = np.zeros(0, np.int64) if words_only else _company(segment, reading.names)
        lists = [statistics.listed(number, word) for word in dict.fromkeys((*reading.words, *glossed, *reading.asked))]
        some = Some.of(segment, [near, owned, *(one[0] for one in lists if one is not None)], gone[number])
        named = np.zeros(some.size, np.bool_)
        direct = _word_scores(statistics, number, some, reading.words, named)
        if glossed:
            by_gloss = _word_scores(statistics, number, some, glossed, named)
            direct = np.maximum(direct, np.float32(GLOSS_SHARE) * by_gloss)
        for word in reading.asked.difference(reading.words, glossed):
            if listed := statistics.listed(number, word):
                kernels.mark_named(some.mask, some.before, *listed, named)
        close = some.raised(near, nearness)
        company = some.raised(owned, np.ones(len(owned), np.float32))
        found.append(Evidence(segment, some, gone[number], direct, close, company, named))
    if not words_only:
        _add_headings(found)
    return found


def _word_scores(statistics: Statistics, number: int, some: Some, asked: Sequence[str], named: NDArray[Any]) -> Scores:
    """0 to 1: the share of the query's words, weighted by rarity, that an entry holds; marks what they name.

    Words nobody uses count against the query: of "quantum rice" only one half can be found.
    """
    scores = some.zeros()
    counted = Counter(asked)
    frequencies = {word: statistics.frequency(word) for word in counted}
    known = {word: count for word, count in counted.items() if frequencies[word]}
    if not known:
        return scores
    weights = {word: count * statistics.weight(frequencies[word]) for word, count in known.items()}
    whole = sum(weights.values()) or 1.0
    lengths, k, b = statistics.lengths[number], np.float32(K1), np.float32(B)
    for word, weight in weights.items():
        if listed := statistics.listed(number, word):
            share = np.float32(weight / whole)
            kernels.add_words(some.mask, some.before, *listed, lengths, share, k, b, scores, named)
    found = np.float32(sum(known.values()) / len(asked))
    return np.minimum(scores / np.float32(FULL_WORDS), 1) * found


def _meaning(segment: Segment, vector: NDArray[np.float32] | None) -> tuple[NDArray[Any], Scores]:
    """(places, 0 to 1): how near a name is, less what it is near to anyway; a place may come more than once."""
    if vector is None:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    names, nearness = meaning.nearest_names(segment, vector, CROWDING, MEANING_FROM)
    scores = np.minimum((nearness - MEANING_FROM) / (MEANING_FULL - MEANING_FROM), 1)
    return segment.name_places[names], scores.astype(np.float32)


def _company(segment: Segment, names: Sequence[str]) -> NDArray[Any]:
    """Places where a company's name, in either script or as pinyin, holds the words."""
    found: list[NDArray[Any]] = [np.zeros(0, np.int64)]
    people = segment.people_as_one
    for name in names:
        sought = name.encode("utf-8", "surrogatepass")
        offsets: list[int] = []
        at = people.find(sought)
        while at >= 0 and len(offsets) <= MOST_COMPANIES:
            offsets.append(at)
            at = people.find(sought, at + 1)
        if len(offsets) <= MOST_COMPANIES:
            owners = np.unique(np.searchsorted(segment.people.starts, offsets, side="right") - 1)
            starts = segment.people_starts
            found += [segment.people_places[starts[owner] : starts[owner + 1]] for owner in owners.tolist()]
    return np.concatenate(found)


def _add_headings(found: Sequence[Evidence]) -> None:
    """Share of the best hits under an entry's HS heading: those whose names say it, else the nearest in meaning."""
    best = _best([(one.words, one.named) for one in found])
    best = best or _best([(one.meaning, one.meaning >= NAMED_HALF) for one in found])
    votes: Counter[str] = Counter()
    for strength, number, at in best:
        for heading in found[number].segment.headings_of(found[number].some.place(at)):
            votes[heading] += strength**2  # type: ignore[assignment]
    total = sum(votes.values())
    for heading, vote in votes.items():
        share = vote / total
        if share >= SHARE:
            for one in found:
                one.headings[heading] = share


def _best(given: Sequence[tuple[Scores, NDArray[np.bool_]]]) -> list[tuple[float, int, int]]:
    """(strength, segment, number in it) of the strongest that may vote; given are all strengths and who may."""
    best = [
        (float(strengths[at]), number, at)
        for number, (strengths, allowed) in enumerate(given)
        for at in kernels.strongest(strengths, allowed, np.float32(NAMED_HALF), VOTERS).tolist()
    ]
    return sorted(best, key=lambda one: (-one[0], one[1], one[2]))[:VOTERS]


def best_heading(segments: Sequence[Segment], best: Sequence[tuple[int, int]]) -> str:
    """The heading at least half of the best entries share, '' where there is none; best = (segment, place)."""
    votes = Counter(heading for number, at in best for heading in segments[number].headings_of(at))
    heading, count = votes.most_common(1)[0] if votes else ("", 0)
    return heading if count >= max(2, len(best) / 2) else ""
