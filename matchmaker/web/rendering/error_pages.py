"""What went wrong before or beside a view: a page for people, a problem for programs. None says what lies behind."""

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _
from django.views import defaults

from matchmaker.core.database import DATABASE_AWAY, RETRY_AFTER, is_away
from matchmaker.core.problems import PROBLEM, NotFound, problem
from matchmaker.core.storage import FILES_AWAY, STORAGE_FULL, FilesAwayError, is_full
from matchmaker.web.access.decorators import everyone


def to_program(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse | None:
    """The answer to a call of the API that met no resource; None for a page."""
    if not request.path_info.startswith("/api/"):
        return None
    return JsonResponse(problem(status, code, detail), status=status, content_type=PROBLEM)


@everyone
def csrf_failure(request, reason=""):
    """The form was open too long or cookies are off: say so; the back button still has what was typed."""
    return render(request, "403_csrf.html", status=403)


@everyone
def not_understood(request, exception):
    """What cannot be read is 400; what was more than we read is 413, whatever it was (B94)."""
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        answer = to_program(request, 413, "body_too_large", _("Send at most one megabyte at a time."))
        return answer or render(request, "413.html", status=413)
    answer = to_program(request, 400, "not_understood", _("This request could not be read."))
    return answer or defaults.bad_request(request, exception)


@everyone
def not_here(request, exception):
    answer = to_program(request, 404, NotFound.CODE, NotFound().message)
    return answer or defaults.page_not_found(request, exception)


@everyone
def broken(request):
    """Our fault, and the log has it; or the store of files is full or away, which a person can be told."""
    # What broke before the language of the page was known leaves the one of an earlier page active.
    language = getattr(request, "LANGUAGE_CODE", "") or translation.get_language_from_request(request, check_path=True)
    with translation.override(language):
        return _broken(request, sys.exception())


def _broken(request: HttpRequest, problem: BaseException | None) -> HttpResponse:
    if is_away(problem):
        pause = to_program(request, 503, "database_away", DATABASE_AWAY) or _page_without_database()
        pause["Retry-After"] = RETRY_AFTER
        return pause
    if is_full(problem):
        answer = to_program(request, 507, "storage_full", STORAGE_FULL)
        return answer or render(request, "507.html", status=507)
    if isinstance(problem, FilesAwayError):
        answer = to_program(request, 503, "files_away", FILES_AWAY) or render(request, "503.html", status=503)
        answer["Retry-After"] = "60"
        return answer
    answer = to_program(
        request, 500, "internal_error", _("Something broke here. It is our fault, and it is written down.")
    )
    return answer or defaults.server_error(request)


def _page_without_database() -> HttpResponse:
    """Rendered without the request: what the pages show of it is read from the database."""
    return HttpResponse(get_template("503_database.html").render(), status=503)
