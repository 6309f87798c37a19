"""Programs that are told: endpoints, their secrets, and sending by the Standard Webhooks specification 1.0.

A request carries `webhook-id` (the same on every repeat), `webhook-timestamp` and `webhook-signature`, one signature
for each living secret. The body is thin: type, time and ids; the receiver fetches the rest with its own rights.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.core.hooks import Hook
from matchmaker.core.problems import Refused
from matchmaker.notifications import outbound, outbox, services, ways_in
from matchmaker.notifications.models import Promise, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from matchmaker.notifications.outbox import NotWanted, Temporary

AT_ONCE = 2  # requests to one endpoint at a time, so that a slow one never takes all workers
BREAK_AFTER = 5  # failures in a row open the breaker: one probe in ten minutes instead of the whole queue
BREAK = timedelta(minutes=10)
GIVE_UP_ON = timedelta(days=5)
OVERLAP = timedelta(days=1)  # how long the old secret signs beside the new one
GONE = "The address answered 410: it is gone for good."
KEEP_LOG = timedelta(days=30)
MOST = 20  # endpoints of one owner


# Who is notified of a program of an organisation, and on which page.
responsible_people: Hook[Callable[[UUID], tuple[Iterable[Any], str]]] = Hook(
    "notifications.webhooks.responsible_people", "who is notified that the program of an organisation was switched off"
)


# -- endpoints --------------------------------------------------------------------------------------------------------
@transaction.atomic
def create_endpoint(
    *, by: Any, url: str, name: str, types: list[str] | None = None, owner_uid: UUID | None = None
) -> tuple[WebhookEndpoint, str]:
    """Register an address of the person's own program, or of the organisation `owner_uid` she may act for.

    Returns:
        The endpoint and its secret, which is shown this once.

    Raises:
        ValidationError: the address can't be called (B79, B80) or the name is none.
        Refused: too many endpoints.
    """
    mine = {"owner_uid": owner_uid} if owner_uid else {"user": by}
    if WebhookEndpoint.objects.filter(**mine).count() >= MOST:
        raise Refused("too_many_endpoints", _("There are too many addresses already. Remove one first."))
    endpoint = WebhookEndpoint(url=url.strip(), name=name.strip(), types=sorted(set(types or [])), **mine)
    try:
        outbound.check_url(endpoint.url)
    except ValidationError as error:
        raise ValidationError({"url": error}) from error
    endpoint.full_clean(exclude=["types"])
    if owner_uid is None:  # of an organisation, its administrators are notified by the layer that knows them
        ways_in.tell(to=[by], way="program", key=str(endpoint.uid), path="/account/webhooks/", name=endpoint.name)
    endpoint.save(force_insert=True)
    return endpoint, secret(endpoint)


@transaction.atomic
def rotate_secret(*, endpoint: WebhookEndpoint) -> str:
    """A new secret, shown this once; the old one goes on signing beside it for a day."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        generation=models.F("generation") + 1, previous_until=timezone.now() + OVERLAP
    )
    endpoint.refresh_from_db()
    return secret(endpoint)


@transaction.atomic
def enable_endpoint(*, endpoint: WebhookEndpoint) -> None:
    """Try a disabled endpoint again, with what was parked for it meanwhile."""
    fresh = {"disabled_at": None, "disabled_reason": "", "failing_since": None, "failures": 0, "open_until": None}
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**fresh)
    _start_over(endpoint.deliveries.parked())


def remove_endpoint(*, endpoint: WebhookEndpoint) -> None:
    """Forget an endpoint, its log and what waits for it."""
    endpoint.delete()


def send_test(*, endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Put a `test` event in the queue; its log shows status and time, never the body (B81)."""
    return WebhookDelivery.objects.create(
        endpoint=endpoint,
        event_type="test",
        event_key=f"test:{timezone.now().isoformat()}",
        not_before=timezone.now(),
    )


# -- events -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Event:
    """What happened, for the programs of an organisation; the fields are the arguments of `emit`."""

    owner_uid: UUID
    event_type: str
    event_key: str
    data: Mapping[str, Any]
    at: datetime | None = None


def emit(
    *, owner_uid: UUID, event_type: str, event_key: str, data: Mapping[str, Any], at: datetime | None = None
) -> int:
    """Promise an organisation's programs an event, in the caller's transaction; returns to how many.

    `data` carries ids only. An endpoint names the types it wants, or their first words. The same `event_key` makes
    no second event for an endpoint. It leaves not before `at`.
    """
    return emit_many([Event(owner_uid, event_type, event_key, data, at)])


@transaction.atomic
def emit_many(events: Sequence[Event]) -> int:
    """Promise several events at once, in two queries; returns as `emit`."""
    now = timezone.now()
    endpoints: dict[UUID | None, list[WebhookEndpoint]] = defaultdict(list)
    owners = {event.owner_uid for event in events}
    for endpoint in WebhookEndpoint.objects.filter(owner_uid__in=owners, disabled_at__isnull=True):
        endpoints[endpoint.owner_uid].append(endpoint)
    rows = [
        WebhookDelivery(
            endpoint=endpoint,
            event_type=event.event_type,
            event_key=event.event_key,
            payload=dict(event.data),
            not_before=event.at or now,
        )
        for event in events
        for endpoint in endpoints.get(event.owner_uid, ())
        if not endpoint.types or {event.event_type, event.event_type.partition("_")[0]} & set(endpoint.types)
    ]
    WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def replay(*, delivery: WebhookDelivery) -> None:
    """Send one event again under its own webhook-id, whatever became of it."""
    _start_over(WebhookDelivery.objects.filter(pk=delivery.pk).exclude(state=Promise.State.WAITING))


# -- sending ----------------------------------------------------------------------------------------------------------
def due() -> models.QuerySet:
    now = timezone.now()
    closed = models.Q(endpoint__open_until__gt=now) | models.Q(endpoint__disabled_at__isnull=False)
    return WebhookDelivery.objects.due(now).exclude(closed)


def deliver_waiting(budget: float = outbox.BUDGET, threads: int = 8) -> int:
    """Send what is due; returns how many arrived. One that hangs delays only itself: each endpoint has a thread."""
    until = time.monotonic() + budget
    WebhookAttempt.objects.filter(started_at__lt=timezone.now() - KEEP_LOG).delete()
    endpoints = list(due().order_by().values_list("endpoint", flat=True).distinct())
    if threads < 2:
        return sum(_serve(endpoint, until) for endpoint in endpoints)
    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(lambda endpoint: _serve_and_leave(endpoint, until), endpoints))


def _serve_and_leave(endpoint: int, until: float) -> int:
    try:
        return _serve(endpoint, until)
    finally:
        connection.close()  # the thread's own


def _serve(endpoint: int, until: float) -> int:
    """Send to one endpoint until nothing is due for it, its breaker opens or the time is over."""
    arrived = 0
    while time.monotonic() < until and not outbox.is_held():
        busy = WebhookDelivery.objects.waiting().filter(endpoint=endpoint, lease_until__gt=timezone.now()).count()
        if busy >= AT_ONCE:
            break
        batch = outbox.claim(due().filter(endpoint=endpoint).order_by("not_before"), AT_ONCE - busy)
        if not batch:
            break
        arrived += sum(outbox.attempt(promise, send) for promise in batch)
    return arrived


def send(delivery: WebhookDelivery) -> None:
    """One request, logged before it leaves.

    Raises:
        NotWanted: the endpoint is disabled.
        Temporary: anything but a 2xx; Standard Webhooks repeats them all, 410 disables the endpoint.
    """
    endpoint = WebhookEndpoint.objects.get(pk=delivery.endpoint_id)
    if endpoint.disabled_at:
        raise NotWanted("The endpoint is disabled.")
    body = payload(delivery)
    log = WebhookAttempt.objects.create(delivery=delivery, started_at=timezone.now())
    started = time.monotonic()
    try:
        answer = outbound.post(endpoint.url, body, headers(endpoint, delivery, body))
    except outbound.Unreachable as failure:
        elapsed = round((time.monotonic() - started) * 1000)
        WebhookAttempt.objects.filter(pk=log.pk).update(milliseconds=elapsed, error=str(failure)[:200])
        _mark_failed(endpoint, str(failure))
        raise Temporary(str(failure)) from failure
    WebhookAttempt.objects.filter(pk=log.pk).update(milliseconds=answer.milliseconds, status=answer.status)
    if 200 <= answer.status < 300:
        if endpoint.failures:
            fresh = {"failures": 0, "failing_since": None, "open_until": None}
            WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**fresh)
        return
    if answer.status == 410:
        disable(endpoint, GONE)
        raise NotWanted(GONE)
    _mark_failed(endpoint, f"it answered {answer.status}")
    after = timedelta(seconds=min(answer.retry_after, 86400)) if answer.retry_after else None
    raise Temporary(f"it answered {answer.status}", after=after)


def payload(delivery: WebhookDelivery) -> bytes:
    """The body: the same bytes on every repeat."""
    data = {key: str(UUID(value)) if key == "notice" else value for key, value in delivery.payload.items()}
    event = {"type": delivery.event_type, "timestamp": delivery.created_at.isoformat(), "data": data}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def headers(endpoint: WebhookEndpoint, delivery: WebhookDelivery, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks, with one signature for each living secret."""
    identity, stamp = f"msg_{delivery.pk}", str(int(time.time()))
    signed = b".".join([identity.encode(), stamp.encode(), body])
    living = [_key(endpoint, endpoint.generation, site_key) for site_key in _site_keys()]
    if endpoint.previous_until and endpoint.previous_until > timezone.now():
        living += [_key(endpoint, endpoint.generation - 1, site_key) for site_key in _site_keys()]
    marks = [base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in living]
    return {
        "Content-Type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{mark}" for mark in marks),
    }


def secret(endpoint: WebhookEndpoint) -> str:
    """The secret of the endpoint's present generation. Derived, so that no table and no export can show it (B82)."""
    return "whsec_" + base64.b64encode(_key(endpoint, endpoint.generation, settings.SECRET_KEY)).decode()


def disable(endpoint: WebhookEndpoint, reason: str) -> None:
    """Stop calling an endpoint, park what waits, and notify its person or the administrators of its organisation."""
    now = timezone.now()
    with transaction.atomic():
        fresh = WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=True)
        if not fresh.update(disabled_at=now, disabled_reason=reason[:200]):
            return
        waiting = endpoint.deliveries.waiting().filter(lease_token__isnull=True)
        waiting.update(state=Promise.State.PARKED, finished_at=now, last_error=reason[:300])
        people, path = _responsible_for(endpoint)
        services.notify(
            kind="webhook_disabled",
            to=people,
            about=endpoint.owner_uid,
            event_key=f"webhook_disabled:{endpoint.uid}:{now.isoformat()}",
            context={"name": endpoint.name, "address": endpoint.url, "reason": reason},
            path=f"{path}{endpoint.uid}/" if path else "",
        )


def _responsible_for(endpoint: WebhookEndpoint) -> tuple[list[Any], str]:
    """Who looks after a program, and the page on which its programs stand."""
    if not endpoint.owner_uid:
        return [endpoint.user], "/account/webhooks/"
    people: list[Any] = []
    page = ""
    for responsible in responsible_people:
        members, address = responsible(endpoint.owner_uid)
        people.extend(members)
        page = page or address
    return people, page


def _start_over(rows: models.QuerySet) -> None:
    fresh = {"finished_at": None, "tried_since": None, "attempts": 0, "crashes": 0, "last_error": ""}
    rows.update(state=Promise.State.WAITING, not_before=timezone.now(), **fresh)


def _mark_failed(endpoint: WebhookEndpoint, why: str) -> None:
    now = timezone.now()
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    rows.filter(failing_since__isnull=True).update(failing_since=now)
    rows.update(failures=models.F("failures") + 1)
    rows.filter(failures__gte=BREAK_AFTER).update(open_until=now + BREAK)
    if rows.filter(failing_since__lt=now - GIVE_UP_ON).exists():
        disable(endpoint, f"It failed for five days; the last time: {why}")


def _key(endpoint: WebhookEndpoint, generation: int, site_key: str) -> bytes:
    return hmac.digest(site_key.encode(), f"webhook:{endpoint.uid}:{generation}".encode(), hashlib.sha256)


def _site_keys() -> list[str]:
    """While the site's key is being replaced, signatures by the old one go along, so that no receiver breaks."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
