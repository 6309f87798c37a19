"""Matching a whole campaign: blocks of products, each claimed by a lease, any worker may die at any moment.

A block's rows, its notices and the mark that it is done are one transaction, and so is the end of the run. Rows are
cut to the best only at the end: before it, rows of blocks not yet done still carry the scores of an earlier run.
"""

import datetime as dt
import heapq
import uuid
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser
from matchmaker.catalogue.models import Product
from matchmaker.core.leases import LONGEST_LEASE, unleased
from matchmaker.core.problems import Refused
from matchmaker.engines.matching import Pair, WantIndex
from matchmaker.matching.models import Match, MatchBlock, MatchRun, OfferState, WantState
from matchmaker.matching.services import notices, scorer, storing, waiting
from matchmaker.matching.sides import offers, wants

GIVEN_UP = "Its worker died five times."


@transaction.atomic
def start_match_run(*, by: User | None, campaign: Campaign) -> MatchRun:
    """Plan one matching of everything: the blocks are rows, so the run survives the death of a worker.

    Raises:
        Refused: `run_already_going`.
    """
    if by is not None:
        require_organiser(by, campaign)
    keys = list(storing.matchable_products().values_list("pk", flat=True))
    try:
        with transaction.atomic():
            run = MatchRun.objects.create(
                campaign=campaign,
                started_by=by,
                products=len(keys),
                lines=storing.matchable_lines().count(),
                settings=scorer.in_use(),
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
    _note_lines()
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
    # What was matched beside the run may have been overwritten by its blocks.
    WantState.objects.filter(run_revision=0).update(revision=0, attempts=0)
    WantState.objects.update(run_revision=None)
    run.refresh_from_db()
    record(by=by, verb="cancel_match_run", on=run, organisation=run.campaign)
    return run


def claim_block() -> MatchBlock | None:
    """Take one block that no worker has: a conditional update, so that two workers never hold the same.

    The lease is many times what a block takes; a slower one is done twice, to the same rows.
    """
    now = timezone.now()
    lease = dt.timedelta(seconds=settings.MATCH_LEASE)
    free = MatchBlock.objects.filter(
        unleased(now, longest=max(LONGEST_LEASE, 2 * lease)),
        run__state=MatchRun.State.RUNNING,
        done_at__isnull=True,
        attempts__lt=storing.MAX_ATTEMPTS,
    )
    for pk in free.order_by("run_id", "number").values_list("pk", flat=True)[:5]:
        token = uuid.uuid4()
        # The attempt is counted before the work: a block that kills its worker is parked, not tried for ever.
        if free.filter(pk=pk).update(lease_until=now + lease, lease_token=token, attempts=F("attempts") + 1):
            return MatchBlock.objects.select_related("run").defer("run__background").get(pk=pk)
    return None


def _note_lines() -> None:
    """Write down which revision of each line the run reads: what is edited meanwhile still waits when it ends."""
    lines = storing.matchable_lines().values_list("pk", "revision")
    WantState.objects.update(run_revision=None)
    WantState.objects.bulk_create(
        [WantState(line_id=pk, run_revision=revision) for pk, revision in lines],
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["line"],
        update_fields=["run_revision"],
    )


def match_block() -> bool:
    """Work on one free block, or end a run whose blocks are done; False when there is nothing to do.

    Whatever happens to this worker, the next task goes on from the rows.
    """
    block = claim_block()
    if block is None:
        return _end_runs()
    scored_by = scorer.learn_for(block.run)
    revisions = dict(
        Product.objects.filter(pk__gte=block.first, pk__lte=block.last)
        .exclude(status=Product.Status.DRAFT)
        .values_list("pk", "revision")
    )
    products = offers(storing.products_not_put_aside().filter(pk__in=revisions))
    lines = lines_of_run(block.run_id, scored_by)
    pairs = scored_by.pairs(scored_by.offer_index(products), lines.index, lines.minima())
    with transaction.atomic():
        # The first counts, also when its lease ended and another has begun: the rows are the same, and two who
        # outlast their leases would otherwise undo each other until the block is given up. Not once the run has ended.
        mine = MatchBlock.objects.filter(pk=block.pk, done_at__isnull=True).exclude(run__state=MatchRun.State.DONE)
        if not mine.update(done_at=timezone.now(), lease_until=None, matches=len(pairs)):
            return True
        # What was edited meanwhile waits and is matched, or already was, as it stands now.
        now = dict(Product.objects.filter(pk__in=revisions).values_list("pk", "revision"))
        revisions = {pk: revision for pk, revision in revisions.items() if now.get(pk) == revision}
        pairs = [pair for pair in pairs if pair.offer in revisions]
        waiting.clear_stale(set(revisions), set(), pairs, lines.best.keys())
        storing.write_pairs(pairs, scored_by.name)
        # The lines are told once, when the last block has been seen.
        notices.tell(products=revisions, lines=())
        waiting.mark_seen(OfferState, revisions)
    lines.note(pairs)
    _end_runs()
    return True


class LinesOfRun:
    """The demand lines of a run, and the scores of the best rows this process has written for each.

    Only the best of a line stay when the run ends. What scores less than those that are there is not explained and
    written in the first place, unless it is among the best of its product.
    """

    def __init__(self, index: WantIndex) -> None:
        self.index = index
        self.best: dict[int, list[float]] = {want.key: [] for want in index.items}  # heaps: the least score first

    def minima(self) -> NDArray[np.float64]:
        """What a row must score to stay, by line. Scores are stored rounded, and of equal ones the older row stays."""
        least = [scores[0] if len(scores) == storing.TOP_PER_LINE else 0.0 for scores in self.best.values()]
        return np.array(least) - storing.ROUNDING

    def note(self, pairs: Iterable[Pair]) -> None:
        """Of rows that were written."""
        for pair in pairs:
            scores = self.best[pair.want]
            heapq.heappush(scores, pair.score)
            if len(scores) > storing.TOP_PER_LINE:
                heapq.heappop(scores)


@lru_cache(maxsize=1)
def lines_of_run(_run: int, scored_by: scorer.Scorer) -> LinesOfRun:
    """Made ready once a process."""
    return LinesOfRun(scored_by.want_index(wants(storing.lines_not_put_aside())))


def _end_runs() -> bool:
    """End the runs that have nothing left to try; True when one ended."""
    now, ended = timezone.now(), False
    for run in MatchRun.objects.filter(state=MatchRun.State.RUNNING).defer("background"):  # it has megabytes
        undone = run.blocks.filter(done_at__isnull=True)
        if undone.filter(Q(attempts__lt=storing.MAX_ATTEMPTS) | Q(lease_until__gte=now)).exists():
            continue
        undone.update(last_error=GIVEN_UP)
        _finish(run)
        ended = True
    return ended


@transaction.atomic
def _finish(run: MatchRun) -> None:
    """Close the run with all that belongs to its end, or not at all; the lines have now seen every product."""
    if not MatchRun.objects.filter(pk=run.pk, state=MatchRun.State.RUNNING).update(
        state=MatchRun.State.DONE, finished_at=timezone.now()
    ):
        return
    storing.prune_all(run.settings.floor if run.settings else 0)
    news = Match.objects.filter(created_at__gte=run.started_at).order_by("line").values_list("line", flat=True)
    notices.tell(products=(), lines=news.distinct())
    WantState.objects.filter(run_revision__isnull=False).update(
        revision=F("run_revision"), matched_at=timezone.now(), attempts=0, run_revision=None
    )
