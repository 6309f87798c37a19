"""One line in the log for each request. It holds no address, query, body or name: keys of rows at the most."""

import logging
import time

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponseBase

logger = logging.getLogger("site.requests")


class LogRequests:
    """Middleware: writes the line when the answer is ready. A route is named, since addresses may hold secrets."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        facts = {
            "method": request.method,
            "route": match.view_name if match and match.view_name else "none",
            "status": response.status_code,
            "duration_ms": round((time.perf_counter() - began) * 1000),
            "bytes": _bytes(response),
            **_caller(request, response.status_code),
        }
        if campaign := getattr(request, "campaign", None):
            facts["campaign"] = campaign.slug
        line = "%(method)s %(route)s %(status)s in %(duration_ms)s ms"
        logger.info(line, {**facts, "method": str(request.method)[:10]}, extra=facts)
        return response


def _bytes(response: HttpResponseBase) -> int | None:
    """The size of the body; None of a stream whose length nobody said."""
    if not response.streaming:
        return len(response.content)  # type: ignore[attr-defined]  # a streaming answer has none
    length = response.get("Content-Length", "")
    return int(length) if length.isdigit() else None


def _caller(request: HttpRequest, status: int) -> dict[str, int | str]:
    """The key of the person, and of her API key; nothing is read for it that the answer did not read."""
    if token := getattr(request, "auth", None):
        return {"user": token.user_id, "api_key": token.pk}
    if status == 503:  # the session could not be read, and would be asked for again
        return {}
    session = getattr(request, "session", None)
    if session is None or not session.accessed or (user := session.get(SESSION_KEY)) is None:
        return {}
    return {"user": int(user)}
