"""What pairs are scored with: weights and what is known of the campaign as a whole, the same in every block of a run
and in every increment after it, so that a pair has one score wherever it is computed.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
from django.conf import settings
from django.db.models import Count, Max, Sum
from numpy.typing import NDArray

from matchmaker.core.clocks import today_in_china
from matchmaker.engines.matching import (
    DEFAULT_WEIGHTS,
    Background,
    Matcher,
    Offer,
    OfferIndex,
    Pair,
    WantIndex,
    Weights,
    load_shipped,
    merge_pairs,
    sample_places,
)
from matchmaker.matching.models import MatchRun, MatchSettings
from matchmaker.matching.services import storing, vectors
from matchmaker.matching.services.conditions import exchange_rates
from matchmaker.matching.services.shares import with_shares
from matchmaker.matching.services.storing import TOP_PER_LINE, TOP_PER_PRODUCT, AllowedPairs
from matchmaker.matching.sides import offers, text_offers, wants

FLOOR_MINIMUM = 0.1  # what is promised to small exporters is at least that likely
MOST_LEFT_OUT = 200  # a company with more own products than that on both sides may get a shorter list
LEARNED_FROM = 20_000  # products a background is learned from
MAX_CACHED_ROWS = 200_000  # rows of a side a process keeps ready for the next increment


@dataclass(frozen=True)
class Scorer:
    """`name` says what made a match: stored with it, so that an answer is read against the engine it judged."""

    name: str
    matcher: Matcher
    floor: int = 0
    skip_known: bool = False

    @classmethod
    def of(cls, chosen: MatchSettings | None, background: Background, name: str) -> "Scorer":
        weights = Weights.from_dict(chosen.weights) if chosen else DEFAULT_WEIGHTS
        matcher = Matcher(vectors.encoder(), weights, background=background)
        version = f"{matcher.encoder.name}/6" + (f"+{chosen.pk}" if chosen else "")
        return cls(
            f"{version} {name}".strip(),
            matcher,
            floor=chosen.floor if chosen else 0,
            skip_known=bool(chosen and chosen.skip_known),
        )

    def offer_index(self, offered: Sequence[Offer]) -> OfferIndex:
        return self.matcher.prepare_offers(with_shares(offered), vectors.offer_vectors(offered))

    def want_index(self, wanted) -> WantIndex:
        return self.matcher.prepare_wants(with_shares(wanted), vectors.want_vectors(wanted))

    def pairs(
        self, offered: OfferIndex, wanted: WantIndex, want_minima: NDArray[np.float64] | None = None
    ) -> list[Pair]:
        """The best allowed pairs both ways, and what small exporters are promised beyond them.

        Who must not meet is left out after the search, which therefore asks for so many more. `want_minima`: what
        better pairs are known of each line (`Matcher.match`).
        """
        if not len(offered) or not len(wanted):
            return []
        allowed_pairs = AllowedPairs.of(
            [item.key for item in offered.items], [item.key for item in wanted.items], skip_known=self.skip_known
        )
        of_line, of_product = (min(n, MOST_LEFT_OUT) for n in allowed_pairs.most_left_out())
        rates = exchange_rates()
        candidates = self.matcher.match(
            offered,
            wanted,
            TOP_PER_LINE + of_line,
            TOP_PER_PRODUCT + of_product,
            settings.MATCH_MINIMUM,
            today=today_in_china(),
            rates=rates,
            want_minima=want_minima,
        )
        merged = merge_pairs([filter(allowed_pairs.allows, candidates)], TOP_PER_LINE, TOP_PER_PRODUCT)
        small = [place for place, offer in enumerate(offered.items) if offer.small]
        if not self.floor or not small:
            return merged
        chosen = offered.items if len(small) == len(offered) else tuple(offered.items[place] for place in small)
        index = self.matcher.prepare_offers(chosen, offered.vectors[small])
        promised = self.matcher.match(
            index, wanted, 0, self.floor + of_product, FLOOR_MINIMUM, today=today_in_china(), rates=rates
        )
        known = {(pair.offer, pair.want) for pair in merged}
        return merged + [
            replace(pair, evidence=pair.evidence | {"floor": self.floor})
            for pair in merge_pairs([filter(allowed_pairs.allows, promised)], 0, self.floor)
            if (pair.offer, pair.want) not in known
        ]


def learn_for(run: MatchRun) -> Scorer:
    """The scorer of a run; its background is learned and stored by the first block, and read by the others."""
    if not MatchRun.objects.filter(pk=run.pk, background__isnull=False).exists():
        learned = _learn_background().to_bytes()
        # Two workers may learn it at once; what was stored first counts for both.
        MatchRun.objects.filter(pk=run.pk, background__isnull=True).update(background=learned)
    return of_run(run.pk)


def _learn_background() -> Background:
    """From all lines and products; of more than `LEARNED_FROM` products the words of every second, third … are read.

    So the first block of a run takes no longer than its lease, and no more memory, however many products there are.
    The sample of vectors is that of all.
    """
    products = storing.products_not_put_aside().select_related(None).prefetch_related(None)
    count = products.count()
    step, places = max(1, math.ceil(count / LEARNED_FROM)), set(sample_places(count).tolist())
    read, sample = [], []
    for place, key in enumerate(products.values_list("pk", flat=True).iterator()):
        if place % step == 0:
            read.append(key)
        if place in places:
            sample.append(key)
    lines = with_shares(wants(storing.lines_not_put_aside()))  # every worker needs them next
    return Matcher(vectors.encoder()).learn_background(
        text_offers(read),
        lines,
        vectors.offer_vectors(list(text_offers(sample))),
        vectors.want_vectors(lines),
        step=step,
    )


def current() -> Scorer:
    """That of the newest run; before there was any, the settings in use and the shipped background."""
    latest = MatchRun.objects.filter(background__isnull=False).order_by("-pk").values_list("pk", flat=True).first()
    if latest:
        return of_run(latest)
    return Scorer.of(in_use(), shipped_background(), "shipped")


@cache
def shipped_background() -> Background:
    """What was learned from `data/` (`manage.py build_background`); the vectors fit the encoder they were made with."""
    return load_shipped(settings.DATA_DIR, vectors.encoder().name)


def in_use() -> MatchSettings | None:
    return MatchSettings.objects.filter(adopted=True).order_by("-pk").first()


@lru_cache(maxsize=3)
def of_run(pk: int) -> Scorer:
    run = MatchRun.objects.select_related("settings").get(pk=pk)
    return Scorer.of(run.settings, Background.from_bytes(bytes(run.background or b"")), str(pk))


# -- sides kept ready in a process: built once, and only rows that changed are made anew


@dataclass(frozen=True)
class _CachedSide:
    """`about` tells cheaply whether anything changed, `states` which rows did."""

    key: object
    about: object
    states: dict[int, object]
    index: OfferIndex | WantIndex


_cache: dict[str, _CachedSide] = {}


def all_wants(scorer: Scorer) -> WantIndex:
    lines = storing.lines_not_put_aside()
    about = lines.order_by().aggregate(n=Count("pk"), last=Max("pk"), revisions=Sum("revision"))
    return _cached_index(
        "wants",
        scorer.name,
        about,
        lines,
        ("revision", "demand__updated_at"),
        lambda queryset: scorer.want_index(wants(queryset)),
    )


def all_offers(scorer: Scorer) -> OfferIndex:
    """Also built anew on the next day: certificates run out."""
    products = storing.products_not_put_aside()
    about = products.order_by().aggregate(
        n=Count("pk"), last=Max("pk"), revisions=Sum("revision"), trust=Sum("company__verification")
    )
    key = (scorer.name, today_in_china())
    state = ("revision", "company__verification", "updated_at")
    return _cached_index("offers", key, about, products, state, lambda queryset: scorer.offer_index(offers(queryset)))


def _cached_index(  # type: ignore[no-untyped-def]
    side: str, key: object, about: dict, queryset, state: tuple[str, ...], build: Callable
):
    ready = _cache.get(side)
    if ready and (ready.key, ready.about) == (key, about):
        return ready.index
    states = {pk: rest for pk, *rest in queryset.prefetch_related(None).values_list("pk", *state)}
    before = ready.states if ready and ready.key == key else {}
    changed = [pk for pk, now in states.items() if before.get(pk) != now]
    if ready and before and len(changed) < len(states) / 2:
        index = ready.index.patched(build(queryset.filter(pk__in=changed)), before.keys() - states.keys())
    else:
        _cache.pop(side, None)
        index = build(queryset)
    if about["n"] <= MAX_CACHED_ROWS:
        _cache[side] = _CachedSide(key, about, states, index)
    return index
