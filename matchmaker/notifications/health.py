"""Whether letters leave, for the console page and for `manage.py doctor`."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Aggregate, Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from matchmaker.core.ttl_cache import cached_for
from matchmaker.notifications import topics
from matchmaker.notifications.models import (
    Delivery,
    Digest,
    Frequency,
    Heartbeat,
    Hold,
    Notice,
    Outage,
    Preference,
    Promise,
    WebhookDelivery,
    other_letters,
)

LATE = timedelta(minutes=15)  # due for longer than this without a lease is a gap
# People told; notices read on the site; letters by state; letters by whose link their reader came.
BECAME = ("told", "read", *Promise.State.values, "followed")
SILENT = timedelta(seconds=60)  # the timetable wakes the sweeper every ten seconds


def delivery_health() -> dict[str, Any]:
    """Everything the delivery page shows, in plain values.

    Keys: `held` (None, or reason/since/by), `sweeper` (seen_at, alive), `channels` (one dict each: name, waiting, due,
    leased, expired, oldest_seconds, retrying, parked, sent_last_hour, per_minute, ever), `parked`, `oldest_seconds`,
    `suspects` (counts by name, see `gaps`), `outage` (None, or since/seen_at/reason of a mail server that cannot be
    reached) and `sound` (nothing late, nothing lost, mail can leave, sweeper alive or held).
    """
    now = timezone.now()
    hold = Hold.objects.select_related("by").first()
    beat = Heartbeat.objects.first()
    alive = beat is not None and beat.seen_at > now - SILENT
    counts = _counts_by_channel(now)
    channels = [_channel(name, facts, now) for name, facts in counts.items()]
    suspects = _gaps(counts, now, held=hold is not None)
    outage = Outage.objects.values("since", "seen_at", "reason").first()
    return {
        "held": {"reason": hold.reason, "since": hold.since, "by": str(hold.by or "")} if hold else None,
        "sweeper": {"seen_at": beat.seen_at if beat else None, "alive": alive},
        "channels": channels,
        "parked": sum(channel["parked"] for channel in channels),
        "oldest_seconds": max((channel["oldest_seconds"] for channel in channels), default=0),
        "suspects": suspects,
        "outage": outage,
        "sound": not any(suspects.values()) and not outage and (alive or hold is not None),
    }


def gaps(now: datetime | None = None) -> dict[str, int]:
    """Counts of what is wrong: every delivery must be in exactly one end state or on its way. All zero is healthy.

    `late`: due for a quarter of an hour without a lease, though sending is not held.
    `expired`: a lease that ran out long ago and was never taken over.
    `orphaned`: waits for a digest that has ended.
    `forgotten`: was never gathered into a digest though a week has passed.
    `untold`: a notice its person can't see and that has no delivery, though she wants mail.
    """
    now = now or timezone.now()
    return _gaps(_counts_by_channel(now), now, held=Hold.objects.exists())


def _gaps(counts: dict[str, dict[str, Any]], now: datetime, *, held: bool) -> dict[str, int]:
    waiting = Delivery.objects.waiting()
    no_mail = Preference.objects.filter(
        user=OuterRef("recipient"), topic=OuterRef("topic"), channel="email", frequency="never"
    )
    unseen = Notice.objects.filter(in_app=False, deliveries__isnull=True, recipient__is_active=True)
    to_gather = waiting.exclude(frequency=Frequency.NOW).filter(digest__isnull=True)
    return {
        "late": 0 if held else sum(facts["late"] for facts in counts.values()),
        "expired": 0 if held else sum(facts["overtime"] for facts in counts.values()),
        "orphaned": waiting.filter(digest__isnull=False).exclude(digest__state=Promise.State.WAITING).count(),
        "forgotten": 0 if held else to_gather.filter(created_at__lt=now - timedelta(days=9)).count(),
        "untold": unseen.filter(~Exists(no_mail)).count(),
    }


def failing_processes() -> str:
    """The processes that the supervisor of `make run` cannot keep running, as it wrote them down; "" for none."""
    note = Path(settings.VAR_DIR) / "ended_again_and_again.txt"
    return note.read_text(encoding="utf-8").strip() if note.exists() else ""


def parked_promises(limit: int = 50) -> list[Promise]:
    """The newest parked promises of all kinds, for a person to decide about (`services.retry_parked`)."""
    rows: list[Promise] = []
    # A join would read the notices of all parked rows, not of the newest alone.
    rows += Delivery.objects.parked().prefetch_related("notice__recipient").order_by("-finished_at")[:limit]
    rows += Digest.objects.parked().select_related("recipient").order_by("-finished_at")[:limit]
    rows += WebhookDelivery.objects.parked().select_related("endpoint__user").order_by("-finished_at")[:limit]
    for kind in other_letters().values():
        rows += kind.objects.parked().order_by("-finished_at")[:limit]
    return sorted(rows, key=lambda row: row.finished_at or row.created_at, reverse=True)[:limit]


def counts_of_event(event_key: str) -> dict[str, int]:
    """What became of one happening, see BECAME."""
    return next(iter(_became(Notice.objects.filter(event_key=event_key))), dict.fromkeys(BECAME, 0))


def by_kind(since: datetime) -> list[dict[str, Any]]:
    """What became of each `kind` of notice told since then, see BECAME; what most people were told first."""
    return sorted(_became(Notice.objects.filter(created_at__gte=since)), key=lambda row: -row["told"])


def _became(notices: QuerySet) -> list[dict[str, Any]]:
    told = notices.order_by().values("kind").annotate(told=Count("pk"), read=Count("read_at"))
    letters = Delivery.objects.filter(notice__in=notices).order_by().values(told_kind=F("notice__kind"))
    states = {state: Count("pk", filter=Q(state=state)) for state in Promise.State.values}
    went: dict[str, dict[str, Any]] = {
        row.pop("told_kind"): row for row in letters.annotate(followed=Count("followed_at"), **states)
    }
    return [{**dict.fromkeys(BECAME, 0), **row, **went.get(row["kind"], {})} for row in told]


def _counts_by_channel(now: datetime) -> dict[str, dict[str, Any]]:
    """The counts of each channel, see `_counts`, and whether it was `ever` used: one query a table."""
    alone = Delivery.objects.filter(frequency=Frequency.NOW)
    rows = _lately(alone, now).order_by().values("channel").annotate(**_counts(now))
    nothing = {name: None if name == "oldest" else 0 for name in _counts(now)}
    found = dict.fromkeys(topics.CHANNELS, nothing) | {row.pop("channel"): row for row in rows}
    for name, table in _tables().items():
        recent = _lately(table, now)
        # Most tables have no such row, and to ask for one takes a third of the time of eleven counts.
        found[name] = recent.aggregate(**_counts(now)) if recent.exists() else nothing
    order = (topics.MAIL, "digest", topics.SMS, topics.WECHAT, *topics.ADDED, "webhook", *other_letters())
    return {name: {**found[name], "ever": any(found[name].values()) or name in _channels_used()} for name in order}


@cached_for(60)
def _channels_used() -> frozenset[str]:
    """Channels and tables with a row; looking through all deliveries ever sent is the longest query of the page."""
    alone = Delivery.objects.filter(frequency=Frequency.NOW)
    channels = alone.order_by().values_list("channel", flat=True).distinct()
    return frozenset(channels).union(name for name, rows in _tables().items() if rows.exists())


def _tables() -> dict[str, QuerySet]:
    """What is sent and is no delivery, by the name of its channel."""
    return {
        "digest": Digest.objects.all(),
        "webhook": WebhookDelivery.objects.exclude(endpoint__open_until__gt=timezone.now()),
        **{name: kind.objects.all() for name, kind in other_letters().items()},
    }


def _lately(rows: QuerySet, now: datetime) -> QuerySet:
    """Without what ended well more than an hour ago: nearly all of a table, and it is counted nowhere."""
    sent = Q(state=Promise.State.SENT, finished_at__gt=now - timedelta(hours=1))
    return rows.filter(sent | Q(state__in=(Promise.State.WAITING, Promise.State.PARKED)))


def _counts(now: datetime) -> dict[str, Aggregate]:
    """Of the rows of `_lately`."""
    waits, sent = Q(state=Promise.State.WAITING), Q(state=Promise.State.SENT)
    due, overdue = waits & Q(not_before__lte=now), waits & Q(not_before__lt=now - LATE)
    minute = Q(finished_at__gt=now - timedelta(minutes=1), finished_at__gte=F("created_at"))
    filters = {
        "waiting": waits,
        "due": due,
        "leased": waits & Q(lease_until__gte=now),
        "expired": waits & Q(lease_until__lt=now),
        "retrying": waits & Q(attempts__gt=0),
        "late": overdue & Q(lease_until__isnull=True),
        "overtime": overdue & Q(lease_until__lt=now - LATE),
        "parked": Q(state=Promise.State.PARKED),
        "sent_last_hour": sent,
        "per_minute": sent & minute,
    }
    return {
        **{name: Count("pk", filter=condition) for name, condition in filters.items()},
        "oldest": Min("not_before", filter=due),
    }


def _channel(name: str, counts: dict[str, Any], now: datetime) -> dict[str, Any]:
    oldest = counts["oldest"]
    return {
        "name": name,
        **counts,
        "later": counts["waiting"] - counts["due"],
        "oldest_seconds": round((now - oldest).total_seconds()) if oldest else 0,
    }
