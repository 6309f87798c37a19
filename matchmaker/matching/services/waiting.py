"""Match what was published, edited or taken away since it was last matched: one code path with the full run."""

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.matching.engine.pairs import Pair
from matchmaker.matching.engine.scoring import Matcher
from matchmaker.matching.models import Match, MatchRun, OfferState, WantState
from matchmaker.matching.services import background, notices, rows, vectors
from matchmaker.matching.sides import offers, wants

BATCH = 200  # rows a bell takes at a time: a task stays short, the next bell takes the rest


def _behind(revision: str) -> Q:
    return Q(matching_state__isnull=True) | ~Q(matching_state__revision=F(revision))


def waiting() -> tuple[list[int], list[int]]:
    """Primary keys of products and demand lines whose revision matching has not seen."""
    products = Product.objects.exclude(status=Product.Status.DRAFT).filter(_behind("revision"))
    lines = DemandLine.objects.exclude(demand__status="draft").filter(_behind("revision"))
    return (
        list(products.order_by("pk").values_list("pk", flat=True)[:BATCH]),
        list(lines.order_by("pk").values_list("pk", flat=True)[:BATCH]),
    )


def match_waiting() -> int:
    """Bring matches up to date with what waits; returns how many rows were dealt with.

    Safe to run twice at once: every write is the same whoever makes it, and a revision is only marked as seen when it
    is still the one that was read.
    """
    if MatchRun.objects.filter(state=MatchRun.State.RUNNING).exists():
        return 0  # the run deals with everything; what is edited meanwhile still waits when it ends
    product_keys, line_keys = waiting()
    if not product_keys and not line_keys:
        return 0
    product_revisions = dict(Product.objects.filter(pk__in=product_keys).values_list("pk", "revision"))
    line_revisions = dict(DemandLine.objects.filter(pk__in=line_keys).values_list("pk", "revision"))
    # Lines that lose a row may owe their place to another product: they are matched anew as a whole.
    losing = set(
        Match.objects.filter(product__in=product_keys).exclude(line__in=line_keys).values_list("line", flat=True)
    )
    with transaction.atomic():
        pairs = refresh(products=product_keys, lines=set(line_keys) | losing)
        # Both sides hear of it: a new demand is news for suppliers whose products did not change.
        notices.tell(
            products={*product_keys, *(pair.offer for pair in pairs)},
            lines={*line_keys, *(pair.want for pair in pairs)},
        )
        mark_seen(OfferState, product_revisions)
        mark_seen(WantState, line_revisions)
    return len(product_keys) + len(line_keys)


def mark_seen(states, revisions: dict[int, int]) -> None:
    key, now = states._meta.pk.attname, timezone.now()
    states.objects.bulk_create(
        [states(**{key: pk, "revision": revision, "matched_at": now}) for pk, revision in revisions.items()],
        update_conflicts=True,
        unique_fields=[states._meta.pk.name],
        update_fields=["revision", "matched_at"],
    )


def refresh(*, products, lines) -> list[Pair]:
    """Match these products against every line, and these lines against every product; then keep the best."""
    products, lines = set(products), set(lines)
    matcher = Matcher(vectors.encoder(), background=background.current())
    pairs: list[Pair] = []
    if products:
        pairs += _matched(matcher, offers(rows.matchable_products().filter(pk__in=products)), _all_wants())
    if lines:
        pairs += _matched(
            matcher, offers(rows.matchable_products()), wants(rows.matchable_lines().filter(pk__in=lines))
        )
    # A new product that fits a new line was found from both ends.
    pairs = list({(pair.offer, pair.want): pair for pair in pairs}.values())
    with transaction.atomic():
        _clear_stale(products, lines, pairs)
        rows.write_pairs(pairs, engine_name(matcher))
        rows.prune(products=products, lines=lines)
    return pairs


def _all_wants():
    return wants(rows.matchable_lines())


def engine_name(matcher: Matcher) -> str:
    """What made a match: stored with it, so that an answer can be read against the engine it judged."""
    return f"{matcher.encoder.name}/1"


def _matched(matcher: Matcher, some_offers, some_wants):
    if not some_offers or not some_wants:
        return []
    return matcher.match(
        matcher.prepare_offers(some_offers, vectors.offer_vectors(some_offers)),
        matcher.prepare_wants(some_wants, vectors.want_vectors(some_wants)),
        top_per_want=rows.TOP_PER_LINE,
        top_per_offer=rows.TOP_PER_PRODUCT,
        minimum=settings.MATCH_MINIMUM,
    )


def _clear_stale(products: set[int], lines: set[int], pairs) -> None:
    """Rows of an edited product or line that the engine no longer finds go, unless somebody answered them."""
    found = {(pair.offer, pair.want) for pair in pairs}
    near = Match.objects.filter(product__in=products) | Match.objects.filter(line__in=lines)
    stale = [
        pk
        for pk, product, line in near.filter(supplier_answer="", buyer_answer="").values_list("pk", "product", "line")
        if (product, line) not in found
    ]
    Match.objects.filter(pk__in=stale).delete()
