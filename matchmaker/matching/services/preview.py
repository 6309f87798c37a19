"""What a draft would find once its company is approved: counted as matching does it, stored nowhere as a match.

A preview names no buyer and shows no text of a demand. It looks only at demands that the supplier sees after the
approval: public ones and those she is invited to.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db.models import Q, QuerySet

from matchmaker.catalogue.models import Demand, DemandLine, Product
from matchmaker.engines.matching import Pair
from matchmaker.matching.services import scorer, storing
from matchmaker.matching.sides import offers, wants

MOST = 2_000  # rows of the other side that are compared; where there are more, the newest of a like kind
LIFE = 600  # seconds: new demands show up within that time, a change of the draft at once


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of what fits meet a condition, fail it or leave it open. `missing`: certificates, most asked first."""

    code: str
    meets: int
    fails: int
    unknown: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """`fits` demands (or suppliers) in categories. `places` are months of delivery (or countries), "" where not stated.

    `alike` counts why they fit: `hs` the same HS code or heading, `category`, `goods` the same goods by name.
    """

    fits: int
    categories: tuple[tuple[str, int], ...]
    places: tuple[tuple[str, int], ...]
    alike: tuple[tuple[str, int], ...]
    conditions: tuple[Tally, ...]


def preview_product(product: Product) -> Preview:
    """How many open demands a product would fit that its company may see."""

    def look() -> Preview:
        lines, pairs = pairs_of_draft(product)
        by_line = {line.pk: line for line in lines}
        best = _best(pairs, lambda pair: by_line[pair.want].demand_id)
        found = [by_line[pair.want] for pair in best]
        months = (_month(line.demand.delivery_until or line.demand.delivery_from) for line in found)
        return _sum_up(best, (line.category_id or "" for line in found), sorted(Counter(months).items()))

    return _cache(f"product:{product.uid}:{product.revision}", look)


def pairs_of_draft(product: Product) -> tuple[list[DemandLine], list[Pair]]:
    """The open lines that a draft was compared with, and the pairs that fit."""
    scored_by = scorer.current()
    lines = _near(_visible_lines(product), [product.category_id], [product.hs_code])
    offered = scored_by.offer_index(offers([product]))
    return lines, scored_by.pairs(offered, scored_by.want_index(wants(lines)))


def preview_demand(demand: Demand) -> Preview:
    """How many suppliers would fit a demand."""

    def look() -> Preview:
        scored_by = scorer.current()
        lines = list(demand.lines.select_related("demand").order_by("pk"))
        products = storing.products_not_put_aside().exclude(company=demand.company_id)
        near = _near(products, [line.category_id for line in lines], [line.hs_code for line in lines])
        wanted = scored_by.want_index(wants(lines))
        pairs = scored_by.pairs(scored_by.offer_index(offers(near)), wanted)
        by_product = {product.pk: product for product in near}
        best = _best(pairs, lambda pair: by_product[pair.offer].company_id)
        found = [by_product[pair.offer] for pair in best]
        places = Counter(product.company.country for product in found).most_common()
        return _sum_up(best, (product.category_id or "" for product in found), places)

    revisions = ",".join(map(str, demand.lines.order_by("pk").values_list("revision", flat=True)))
    return _cache(f"demand:{demand.uid}:{demand.updated_at.timestamp()}:{revisions}", look)


def _visible_lines(product: Product) -> QuerySet[DemandLine]:
    invited = Q(visibility=Demand.Visibility.INVITED, invitations__company=product.company_id)
    seen = Demand.objects.open().filter(Q(visibility=Demand.Visibility.PUBLIC) | invited)
    return storing.lines_not_put_aside().filter(demand__in=seen).exclude(demand__company=product.company_id)


def _near(found: QuerySet, categories: Iterable[str | None], codes: Iterable[str]) -> list[Any]:
    """All rows, or the newest of the same categories and headings where there are too many to compare at once."""
    if found.count() > MOST:
        near = Q(category__in=[code for code in categories if code])
        for code in filter(None, codes):
            near |= Q(hs_code__startswith=code[:4])
        found = found.filter(near)
    return sorted(found.order_by("-pk")[:MOST], key=lambda row: row.pk)


def _best(pairs: Iterable[Pair], owner: Callable[[Pair], int]) -> list[Pair]:
    """The best pair of each demand or supplier."""
    best: dict[int, Pair] = {}
    for pair in sorted(pairs, key=lambda one: -one.score):
        best.setdefault(owner(pair), pair)
    return list(best.values())


def _month(day: date | None) -> str:
    return day.strftime("%Y-%m") if day else ""


def _sum_up(best: list[Pair], categories: Iterable[str], places: Iterable[tuple[str, int]]) -> Preview:
    alike, outcomes, missing = Counter[str](), Counter[tuple[str, str]](), Counter[str]()
    for pair in best:
        evidence = pair.evidence
        alike["hs"] += len(str(evidence.get("hs_common") or "")) >= 4
        alike["category"] += bool(evidence.get("category"))
        alike["goods"] += bool(evidence.get("goods_common"))
        for condition in pair.conditions:
            outcomes[condition.code, condition.outcome] += 1
            if condition.code == "certificates":
                missing.update(condition.facts["missing"])  # type: ignore[call-overload]  # a list of codes
    return Preview(
        fits=len(best),
        categories=tuple(Counter(categories).most_common()),
        places=tuple(places),
        alike=tuple((code, n) for code, n in alike.most_common() if n),
        conditions=tuple(
            Tally(
                code,
                outcomes[code, "meets"],
                outcomes[code, "fails"],
                outcomes[code, "unknown"],
                tuple(name for name, _n in missing.most_common()) if code == "certificates" else (),
            )
            for code in dict.fromkeys(code for code, _outcome in outcomes)
        ),
    )


def _cache(key: str, look: Callable[[], Preview]) -> Preview:
    return cache.get_or_set(f"preview:{key}", look, LIFE)  # type: ignore[return-value]  # never None
