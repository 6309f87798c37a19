"""What holds for every request."""

import contextlib
import re
import time
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.encoding import escape_uri_path
from django.utils.http import escape_leading_slashes
from django.utils.translation import get_language, get_language_from_request, override
from django.utils.translation import gettext as _

from matchmaker.accounts.first_sign_in import SESSION_BEGAN, SESSION_SEEN, ZONE_COOKIE
from matchmaker.campaigns.services.team import is_of_a_team
from matchmaker.core.client_address import client_network, is_this_machine
from matchmaker.core.clocks import known_zone, usual_zone
from matchmaker.core.problems import PROBLEM, Refused, problem
from matchmaker.notifications import services
from matchmaker.notifications.models.outbox import LETTER

MAX_ADDRESS = 8_000  # characters; longer addresses are attacks or accidents
CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class RequestLimits:
    """Refuse addresses that no page of ours has: overlong, or with control characters (B63, B87).

    The API refuses a NUL in a parameter itself, as its other errors.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        address = request.META.get("RAW_URI") or request.get_full_path()
        if len(address) > MAX_ADDRESS:
            return HttpResponse("The address is too long.\n", status=414, content_type="text/plain")
        path = request.path_info
        if CONTROL.search(path):
            return HttpResponse("The address holds a control character.\n", status=400, content_type="text/plain")
        if "%00" in request.META.get("QUERY_STRING", "") and not path.startswith("/api/"):
            sentence = "The address holds a character that cannot be stored.\n"  # PostgreSQL compares no NUL
            return HttpResponse(sentence, status=400, content_type="text/plain")
        if len(request.META.get("HTTP_ACCEPT_LANGUAGE", "")) > 500:
            request.META["HTTP_ACCEPT_LANGUAGE"] = ""  # no one reads fifty kilobytes of languages (B95)
        response = self.get_response(request)
        if response.status_code == 429 and "Retry-After" not in response:
            response["Retry-After"] = "60"  # allauth counts by the minute and doesn't say so (B31)
        return response


class ApiSlashes:
    """Refuse a change in the API whose address lacks its last slash: a redirect would lose its body.

    A call that reads is sent on by Django's CommonMiddleware, which comes after this.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if self._lacks_slash(request):
            with override(get_language_from_request(request)):
                sentence = _("The address ends with a slash: %(path)s/. Send the call there; nothing was changed.")
                refused = Refused("slash_missing", sentence % {"path": request.path}, status=404)
            body = problem(refused.status, refused.code, refused.message)
            return JsonResponse(body, status=refused.status, content_type=PROBLEM)
        return self.get_response(request)

    def _lacks_slash(self, request: HttpRequest) -> bool:
        path = request.path_info
        if request.method in ("GET", "HEAD", "OPTIONS") or not path.startswith("/api/") or path.endswith("/"):
            return False
        try:
            resolve(f"{path}/")
        except Resolver404:
            return False
        return True


class PageLimits:
    """So many pages a minute for one address, so that one visitor cannot keep the others waiting (X7).

    Each web process counts for itself in its own memory: it costs a microsecond, and holds while Redis is away. Files
    below /media/ count a tenth, since a page shows many. The API has its own limit. This machine itself is not counted.
    """

    FREE = ("/api/", "/health/", "/metrics")
    MOST_ADDRESSES = 50_000  # counted at a time; when there are more, counting begins anew
    WINDOW = 60  # seconds

    def __init__(self, get_response):
        self.get_response = get_response
        self.window, self.counts = 0, {}

    def __call__(self, request):
        if settings.PAGE_RATE and not request.path_info.startswith(self.FREE) and self._is_over(request):
            sentence = "Too many pages were asked for from your address. Wait a minute, then try again.\n"
            response = HttpResponse(sentence, status=429, content_type="text/plain")
            response["Retry-After"] = str(self.WINDOW - int(time.time()) % self.WINDOW)
            return response
        return self.get_response(request)

    def _is_over(self, request) -> bool:
        network = client_network(request)
        if is_this_machine(network):
            return False
        window = int(time.time()) // self.WINDOW
        if window != self.window or len(self.counts) >= self.MOST_ADDRESSES:
            self.window, self.counts = window, {}
        cost = 1 if request.path_info.startswith("/media/") else 10
        count = self.counts[network] = self.counts.get(network, 0) + cost
        return count > 10 * settings.PAGE_RATE


class TeamSessions:
    """Sessions of the campaign's team and of the site's staff end after a day's work, and earlier when idle (X15).

    TEAM_SESSION_HOURS after the sign-in, or TEAM_IDLE_MINUTES after the last request. Sessions of others last as long
    as SESSION_COOKIE_AGE says. Who is of the team is asked only when one of the two times is over.
    """

    WRITE_AFTER = 300  # seconds between two notes of the last request: not every page writes

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SESSION_COOKIE_NAME in request.COOKIES and "_auth_user_id" in request.session:
            self._check(request)
        return self.get_response(request)

    def _check(self, request) -> None:
        now = int(time.time())
        began, seen = request.session.get(SESSION_BEGAN, now), request.session.get(SESSION_SEEN, now)
        is_old = now - began > 3600 * settings.TEAM_SESSION_HOURS or now - seen > 60 * settings.TEAM_IDLE_MINUTES
        if is_old and is_of_a_team(request.user):
            logout(request)
            return
        if is_old or SESSION_SEEN not in request.session:
            request.session[SESSION_BEGAN] = now
        if is_old or now - request.session.get(SESSION_SEEN, 0) > self.WRITE_AFTER:
            request.session[SESSION_SEEN] = now


class BrowserLimits:
    """Say in every answer what the browser need not give our pages, and that no other site may read our answers.

    Scanning badges at the gate needs the camera, a passkey needs the browser's keys; nothing needs the rest.
    """

    HEADERS = {
        "Permissions-Policy": (
            "camera=(self), publickey-credentials-create=(self), publickey-credentials-get=(self), accelerometer=(), "
            "display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), "
            "serial=(), usb=()"
        ),
        "Cross-Origin-Resource-Policy": "same-origin",
    }

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in self.HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class FromLetter:
    """Anyone who comes by the link of her letter is counted, and the letter's mark is taken off the address.

    A person it was passed on to comes to the same page, with her own rights, and nothing is counted.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method != "GET" or LETTER not in request.GET or not request.user.is_authenticated:
            return self.get_response(request)
        rest = request.GET.copy()
        with contextlib.suppress(ValueError):  # else it is no mark of ours
            services.note_visit(by=request.user, letter=UUID(rest.pop(LETTER)[-1]))
        query = rest.urlencode()
        return redirect(escape_leading_slashes(escape_uri_path(request.path)) + (f"?{query}" if query else ""))


class ReadersClock:
    """Pages show times on the clock of the reader: her account's, else what her browser said in a cookie (see app.js).

    Programs get them in UTC.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info.startswith("/api/"):
            return self.get_response(request)
        person = request.user if request.user.is_authenticated else None
        stated = known_zone(person.time_zone) if person else None
        usual = usual_zone(person.language if person else get_language() or "")
        zone = stated or known_zone(request.COOKIES.get(ZONE_COOKIE, "")) or usual
        with timezone.override(zone):
            return self.get_response(request)


class PrivatePages:
    """A page made for a person who is signed in is never stored by a cache on the way (B88)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if "Cache-Control" not in response and getattr(request, "user", None) and request.user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        return response
