"""The blocks of a run: products, each block claimed by a lease, any worker may die at any moment.

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
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from numpy.typing import NDArray

from matchmaker.catalogue.models import Product
from matchmaker.core.leases import LONGEST_LEASE, unleased
from matchmaker.core.time_limits import OutOfTime
from matchmaker.engines.matching import Pair, WantIndex
from matchmaker.matching.models import MatchBlock, MatchRun, OfferState
from matchmaker.matching.services import notices, scorer, storing, waiting
from matchmaker.matching.services.run_states import finish
from matchmaker.matching.sides import offers, wants
from matchmaker.notifications import leases

LEARNING = "what a run of matching learns"  # the name of its lease
ENDED = (MatchRun.State.DONE, MatchRun.State.INCOMPLETE)
GIVEN_UP = "Its worker died five times."


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


def match_block() -> bool:
    """Work on one free block, or end a run whose blocks are done; False when there is nothing to do.

    Whatever happens to this worker, the next task goes on from the rows.
    """
    if not _learn():
        return False
    block = claim_block()
    if block is None:
        return _end_runs()
    encoded_before = len(_encoded(block))
    try:
        _match(block)
    except OutOfTime:
        _let_go_on(block, encoded_before)
        raise
    _end_runs()
    return True


def _learn() -> bool:
    """Whether the run that is going has learned what it scores with. One worker learns it, the others do other work.

    No block is claimed before, so that none is tried in vain; what was encoded is stored when this one dies.
    """
    unlearned = MatchRun.objects.filter(state=MatchRun.State.RUNNING, background__isnull=True)
    run = unlearned.defer("background").first()
    if run is None:
        return True
    with leases.hold(LEARNING, seconds=settings.MATCH_LEASE) as is_mine:
        if is_mine:
            scorer.learn_for(run)
    return is_mine


def _match(block: MatchBlock) -> None:
    """Match the products of a block and write their rows, notices and the mark that it is done."""
    scored_by = scorer.learn_for(block.run)
    revisions = dict(
        Product.objects.filter(pk__gte=block.first, pk__lte=block.last)
        .exclude(status=Product.Status.DRAFT)
        .values_list("pk", "revision")
    )
    products = offers(storing.products_not_put_aside().filter(pk__in=revisions))
    lines = lines_of_run((block.run_id, block.run.started_at), scored_by)
    pairs = scored_by.pairs(scored_by.offer_index(products), lines.index, lines.minima())
    with transaction.atomic():
        # The first counts, also when its lease ended and another has begun: the rows are the same, and two who
        # outlast their leases would otherwise undo each other until the block is given up. Not once the run has ended.
        mine = MatchBlock.objects.filter(pk=block.pk, done_at__isnull=True).exclude(run__state__in=ENDED)
        if not mine.update(done_at=timezone.now(), lease_until=None, matches=len(pairs)):
            return
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


def _let_go_on(block: MatchBlock, encoded_before: int) -> None:
    """Free a block that ran out of time. The attempt does not count where the next one has less to do.

    Vectors and shares that were stored are not worked out again. Where all were there before, the block is parted: half
    of it takes half the time.
    """
    mine = MatchBlock.objects.filter(pk=block.pk, done_at__isnull=True, lease_token=block.lease_token)
    keys, encoded = list(_products_of(block).values_list("pk", flat=True)), _encoded(block)
    is_parted = len(encoded) == encoded_before == len(keys) > 1
    has_less = is_parted or len(encoded) > encoded_before
    end = keys[len(keys) // 2 - 1] if is_parted else block.last
    with transaction.atomic():
        freed = mine.update(last=end, lease_until=None, attempts=F("attempts") - int(has_less))
        if freed and is_parted:
            number = MatchBlock.objects.filter(run=block.run_id).count()
            MatchBlock.objects.create(run_id=block.run_id, number=number, first=end + 1, last=block.last)


def _products_of(block: MatchBlock) -> QuerySet[Product]:
    return storing.products_not_put_aside().filter(pk__gte=block.first, pk__lte=block.last)


def _encoded(block: MatchBlock) -> list[int]:
    """Products of a block whose vector and shares are stored."""
    uncoded = Q(code_digest="") & ~Q(product__hs_code="", product__category=None)
    states = OfferState.objects.filter(product__in=_products_of(block).order_by().values("pk"), vector__isnull=False)
    return list(states.exclude(uncoded).values_list("pk", flat=True))


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
def lines_of_run(_run: tuple[int, dt.datetime], scored_by: scorer.Scorer) -> LinesOfRun:
    """Made ready once a process. `_run` is the key of the run and when it began: it may have been tried again."""
    return LinesOfRun(scored_by.want_index(wants(storing.lines_not_put_aside())))


def _end_runs() -> bool:
    """End the runs that have nothing left to try; True when one ended."""
    now, ended = timezone.now(), False
    for run in MatchRun.objects.filter(state=MatchRun.State.RUNNING).defer("background"):  # it has megabytes
        undone = run.blocks.filter(done_at__isnull=True)
        if undone.filter(Q(attempts__lt=storing.MAX_ATTEMPTS) | Q(lease_until__gte=now)).exists():
            continue
        undone.update(last_error=GIVEN_UP)
        finish(run)
        ended = True
    return ended
