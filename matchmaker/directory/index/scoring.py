"""What speaks for an entry: words it shares with the query, words of the query's English gloss when it is Chinese,
closeness in meaning of its names, its company's name, and the HS headings of the entries whose names share most words:
阀门 finds an English "valve" by gloss, and through its heading 8481 the Italian "valvola" whose words nobody typed.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matchmaker.directory.index import meaning
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
class Evidence:
    """Scores of one segment's entries, 0 to 1 each; only `touched` ones are not zero."""

    segment: Segment
    words: Scores
    meaning: Scores
    company: Scores
    named: NDArray[np.bool_]
    touched: NDArray[np.bool_]
    headings: Scores = field(init=False)

    def __post_init__(self) -> None:
        self.headings = np.zeros(self.segment.n, np.float32)

    def total(self, name_weight: float, *, words_only: bool = False) -> tuple[NDArray[np.int64], Scores]:
        """(places, scores) of everything something speaks for."""
        at = np.flatnonzero(self.touched)
        if words_only:
            return at, WORDS * self.words[at]
        return at, (
            WORDS * self.words[at]
            + MEANING * self.meaning[at]
            + name_weight * self.company[at]
            + HEADING * self.headings[at]
        )


class Statistics:
    """How frequent words are in all segments together, and where each segment keeps them."""

    def __init__(self, segments: Sequence[Segment], dead: Sequence[NDArray[np.int64]]) -> None:
        self.segments = segments
        self.dead = dead
        self.n = sum(segment.n for segment in segments)
        self.mean_length = max(sum(float(s.lengths.sum()) for s in segments) / max(self.n, 1), 1.0)
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

    def frequency(self, word: str) -> int:
        """How many entries hold the word. Of a rare one only those that are alive count: what was taken away must not
        show, not even as the right spelling of something."""
        total = 0
        for segment, dead, at in zip(self.segments, self.dead, self.numbers(word), strict=True):
            if at >= 0:
                places = segment.posting_places[segment.posting_starts[at] : segment.posting_starts[at + 1]]
                rare = len(dead) and len(places) <= RARE
                total += int(np.count_nonzero(~np.isin(places, dead))) if rare else len(places)
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
        direct = _word_scores(statistics, number, reading.words)
        if reading.glossed and not words_only:
            direct = np.maximum(direct, np.float32(GLOSS_SHARE) * _word_scores(statistics, number, reading.glossed))
        near = _meaning(segment, vector) if vector is not None else np.zeros(segment.n, np.float32)
        company = np.zeros(segment.n, np.float32) if words_only else _company(segment, reading.names)
        direct[dead[number]] = near[dead[number]] = company[dead[number]] = 0
        touched = (direct > 0) | (near > 0) | (company > 0)
        found.append(Evidence(segment, direct, near, company, _named(statistics, number, reading.asked), touched))
    if not words_only:
        _add_headings(found)
    return found


def _word_scores(statistics: Statistics, number: int, asked: Sequence[str]) -> Scores:
    """0 to 1: the share of the query's words, weighted by rarity, that an entry holds.

    Words nobody uses count against the query: of "quantum rice" only one half can be found.
    """
    segment = statistics.segments[number]
    scores = np.zeros(segment.n, np.float32)
    counted = Counter(asked)
    frequencies = {word: statistics.frequency(word) for word in counted}
    known = {word: count for word, count in counted.items() if frequencies[word]}
    if not known:
        return scores
    weights = {word: count * statistics.weight(frequencies[word]) for word, count in known.items()}
    whole = sum(weights.values()) or 1.0
    for word, weight in weights.items():
        at = statistics.numbers(word)[number]
        if at < 0:
            continue
        part = slice(int(segment.posting_starts[at]), int(segment.posting_starts[at + 1]))
        places = segment.posting_places[part]
        often = (segment.posting_counts[part] & 127).astype(np.float32)
        length = segment.lengths[places] / np.float32(statistics.mean_length)
        scores[places] += np.float32(weight / whole) * often * (K1 + 1) / (often + K1 * (1 - B + B * length))
    share = sum(known.values()) / len(asked)
    return np.minimum(scores / np.float32(FULL_WORDS), 1) * np.float32(share)


def _named(statistics: Statistics, number: int, asked: frozenset[str]) -> NDArray[np.bool_]:
    """Whether an entry's own names hold one of the words."""
    segment = statistics.segments[number]
    named = np.zeros(segment.n, np.bool_)
    for word in asked:
        at = statistics.numbers(word)[number]
        if at >= 0:
            part = slice(int(segment.posting_starts[at]), int(segment.posting_starts[at + 1]))
            named[segment.posting_places[part][segment.posting_counts[part] >= 128]] = True
    return named


def _meaning(segment: Segment, vector: NDArray[np.float32]) -> Scores:
    """0 to 1: the nearest of an entry's names, less what it is near to anyway."""
    found = np.zeros(segment.n, np.float32)
    names, nearness = meaning.nearest_names(segment, vector, CROWDING)
    close = nearness > MEANING_FROM
    np.maximum.at(found, segment.name_places[names[close]], nearness[close])
    return np.where(found > 0, np.clip((found - MEANING_FROM) / (MEANING_FULL - MEANING_FROM), 0, 1), 0).astype(
        np.float32
    )


def _company(segment: Segment, names: Sequence[str]) -> Scores:
    """1 where a company's name, in either script or as pinyin, holds the words."""
    found = np.zeros(segment.n, np.float32)
    for name in names:
        pattern = re.compile(re.escape(name.encode("utf-8", "surrogatepass")))
        offsets: list[int] = []
        for match in pattern.finditer(memoryview(np.ascontiguousarray(segment.people.blob))):
            offsets.append(match.start())
            if len(offsets) > MOST_COMPANIES:
                break
        else:
            owners = np.unique(np.searchsorted(segment.people.starts, offsets, side="right") - 1)
            for owner in owners.tolist():
                found[segment.people_places[segment.people_starts[owner] : segment.people_starts[owner + 1]]] = 1
    return found


def _add_headings(found: Sequence[Evidence]) -> None:
    """Share of the best hits under an entry's HS heading: those whose names say it, else the nearest in meaning."""
    strengths = [np.where(one.named, one.words, np.float32(0)) for one in found]
    if not any((strength >= NAMED_HALF).any() for strength in strengths):
        strengths = [one.meaning for one in found]
    best: list[tuple[float, int, int]] = []
    for number, strength in enumerate(strengths):
        strong = np.flatnonzero(strength >= NAMED_HALF)
        strong = strong[np.argsort(-strength[strong], kind="stable")[:VOTERS]]
        best += [(float(strength[at]), number, int(at)) for at in strong]
    best = sorted(best, key=lambda one: (-one[0], one[1], one[2]))[:VOTERS]
    votes: Counter[str] = Counter()
    for strength_, number, at in best:
        for heading in found[number].segment.headings_of(at):
            votes[heading] += strength_**2  # type: ignore[assignment]
    total = sum(votes.values())
    for heading, vote in votes.items():
        share = vote / total
        if share < SHARE:
            continue
        for one in found:
            places = one.segment.hs_range(heading)
            one.headings[places] = np.maximum(one.headings[places], np.float32(share))
            one.touched[places] = True


def best_heading(segments: Sequence[Segment], best: Sequence[tuple[int, int]]) -> str:
    """The heading at least half of the best entries share, '' where there is none; best = (segment, place)."""
    votes = Counter(heading for number, at in best for heading in segments[number].headings_of(at))
    heading, count = votes.most_common(1)[0] if votes else ("", 0)
    return heading if count >= max(2, len(best) / 2) else ""
