"""Match what was published, edited or taken away since it was last matched: one code path with the full run."""

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.matching.engine.pairs import Pair
from matchmaker.matching.models import Match, MatchRun, OfferState, WantState
from matchmaker.matching.services import basis, notices, rows
from matchmaker.matching.services.basis import Basis
from matchmaker.matching.sides import offers, wants

BATCH = 200  # rows a bell takes at a time: a task stays short, the next bell takes the rest

_BEHIND = Q(matching_state__isnull=True) | ~Q(matching_state__revision=F("revision"))
_TRIED = Q(matching_state__attempts__gt=0, matching_state__tried_revision=F("revision"))


def _products():
    return Product.objects.exclude(status=Product.Status.DRAFT).filter(_BEHIND).order_by("pk")


def _lines():
    return DemandLine.objects.exclude(demand__status="draft").filter(_BEHIND).order_by("pk")


def waiting() -> tuple[list[int], list[int]]:
    """Primary keys of products and demand lines whose revision matching has not seen, as many as go at once.

    What was tried before and not brought to an end goes alone, so that a row that kills its worker takes no other
    along; after five attempts it is put aside until it is edited.
    """
    products, lines = (
        list(side.exclude(_TRIED).values_list("pk", flat=True)[:BATCH]) for side in (_products(), _lines())
    )
    if products or lines:
        return products, lines
    products = list(_products().exclude(rows.PUT_ASIDE).values_list("pk", flat=True)[:1])
    lines = [] if products else list(_lines().exclude(rows.PUT_ASIDE).values_list("pk", flat=True)[:1])
    return products, lines


def put_aside() -> tuple[list[int], list[int]]:
    """Products and lines that were given up: for a person to look at."""
    products, lines = (
        list(side.filter(rows.PUT_ASIDE).values_list("pk", flat=True)) for side in (_products(), _lines())
    )
    return products, lines


def match_waiting() -> int:
    """Bring matches up to date with what waits; returns how many rows were dealt with.

    Safe to run twice at once: every write is the same whoever makes it, and a row is marked with the revision that was
    read before its texts, so that an edit meanwhile still waits.
    """
    if MatchRun.objects.filter(state=MatchRun.State.RUNNING).exists():
        return 0  # the run deals with everything; what is edited meanwhile still waits when it ends
    product_keys, line_keys = waiting()
    if not product_keys and not line_keys:
        return 0
    product_revisions = dict(Product.objects.filter(pk__in=product_keys).values_list("pk", "revision"))
    line_revisions = dict(DemandLine.objects.filter(pk__in=line_keys).values_list("pk", "revision"))
    count_attempt(OfferState, product_revisions)
    count_attempt(WantState, line_revisions)
    with_products, with_lines = _owed(product_keys, line_keys)
    pairs, commit = refresh(basis.current(), products=with_products, lines=with_lines)
    with transaction.atomic():
        commit()
        # Both sides hear of it: a new demand is news for suppliers whose products did not change.
        notices.tell(
            products={*with_products, *(pair.offer for pair in pairs)},
            lines={*with_lines, *(pair.want for pair in pairs)},
        )
        mark_seen(OfferState, product_revisions)
        mark_seen(WantState, line_revisions)
    return len(product_keys) + len(line_keys)


def _owed(products: list[int], lines: list[int]) -> tuple[set[int], set[int]]:
    """The same with those whose full list may lose a row to the change: another one may be owed the place."""
    rows_ = Match.objects.order_by()
    full_lines = rows_.values("line").annotate(n=Count("pk")).filter(n__gte=rows.TOP_PER_LINE).values("line")
    full_products = rows_.values("product").annotate(n=Count("pk")).filter(n__gte=rows.TOP_PER_PRODUCT)
    promised = rows_.filter(score__lt=settings.MATCH_MINIMUM)
    losing_lines = rows_.filter(product__in=products, line__in=full_lines)
    losing_products = rows_.filter(line__in=lines).filter(
        Q(product__in=full_products.values("product")) | Q(product__in=promised.values("product"))
    )
    return (
        {*products, *losing_products.values_list("product", flat=True)},
        {*lines, *losing_lines.values_list("line", flat=True)},
    )


def count_attempt(states, revisions: dict[int, int]) -> None:
    """Before the work: one attempt more at this revision, the first at a new one."""
    key = states._meta.pk.attname
    tried = dict(states.objects.filter(pk__in=revisions).values_list("pk", "attempts"))
    fresh = set(
        states.objects.filter(pk__in=revisions)
        .exclude(tried_revision=F(f"{states._meta.pk.name}__revision"))
        .values_list("pk", flat=True)
    )
    states.objects.bulk_create(
        [
            states(**{key: pk, "tried_revision": revision, "attempts": 1 if pk in fresh else tried.get(pk, 0) + 1})
            for pk, revision in revisions.items()
        ],
        update_conflicts=True,
        unique_fields=[states._meta.pk.name],
        update_fields=["tried_revision", "attempts"],
    )


def mark_seen(states, revisions: dict[int, int]) -> None:
    key, now = states._meta.pk.attname, timezone.now()
    states.objects.bulk_create(
        [states(**{key: pk, "revision": revision, "matched_at": now}) for pk, revision in revisions.items()],
        update_conflicts=True,
        unique_fields=[states._meta.pk.name],
        update_fields=["revision", "matched_at", "attempts"],
    )


def refresh(basis_: Basis, *, products: set[int], lines: set[int]):
    """Match these products against every line, and these lines against every product.

    Returns the pairs and what writes them: thinking takes seconds, and SQLite has one writer.
    """
    pairs: list[Pair] = []
    if products:
        offered = offers(rows.matchable_products().filter(pk__in=products))
        pairs += basis_.pairs(basis_.offer_index(offered), basis.all_wants(basis_))
    if lines:
        wanted = wants(rows.matchable_lines().filter(pk__in=lines))
        pairs += basis_.pairs(basis.all_offers(basis_), basis_.want_index(wanted))
    # A new product that fits a new line was found from both ends.
    pairs = list({(pair.offer, pair.want): pair for pair in pairs}.values())

    @transaction.atomic
    def commit() -> None:
        clear_stale(products, lines, pairs)
        rows.write_pairs(pairs, basis_.name)
        rows.prune(products=products, lines=lines, floor=basis_.floor)

    return pairs, commit


def clear_stale(products: set[int], lines: set[int], pairs: list[Pair]) -> None:
    """Rows of an edited product or line that the engine no longer finds go, unless somebody answered them."""
    found = {(pair.offer, pair.want) for pair in pairs}
    near = Match.objects.filter(product__in=products) | Match.objects.filter(line__in=lines)
    stale = [
        pk
        for pk, product, line in near.filter(supplier_answer="", buyer_answer="").values_list("pk", "product", "line")
        if (product, line) not in found
    ]
    Match.objects.filter(pk__in=stale).delete()
