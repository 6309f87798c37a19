"""From scored pairs to rows: made once, kept when answered, pruned to what one clean run would hold."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from matchmaker.catalogue.models import Demand, DemandLine, Product
from matchmaker.matching.engine.pairs import Pair
from matchmaker.matching.models import Match

TOP_PER_LINE = 20
TOP_PER_PRODUCT = 10
WRITTEN = ["score", "probability", "parts", "evidence", "conditions", "engine", "withdrawn_at", "updated_at"]


def matchable_products():
    """Published products of approved companies, with all the engine reads."""
    return (
        Product.objects.published().select_related("company").prefetch_related("texts", "certificates").order_by("pk")
    )


def matchable_lines():
    """Lines of open demands. Private ones too: their matches are shown to their buyer only."""
    return DemandLine.objects.filter(demand__in=Demand.objects.open()).select_related("demand").order_by("pk")


def write_pairs(pairs: Sequence[Pair], engine: str) -> None:
    """Insert new matches and refresh known ones in one statement; answers are never touched.

    A company is never matched with itself.
    """
    seller = dict(Product.objects.filter(pk__in={p.offer for p in pairs}).values_list("pk", "company"))
    wanter = dict(DemandLine.objects.filter(pk__in={p.want for p in pairs}).values_list("pk", "demand__company"))
    now = timezone.now()
    rows = [
        Match(
            product_id=pair.offer,
            line_id=pair.want,
            score=round(min(max(pair.score, 0.0), 1.0), 6),
            probability=round(pair.probability, 6),
            parts={name: round(value, 4) for name, value in pair.parts.items()},
            evidence=pair.evidence,
            conditions=[{"code": c.code, "outcome": c.outcome, "facts": c.facts} for c in pair.conditions],
            engine=engine,
            updated_at=now,
        )
        for pair in pairs
        if pair.offer in seller and pair.want in wanter and seller[pair.offer] != wanter[pair.want]
    ]
    Match.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["product", "line"], update_fields=WRITTEN
    )


@transaction.atomic
def prune(*, products: Iterable[int] = (), lines: Iterable[int] = ()) -> None:
    """Keep what stands among the best of its line or the best of its product; answered rows are kept whatever happens.

    Rows whose product or demand no longer stands are marked withdrawn, or removed when nobody answered.
    """
    products, lines = set(products), set(lines)
    touched = Match.objects.filter(line__in=lines) | Match.objects.filter(product__in=products)
    near_lines = lines | set(touched.values_list("line", flat=True))
    near_products = products | set(touched.values_list("product", flat=True))
    rows = list(
        (Match.objects.filter(line__in=near_lines) | Match.objects.filter(product__in=near_products)).values_list(
            "pk", "product", "line", "score", "supplier_answer", "buyer_answer"
        )
    )
    standing_products = set(Product.objects.published().filter(pk__in=near_products).values_list("pk", flat=True))
    standing_lines = set(
        DemandLine.objects.filter(pk__in=near_lines, demand__in=Demand.objects.open()).values_list("pk", flat=True)
    )
    of_line, of_product = defaultdict(list), defaultdict(list)
    fallen, answered_fallen = [], []
    for row in rows:
        pk, product, line, _score, *answers = row
        gone = (product in near_products and product not in standing_products) or (
            line in near_lines and line not in standing_lines
        )
        if gone:
            (answered_fallen if any(answers) else fallen).append(pk)
        else:
            of_line[line].append(row)
            of_product[product].append(row)
    kept = {row[0] for found in of_line.values() for row in _best(found, 1, TOP_PER_LINE)}
    kept |= {row[0] for found in of_product.values() for row in _best(found, 2, TOP_PER_PRODUCT)}
    for found in of_line.values():
        for pk, product, line, _score, *answers in found:
            # A row at the edge may rank by rows that were not fetched: only those fully in sight are judged.
            if pk not in kept and not any(answers) and (line in near_lines and product in near_products):
                fallen.append(pk)
    Match.objects.filter(pk__in=fallen).delete()
    Match.objects.filter(pk__in=answered_fallen, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())


def _best(rows: list, key: int, top: int) -> list:
    """Highest score first; the other side's older row first among equals, as the engine orders them."""
    return sorted(rows, key=lambda row: (-row[3], row[key]))[:top]
