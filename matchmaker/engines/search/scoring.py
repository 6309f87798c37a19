"""How well each document fits the words: one score for each, in one array.

Four things speak for a document: words it shares with the query or with its English gloss (BM25), nearness in meaning
of its names, its company's name, and the HS headings of the documents whose names share most words: 阀门 finds an
English "valve" by gloss, and through its heading 8481 the Italian "valvola" whose words were not typed.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.bm25 import rarity, saturation
from matchmaker.engines.search.entries import IN_NAME, code_term
from matchmaker.engines.search.query import ParsedQuery
from matchmaker.engines.search.segment import Documents, Segment

# What each kind of evidence is worth when it is complete, from looking at 60 searches over the sample campaign.
WORDS, MEANING, HEADING = 0.5, 0.35, 0.4
GLOSS_SHARE = 0.8
B = 0.6  # of BM25
MEANING_FROM, MEANING_FULL = 0.22, 0.5  # cosine without the entry's own crowding
CROWDING = 0.6
LOOKED_AT = 20_000  # names; more are not compared for one query
# Cosine of a cluster to the query below which it is not looked into. What that and the bound above cost in names missed
# and in nDCG, and how far fewer numbers are off, is measured by benchmarks/search/near_names.py (docs/quality.md).
LEAST_COSINE = 0.25
QUERY_STEPS = 4096  # a query's numbers are finer than a name's: int16
FULL_WORDS = 1.2  # BM25 by the query's own weight, from which the words count as all there
NAMED_HALF = 0.5  # from this strength on a document has a say in the heading
VOTERS, SHARE = 8, 0.3
NAMED_VOTES = 1.0  # of the goods that the vocabulary reads in the words, all together
MOST_COMPANIES = 5_000  # whose names hold the words; a word that more names hold is no name

Scores = NDArray[np.float32]
Mask = NDArray[np.bool_]


def score(
    documents: Documents, parsed: ParsedQuery, vector: Scores | None, visible: Mask, name_weight: float
) -> Scores:
    """0 and more for each document, 0 for those that are not visible, which do not speak for others either; `vector` is
    the meaning of the words, None for words alone."""
    in_names = np.zeros(len(documents), np.bool_)
    words = _word_scores(documents, parsed.words, in_names)
    scores = WORDS * words
    if vector is not None:
        for other in (parsed.glossed, *parsed.translated):
            if other:
                words = np.maximum(words, np.float32(GLOSS_SHARE) * _word_scores(documents, other, in_names))
        for word in parsed.asked.difference(parsed.words, parsed.glossed):
            _mark_names(*documents.holding(word), in_names)
        near = _nearness(documents, vector)
        scores = WORDS * words + (MEANING * near + np.float32(name_weight) * company_scores(documents, parsed.names))
        _add_headings(documents, scores, _voters(words, near, in_names, visible), parsed.goods)
    scores[~visible] = 0
    return scores


def _word_scores(documents: Documents, words: Sequence[str], in_names: Mask) -> Scores:
    """0 to 1: the share of the query's words, weighted by rarity, that a document holds; marks what names hold.

    Words that no document holds count against the query: of "quantum rice" only one half can be found.
    """
    scores = np.zeros(len(documents), np.float32)
    known = {word: (count, documents.frequency(word)) for word, count in Counter(words).items()}
    weights = {word: count * float(rarity(documents.count, often)) for word, (count, often) in known.items() if often}
    whole = sum(weights.values()) or 1.0
    for word, weight in weights.items():
        places, counts = documents.holding(word)
        often = (counts % IN_NAME).astype(np.float32)
        lengths = documents.lengths[places] / np.float32(documents.mean_length)
        scores[places] += np.float32(weight / whole) * saturation(often, lengths, b=B)
        _mark_names(places, counts, in_names)
    share = sum(known[word][0] for word in weights) / max(len(words), 1)
    return np.minimum(scores / np.float32(FULL_WORDS), 1) * np.float32(share)  # type: ignore[no-any-return]


def _mark_names(places: NDArray[Any], counts: NDArray[Any], in_names: Mask) -> None:
    in_names[places[counts >= IN_NAME]] = True


def _nearness(documents: Documents, vector: Scores) -> Scores:
    """0 to 1: how near the nearest name is to the query, less what that name is near to anyway."""
    near = np.zeros(len(documents), np.float32)
    for segment, part in documents.parts:
        names, cosines = nearest_names(segment, vector, CROWDING, MEANING_FROM)
        values = np.minimum((cosines - MEANING_FROM) / (MEANING_FULL - MEANING_FROM), 1)
        np.maximum.at(near[part], segment.name_documents[names], values.astype(np.float32))
    return near


def nearest_names(segment: Segment, query: Scores, share: float, least: float) -> tuple[NDArray[Any], Scores]:
    """(names, nearness of each) of those above `least`: the cosine to the unit vector `query` less a share of what the
    name is near to anyway."""
    from matchmaker.engines.search.loops import near

    if not len(segment.name_documents):
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    if segment.axes.size:
        query = query @ segment.axes
    looked_at = np.zeros(1, np.int64)
    if len(segment.centroids) > 1:
        cosines = segment.centroids @ query
        looked_at = np.flatnonzero(cosines >= min(LEAST_COSINE, float(cosines.max())))
        looked_at = looked_at[np.argsort(-cosines[looked_at], kind="stable")]
    firsts, lasts = segment.cluster_starts[looked_at], segment.cluster_starts[looked_at + 1]
    enough = 1 + int(np.searchsorted(np.cumsum(lasts - firsts), LOOKED_AT))
    rounded = np.rint(query * QUERY_STEPS).astype(np.int16)
    return near(  # type: ignore[no-any-return]
        segment.vectors, segment.scales, segment.crowding, rounded, firsts[:enough], lasts[:enough],
        np.float32(1 / QUERY_STEPS), np.float32(share), np.float32(least),
    )  # fmt: skip


def company_scores(documents: Documents, names: Sequence[str]) -> Scores:
    """1 where a company's name, in either script or as pinyin, holds the words."""
    scores = np.zeros(len(documents), np.float32)
    for segment, part in documents.parts:
        for name in names:
            sought = re.escape(name.encode("utf-8", "replace"))
            offsets = [match.start() for match in re.finditer(sought, segment.all_companies)]
            if 0 < len(offsets) <= MOST_COMPANIES:
                holds = np.zeros(len(segment.companies) + 1, np.bool_)  # the last is for documents without a company
                holds[np.searchsorted(segment.companies.starts, offsets, side="right") - 1] = True
                scores[part][holds[segment.company_of]] = 1
    return scores


def _voters(words: Scores, near: Scores, in_names: Mask, visible: Mask) -> list[tuple[int, float]]:
    """(document, strength) of the best: those whose names hold the words, else the nearest in meaning."""
    for strengths, allowed in ((words, in_names & visible), (near, visible)):
        candidates = np.flatnonzero(allowed & (strengths >= np.float32(NAMED_HALF)))
        best = candidates[smallest(-strengths[candidates], VOTERS)]
        if len(best):
            return list(zip(best.tolist(), strengths[best].tolist(), strict=True))
    return []


def _add_headings(
    documents: Documents, scores: Scores, voters: Sequence[tuple[int, float]], goods: Sequence[str]
) -> None:
    """Adds, to every document under a heading that enough of the best share, the share of their votes; the subheadings
    of the goods that the words name vote, too."""
    votes: Counter[str] = Counter()
    for code in goods:
        votes[code[:4]] += NAMED_VOTES / len(goods)  # type: ignore[assignment]
    for document, strength in voters:
        segment, place = documents.locate(document)
        for heading in segment.headings_of(place):
            votes[heading] += strength**2  # type: ignore[assignment]
    shares = {heading: vote / (votes.total() or 1) for heading, vote in votes.items()}
    added = np.zeros(len(scores), np.float32)
    for heading, share in sorted(shares.items(), key=lambda one: one[1]):  # of several the greatest stays
        if share >= SHARE:
            added[documents.holding(code_term(heading))[0]] = HEADING * share
    scores += added


def smallest(values: NDArray[Any], most: int) -> NDArray[np.int64]:
    """Places of the `most` smallest values, the smallest first, of equal ones the first."""
    places = np.arange(len(values))
    if len(values) > most > 0:
        places = np.flatnonzero(values <= np.partition(values, most - 1)[most - 1])
    return places[np.argsort(values[places], kind="stable")][:most]
