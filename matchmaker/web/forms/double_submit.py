"""A form sent twice is done once, with or without a script.

Every page gives its forms a mark of their own: the token against forgery is masked anew for each rendering. The same
person, page, mark and content is the same act, said twice by a finger or a slow network. Only the first is carried out;
the other waits for it and goes where it went. A form that came back with its errors has a new mark, and so has a page
that was opened anew, so that anyone who wants a thing twice gets it twice.

Parts of a page sent by htmx share one mark and are not looked at here: they wait for one another in the browser.
"""

import hashlib
import time
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from matchmaker.accounts import idempotency
from matchmaker.accounts.models import StoredAnswer
from matchmaker.core.problems import Refused

MARK = "csrfmiddlewaretoken"
# The browser keeps what was typed until this cookie says that the form was carried out: see "unsaved text" in app.js.
DONE_COOKIE = "form_done"
DONE_MARK = 16  # first characters of the mark; they are random and tell nothing about the token
DONE_SECONDS = 24 * 3600
WAIT = 10.0  # seconds that the second one waits for the answer to the first
STEP = 0.1
# Where a person shows first who she is; nothing was done yet.
BEFORE = "/accounts/"


class SentOnce:
    """Stands last, so that the token has been checked and the person is known before anything is looked up."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if stored := getattr(request, "sent_once", None):
            _keep(stored, request, response)
        if hasattr(request, "form_mark") and _is_carried_out(request, response):
            response.set_cookie(
                DONE_COOKIE,
                request.form_mark[:DONE_MARK],
                max_age=DONE_SECONDS,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        # What is exempt reads its body later, if at all: see `sent_once`.
        return None if getattr(view, "csrf_exempt", False) else _first_or_answer(request)


def sent_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a view that has the token checked itself."""

    @wraps(view)
    def looked(request, *args, **kwargs):
        return _first_or_answer(request) or view(request, *args, **kwargs)

    return looked


def is_done(request: HttpRequest, *, see: str) -> None:
    """For a view that did its work and answers with a page, as with a new secret; who repeats it goes to `see`."""
    request.done_see = see


def _first_or_answer(request: HttpRequest) -> HttpResponse | None:
    """None for the first, which is carried out; the answer for one that was sent before."""
    if request.method != "POST" or request.htmx or MARK not in request.POST:
        return None
    request.form_mark = request.POST[MARK]
    if not request.user.is_authenticated:
        return None
    caller, digest = f"form:{request.user.pk}", _digest(request)
    until = time.monotonic() + WAIT
    while True:
        try:
            stored = idempotency.claim(caller=caller, key=digest, digest=digest)
            break
        except Refused:  # the first is being worked on
            if time.monotonic() > until:
                return render(request, "409.html", status=409)
            time.sleep(STEP)
    if stored.status is None:
        request.sent_once = stored
        return None
    messages.info(request, _("This was sent twice; it counts once."))
    return redirect(stored.body["location"])


def _is_carried_out(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether what was typed is stored now: the answer leads on, and not to the page for signing in."""
    location = response.get("Location", "")
    return hasattr(request, "done_see") or bool(location and not location.startswith(BEFORE))


def _digest(request: HttpRequest) -> str:
    """What makes it the same act; of a file the name and the size."""
    values = sorted(request.POST.lists())
    files = sorted((name, file.name, file.size) for name, every in request.FILES.lists() for file in every)
    return hashlib.sha256(repr((request.get_full_path(), values, files)).encode()).hexdigest()


def _keep(stored: StoredAnswer, request: HttpRequest, response: HttpResponse) -> None:
    """Where the first one went. An answer that sets a cookie is needed by the client that asks, so it is not stored."""
    went = response.get("Location", "") if response.status_code < 400 and not response.cookies else ""
    location = getattr(request, "done_see", went)
    if location and not location.startswith(BEFORE):
        idempotency.store_answer(stored, status=303, body={"location": location})
    else:
        idempotency.give_back(stored)
