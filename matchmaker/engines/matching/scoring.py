"""The matcher: offers and wants in, pairs with their reasons out.

A full campaign run, one new product and one new demand line are the same call with sides of different length. A pair's
score depends on the pair, the weights and the background, never on what else is in the call; therefore blocks of any
cut merge (`pairs.merge`) to the rows of one run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.encoder import Encoder
from matchmaker.engines.matching import attributes, bags
from matchmaker.engines.matching.background import Background, learn
from matchmaker.engines.matching.conditions import judge
from matchmaker.engines.matching.index import OfferIndex, Vectors, WantIndex, build, digits, encode
from matchmaker.engines.matching.pairs import Offer, Pair, Want
from matchmaker.engines.matching.weights import CATEGORY_STEPS, DEFAULT_WEIGHTS, HS_STEPS, MINIMUM, Weights, log_odds_of

if TYPE_CHECKING:
    from matchmaker.engines.matching.loops import Sums

__all__ = ["DEFAULT_WEIGHTS", "Background", "Matcher", "OfferIndex", "WantIndex", "Weights"]

# More shared words than a reader wants to see are left out of the evidence.
_SHARED_WORDS = 8
WORTH_NAMING = 0.3
# A common word under this share of the weightiest one ("good", "carton") is chance.
_WORTH_SAYING = 0.3


class Matcher:
    """Compares offers with wants.

    `background` comes from `learn_background`; without one, every word is equally rare.
    Indexes are comparable when they were prepared with the same encoder and background.
    """

    def __init__(
        self,
        encoder: Encoder,
        weights: Weights = DEFAULT_WEIGHTS,
        background: Background | None = None,
    ) -> None:
        self.encoder = encoder
        self.weights = weights
        self.background = background or Background()

    def offer_vectors(self, offers: Sequence[Offer]) -> Vectors:
        """len(offers) × dim float32, to be stored and given back to `prepare_offers`."""
        return encode([offer.texts for offer in offers], self.encoder.encode_passage)

    def want_vectors(self, wants: Sequence[Want]) -> Vectors:
        """len(wants) × dim float32, to be stored and given back to `prepare_wants`."""
        return encode([want.texts for want in wants], self.encoder.encode_query)

    def learn_background(
        self,
        offers: Iterable[Offer],
        wants: Iterable[Want],
        offer_vectors: Vectors | None = None,
        want_vectors: Vectors | None = None,
        step: int = 1,
    ) -> Background:
        """Word frequencies and neighbourhoods of a campaign, to be stored with its run and given to every matcher.

        Offers whose vectors are given are read once, one after the other: they need not be in memory together. They may
        be every second, third … (`step`) of all: each then counts for so many.
        """
        wanted = list(wants)
        if offer_vectors is None:
            offers = list(offers)
            offer_vectors = self.offer_vectors(offers)
        if want_vectors is None:
            want_vectors = self.want_vectors(wanted)
        starts, numbers, counts = bags.pack(bags.bag(item.texts) for item in chain[Offer | Want](offers, wanted))
        stands_for = np.full(len(starts) - 1, step, np.int64)
        stands_for[len(stands_for) - len(wanted) :] = 1
        return learn(starts, numbers, counts, offers=offer_vectors, wants=want_vectors, stands_for=stands_for)

    def prepare_offers(self, offers: Sequence[Offer], vectors: Vectors | Sequence[bytes] | None = None) -> OfferIndex:
        """An index of offers with distinct keys; `vectors` (rows or their bytes, in the same order) spare encoding."""
        return build(OfferIndex, offers, vectors, encoder=self.encoder, background=self.background)

    def prepare_wants(self, wants: Sequence[Want], vectors: Vectors | Sequence[bytes] | None = None) -> WantIndex:
        """An index of wants with distinct keys; `vectors` (rows or their bytes, in the same order) spare encoding."""
        return build(WantIndex, wants, vectors, encoder=self.encoder, background=self.background)

    def match(
        self,
        offer_index: OfferIndex,
        want_index: WantIndex,
        top_per_want: int = 20,
        top_per_offer: int = 10,
        minimum: float = MINIMUM,
        *,
        today: date | None = None,
        rates: Mapping[str, float] | None = None,
        want_minima: NDArray[np.float64] | None = None,
    ) -> list[Pair]:
        """The best pairs in both directions: of each want its best offers, of each offer its best wants, united.

        Nothing below `minimum` is a pair. Exact: no shortlist stands between the parts and the ranking. `today` is
        the day the delivery condition counts from; `rates` gives CNY per unit of a currency for the price condition
        (a currency without a rate makes it 'unknown'). `want_minima` are the scores that offers must reach to be among
        the best of each want, where earlier calls have found better ones.
        Order: want key, then score, then offer key.
        """
        best = self.best(offer_index, want_index, top_per_want, top_per_offer, minimum, want_minima)
        return self.explain(offer_index, want_index, *best, today=today or date.today(), rates=rates or {})

    def best(
        self,
        offer_index: OfferIndex,
        want_index: WantIndex,
        top_per_want: int = 20,
        top_per_offer: int = 10,
        minimum: float = MINIMUM,
        want_minima: NDArray[np.float64] | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places in the two indexes of the pairs that `match` would return, in the same order, unexplained."""
        from matchmaker.engines.matching import tiles

        floors = None if want_minima is None else np.array([log_odds_of(one) for one in want_minima], np.float32)
        of_offer, of_want = tiles.both_ways(
            offer_index.side,
            want_index.side,
            self._sums(),
            per_offer=top_per_offer,
            per_want=top_per_want,
            floor=log_odds_of(minimum),
            want_floors=floors,
            offer_tiles=offer_index.tiles,
            want_tiles=want_index.tiles,
        )
        rows, columns = np.nonzero(of_offer.places >= 0)
        codes = [of_offer.places[rows, columns].astype(np.int64) * len(offer_index) + rows]
        values = [of_offer.values[rows, columns]]
        rows, columns = np.nonzero(of_want.places >= 0)
        codes.append(rows * len(offer_index) + of_want.places[rows, columns])
        values.append(of_want.values[rows, columns])
        code, first = np.unique(np.concatenate(codes), return_index=True)
        value = np.concatenate(values)[first]
        want, offer = np.divmod(code, max(len(offer_index), 1))
        order = np.lexsort((offer, -value, want))
        return offer[order], want[order]

    def explain(
        self,
        offer_index: OfferIndex,
        want_index: WantIndex,
        offer_places: NDArray[np.int64],
        want_places: NDArray[np.int64],
        *,
        today: date,
        rates: Mapping[str, float],
    ) -> list[Pair]:
        """The pairs at these places, with parts, evidence and conditions."""
        from matchmaker.engines.matching.loops import CATEGORY_SURE, HS_SURE

        values, every_part = self.parts(offer_index, want_index, offer_places, want_places)
        pairs = []
        for n, (i, j) in enumerate(zip(offer_places.tolist(), want_places.tolist(), strict=True)):
            offer, want = offer_index.items[i], want_index.items[j]
            common = _common_digits(offer.hs6, want.hs6)
            one, other = offer_index.side.traits[i], want_index.side.traits[j]
            has, wanted = offer_index.attributes(i), want_index.attributes(j)
            value = float(values[n])
            pairs.append(
                Pair(
                    offer=offer.key,
                    want=want.key,
                    score=self.weights.score(value),
                    probability=self.weights.probability(value),
                    parts=every_part[n],
                    evidence={
                        "shared_words": self._shared_words(offer_index, i, want_index, j),
                        "hs_differ": _differing(offer.hs6, want.hs6, common) if _is_sure(one, other, HS_SURE) else [],
                        **_goods(offer, want),
                        "hs_common": common if common and _is_sure(one, other, HS_SURE) else "",
                        "category": offer.category
                        if offer.category == want.category and _is_sure(one, other, CATEGORY_SURE)
                        else "",
                        "attributes_failed": attributes.failures(has, wanted),
                        "attributes_met": attributes.agreements(has, wanted),
                        "offer_text": _first_name(offer.texts),
                        "want_text": _first_name(want.texts),
                        "offer_names": _names(offer.texts),
                        "want_names": _names(want.texts),
                    },
                    conditions=judge(offer, want, rates=rates, today=today),
                )
            )
        return pairs

    def parts(
        self,
        offer_index: OfferIndex,
        want_index: WantIndex,
        offer_places: NDArray[np.int64],
        want_places: NDArray[np.int64],
    ) -> tuple[NDArray[np.float32], list[dict[str, float]]]:
        """Log-odds of the pairs at these places, and what each is made of; codes that are not known are absent."""
        from matchmaker.engines.matching.loops import CROWDING, TRUST, parts_of

        values, meaning, words = parts_of(offer_index.side, want_index.side, self._sums(), offer_places, want_places)
        found = []
        for n, (i, j) in enumerate(zip(offer_places.tolist(), want_places.tolist(), strict=True)):
            one, other = offer_index.side.traits[i], want_index.side.traits[j]
            common = _common_digits(offer_index.items[i].hs6, want_index.items[j].hs6)
            found.append(
                {
                    "meaning": round(float(meaning[n]), 6),
                    "crowding": round((float(one[CROWDING]) + float(other[CROWDING])) / 2, 6),
                    "words": round(float(words[n]), 6),
                    "trust": round(float(one[TRUST]), 6),
                }
                | self._code_parts(common, one, other)
            )
        return values, found

    def _sums(self) -> Sums:
        from matchmaker.engines.matching.loops import Sums

        w = self.weights
        steps = [w.hs * step for step in HS_STEPS] + [w.category * step for step in CATEGORY_STEPS]
        return Sums(
            w.meaning,
            w.crowding,
            w.words,
            w.trust,
            w.intercept,
            np.array(steps, np.float64),
            w.hs * w.neutral_hs,
            w.category * w.neutral_category,
        )

    def _code_parts(self, common: str | None, one: NDArray[np.float32], other: NDArray[np.float32]) -> dict[str, float]:
        """What the codes say, drawn towards not knowing as far as they are uncertain; absent where there are none."""
        from matchmaker.engines.matching.loops import CATEGORY_SURE, HS_SURE

        parts = {}
        if common is not None:
            sure = float(one[HS_SURE]) * float(other[HS_SURE])
            steps = sum(HS_STEPS[: len(common) // 2])
            parts["hs"] = round(sure * steps + (1 - sure) * self.weights.neutral_hs, 6)
        if one[3] and other[3]:
            sure = float(one[CATEGORY_SURE]) * float(other[CATEGORY_SURE])
            steps = CATEGORY_STEPS[0] * bool(one[3] == other[3]) + CATEGORY_STEPS[1] * bool(one[4] == other[4])
            parts["category"] = round(sure * steps + (1 - sure) * self.weights.neutral_category, 6)
        return parts

    def _shared_words(self, offers: OfferIndex, i: int, wants: WantIndex, j: int) -> list[str]:
        """The common words that weigh most, as the offer writes them, and in brackets what the dictionary read.

        Of a sense of several words the last must be common: who asks for liquid nitrogen and who sells a liquid name
        different things.
        """
        a, b = offers.side, wants.side
        p, q = slice(a.starts[i], a.starts[i + 1]), slice(b.starts[j], b.starts[j + 1])
        common, x, y = np.intersect1d(a.numbers[p], b.numbers[q], assume_unique=True, return_indices=True)
        if not len(common):
            return []
        weight = a.here[p][x] * b.ask[q][y] + a.ask[p][x] * b.here[q][y]
        written = wants.surface_forms(j)
        by_number = {
            bags.number(word): (word, form) for word, form in offers.surface_forms(i).items() if word in written
        }
        words, numbers = [], frozenset(common.tolist())
        for least, number in sorted(zip(-weight, common.tolist(), strict=True)):
            if number in by_number and -least >= _WORTH_SAYING * weight.max():
                word, shown = by_number[number]
                one, other = offers.gloss_readings(i).get(word), wants.gloss_readings(j).get(word)
                if one and other:
                    continue  # both wrote Chinese: its own words say it
                if (read := one or other) and not any(bags.number(head) in numbers for head in read.heads):
                    continue
                words.append(f"{shown} ({read.chinese})" if read else shown)
        return list(dict.fromkeys(words))[:_SHARED_WORDS]


def _is_sure(one: NDArray[np.float32], other: NDArray[np.float32], column: int) -> bool:
    """Whether two codes are certain enough to be named as a reason."""
    return bool(one[column] * other[column] >= WORTH_NAMING)


def _common_digits(one: str, other: str) -> str | None:
    """The common beginning of two HS codes in whole levels, None when either is not known."""
    a, b = digits(one), digits(other)
    if not a or not b:
        return None
    length = 0
    while length + 2 <= min(len(a), len(b)) and a[: length + 2] == b[: length + 2]:
        length += 2
    return a[:length]


def _differing(one: str, other: str, common: str | None) -> list[str]:
    """The two headings where codes part at the heading or before; [] where they are the same or not known."""
    if common is None or len(common) >= 4 or min(len(digits(one)), len(digits(other))) < 4:
        return []
    return [digits(one)[:4], digits(other)[:4]]


def _goods(offer: Offer, want: Want) -> dict[str, object]:
    """What the vocabulary reads in both names: common concepts, and the first concept of each side.

    What a description says goods are used for or packed in is not what is traded.
    """
    offered, wanted = bags.goods(offer.texts, in_names=True), bags.goods(want.texts, in_names=True)
    return {
        "goods_common": [concept for concept in wanted if concept in offered][:2],
        "goods_offered": next(iter(offered), ""),
        "goods_wanted": next(iter(wanted), ""),
    }


def _first_name(texts: Sequence[tuple[str, str]]) -> list[str]:
    """[language, name] of the first text: the words its owner would recognise."""
    if not texts:
        return ["", ""]
    lang, text = texts[0]
    return [lang, bags.name_and_rest(text)[0].strip(" .。")]


def _names(texts: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Language → name, so that each reader finds the one he reads best."""
    return {lang: bags.name_and_rest(text)[0].strip(" .。") for lang, text in texts}
