"""Matching a whole campaign: blocks of products, each claimed by a lease, any worker may die at any moment."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser
from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.core.problems import Refused
from matchmaker.matching.models import Match, MatchBlock, MatchRun
from matchmaker.matching.services import background, rows, waiting

LEASE = dt.timedelta(seconds=150)  # longer than a task may run
MAX_ATTEMPTS = 5


@transaction.atomic
def start_match_run(*, by: User | None, campaign: Campaign) -> MatchRun:
    """Plan one matching of everything: the blocks are rows, so the run survives whoever works on it.

    Raises:
        Refused: `run_already_going`.
    """
    if by is not None:
        require_organiser(by, campaign)
    keys = list(rows.matchable_products().values_list("pk", flat=True))
    try:
        with transaction.atomic():
            run = MatchRun.objects.create(
                campaign=campaign, started_by=by, products=len(keys), lines=rows.matchable_lines().count()
            )
    except IntegrityError:
        raise Refused("run_already_going", _("A matching of this campaign is already running.")) from None
    size = min(settings.MATCH_BLOCK, max(25, len(keys) // 64))  # enough blocks to share out and to show progress
    MatchBlock.objects.bulk_create(
        [
            MatchBlock(run=run, number=number, first=keys[at], last=keys[min(at + size, len(keys)) - 1])
            for number, at in enumerate(range(0, len(keys), size))
        ]
    )
    record(by=by, verb="start_match_run", on=run, organisation=campaign, facts={"products": len(keys)})
    if not keys:
        _finish(run)
    return run


@transaction.atomic
def cancel_match_run(*, by: User, run: MatchRun) -> MatchRun:
    """Stop after the blocks that are being worked on; what they wrote stands."""
    require_organiser(by, run.campaign)
    MatchRun.objects.filter(pk=run.pk, state=MatchRun.State.RUNNING).update(
        state=MatchRun.State.CANCELLED, finished_at=timezone.now()
    )
    run.refresh_from_db()
    record(by=by, verb="cancel_match_run", on=run, organisation=run.campaign)
    return run


def claim_block() -> MatchBlock | None:
    """Take one block nobody works on: a conditional update, so that two workers never hold the same."""
    now = timezone.now()
    free = MatchBlock.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=now),
        run__state=MatchRun.State.RUNNING,
        done_at__isnull=True,
        attempts__lt=MAX_ATTEMPTS,
    )
    for pk in free.order_by("run_id", "number").values_list("pk", flat=True)[:5]:
        token = uuid.uuid4()
        # The attempt is counted before the work: a block that kills its worker is parked, not tried for ever.
        if free.filter(pk=pk).update(lease_until=now + LEASE, lease_token=token, attempts=F("attempts") + 1):
            return MatchBlock.objects.select_related("run__campaign").get(pk=pk)
    return None


def match_block() -> bool:
    """Work on one free block; False when there is none."""
    block = claim_block()
    if block is None:
        _end_exhausted_runs()
        return False
    background.learn_for(block.run)
    products = Product.objects.published().filter(pk__gte=block.first, pk__lte=block.last)
    keys = list(products.values_list("pk", flat=True))
    waiting.refresh(products=keys, lines=())
    waiting.notices.tell(products=keys, lines=())  # the lines are told once, when the last block has been seen
    _seen(keys)
    done = MatchBlock.objects.filter(pk=block.pk, lease_token=block.lease_token, done_at__isnull=True).update(
        done_at=timezone.now(), matches=Match.objects.filter(product__in=keys).count(), lease_until=None
    )
    if done and not block.run.blocks.filter(done_at__isnull=True).exists():
        _finish(block.run)
    return True


def _end_exhausted_runs() -> None:
    """A run whose remaining blocks were tried too often ends with what could be matched."""
    now = timezone.now()
    for run in MatchRun.objects.filter(state=MatchRun.State.RUNNING):
        open_blocks = run.blocks.filter(done_at__isnull=True)
        if open_blocks.filter(Q(attempts__lt=MAX_ATTEMPTS) | Q(lease_until__gte=now)).exists():
            continue
        _finish(run)


def _seen(keys: list[int]) -> None:
    waiting.mark_seen(waiting.OfferState, dict(Product.objects.filter(pk__in=keys).values_list("pk", "revision")))


def _finish(run: MatchRun) -> None:
    """The last block closes the run; the lines have now seen every product."""
    if MatchRun.objects.filter(pk=run.pk, state=MatchRun.State.RUNNING).update(
        state=MatchRun.State.DONE, finished_at=timezone.now()
    ):
        lines = rows.matchable_lines()
        keys = list(lines.values_list("pk", flat=True))
        rows.prune(lines=keys)
        waiting.notices.tell(products=(), lines=keys)
        waiting.mark_seen(waiting.WantState, dict(DemandLine.objects.filter(pk__in=keys).values_list("pk", "revision")))
