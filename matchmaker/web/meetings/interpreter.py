"""An interpreter's timetable: she has no account, the secret of the address is the key."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from matchmaker.events import calendar
from matchmaker.events.models import Interpreter
from matchmaker.web.access.decorators import everyone
from matchmaker.web.rendering.agendas import timetable_by_day


def _of_secret(token: str) -> Interpreter:
    return get_object_or_404(Interpreter.objects.select_related("event"), secret=token)


@everyone
@require_safe
@never_cache
def timetable(request: HttpRequest, token: str) -> HttpResponse:
    row = _of_secret(token)
    context = {"interpreter": row, "event": row.event, "days": timetable_by_day(row)}
    response = render(request, "meetings/interpreter.html", context)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@everyone
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    response = HttpResponse(calendar.interpreter_feed(_of_secret(token)), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response
