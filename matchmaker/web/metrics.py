"""`/metrics` for Prometheus: requests of all web processes of this machine, and what waits in the database.

Each process counts into files of its own below PROMETHEUS_MULTIPROC_DIR (set in `running/gunicorn.py`); the process
that answers adds them up. What is read from the database and Redis is the same on every machine: take its maximum, not
its sum. `docs/operating/monitor.md` has the table of metrics.
"""

import contextlib
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path

import redis
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models import Count, Min
from django.dispatch import receiver
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from matchmaker import __version__
from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.core.backup_age import backup_age
from matchmaker.core.tasks import failures
from matchmaker.directory.index_service import index_ages
from matchmaker.events.models import PlanDraft
from matchmaker.imports.models import Import
from matchmaker.matching.models import Match
from matchmaker.matching.services import claims, put_aside
from matchmaker.matching.services.storing import PUT_ASIDE
from matchmaker.notifications.health import delivery_health
from matchmaker.notifications.models import WebhookEndpoint
from matchmaker.translation.models import Translation
from matchmaker.web.access.decorators import everyone
from matchmaker.web.health import is_monitor

QUEUES = ("match", "mail")
UP_TO = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)  # seconds
REQUESTS = Counter("matchmaker_requests", "Answers by method, route and status", ("method", "route", "status"))
SECONDS = Histogram("matchmaker_request_seconds", "Time until the answer, by route", ("route",), buckets=UP_TO)
# With a label: a counter without one opens its file at its import, which a process that others are forked from
# may not do.
SIGN_INS_FAILED = Counter(
    "matchmaker_sign_ins_failed", "Sign-ins with a wrong password or an unknown address", ("step",)
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class CountRequests:
    """Middleware: counts each answer with the name of its route, never its address."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = match.view_name if match and match.view_name else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, route, response.status_code).inc()
        SECONDS.labels(route).observe(time.perf_counter() - began)
        return response


class SiteCollector:
    """What stands in the database and Redis, read when it is asked for."""

    def collect(self) -> Iterator[Metric]:
        yield _gauge("info", "The version of the site", {(__version__,): 1}, "version")
        yield from _deliveries()
        yield from _work()
        yield _gauge("queue_messages", "Started tasks that no worker has taken", _queues(), "queue")
        aside = dict(zip(("products", "demand lines"), (side.count() for side in put_aside()), strict=True))
        yield _gauge("put_aside", "Rows that matching gave up until they are edited or tried again", aside, "kind")
        yield _gauge("index_age_seconds", "Since the index of the directory was last up to date", index_ages(), "kind")
        yield _gauge("backup_age_seconds", "Since the last good backup on this machine", {(): backup_age()})
        failed = CounterMetricFamily("matchmaker_task_failures", "Runs of tasks that failed", labels=["task"])
        for task, count in failures().items():
            failed.add_metric([task], count)
        yield failed
        answers = Match.objects.order_by().values_list("supplier_answer", "buyer_answer").annotate(Count("pk"))
        matches = {(supplier or "none", buyer or "none"): count for supplier, buyer, count in answers}
        yield _gauge("matches", "Matches by the answers of both sides", matches, "supplier", "buyer")


class ProcessCollector:
    """Memory and processor time of the web processes of this machine: the one that answers and its siblings."""

    def collect(self) -> Iterator[Metric]:
        memory = GaugeMetricFamily("matchmaker_process_resident_bytes", "Memory of a web process", labels=["pid"])
        spent = CounterMetricFamily("matchmaker_process_cpu_seconds", "Time of a web process", labels=["pid"])
        ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
        for pid in _web_processes():
            with contextlib.suppress(OSError):  # it ended meanwhile
                memory.add_metric([pid], int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page)
                facts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                spent.add_metric([pid], (int(facts[11]) + int(facts[12])) / ticks)  # user and system, see proc(5)
        yield from (memory, spent)


def _web_processes() -> list[str]:
    """Process ids; of a server without children of its own, as `runserver`, the process that answers."""
    own, parent = str(os.getpid()), os.getppid()
    with contextlib.suppress(OSError):
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        name = Path(f"/proc/{own}/comm").read_text()
        return [pid for pid in children if Path(f"/proc/{pid}/comm").read_text() == name]
    return [own]


@receiver(user_login_failed)
def _count_failed_sign_in(**_signal) -> None:
    SIGN_INS_FAILED.labels("password").inc()


@everyone
@never_cache
def metrics(request):
    """For a monitor that sends `Authorization: Bearer HEALTH_TOKEN`; no one else learns that it exists."""
    if not is_monitor(request):
        raise Http404
    registry = CollectorRegistry()
    registry.register(SiteCollector())
    registry.register(ProcessCollector())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
        text = generate_latest(registry)
    else:
        text = generate_latest(registry) + generate_latest(REGISTRY)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _gauge(name: str, text: str, values: dict, *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"matchmaker_{name}", text, labels=labels)
    for key, value in values.items():
        family.add_metric([key] if isinstance(key, str) else list(map(str, key)), value)
    return family


def _deliveries() -> Iterator[Metric]:
    health, now = delivery_health(), timezone.now()
    states = ("waiting", "due", "leased", "expired", "retrying", "parked", "sent_last_hour")
    counts = {(row["name"], state): row[state] for row in health["channels"] for state in states}
    yield _gauge("deliveries", "Deliveries by channel and state", counts, "channel", "state")
    oldest = {row["name"]: row["oldest_seconds"] for row in health["channels"]}
    yield _gauge("delivery_oldest_seconds", "How long the oldest delivery is due", oldest, "channel")
    yield _gauge("faults", "Deliveries that are late or lost, see `manage.py doctor`", health["suspects"], "fault")
    yield _gauge("mail_can_leave", "1, or 0 when the mail server cannot be reached", {(): int(not health["outage"])})
    yield _gauge("deliveries_held", "1 when a person holds all deliveries", {(): int(bool(health["held"]))})
    seen = health["sweeper"]["seen_at"]
    age = round((now - seen).total_seconds()) if seen else math.inf
    yield _gauge("worker_seen_seconds", "Since a worker was last seen, +Inf where none ever was", {(): age})
    off = WebhookEndpoint.objects.filter(disabled_at__isnull=False).count()
    yield _gauge("webhooks_off", "Programs that are told nothing any more since they failed for days", {(): off})


def _work() -> Iterator[Metric]:
    """Rows that wait for a worker, and since when the oldest does."""
    now = timezone.now()
    kinds = {
        "products to match": (claims.behind(Product).exclude(PUT_ASIDE), "updated_at"),
        "demand lines to match": (claims.behind(DemandLine).exclude(PUT_ASIDE), "demand__updated_at"),
        "imports": (Import.objects.waiting(now), "created_at"),
        "meeting plans": (PlanDraft.objects.filter(state=PlanDraft.State.COMPUTING), "created_at"),
        "translations": (Translation.objects.filter(state=Translation.State.WAITING), "next_at"),
    }
    counts, ages = {}, {}
    for kind, (rows, since) in kinds.items():
        facts = rows.order_by().aggregate(count=Count("pk"), oldest=Min(since))
        counts[kind] = facts["count"]
        ages[kind] = max(0, round((now - facts["oldest"]).total_seconds())) if facts["oldest"] else 0
    yield _gauge("waiting_rows", "Rows that wait for a worker", counts, "kind")
    yield _gauge("waiting_oldest_seconds", "How long the oldest of these rows waits", ages, "kind")


def _queues() -> dict[str, int]:
    """Nothing while Redis is away: no promise depends on it."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as server:
            return {queue: int(server.llen(queue)) for queue in QUEUES}  # type: ignore[arg-type]
    except redis.RedisError:
        return {}
