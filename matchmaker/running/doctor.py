"""What is wrong with the site, and what to do about it. `manage.py doctor` prints it."""

import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import redis
from django.conf import settings
from django.core.checks import WARNING, run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from matchmaker.accounts.audit import broken_chains
from matchmaker.core import replica
from matchmaker.core.backup_age import backup_age
from matchmaker.core.files import private_files
from matchmaker.directory.index_service import OLDEST, index_ages, publication_problems
from matchmaker.matching.models import MatchRun
from matchmaker.matching.services import incomplete_run, missing_products, put_aside
from matchmaker.matching.services.run_states import FIRST
from matchmaker.notifications import mail
from matchmaker.notifications.health import delivery_health, failing_processes
from matchmaker.notifications.leases import TIMETABLE
from matchmaker.notifications.models import Lease, WebhookEndpoint
from matchmaker.translation.models import Translation

LEAST_FREE = 1_000_000_000  # bytes
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BACKUP_OLD = 36 * 3600  # seconds; the timer makes one every night
START_WORKER = "Run systemctl start matchmaker-worker matchmaker-letters matchmaker-beat, then read their log."
GAPS = {
    "late": ("due for over 15 minutes and in nobody's hands", START_WORKER),
    "expired": ("taken by a worker that died, and not taken over", START_WORKER),
    "orphaned": ("waiting for a summary that has already ended", "Restart the worker; if it stays, report it."),
    "forgotten": ("waiting for a summary for more than nine days", START_WORKER),
    "untold": ("notices without any way to their person", "Report it with the version; nothing was sent twice."),
}


@dataclass(frozen=True)
class Fault:
    """`is_grave`: the exit status of the doctor is 1."""

    what: str
    action: str
    is_grave: bool = True


def faults() -> list[Fault]:
    """Every fault that can be seen from here; the later checks need a database with all its tables."""
    first = [*_database()]
    if first:
        return first
    return [fault for check in CHECKS for fault in check()]


def _database() -> Iterator[Fault]:
    try:
        plan = MigrationExecutor(connection)
        missing = plan.migration_plan(plan.loader.graph.leaf_nodes())
    except DatabaseError as problem:
        reason = str(problem).splitlines()[0]
        yield Fault(f"The database does not answer: {reason}", "Start it, and check DATABASE_URL.")
        return
    if missing:
        yield Fault(f"{len(missing)} migrations are missing.", "Make a backup, then run manage.py migrate.")


def _replica() -> Iterator[Fault]:
    """The lease of the timetable is renewed every few seconds, so that it shows how far the replica is behind."""
    if replica.ALIAS not in settings.DATABASES:
        return
    lease = Lease.objects.filter(name=TIMETABLE).values_list("until", flat=True)
    try:
        copied = lease.using(replica.ALIAS).first()
    except DatabaseError as problem:
        reason, action = str(problem).splitlines()[0], "Start it, and check DATABASE_REPLICA_URL."
        yield Fault(f"The read replica does not answer, lists are read from the primary: {reason}", action, False)
        return
    until = lease.using("default").first()
    behind = (until - copied).total_seconds() if until and copied else 0
    if behind > replica.OWN_CHANGES:
        action = "Look at the replication, or remove DATABASE_REPLICA_URL until it has caught up."
        yield Fault(f"The read replica is {behind:.0f} seconds behind: lists are as old as that.", action, False)


def _redis() -> Iterator[Fault]:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as server:
            server.ping()
    except redis.RedisError as problem:
        action = "Start it, and check REDIS_URL. Nothing is lost: rows wait in the database."
        yield Fault(f"Redis does not answer: {problem}", action)


def _mail() -> Iterator[Fault]:
    mail.try_server()
    if outage := delivery_health()["outage"]:
        action = "Check EMAIL_URL and the mail server, then run manage.py sendtestemail. All mails wait meanwhile."
        yield Fault(f"NO MAIL CAN LEAVE since {outage['since']:%Y-%m-%d %H:%M} UTC: {outage['reason']}", action)


def _deliveries() -> Iterator[Fault]:
    health = delivery_health()
    for name, count in health["suspects"].items():
        if count:
            what, action = GAPS[name]
            yield Fault(f"GAP {count} {name}: {what}.", action)
    if health["sweeper"]["seen_at"] and not health["sweeper"]["alive"] and not health["held"]:
        yield Fault("No worker was seen for a minute.", START_WORKER, is_grave=False)
    if health["parked"]:
        action = "The delivery page of the console says why, and tries them again."
        yield Fault(f"{health['parked']} deliveries are parked.", action, is_grave=False)
    if health["held"]:
        action = "Release them on the delivery page of the console."
        yield Fault(
            f"HELD since {health['held']['since']:%Y-%m-%d %H:%M} UTC: {health['held']['reason']}", action, False
        )


def _programs() -> Iterator[Fault]:
    if off := WebhookEndpoint.objects.filter(disabled_at__isnull=False).count():
        action = "Their owners were told; they switch them on again under Webhooks."
        yield Fault(f"{off} webhooks are switched off, because their receivers failed for days.", action, False)


def _translations() -> Iterator[Fault]:
    now = timezone.now()
    failed = Translation.objects.filter(state=Translation.State.FAILED, updated_at__gt=now - DAY).count()
    late = Translation.objects.filter(state=Translation.State.WAITING, next_at__lt=now - HOUR).count()
    action = "See TRANSLATION_ENGINE and its settings, and the page of translation in the console."
    if failed:
        yield Fault(f"{failed} translations failed since yesterday; the originals are shown.", action, False)
    if late:
        yield Fault(f"{late} translations are due for more than an hour.", START_WORKER, False)


def _backups() -> Iterator[Fault]:
    if settings.PRODUCTION and (age := backup_age()) > BACKUP_OLD:
        since = f"for {age / 3600:.0f} hours" if age < math.inf else "yet"
        action = "Run manage.py backup, and see systemctl status matchmaker-backup.timer."
        yield Fault(f"This machine made no backup {since}.", action, is_grave=False)


def _sender() -> Iterator[Fault]:
    names = [name for name in ("REPLY_TO", "SENDER_ORGANISATION", "SENDER_ADDRESS") if not getattr(settings, name)]
    if settings.PRODUCTION and names:
        action = "Set them: most laws on commercial mail ask who sends it, and answers go to DEFAULT_FROM_EMAIL."
        yield Fault(f"Mails do not say who sends them: {', '.join(names)} not set.", action, is_grave=False)


def _files() -> Iterator[Fault]:
    for name, store in (("MEDIA_ROOT", default_storage), ("PRIVATE_ROOT", private_files())):
        try:
            store.delete(store.save("doctor.txt", ContentFile(b"A test of the doctor.")))
        except Exception as problem:  # a library of its own behind each kind of store
            action = f"Check {name}, its owner and the free space, or the bucket of FILES_URL."
            yield Fault(f"No file can be written to {name}: {problem}", action)
    free = shutil.disk_usage(Path(settings.VAR_DIR)).free
    if free < LEAST_FREE:
        yield Fault(f"VAR_DIR has {free / 1e6:.0f} MB left.", "Free some space: uploads are refused when it is full.")


def matching_line() -> str:
    """What matching goes by, and its last full run, in one line."""
    last = MatchRun.objects.ended().first()
    if last is None:
        return f"matching by the shipped background; the first full run starts at {FIRST} published products"
    ended = f"{last.finished_at:%Y-%m-%d %H:%M} UTC" if last.finished_at else "never"
    return f"matching by the run that ended {ended}: {last.products} products, {last.lines} demand lines, {last.state}"


def _matching() -> Iterator[Fault]:
    if run := incomplete_run():
        what = f"The last full matching is incomplete: {missing_products(run).count()} products were not compared."
        yield Fault(what, "Open Matching in the console and press Try again; the log of the worker says why.")
    if aside := sum(side.count() for side in put_aside()):
        action = "Open Matching in the console: it names them, and tries them again."
        yield Fault(f"{aside} products or demand lines are put aside by matching.", action, is_grave=False)


def _index() -> Iterator[Fault]:
    for kind, age in index_ages().items():
        if age > OLDEST:
            what = f"The search index of {kind} is older than ten minutes; names alone are searched."
            yield Fault(what, "Run manage.py index_directory, and see that beat and a worker run.", is_grave=False)
    for problem in publication_problems():
        action = "Check INDEX_URL and the free space there; this machine has an index of its own meanwhile."
        yield Fault(problem, action, is_grave=False)


def _audit() -> Iterator[Fault]:
    broken = broken_chains()
    if broken:
        what = f"{len(broken)} chains of the audit log do not hold, the first is of {broken[0][0]}."
        yield Fault(what, "Check AUDIT_KEY against the one of your backup, then run manage.py check_audit.")


def _processes() -> Iterator[Fault]:
    if names := failing_processes():
        yield Fault(f"{names} ends again and again.", "The lines of make run say why.")


def _settings() -> Iterator[Fault]:
    if not settings.PRODUCTION:
        return
    for message in run_checks(include_deployment_checks=True):
        if message.level >= WARNING:
            yield Fault(f"{message.id}: {message.msg}", message.hint or "See manage.py check --deploy.", False)
    if not settings.AUDIT_KEY:
        action = "Set AUDIT_KEY to the present SECRET_KEY before you ever change SECRET_KEY."
        yield Fault("AUDIT_KEY is not set: the audit log hangs on SECRET_KEY.", action, is_grave=False)


CHECKS: tuple[Callable[[], Iterator[Fault]], ...] = (
    _replica, _redis, _mail, _sender, _deliveries, _programs, _translations, _files, _backups, _matching,
    _index, _audit, _processes, _settings,
)  # fmt: skip
