"""Start, stop, end and try again a matching of everything; when the site starts one by itself.

A run compares all products with all demand lines of the site, so that one at a time is going, whichever campaign it was
started from.
"""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser
from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.core.problems import Refused
from matchmaker.matching.models import Match, MatchBlock, MatchRun, OfferState, WantState
from matchmaker.matching.services import claims, notices, scorer, storing

FIRST = 50  # published products from which they teach more than the shipped background
# A run starts by itself after the last one where this part of the campaign is new and nothing came for a while …
NEW_SHARE = 0.1
PAUSE = dt.timedelta(minutes=10)
LONGEST_WAIT = dt.timedelta(hours=1)  # … or when the first of it is that old


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
        raise _already_going() from None
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
        finish(run)
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


@transaction.atomic
def retry_match_run(*, by: User, run: MatchRun) -> MatchRun:
    """Let an incomplete run go on with the blocks that were given up, as if each were tried for the first time.

    Raises:
        Refused: `run_not_incomplete` where nothing was given up or a later run has ended; `run_already_going`.
    """
    require_organiser(by, run.campaign)
    run = MatchRun.objects.select_for_update().defer("background").get(pk=run.pk)
    blocks = list(run.given_up)
    if not blocks or MatchRun.objects.ended().first() != run:
        raise Refused("run_not_incomplete", _("Nothing of this run is missing. Start a full run instead."))
    try:
        with transaction.atomic():
            run.state, run.started_at, run.finished_at = MatchRun.State.RUNNING, timezone.now(), None
            run.save(update_fields=["state", "started_at", "finished_at"])
    except IntegrityError:
        raise _already_going() from None
    run.blocks.filter(done_at__isnull=True).update(attempts=0, last_error="", lease_until=None, lease_token=None)
    _note_lines()
    record(by=by, verb="retry_match_run", on=run, organisation=run.campaign, facts={"blocks": len(blocks)})
    return run


def missing_products(run: MatchRun) -> QuerySet[Product]:
    """The products of the blocks that an incomplete run gave up, as they stand now."""
    blocks = run.given_up.filter(first__lte=OuterRef("pk"), last__gte=OuterRef("pk"))
    return storing.matchable_products().filter(Exists(blocks))


def incomplete_run() -> MatchRun | None:
    """The run that ended last, where something of it is missing."""
    last = MatchRun.objects.ended().select_related("campaign").first()
    return last if last and last.state == MatchRun.State.INCOMPLETE else None


@transaction.atomic
def finish(run: MatchRun) -> None:
    """Close the run with all that belongs to its end, or not at all; the lines have now seen every product.

    A run that gave up some of its products is incomplete, and says so until it is tried again or another run ends.
    """
    is_whole = not run.blocks.filter(done_at__isnull=True).exists()
    now = timezone.now()
    if not MatchRun.objects.filter(pk=run.pk, state=MatchRun.State.RUNNING).update(
        state=MatchRun.State.DONE if is_whole else MatchRun.State.INCOMPLETE, finished_at=now
    ):
        return
    storing.prune_all(run.settings.floor if run.settings else 0)
    news = Match.objects.filter(created_at__gte=run.started_at).order_by("line").values_list("line", flat=True)
    notices.tell(products=(), lines=news.distinct())
    WantState.objects.filter(run_revision__isnull=False).update(
        revision=F("run_revision"), matched_at=now, attempts=0, run_revision=None
    )


def start_due_run() -> MatchRun | None:
    """Start a run at the first `FIRST` published products, and again when their number has doubled since the last one.

    What is known of a campaign as a whole is learned by a run alone. Also after a run that was cancelled the number
    must double: who stopped it does not want the next one at once.
    """
    last = MatchRun.objects.defer("background").order_by("-pk").first()
    if last and last.state == MatchRun.State.RUNNING:
        return None
    if _count_products() < max(FIRST, 2 * last.products if last else 0):
        return None
    return _start_by_itself()


def start_run_after_entry() -> MatchRun | None:
    """Start a run once people have stopped entering rows, so that their pairs are those of a full run the same day.

    More than `NEW_SHARE` of products and lines must have been matched since the last run, and nothing for `PAUSE`; on
    a site where entry never stops, the first of them `LONGEST_WAIT` ago. What still waits is matched by the run.
    """
    last = MatchRun.objects.defer("background").order_by("-pk").first()
    if last is None or last.finished_at is None or _count_products() < FIRST:
        return None
    total = _count_products() + storing.matchable_lines().order_by().count()
    since = _matched_since(last.finished_at)
    if since is None:
        return None
    count, first, newest = since
    now = timezone.now()
    if count <= NEW_SHARE * total or (now - newest < PAUSE and now - first < LONGEST_WAIT):
        return None
    return _start_by_itself()


def _matched_since(moment: dt.datetime) -> tuple[int, dt.datetime, dt.datetime] | None:
    """How many products and lines were matched after this moment, when the first and the newest; None without any."""
    rows = [
        kind.objects.filter(matched_at__gt=moment).aggregate(
            count=Count("pk"), first=Min("matched_at"), newest=Max("matched_at")
        )
        for kind in (OfferState, WantState)
    ]
    rows = [row for row in rows if row["count"]]
    if not rows:
        return None
    return (
        sum(row["count"] for row in rows),
        min(row["first"] for row in rows),
        max(row["newest"] for row in rows),
    )


def start_nightly_run() -> MatchRun | None:
    """Start a run where the last one has not seen everything: rows matched since, given up or still waiting."""
    if _count_products() < FIRST:
        return None
    last = MatchRun.objects.ended().first()
    chosen = scorer.in_use()
    if last and last.state == MatchRun.State.DONE and last.settings_id == (chosen and chosen.pk):
        since = Q(matched_at__gt=last.finished_at)
        states = (OfferState, WantState)
        if not any(kind.objects.filter(since).exists() for kind in states) and not any(
            claims.behind(kind).exclude(storing.PUT_ASIDE).exists() for kind in (Product, DemandLine)
        ):
            return None
    return _start_by_itself()


def _start_by_itself() -> MatchRun | None:
    campaign = Campaign.objects.filter(is_current=True).order_by("pk").first()
    if campaign is None:
        return None
    try:
        return start_match_run(by=None, campaign=campaign)
    except Refused:  # another worker or a person was quicker
        return None


def _count_products() -> int:
    return storing.matchable_products().order_by().count()


def _already_going() -> Refused:
    return Refused("run_already_going", _("A matching is already running. Wait for its end, or cancel it."))


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
