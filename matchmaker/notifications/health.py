"""Whether letters leave, for the console page and for `manage.py doctor`."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.utils import timezone

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
    channels = [_channel(name, rows, now) for name, rows in _by_channel().items()]
    suspects = gaps(now)
    return {
        "held": {"reason": hold.reason, "since": hold.since, "by": str(hold.by or "")} if hold else None,
        "sweeper": {"seen_at": beat.seen_at if beat else None, "alive": alive},
        "channels": channels,
        "parked": sum(channel["parked"] for channel in channels),
        "oldest_seconds": max((channel["oldest_seconds"] for channel in channels), default=0),
        "suspects": suspects,
        "outage": Outage.objects.values("since", "seen_at", "reason").first(),
        "sound": not any(suspects.values()) and not Outage.objects.exists() and (alive or hold is not None),
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
    held = Hold.objects.exists()
    late = expired = 0
    for rows in _by_channel().values():
        overdue = rows.waiting().filter(not_before__lt=now - LATE)
        if not held:
            late += overdue.filter(lease_until__isnull=True).count()
            expired += overdue.filter(lease_until__lt=now - LATE).count()
    waiting = Delivery.objects.waiting()
    no_mail = Preference.objects.filter(
        user=OuterRef("recipient"), topic=OuterRef("topic"), channel="email", frequency="never"
    )
    unseen = Notice.objects.filter(in_app=False, deliveries__isnull=True, recipient__is_active=True)
    to_gather = waiting.exclude(frequency=Frequency.NOW).filter(digest__isnull=True)
    return {
        "late": late,
        "expired": expired,
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
    rows += Delivery.objects.parked().select_related("notice__recipient").order_by("-finished_at")[:limit]
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


def _by_channel() -> dict[str, QuerySet]:
    alone = Delivery.objects.filter(frequency=Frequency.NOW)
    return {
        "email": alone.filter(channel="email"),
        "digest": Digest.objects.all(),
        "sms": alone.filter(channel="sms"),
        "wechat": alone.filter(channel="wechat"),
        **{name: alone.filter(channel=name) for name in topics.ADDED},
        "webhook": WebhookDelivery.objects.exclude(endpoint__open_until__gt=timezone.now()),
        **{name: kind.objects.all() for name, kind in other_letters().items()},
    }


def _channel(name: str, rows: QuerySet, now: datetime) -> dict[str, Any]:
    facts = rows.waiting().aggregate(
        waiting=Count("pk"),
        due=Count("pk", filter=Q(not_before__lte=now)),
        leased=Count("pk", filter=Q(lease_until__gte=now)),
        expired=Count("pk", filter=Q(lease_until__lt=now)),
        retrying=Count("pk", filter=Q(attempts__gt=0)),
        oldest=Min("not_before", filter=Q(not_before__lte=now)),
    )
    oldest = facts.pop("oldest")
    hour = rows.filter(state=Promise.State.SENT, finished_at__gt=now - timedelta(hours=1))
    minute = hour.filter(finished_at__gt=now - timedelta(minutes=1), finished_at__gte=F("created_at"))
    return {
        "name": name,
        **facts,
        "later": facts["waiting"] - facts["due"],
        "oldest": oldest,
        "oldest_seconds": round((now - oldest).total_seconds()) if oldest else 0,
        "parked": rows.parked().count(),
        "sent_last_hour": hour.count(),
        "per_minute": minute.count(),
        "ever": rows.exists(),
    }
