"""What speaks for an entry: words it shares with the query, words of the query's English gloss when it is Chinese,
closeness in meaning of its names, its company's name, and the HS headings of the entries whose names share most words:
阀门 finds an English "valve" by gloss, and through its heading 8481 the Italian "valvola" whose words nobody typed.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
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
    def of(cls, segment: Segment, lists: Iterable[NDArray[Any]]) -> "Some":
        mask = np.zeros((segment.n + 63) // 64, np.uint64)
        for places in lists:
            kernels.add_bits(mask, places)
        return cls(mask, *kernels.numbered(mask))

    def zeros(self) -> Scores:
        return np.zeros(self.size, np.float32)

    @cached_property
    def places(self) -> NDArray[np.int64]:
        return kernels.places_of(self.mask, 0, self.size)  # type: ignore[no-any-return]

    def raise_to(self, places: NDArray[Any], values: Scores, out: Scores) -> None:
        kernels.raise_to(self.mask, self.before, places, values, out)


@dataclass
class Evidence:
    """What speaks for the entries of one segment: scores from 0 to 1, one for each of `some`."""

    segment: Segment
    some: Some
    words: Scores
    meaning: Scores
    company: Scores
    named: NDArray[np.bool_]
    headings: dict[str, float] = field(default_factory=dict)  # heading → its share of the best hits

    def total(
        self, name_weight: float, dead: NDArray[np.int64], *, words_only: bool = False
    ) -> tuple[NDArray[np.int64], Scores]:
        """(places, scores) of everything something speaks for, without the dead."""
        scores = WORDS * self.words
        if not words_only:
            scores = scores + MEANING * self.meaning + name_weight * self.company
        places = self.some.places
        if self.headings:
            under = [(self.segment.hs_range(heading), share) for heading, share in self.headings.items()]
            more = Some.of(self.segment, [places, *(listed for listed, _share in under)])
            share_of, all_scores = more.zeros(), more.zeros()
            for listed, share in under:
                more.raise_to(listed, np.full(len(listed), share, np.float32), share_of)
            more.raise_to(places, scores, all_scores)
            places, scores = more.places, all_scores + HEADING * share_of
        if len(dead):
            alive = ~kernels.holds(kernels.bits(dead, self.segment.n), places)
            places, scores = places[alive], scores[alive]
        return places, scores


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
    dead: Sequence[NDArray[np.int64]],
    *,
    words_only: bool = False,
) -> list[Evidence]:
    """What speaks for the entries of each segment; `vector` is the meaning of the words, None for none.

    Nothing speaks for the dead, and they do not speak for others.
    """
    found = []
    for number, segment in enumerate(statistics.segments):
        glossed = () if words_only else reading.glossed
        near, nearness = _meaning(segment, vector)
        owned = np.zeros(0, np.int64) if words_only else _company(segment, reading.names)
        lists = [statistics.listed(number, word) for word in dict.fromkeys((*reading.words, *glossed, *reading.asked))]
        some = Some.of(segment, [near, owned, *(found_[0] for found_ in lists if found_ is not None)])
        direct = _word_scores(statistics, number, some, reading.words)
        if glossed:
            direct = np.maximum(direct, np.float32(GLOSS_SHARE) * _word_scores(statistics, number, some, glossed))
        close, company = some.zeros(), some.zeros()
        some.raise_to(near, nearness, close)
        some.raise_to(owned, np.ones(len(owned), np.float32), company)
        for scores in (direct, close, company):
            kernels.clear(some.mask, some.before, dead[number], scores)
        found.append(Evidence(segment, some, direct, close, company, _named(statistics, number, some, reading.asked)))
    if not words_only:
        _add_headings(found)
    return found


def _word_scores(statistics: Statistics, number: int, some: Some, asked: Sequence[str]) -> Scores:
    """0 to 1: the share of the query's words, weighted by rarity, that an entry holds.

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
    for word, weight in weights.items():
        if listed := statistics.listed(number, word):
            share = np.float32(weight / whole)
            lengths = statistics.lengths[number]
            kernels.add_words(some.mask, some.before, *listed, lengths, share, np.float32(K1), np.float32(B), scores)
    found = np.float32(sum(known.values()) / len(asked))
    return np.minimum(scores / np.float32(FULL_WORDS), 1) * found


def _named(statistics: Statistics, number: int, some: Some, asked: frozenset[str]) -> NDArray[np.bool_]:
    """Whether an entry's own names hold one of the words."""
    named = np.zeros(some.size, np.bool_)
    for word in asked:
        if listed := statistics.listed(number, word):
            kernels.mark_named(some.mask, some.before, *listed, named)
    return named


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
    for name in names:
        pattern = re.compile(re.escape(name.encode("utf-8", "surrogatepass")))
        offsets: list[int] = []
        for match in pattern.finditer(memoryview(np.ascontiguousarray(segment.people.blob))):
            offsets.append(match.start())
            if len(offsets) > MOST_COMPANIES:
                break
        else:
            owners = np.unique(np.searchsorted(segment.people.starts, offsets, side="right") - 1)
            starts = segment.people_starts
            found += [segment.people_places[starts[owner] : starts[owner + 1]] for owner in owners.tolist()]
    return np.concatenate(found)


def _add_headings(found: Sequence[Evidence]) -> None:
    """Share of the best hits under an entry's HS heading: those whose names say it, else the nearest in meaning."""
    strengths = [np.where(one.named, one.words, np.float32(0)) for one in found]
    if not any((strength >= NAMED_HALF).any() for strength in strengths):
        strengths = [one.meaning for one in found]
    best: list[tuple[float, int, int]] = []
    for number, strength in enumerate(strengths):
        strong = np.flatnonzero(strength >= NAMED_HALF)
        strong = strong[kernels.smallest(-strength[strong], VOTERS)]
        if len(strong):
            places = found[number].some.places
            best += [(float(strength[at]), number, int(places[at])) for at in strong]
    best = sorted(best, key=lambda one: (-one[0], one[1], one[2]))[:VOTERS]
    votes: Counter[str] = Counter()
    for strength_, number, at in best:
        for heading in found[number].segment.headings_of(at):
            votes[heading] += strength_**2  # type: ignore[assignment]
    total = sum(votes.values())
    for heading, vote in votes.items():
        share = vote / total
        if share >= SHARE:
            for one in found:
                one.headings[heading] = share


def best_heading(segments: Sequence[Segment], best: Sequence[tuple[int, int]]) -> str:
    """The heading at least half of the best entries share, '' where there is none; best = (segment, place)."""
    votes = Counter(heading for number, at in best for heading in segments[number].headings_of(at))
    heading, count = votes.most_common(1)[0] if votes else ("", 0)
    return heading if count >= max(2, len(best) / 2) else ""
