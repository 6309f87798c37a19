"""Feeds: set up, read by the timetable, brought in as a sheet is, and what is not there any more taken back."""

import datetime as dt
import hashlib
import logging
import time
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.catalogue.models import Demand, DemandLine
from matchmaker.catalogue.services.demands import show_demand, take_back_demand
from matchmaker.companies.models import Company, Membership
from matchmaker.core.leases import unleased
from matchmaker.core.lists import join_sentences
from matchmaker.core.problems import Refused
from matchmaker.engines import reading
from matchmaker.engines.reading import MOST_FEED_BYTES, as_sheet
from matchmaker.imports import columns
from matchmaker.imports.models import Feed, FeedLine, Import
from matchmaker.imports.services.applying import FAIR_SHARE, MAX_ATTEMPTS, apply_import
from matchmaker.imports.services.staging import map_columns
from matchmaker.imports.services.uploading import may_bring_in, may_import, open_file, start_import
from matchmaker.notifications import outbound
from matchmaker.notifications.services import close_notices, notify

LEASE = dt.timedelta(minutes=2)
FIRST_RETRY = dt.timedelta(minutes=10)
TELL_AFTER = 3  # failures in a row
MANY = 5  # demands that may vanish at once without anybody being asked
State = Import.State
logger = logging.getLogger(__name__)


@transaction.atomic
def save_feed(
    *,
    by: User,
    feed: Feed | None = None,
    company: Company | None = None,
    campaign: Campaign | None = None,
    **fields: Any,
) -> Feed:
    """Set up an address with demands, or change it; it is read within a minute.

    Raises:
        ValidationError: by field; an address must be public and begin with https.
        Refused: for who may not bring demands in there.
    """
    is_new = feed is None
    feed = feed or Feed(company=company, campaign=None if company else campaign)
    may_bring_in(by, Import.Kind.FEED, company=feed.company, campaign=feed.campaign)
    before = feed.url
    for name in ("name", "url", "hours", "publish"):
        if name in fields:
            setattr(feed, name, fields[name])
    feed.by, feed.next_at, feed.problem, feed.digest = by, timezone.now(), {}, ""
    feed.failures = feed.attempts = 0
    try:
        if feed.url != before:
            outbound.check_url(feed.url)
    except ValidationError as problem:
        raise ValidationError({"url": problem}) from None
    feed.full_clean(exclude=["by", "batch"])
    feed.save()
    facts = {"url": feed.url, "new": is_new}
    record(by=by, verb="save_feed", on=feed, organisation=feed.owner, facts=facts)
    return feed


@transaction.atomic
def turn_feed(*, by: User, feed: Feed, verb: str) -> Feed:
    """`read` it now, `pause` it, `resume` it, or `agree` that what is gone there may go here."""
    may_import(by, Import.Kind.FEED, company=feed.company, campaign=feed.campaign)
    now = timezone.now()
    choices: dict[str, dict[str, Any]] = {
        "read": {"next_at": now, "digest": "", "state": Feed.State.ACTIVE, "attempts": 0},
        "resume": {"next_at": now, "digest": "", "state": Feed.State.ACTIVE, "attempts": 0},
        "pause": {"state": Feed.State.PAUSED},
        "agree": {"next_at": now, "digest": "", "let_go": True},
    }
    Feed.objects.filter(pk=feed.pk).update(**choices[verb])
    record(by=by, verb=f"{verb}_feed", on=feed, organisation=feed.owner)
    feed.refresh_from_db()
    return feed


@transaction.atomic
def remove_feed(*, by: User, feed: Feed) -> None:
    """Forget the address and what is known of its readings; the demands it brought stay as they are."""
    may_import(by, Import.Kind.FEED, company=feed.company, campaign=feed.campaign)
    record(by=by, verb="remove_feed", on=feed, organisation=feed.owner, facts={"url": feed.url})
    feed.delete()


def work_feeds() -> int:
    """Take every feed that is due one step further; returns how many were worked on.

    A claim counts a failure and moves the feed to the back of the queue before anything is read. Only a step that went
    well takes both back, so a feed that crashes or kills its worker never stands before the others.
    """
    now, begun, worked = timezone.now(), time.monotonic(), 0
    for pk in _due(now).order_by("next_at", "pk").values_list("pk", flat=True):
        worked += _work(pk, now)
        if time.monotonic() - begun > FAIR_SHARE:
            break
    return worked


def _due(now: dt.datetime) -> QuerySet[Feed]:
    ended = Q(batch__isnull=False) & ~Q(batch__state__in=Import.WORKING)
    active = Q(batch__isnull=True, state=Feed.State.ACTIVE)
    return Feed.objects.filter(unleased(now), ended | active, next_at__lte=now)


def _work(pk: int, now: dt.datetime) -> bool:
    feed = Feed.objects.select_related("batch", "by", "company", "campaign").get(pk=pk)
    claim = _due(now).filter(pk=pk, failures=feed.failures, attempts=feed.attempts)
    if not claim.update(
        lease_until=now + LEASE,
        next_at=now + _wait(feed),
        failures=F("failures") + 1,
        attempts=F("attempts") + 1,
    ):
        return False
    with translation.override(feed.batch.language if feed.batch else feed.by.language if feed.by else "en"):
        if feed.attempts >= MAX_ATTEMPTS:
            _stop(feed)
            return True
        try:
            _step(feed)
        except Exception:
            logger.exception("feed %s failed, attempt %d", feed.uid, feed.attempts + 1)
            _fail(feed, "feed_failed", attempts=feed.attempts + 1)
    Feed.objects.filter(pk=pk).update(lease_until=None)
    return True


def _wait(feed: Feed) -> dt.timedelta:
    """Until the next try: soon at first, then as seldom as the feed is read anyway."""
    return min(FIRST_RETRY * 2 ** min(feed.failures, 12), dt.timedelta(hours=feed.hours))


def _step(feed: Feed) -> None:
    try:
        _next_step(feed)
    except outbound.Unreachable as problem:
        _fail(feed, "unreachable", why=str(problem))
    except reading.Unreadable as problem:
        _fail(feed, problem.code, **problem.facts)
    except Refused as problem:
        _fail(feed, "refused", why=problem.message)
    except ValidationError as problem:
        _fail(feed, "refused", why=join_sentences(problem.messages))


def _next_step(feed: Feed) -> None:
    batch = feed.batch
    if batch is None:
        _read(feed)
    elif batch.state == State.PREVIEW:
        apply_import(by=_who(feed), batch=batch)
        _go_on(feed)
    elif batch.state == State.DONE:
        _update_presence(feed)
    elif batch.state == State.REFUSED:
        raise reading.Unreadable(batch.problem["code"], **batch.problem["facts"])
    else:  # it was undone or deleted
        _go_on(feed, batch=None)


def _go_on(feed: Feed, **changes: Any) -> None:
    """The step went well and another one follows as soon as possible."""
    Feed.objects.filter(pk=feed.pk).update(next_at=timezone.now(), failures=feed.failures, attempts=0, **changes)


def _stop(feed: Feed) -> None:
    """Pause a feed whose reading never ended, and tell who answers for it."""
    _fail(feed, "feed_stopped")
    Feed.objects.filter(pk=feed.pk).update(state=Feed.State.PAUSED, lease_until=None)
    _tell(feed, "feed_stopped")


def _who(feed: Feed) -> User:
    """The person who set it up, if still allowed to."""
    if feed.by is None:
        raise Refused("nobody", _("Nobody answers for this feed any more. Save it again to take it over."))
    may_bring_in(feed.by, Import.Kind.FEED, company=feed.company, campaign=feed.campaign)
    return feed.by


def _read(feed: Feed) -> None:
    by = _who(feed)
    answer, body = outbound.get(feed.url, MOST_FEED_BYTES + 1)
    if answer.status != 200:
        raise reading.Unreadable("status", status=answer.status)
    if len(body) > MOST_FEED_BYTES:
        raise reading.Unreadable("feed_too_large", limit=MOST_FEED_BYTES // 1024 // 1024)
    digest = hashlib.sha256(body).hexdigest()
    if digest == feed.digest:
        _went_well(feed)
        return
    content, present = as_sheet(body, columns.heads("feed"))
    with transaction.atomic():
        batch = start_import(
            by=by,
            kind=Import.Kind.FEED,
            file_name=f"{feed.name}.csv",
            content=content,
            company=feed.company,
            campaign=feed.campaign,
            feed=feed,
        )
        open_file(batch)
        map_columns(by=by, batch=batch, mapping=batch.mapping, defaults={}, publish=feed.publish)
        _go_on(feed, batch=batch, present=present, digest=digest)


def _went_well(feed: Feed) -> None:
    now = timezone.now()
    Feed.objects.filter(pk=feed.pk).update(
        batch=None,
        problem={},
        failures=0,
        attempts=0,
        let_go=False,
        read_at=now,
        next_at=now + dt.timedelta(hours=feed.hours),
    )
    for kind in ("demand_feed", "feed_stopped"):
        close_notices(event_key=_streak(feed, kind))


def _fail(feed: Feed, code: str, *, attempts: int = 0, **facts: Any) -> None:
    """Store why. The claim has counted the failure and said when it is tried again.

    Args:
        attempts: how many readings in a row ended in an error of ours; 0 when the reason is known.
    """
    problem = {"code": code, "facts": facts}
    Feed.objects.filter(pk=feed.pk).update(batch=None, digest="", problem=problem, attempts=attempts)
    if feed.failures + 1 >= TELL_AFTER:
        _tell(feed)


def _tell(feed: Feed, kind: str = "demand_feed") -> None:
    """Once for each time it stops working: the key is the same until it works again."""
    notify(
        kind=kind,
        to=_answerable(feed),
        about=feed.owner.uid,
        event_key=_streak(feed, kind),
        context={"feed": feed.name},
        path=f"/imports/feeds/{feed.uid}/",
    )


def _streak(feed: Feed, kind: str) -> str:
    """One notice for each time it stops working."""
    return f"{kind}:{feed.uid}:{feed.read_at.isoformat() if feed.read_at else ''}"


def _answerable(feed: Feed):
    if feed.company_id:
        admins = Membership.objects.filter(company=feed.company, role=Membership.Role.ADMIN)
        return User.objects.filter(pk__in=admins.values("user"))
    team = Organiser.objects.filter(campaign=feed.campaign, role__in=Organiser.DECIDES)
    return User.objects.filter(pk__in=team.values("user"))


def _update_presence(feed: Feed) -> None:
    """After the rows are in: open what is new, bring back what returned, take back what is gone."""
    with transaction.atomic():
        present = {(ref, part) for ref, part in feed.present}
        lines = list(FeedLine.objects.filter(feed=feed).select_related("line__demand__company"))
        for row in lines:
            if row.gone_at and (row.ref, row.part) in present:
                _return(row)
        missing = [row for row in lines if not row.gone_at and (row.ref, row.part) not in present]
        here = sum(1 for row in lines if not row.gone_at)
        too_many = len(missing) >= MANY and 2 * len(missing) > here and not feed.let_go
        if not too_many:
            _take_back(feed, missing)
        if feed.publish:
            fresh = Demand.objects.filter(lines__feed_line__feed=feed, lines__feed_line__gone_at__isnull=True)
            for demand in fresh.filter(status=Demand.Status.DRAFT).select_related("company").distinct():
                _show(feed, demand)
        rejected = feed.batch.rejected if feed.batch else 0
        _went_well(feed)
        if too_many:
            facts = {"gone": len(missing), "here": here}
            Feed.objects.filter(pk=feed.pk).update(problem={"code": "many_gone", "facts": facts})
        elif rejected:
            facts = {"n": rejected, "import": str(feed.batch.uid) if feed.batch else ""}
            Feed.objects.filter(pk=feed.pk).update(problem={"code": "some_rejected", "facts": facts})


def _show(feed: Feed, demand: Demand) -> None:
    """Open it where that can be; otherwise it stays a draft its buyer sees."""
    try:
        with transaction.atomic():
            show_demand(by=_who(feed), demand=demand)
    except (Refused, ValidationError):
        return


def _return(row: FeedLine) -> None:
    FeedLine.objects.filter(pk=row.pk).update(gone_at=None)
    row.gone_at = None
    demand = row.line.demand
    if demand.status == Demand.Status.WITHDRAWN:
        Demand.objects.filter(pk=demand.pk).update(status=Demand.Status.DRAFT, updated_at=timezone.now())


def _take_back(feed: Feed, missing: list[FeedLine]) -> None:
    """A demand whose last line is gone is withdrawn; a single line goes out of it unless it was answered."""
    FeedLine.objects.filter(pk__in=[row.pk for row in missing]).update(gone_at=timezone.now())
    by_demand: dict[Demand, list[FeedLine]] = {}
    for row in missing:
        by_demand.setdefault(row.line.demand, []).append(row)
    for demand, rows in by_demand.items():
        if not demand.lines.exclude(feed_line__gone_at__isnull=False).exists():
            if demand.status != Demand.Status.WITHDRAWN:
                take_back_demand(by=feed.by, demand=demand)
            continue
        for row in rows:
            if not row.line.matches.exclude(supplier_answer="", buyer_answer="").exists():
                row.line.delete()


def source_of(demand: Demand) -> FeedLine | None:
    """Where a demand came from, when it came from a feed."""
    return source_among(demand.lines.select_related("feed_line__feed"))


def source_among(lines: Iterable[DemandLine]) -> FeedLine | None:
    """The same for many demands, whose lines were read with theirs."""
    found = [line.feed_line for line in lines if hasattr(line, "feed_line")]
    return min(found, key=lambda row: (row.ref, row.pk), default=None)
