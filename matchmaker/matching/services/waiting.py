"""Match what was published, edited or taken away since it was last matched: one code path with the full run."""

from collections.abc import Collection

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Participation
from matchmaker.campaigns.services import require_organiser
from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.core.leases import renewed
from matchmaker.engines.matching import Pair
from matchmaker.matching.models import Match, MatchRun, OfferState, WantState
from matchmaker.matching.services import claims, notices, scorer, storing
from matchmaker.matching.services.run_states import start_due_run
from matchmaker.matching.services.scorer import Scorer
from matchmaker.matching.sides import offers, wants

BATCH = 10  # rows of a side a claim takes: what is edited meanwhile waits for so many and no more


def waiting() -> tuple[list[int], list[int]]:
    """Primary keys of products and demand lines whose revision matching has not seen, but for those put aside."""
    products, lines = (
        list(claims.behind(kind).exclude(storing.PUT_ASIDE).order_by("pk").values_list("pk", flat=True))
        for kind in (Product, DemandLine)
    )
    return products, lines


def count_waiting(campaign: Campaign) -> int:
    """How many of those that `waiting` returns belong to companies of the campaign."""
    products, lines = (claims.behind(kind).exclude(storing.PUT_ASIDE) for kind in (Product, DemandLine))
    return sum(rows.count() for rows in _of_campaign(products, lines, campaign))


def _of_campaign(products: QuerySet, lines: QuerySet, campaign: Campaign) -> tuple[QuerySet, QuerySet]:
    here = Participation.objects.filter(campaign=campaign).values("company")
    return products.filter(company__in=here), lines.filter(demand__company__in=here)


def put_aside(campaign: Campaign | None = None) -> tuple[QuerySet, QuerySet]:
    """Products and lines that were given up: for a person to look at. Of one campaign's companies, or of the site."""
    products, lines = (claims.behind(kind).filter(storing.PUT_ASIDE).order_by("pk") for kind in (Product, DemandLine))
    if campaign is not None:
        products, lines = _of_campaign(products, lines, campaign)
    return products.select_related("company").prefetch_related("texts"), lines.select_related("demand__company")


@transaction.atomic
def try_again(*, by: User, campaign: Campaign) -> int:
    """Let what was put aside of the campaign wait again, for instance after a new version; returns how many rows.

    Raises:
        Refused: for a person who does not run the campaign.
    """
    require_organiser(by, campaign)
    products, lines = (list(side.values_list("pk", flat=True)) for side in put_aside(campaign))
    for states, keys in ((OfferState, products), (WantState, lines)):
        states.objects.filter(pk__in=keys).update(attempts=0)
    count = len(products) + len(lines)
    record(by=by, verb="try_matching_again", on=campaign, organisation=campaign, facts={"rows": count})
    return count


def match_waiting() -> int:
    """Bring matches up to date with some of what waits; returns how many rows were dealt with.

    A row is marked with the revision that was read before its texts, so that an edit meanwhile still waits. A worker
    that fails gives its rows back; one that dies leaves them until the lease ends.

    While a run is going, what is published or edited is matched as the run does it. Lines the run has read wait for its
    end; rows are cut to the best there too, since blocks not yet done still carry the scores of an earlier run.

    Where a full run is due it is started first, and what waits is left to it: no one is told of pairs that it removes.
    """
    running = MatchRun.objects.filter(state=MatchRun.State.RUNNING).defer("background")
    if running.filter(background__isnull=True).exists():
        return 0  # its first block is about to say how pairs are scored
    claims.follow_companies()
    claim = claims.take(BATCH, beside=running.first())
    if not claim:
        return 0
    if claim.products and start_due_run():
        claims.give_back(claim, is_counted=False)
        return 0
    with renewed(lambda: claims.renew(claim), every=claims.LEASE / 3):
        return _match(claim, running)


def _match(claim: claims.Claim, running: QuerySet[MatchRun]) -> int:
    try:
        with_products, with_lines = _owed(list(claim.products), list(claim.lines))
        pairs, commit = refresh(scorer.current(), products=with_products, lines=with_lines)
        with transaction.atomic():
            # Locked, so that the run does not end between this look and our rows.
            going = running.select_for_update().first() is not None
            commit(cut=not going)
            # Both sides hear of it: a new demand is news for suppliers whose products did not change. Lines hear at
            # the end of a run.
            notices.tell(
                products={*with_products, *(pair.offer for pair in pairs)},
                lines=() if going else {*with_lines, *(pair.want for pair in pairs)},
            )
            mark_seen(OfferState, claim.products)
            mark_seen(WantState, claim.lines)
            if going:
                # Blocks may not know of them, or know what they were: they are matched again after the run.
                WantState.objects.filter(pk__in=claim.lines).update(run_revision=0)
    except Exception:
        claims.give_back(claim)
        raise
    return len(claim.products) + len(claim.lines)


def _owed(products: list[int], lines: list[int]) -> tuple[set[int], set[int]]:
    """The same with those whose full list may lose a row to the change: another one may be owed the place."""
    rows_ = Match.objects.order_by()
    full_lines = rows_.values("line").annotate(n=Count("pk")).filter(n__gte=storing.TOP_PER_LINE).values("line")
    full_products = rows_.values("product").annotate(n=Count("pk")).filter(n__gte=storing.TOP_PER_PRODUCT)
    promised = rows_.filter(score__lt=settings.MATCH_MINIMUM)
    losing_lines = rows_.filter(product__in=products, line__in=full_lines)
    losing_products = rows_.filter(line__in=lines).filter(
        Q(product__in=full_products.values("product")) | Q(product__in=promised.values("product"))
    )
    return (
        {*products, *losing_products.values_list("product", flat=True)},
        {*lines, *losing_lines.values_list("line", flat=True)},
    )


def mark_seen(states, revisions: dict[int, int]) -> None:
    """Matched at these revisions, and free for the next worker."""
    key, now = states._meta.pk.attname, timezone.now()
    states.objects.bulk_create(
        [states(**{key: pk, "revision": revision, "matched_at": now}) for pk, revision in revisions.items()],
        update_conflicts=True,
        unique_fields=[states._meta.pk.name],
        update_fields=["revision", "matched_at", "attempts", "lease_until", "lease_token"],
    )


def refresh(scored_by: Scorer, *, products: set[int], lines: set[int]):
    """Match these products against every line, and these lines against every product.

    Returns the pairs and what writes them: thinking takes seconds, and SQLite has one writer.
    """
    pairs: list[Pair] = []
    if products:
        offered = offers(storing.matchable_products().filter(pk__in=products))
        pairs += scored_by.pairs(scored_by.offer_index(offered), scorer.all_wants(scored_by))
    if lines:
        wanted = wants(storing.matchable_lines().filter(pk__in=lines))
        pairs += scored_by.pairs(scorer.all_offers(scored_by), scored_by.want_index(wanted))
    # A new product that fits a new line was found from both ends.
    pairs = list({(pair.offer, pair.want): pair for pair in pairs}.values())

    @transaction.atomic
    def commit(*, cut: bool = True) -> None:
        clear_stale(products, lines, pairs)
        storing.write_pairs(pairs, scored_by.name)
        if cut:
            storing.prune(products=products, lines=lines, floor=scored_by.floor)

    return pairs, commit


def clear_stale(
    products: set[int], lines: set[int], pairs: list[Pair], compared: Collection[int] | None = None
) -> None:
    """Rows of an edited product or line that the engine no longer finds go, unless they were answered.

    `compared` are the lines it looked at, if not all.
    """
    current = {(pair.offer, pair.want) for pair in pairs}
    near = Match.objects.filter(product__in=products) | Match.objects.filter(line__in=lines)
    stale = [
        pk
        for pk, product, line in near.filter(supplier_answer="", buyer_answer="").values_list("pk", "product", "line")
        if (product, line) not in current and (compared is None or line in compared)
    ]
    Match.objects.filter(pk__in=stale).delete()
