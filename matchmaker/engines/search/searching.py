"""The index of one directory: it finds documents for a query, counts their facets, and makes one page of them.

An `Index` never changes: a process replaces it when its rows change. A page begins behind a position, so
that entries added before it move nothing.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.encoder import READ, Encoder, normalise
from matchmaker.engines.language.text import surface_forms
from matchmaker.engines.search import meaning
from matchmaker.engines.search.entries import code_term, number_term
from matchmaker.engines.search.query import ParsedQuery, parse
from matchmaker.engines.search.questions import Position, QueryInterpretation, SearchQuery, SearchResult
from matchmaker.engines.search.scoring import company_scores, score, smallest
from matchmaker.engines.search.segment import Array, Documents, Segment

ALONE, SHARE_ALONE = 0.1, 0.75  # as below, where nothing is found so: what stands out by its meaning
ENOUGH, SHARE_OF_BEST = 0.22, 0.3  # a document is found from here, or from this share of the best one's score
# A document fits from here and from this share of the best one's score; what is found below is only related. Chosen on
# the judged queries and on names of goods that the sample does not have; benchmarks/search/search_quality.py measures.
FITS, FIT_SHARE = 0.5, 0.6
NEAREST = 6
LOOKED_UP = 5  # best documents that say what was understood
NAMED_SHARE, UNREAD_SHARE = 0.5, 0.3  # of the English names beside the words; of words the encoder cannot read
CODE_SCORE, NUMBER_SCORE = 2.0, 3.0  # of documents under the code, or with the number, that was typed

Mask = NDArray[np.bool_]
Scores = NDArray[np.float32]
Counts = dict[str, dict[str, int]]


class Index:
    """Segments, with the places of the deleted documents of each."""

    def __init__(self, segments: Sequence[Segment], encoder: Encoder, deleted: Sequence[Array] = ()) -> None:
        self.segments, self.deleted = list(segments), [*deleted] or [np.zeros(0, np.int64)] * len(segments)
        self.encoder = encoder
        self.documents = Documents(self.segments, self.deleted)

    def beside(self, segment: Segment) -> "Index":
        """With one more segment, such as the entries only this reader may see."""
        return Index([*self.segments, segment], self.encoder, [*self.deleted, np.zeros(0, np.int64)])

    def search(self, query: SearchQuery) -> SearchResult:
        """Unknown facets and values find nothing and are left to the caller to refuse."""
        visible = self._visible(query)
        # The name of an entry is taken as it stands: its words are in the index, and its meaning is stored there.
        exactly = query.mode == "words" or query.like is not None
        parsed = parse(query.text, self.documents, exactly=exactly) if self.documents.count else None
        scores, understood = (None, None) if parsed is None else self._scores(parsed, query, visible)
        matches = visible if scores is None else scores >= _threshold(scores)
        fits = matches
        if parsed is not None and scores is not None and not exactly:
            fits, scores = self._fitting(parsed, scores, matches)
        matches = fits if query.only_fits else matches
        filters = {name: self._holding(query, name, values) for name, values in query.filters.items() if values}
        mask = np.logical_and.reduce([matches, *filters.values()])
        facets, total = self._facets(query, matches, filters), int(np.count_nonzero(mask))
        if not query.limit:
            return SearchResult([], facets, understood, total=total)
        page = self._page(query, mask, self._with_boosts(query, scores))
        shown, nearest = page[: query.limit], self._nearest(scores, matches)
        return SearchResult(
            [int(segment.keys[place]) for _position, segment, place in shown],
            facets,
            understood and self._explain(understood, [(segment, place) for _position, segment, place in shown]),
            nearest=[int(segment.keys[place]) for segment, place in nearest],
            nearest_cards=[segment.card_of(place) for segment, place in nearest],
            total=total,
            next_position=shown[-1][0] if len(page) > len(shown) else None,
            cards=[segment.card_of(place) for _position, segment, place in shown],
            fits=[bool(fits[self._document(segment, place)]) for _position, segment, place in shown],
        )

    def _nearest(self, scores: np.ndarray | None, matches: np.ndarray) -> list[tuple[Segment, int]]:
        """What comes nearest where nothing matches."""
        if scores is None or matches.any():
            return []
        best = smallest(-scores, NEAREST)
        return [self.documents.locate(one) for one in best[scores[best] > 0].tolist()]

    def _visible(self, query: SearchQuery) -> Mask:
        """The documents this reader may find."""
        visible = self.documents.alive
        if query.without:
            visible = visible.copy()
            visible[self.documents.with_keys(query.without)] = False
        if query.not_of is not None:
            owners = [segment.owners != query.not_of for segment, _part in self.documents.parts]
            visible = visible & np.concatenate(owners)
        return visible

    # -- what fits the words ------------------------------------------------------------------------------------------
    def _scores(self, parsed: ParsedQuery, query: SearchQuery, visible: Mask) -> tuple[Scores, QueryInterpretation]:
        codes = (
            [(code_term(parsed.hs_code), CODE_SCORE, QueryInterpretation(hs_code=parsed.hs_code))]
            if parsed.hs_code
            else []
        )
        codes.append((number_term(parsed.number), NUMBER_SCORE, QueryInterpretation(number=parsed.number)))
        for term, value, understood in codes:
            places, _counts = self.documents.holding(term)
            if len(places):
                scores = np.zeros(len(self.documents), np.float32)
                scores[places] = value
                scores[~visible] = 0
                return scores, understood
        vector = None if query.mode == "words" else self._vector(parsed, query.like)
        return score(self.documents, parsed, vector, visible, query.name_weight), parsed.understood

    def _fitting(self, parsed: ParsedQuery, scores: Scores, matches: Mask) -> tuple[Mask, Scores]:
        """Which of the found documents fit, and the scores with these first: where no goods fit, the words may be the
        name of a company."""
        fits = matches & (scores >= np.float32(max(FITS, FIT_SHARE * min(float(scores.max(initial=0)), 1.0))))
        if not fits.any():
            fits = matches & (company_scores(self.documents, parsed.names) > 0)
            scores = np.where(fits, np.maximum(scores, np.float32(FITS)), scores)
        return fits, scores

    def _document(self, segment: Segment, place: int) -> int:
        """The place of an entry of a segment among all documents."""
        return next(part.start + place for one, part in self.documents.parts if one is segment)

    def _vector(self, parsed: ParsedQuery, like: int | None) -> Scores:
        """The meaning of the words, or of the names of the entry that stands for them."""
        if like is not None:
            for document in reversed(self.documents.with_keys([like]).tolist()):  # the newest is as it is now
                vectors = meaning.vectors_of(*self.documents.locate(document))
                if len(vectors):
                    return normalise(vectors.mean(axis=0, keepdims=True))[0]
        named = ", ".join(parsed.english)
        is_read = parsed.understood.language in READ
        return _encode(self.encoder, parsed.text, named, is_read)  # type: ignore[arg-type]  # encoders are hashable

    def _with_boosts(self, query: SearchQuery, scores: Scores | None) -> Scores | None:
        """The scores a page is ordered by; None where nothing tells the documents apart."""
        if query.sort != "fit" or not query.boosts:
            return scores
        boosted = np.zeros(len(self.documents), np.float32) if scores is None else scores.copy()
        for key, value in query.boosts.items():
            boosted[self.documents.with_keys([key])] = 10 + value
        return boosted

    # -- facets -------------------------------------------------------------------------------------------------------
    def _holding(self, query: SearchQuery, name: str, values: Sequence[str]) -> Mask:
        """Which documents hold one of the values of a facet."""
        if name in query.company_facets:
            companies = [query.company_facets[name][value] for value in values if value in query.company_facets[name]]
            return self._owner_mask(np.concatenate([np.zeros(0, np.int64), *companies]))
        return np.concatenate([np.zeros(0, np.bool_), *(s.holding(name, values) for s in self.segments)])

    def _owner_mask(self, companies: NDArray[np.int64]) -> Mask:
        return np.concatenate([np.zeros(0, np.bool_), *(np.isin(s.owners, companies) for s in self.segments)])

    def _facets(self, query: SearchQuery, matches: Mask, filters: Mapping[str, Mask]) -> dict:
        """Facet → [(value, count)], the most frequent first; each facet counted behind the filters of the others."""
        names = {name for segment in self.segments for name in segment.facets} | set(query.company_facets)
        names = names if query.facets is None else names.intersection(query.facets)
        counts: Counts = {}
        for alone in ["", *filters]:  # a facet with a filter is counted by itself, all others together
            mask = np.logical_and.reduce([matches, *(mask for name, mask in filters.items() if name != alone)])
            self._count(query, mask, names & {alone} if alone else names - filters.keys(), counts)
        return {name: sorted(values.items(), key=lambda one: (-one[1], one[0])) for name, values in counts.items()}

    def _count(self, query: SearchQuery, mask: Mask, names: set[str], counts: Counts) -> None:
        for name in names & query.company_facets.keys():
            owners = query.company_facets[name]
            counts[name] = {
                value: int(np.count_nonzero(mask & self._owner_mask(keys))) for value, keys in owners.items()
            }
        for segment, part in self.documents.parts:
            for name, numbers in segment.counts(mask[part], names - query.company_facets.keys()).items():
                total = Counter(counts.get(name, {}))
                total.update(dict(zip(segment.facets[name], numbers.tolist(), strict=True)))
                counts[name] = dict(total)

    # -- one page -----------------------------------------------------------------------------------------------------
    def _page(self, query: SearchQuery, mask: Mask, scores: Scores | None) -> list[tuple[Position, Segment, int]]:
        """(position, segment, place) of the entries of the page and of the one after it."""
        pages = []
        for number, (segment, part) in enumerate(self.documents.parts):
            order = _Order(segment, query.sort, None if scores is None else scores[part])
            places = order.page(mask[part], query.after, query.limit + 1).tolist()
            pages.append([(order.position(place), number, place) for place in places])
        merged = list(heapq.merge(*pages))[: query.limit + 1]
        return [(position, self.segments[number], place) for position, number, place in merged]

    def _explain(self, understood: QueryInterpretation, shown: Sequence[tuple[Segment, int]]) -> QueryInterpretation:
        """With spellings as they stand in some text, and what the best entries have in common."""
        spelling = tuple((typed, self._surface_form(word)) for typed, word in understood.spelling)
        if not shown or understood.hs_code:
            return replace(understood, spelling=spelling)
        others: dict[str, str] = {}
        votes: Counter[str] = Counter()
        for segment, place in shown[:LOOKED_UP]:
            votes.update(segment.headings_of(place))
            for language, name in segment.names_of(place):
                if language != understood.language:
                    others.setdefault(language, name)
        heading, count = votes.most_common(1)[0] if votes and not understood.number else ("", 0)
        is_shared = count >= max(2, len(shown[:LOOKED_UP]) / 2)
        return replace(
            understood, spelling=spelling, heading=heading if is_shared else "", others=tuple(others.items())
        )

    def _surface_form(self, word: str) -> str:
        """A stem the way it stands in some name: stems are not for people."""
        for document in self.documents.holding(word)[0][:10].tolist():
            segment, place = self.documents.locate(document)
            for language, name in segment.names_of(place):
                if surface := surface_forms(name, language).get(word):
                    return surface
        return word


class _Order:
    """An order of the documents of one segment: by a level, smallest first, then newest first (or oldest first).

    A position ends in (-newest, -key), so that no two documents share one.
    """

    def __init__(self, segment: Segment, sort: str, scores: Scores | None) -> None:
        self.segment = segment
        self.sort = "newest" if sort == "fit" and scores is None else sort
        self.levels: Array | None = None
        if self.sort == "fit":
            self.levels = -scores  # type: ignore[operator]
        elif self.sort == "name":
            self.levels = segment.title_of
        elif self.sort not in ("newest", "oldest"):
            self.levels = np.full(segment.n, 255, np.uint8)
            if sort in segment.orders:
                self.levels = segment.ranks[segment.orders.index(sort)]

    def page(self, mask: Mask, after: Position | None, most: int) -> Array:
        """At most `most` places of the mask behind a position; from the start where it is one of another order."""
        places = np.flatnonzero(mask)
        if after is not None and len(after) == (2 if self.levels is None else 3):
            places = places[self._behind(places, tuple(after))]
        if self.levels is not None:
            return places[smallest(self.levels[places], most)]
        return (places[::-1] if self.sort == "oldest" else places)[:most]

    def _behind(self, places: Array, after: Position) -> Mask:
        key = self._recency
        if self.sort == "oldest":
            end = bisect_left(range(self.segment.n), (-after[0], -after[1]), key=key)
            return places < end  # type: ignore[no-any-return]
        first = bisect_right(range(self.segment.n), after[-2:], key=key)
        if self.levels is None:
            return places >= first  # type: ignore[no-any-return]
        levels, level, is_here = self.levels[places], after[0], True
        if self.sort == "name":
            title = np.bytes_(_bytes(level))
            level = int(np.searchsorted(self.segment.titles, title))
            is_here = level < len(self.segment.titles) and self.segment.titles[level] == title
            level = level if is_here else level - 1
        return (levels > level) | ((levels == level) & (places >= first) & is_here)  # type: ignore[no-any-return]

    def _recency(self, place: int) -> tuple[float, int]:
        return -float(self.segment.newest[place]), -int(self.segment.keys[place])

    def position(self, place: int) -> Position:
        newest, key = self._recency(place)
        if self.sort == "oldest":
            return -newest, -key
        if self.levels is None:
            return newest, key
        if self.sort == "name":
            return bytes(self.segment.titles[self.segment.title_of[place]]).hex(), newest, key
        return self.levels[place].item(), newest, key


def _bytes(title: str) -> bytes:
    """The title of a position; one that is none comes before all titles."""
    try:
        return bytes.fromhex(title)
    except ValueError:
        return b""


def _threshold(scores: Scores) -> np.float32:
    """The score from which a document is found."""
    best = float(scores.max(initial=0))
    if best < ENOUGH:
        return np.float32(max(ALONE, SHARE_ALONE * best))
    return np.float32(max(ENOUGH, SHARE_OF_BEST * min(best, 1.0)))


@lru_cache(maxsize=1024)
def _encode(encoder: Encoder, text: str, named: str, is_read: bool) -> Any:
    """The meaning of the words and of the goods that they name in English; little of words the encoder cannot read."""
    if not named:
        return encoder.encode_query([text])[0]
    shares = np.array([1.0, NAMED_SHARE] if is_read else [UNREAD_SHARE, 1.0], np.float32)
    return normalise((shares @ encoder.encode_query([text, named]))[None])[0]
