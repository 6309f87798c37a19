"""A log of what was sent, outside the database, so that a restored backup does not send old mail again.

Each delivery is one line in `VAR_DIR/sent/<day>.log`. If the database does not know of the last lines, it was restored
from a backup: what the log shows is then marked as sent, and all sending is held until a person has looked (F51).
"""

import time
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from matchmaker.notifications.models import Delivery, Digest, Heartbeat, Hold, Promise, kinds

KEEP = 35  # days: longer than the 30 daily backups of docs/operating/backup.md. An older one may send mails twice.
GAP = timedelta(minutes=15)  # how far the log may be ahead of the database's own heartbeat
REASON = "A backup was put back: what had been sent since is marked as sent. Look, then let everything leave."


def log_sent(promise: Promise) -> None:
    """Log that a delivery was sent. A line is short, so that lines of several workers do not mix."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{timezone.now():%Y-%m-%d}.log").open("a", encoding="ascii") as log:
        log.write(f"{promise.pk}\n")


def hold_after_restore() -> bool:
    """Hold everything when the log is ahead of the database; returns whether it is. Called once a sweep.

    A log of a time to come tells of a clock that was put back. One whose last letters the database knows as sent tells
    of a clock that was put on, or of a machine that slept. Neither is a backup.
    """
    beat, newest = Heartbeat.objects.first(), max(_logs(), key=_modified_at, default=None)
    if newest is None or beat is None or not beat.seen_at + GAP <= _modified_at(newest) <= timezone.now() + GAP:
        return False
    if _all_sent(newest):
        return False
    with transaction.atomic():
        Hold.objects.get_or_create(pk=1, defaults={"reason": REASON})
        mark_sent(_ids())
    return True


def mark_sent(sent: set[UUID]) -> int:
    """Mark as sent what the log shows as sent and the database still means to send; returns how many."""
    now, settled = timezone.now(), 0
    end = {"state": Promise.State.SENT, "finished_at": now, "last_error": "Sent before the backup was put back."}
    end |= {"lease_token": None, "lease_until": None, "opened_at": None}
    for model in kinds():
        waiting = set(model.objects.waiting().values_list("pk", flat=True)) & sent
        settled += model.objects.waiting().filter(pk__in=waiting).update(**end, **model.forgotten)
        if model is Digest:
            Delivery.objects.waiting().filter(digest__in=waiting).update(**end)
    return settled


def delete_old_logs() -> None:
    """Delete the logs of days before the oldest backup that is usually stored."""
    oldest = time.time() - KEEP * 86400
    for log in _logs():
        if log.stat().st_mtime < oldest:
            log.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "sent"


def _logs() -> list[Path]:
    return list(_folder().glob("*.log"))


def _modified_at(log: Path) -> datetime:
    return datetime.fromtimestamp(log.stat().st_mtime, tz=timezone.get_default_timezone())


def _all_sent(log: Path) -> bool:
    last = {UUID(line) for line in log.read_text(encoding="ascii").split()[-200:] if len(line) == 36}
    sent = (model.objects.filter(pk__in=last, state=Promise.State.SENT) for model in kinds())
    return sum(rows.count() for rows in sent) == len(last)


def _ids() -> set[UUID]:
    return {UUID(line) for log in _logs() for line in log.read_text(encoding="ascii").split() if len(line) == 36}
