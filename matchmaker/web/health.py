"""Is the site alive, and can it work? For load balancers, for anyone who watches the site, and for `make run`."""

import secrets

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache

from matchmaker.campaigns import second_step
from matchmaker.core import readiness
from matchmaker.notifications.health import delivery_health
from matchmaker.web.access.decorators import everyone


@everyone
@never_cache
def live(request):
    return JsonResponse({"alive": True})


@everyone
@never_cache
def ready(request):
    """200 when this process has loaded its models and indexes and the database answers, otherwise 503.

    Redis, workers and mail may be away, since no promise depends on them.

    Staff with their second step, and anyone who sends `Authorization: Bearer HEALTH_TOKEN`, also read how those are.
    """
    if not readiness.is_loaded():
        return JsonResponse({"ready": False, "loading": True}, status=503, headers={"Retry-After": "5"})
    if not _database_answers():
        return JsonResponse({"ready": False}, status=503)
    answer = {"ready": True}
    if _may_see_details(request):
        answer |= _details()
    return JsonResponse(answer)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def is_monitor(request) -> bool:
    """Whether the request carries the token of the operator's monitor."""
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    token = settings.HEALTH_TOKEN.encode()
    return bool(token and scheme.lower() == "bearer" and secrets.compare_digest(given.encode(), token))


def _may_see_details(request) -> bool:
    is_staff = request.user.is_active and request.user.is_staff
    return is_monitor(request) or (is_staff and not second_step.is_missing(request))


def _details() -> dict:
    health = delivery_health()
    outage, seen = health["outage"], health["sweeper"]["seen_at"]
    return {
        "database": True,
        "redis": _redis_answers(),
        "worker": {"alive": health["sweeper"]["alive"], "seen_at": seen.isoformat() if seen else None},
        "mail": {
            "can_leave": outage is None,
            "reason": outage["reason"] if outage else "",
            "held": bool(health["held"]),
        },
        "waiting": {channel["name"]: channel["waiting"] for channel in health["channels"]},
        "parked": health["parked"],
        "sound": health["sound"],
    }


def _redis_answers() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as server:
            return bool(server.ping())
    except redis.RedisError:
        return False
