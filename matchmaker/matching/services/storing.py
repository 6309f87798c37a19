"""From scored pairs to rows: made once, kept when answered, pruned to what one clean run would hold."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from matchmaker.catalogue.models import Demand, DemandLine, Product
from matchmaker.engines.matching import Pair
from matchmaker.matching.models import Match, NeverAgain

TOP_PER_LINE = 20
TOP_PER_PRODUCT = 10
PIECE = 100  # rows whose vectors or shares are worked out before they are stored: a second of an idle core at most
DECIMALS = 6  # of a stored score
ROUNDING = 10.0**-DECIMALS
# Tried at this very revision, and each worker that tried died of it.
MAX_ATTEMPTS = 5
PUT_ASIDE = Q(matching_state__attempts__gte=MAX_ATTEMPTS, matching_state__tried_revision=F("revision"))
WRITTEN = ["score", "probability", "parts", "evidence", "conditions", "engine", "withdrawn_at", "updated_at"]


def matchable_products():
    """Published products of approved companies, with all the engine reads."""
    products = Product.objects.published().select_related("company")
    return products.prefetch_related("texts", "certificates").order_by("pk")


def matchable_lines():
    """Lines of open demands. Private ones too: their matches are shown to their buyer only."""
    lines = DemandLine.objects.filter(demand__in=Demand.objects.open())
    return lines.select_related("demand").order_by("pk")


def products_not_put_aside():
    """Without those that were put aside."""
    return matchable_products().exclude(PUT_ASIDE)


def lines_not_put_aside():
    return matchable_lines().exclude(PUT_ASIDE)


@dataclass(frozen=True)
class AllowedPairs:
    """Which of some products and lines may be put together: not a company with itself, and none that declined."""

    seller: dict[int, int]  # product → company
    wanter: dict[int, int]  # line → company
    apart: frozenset[tuple[int, int]]  # (supplier, buyer)

    @classmethod
    def of(cls, products: Iterable[int], lines: Iterable[int], *, skip_known: bool) -> "AllowedPairs":
        seller = dict(Product.objects.filter(pk__in=products).values_list("pk", "company"))
        wanter = dict(DemandLine.objects.filter(pk__in=lines).values_list("pk", "demand__company"))
        apart = set(NeverAgain.objects.values_list("supplier", "buyer"))
        if skip_known:
            mutual = Match.objects.filter(mutual_at__isnull=False)
            apart |= set(mutual.values_list("product__company", "line__demand__company").distinct())
        apart |= {(company, company) for company in set(seller.values()) & set(wanter.values())}
        return cls(seller, wanter, frozenset(apart))

    def allows(self, pair: Pair) -> bool:
        seller, wanter = self.seller.get(pair.offer), self.wanter.get(pair.want)
        return seller is not None and wanter is not None and (seller, wanter) not in self.apart

    def most_left_out(self) -> tuple[int, int]:
        """How many pairs at most are not allowed (of one line, of one product): so many more must be asked for."""
        sold, wanted = Counter(self.seller.values()), Counter(self.wanter.values())
        of_line, of_product = Counter[int](), Counter[int]()
        for seller, wanter in self.apart:
            of_line[wanter] += sold[seller]
            of_product[seller] += wanted[wanter]
        return max(of_line.values(), default=0), max(of_product.values(), default=0)


def values_of(pair: Pair) -> dict[str, Any]:
    """The columns of a match that the engine fills."""
    return {
        "product_id": pair.offer,
        "line_id": pair.want,
        "score": round(min(max(pair.score, 0.0), 1.0), DECIMALS),
        "probability": round(pair.probability, 6),
        "parts": {name: round(value, 4) for name, value in pair.parts.items()},
        "evidence": pair.evidence,
        "conditions": [{"code": c.code, "outcome": c.outcome, "facts": c.facts} for c in pair.conditions],
    }


def write_pairs(pairs: Sequence[Pair], engine: str) -> None:
    """Insert new matches and refresh known ones in one statement; answers are never touched."""
    now = timezone.now()
    rows = [Match(**values_of(pair), engine=engine, updated_at=now) for pair in pairs]
    Match.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["product", "line"], update_fields=WRITTEN
    )


def remove(rows) -> None:
    """Unanswered matches go; an answered match is kept out of sight."""
    rows.filter(supplier_answer="", buyer_answer="").delete()
    rows.exclude(supplier_answer="", buyer_answer="").filter(withdrawn_at__isnull=True).update(
        withdrawn_at=timezone.now()
    )


def _beyond(of_line: int, of_product: int, score: float, floor: int) -> bool:
    """Whether a row of this rank on both sides goes; below the minimum only a promise to small exporters holds it."""
    if score < settings.MATCH_MINIMUM:
        return of_product > floor
    return of_line > TOP_PER_LINE and of_product > TOP_PER_PRODUCT


@transaction.atomic
def prune_all(floor: int = 0) -> None:
    """After a full run: the same as `prune` of everything, ranked in the database."""
    standing = Q(product__in=Product.objects.published()) & Q(line__demand__in=Demand.objects.open())
    remove(Match.objects.exclude(standing))
    ranked = Match.objects.filter(standing).annotate(
        of_line=Window(RowNumber(), partition_by="line", order_by=[F("score").desc(), F("product").asc()]),
        of_product=Window(RowNumber(), partition_by="product", order_by=[F("score").desc(), F("line").asc()]),
    )
    late = ranked.filter(
        Q(of_line__gt=TOP_PER_LINE, of_product__gt=TOP_PER_PRODUCT)
        | Q(score__lt=settings.MATCH_MINIMUM, of_product__gt=floor)
    )
    fallen = list(late.filter(supplier_answer="", buyer_answer="").values_list("pk", flat=True))
    for start in range(0, len(fallen), 5000):
        Match.objects.filter(pk__in=fallen[start : start + 5000]).delete()


@transaction.atomic
def prune(*, products: Iterable[int] = (), lines: Iterable[int] = (), floor: int = 0) -> None:
    """Keep what stands among the best of its line or the best of its product; answered rows are kept whatever happens.

    Rows whose product or demand no longer stands are marked withdrawn, or removed when unanswered.
    """
    products, lines = set(products), set(lines)
    touched = Match.objects.filter(line__in=lines) | Match.objects.filter(product__in=products)
    near_lines = lines | set(touched.values_list("line", flat=True))
    near_products = products | set(touched.values_list("product", flat=True))
    standing_products = set(Product.objects.published().filter(pk__in=near_products).values_list("pk", flat=True))
    standing_lines = set(
        DemandLine.objects.filter(pk__in=near_lines, demand__in=Demand.objects.open()).values_list("pk", flat=True)
    )
    near = Match.objects.filter(line__in=near_lines) | Match.objects.filter(product__in=near_products)
    standing, dropped = [], []
    for row in near.values_list("pk", "product", "line", "score", "supplier_answer", "buyer_answer"):
        _pk, product, line, *_rest = row
        fallen = (product in near_products and product not in standing_products) or (
            line in near_lines and line not in standing_lines
        )
        (dropped if fallen else standing).append(row)
    of_line, of_product = _ranks(standing, by=2, then=1), _ranks(standing, by=1, then=2)
    late = [
        pk
        for pk, product, line, score, *answers in standing
        # A row at the edge may rank by rows that were not fetched: only those fully in sight are judged.
        if line in near_lines
        and product in near_products
        and not any(answers)
        and _beyond(of_line[pk], of_product[pk], score, floor)
    ]
    Match.objects.filter(pk__in=late).delete()
    remove(Match.objects.filter(pk__in=[row[0] for row in dropped]))


def _ranks(rows: list, *, by: int, then: int) -> dict[int, int]:
    """pk → rank within its group (1 is best): highest score first, the other side's older row among equals."""
    counted = Counter[int]()
    ranks = {}
    for row in sorted(rows, key=lambda row: (-row[3], row[then])):
        counted[row[by]] += 1
        ranks[row[0]] = counted[row[by]]
    return ranks
