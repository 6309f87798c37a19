"""In which language a page is shown, and choosing another one; the rules stand in docs/languages.md.

A public page has one address a language, and the address decides. Every other page follows the account, then the choice
in the language menu (a cookie), then the browser. The home page is the one exception: the first visit to it
goes to the language of the browser.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from matchmaker.accounts import services
from matchmaker.core import languages, site_prefix
from matchmaker.core.languages import ENGLISH, Language
from matchmaker.web.access.decorators import everyone

# Areas that tier-2 languages do not translate; they are in English for their readers.
FIRST_LANGUAGE = "first_language"  # cookie: the language that the first visit was led to, until another is chosen
TIER_1_AREAS = ("/console/", "/buyer/", "/gate/", "/admin/")


class PageLanguage:
    """Activates the language of the page; see the module."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        named, path = languages.split_path(request.path_info)
        chosen = choice_of(request)
        if not named and chosen and chosen != ENGLISH and is_public(path) and request.method in ("GET", "HEAD"):
            response = redirect(languages.path_in(request.get_full_path(), chosen))
        elif first := _language_of_first_visit(request, path, chosen):
            response = redirect(languages.path_in(request.get_full_path(), first))
            remember(response, first)
            response.set_cookie(
                FIRST_LANGUAGE, first, max_age=3600, secure=settings.LANGUAGE_COOKIE_SECURE, samesite="Lax"
            )
        else:
            translation.activate(_language_of(request, named, path, chosen))
            request.LANGUAGE_CODE = languages.current()  # type: ignore[attr-defined]  # as Django's own middleware does
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", languages.current())
        if not named:
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def choice_of(request: HttpRequest) -> str:
    """What this person chose: the language of her account, else of the menu; "" where she chose none."""
    if request.path_info.startswith("/api/"):
        return ""  # programs say it in a header
    account = request.user.language if request.user.is_authenticated else ""
    language = languages.find(account or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
    return language.code if language else ""


def _language_of_first_visit(request: HttpRequest, path: str, chosen: str) -> str:
    """The language of the browser for a first visit to the home page, which is in English; "" for all others.

    Search engines name no language and stay in English. The choice is remembered; one tap leads back.
    """
    header = request.headers.get("Accept-Language", "")
    if request.path_info != "/" or path != "/" or chosen or not header or request.method not in ("GET", "HEAD"):
        return ""
    language = languages.find(translation.get_language_from_request(request))
    return "" if language is None or language.code == ENGLISH else language.code


def _language_of(request: HttpRequest, named: str, path: str, chosen: str) -> str:
    if named or is_public(path):
        return named or ENGLISH
    code = chosen or translation.get_language_from_request(request)
    language = languages.find(code)
    if language is None or (language.tier > 1 and path.startswith(TIER_1_AREAS)):
        return ENGLISH
    return language.code


def is_public(path: str) -> bool:
    """Whether a path without a language belongs to a page that has one address a language."""
    path = "/" + path.lstrip("/")  # two slashes would begin with a host
    if site_prefix.split(path)[0]:
        return False  # of no campaign that this visitor may know of: the page of the error
    other = next(language.code for language in languages.site_languages() if language.code != ENGLISH)
    return languages.path_in(path, other) != path


# -- for the head and the header of pages -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Alternate:
    """The address of a public page in one language."""

    language: Language
    url: str


def alternates(request: HttpRequest) -> list[Alternate]:
    """Absolute addresses of a public page in every language, without its query; [] for other pages."""
    _named, path = languages.split_path(request.path_info)
    match = request.resolver_match
    if match is None or not is_public(path):
        return []
    base = request.site_url + request.site_prefix  # type: ignore[attr-defined]  # set by the middleware
    return [
        Alternate(language, base + ("" if language.code == ENGLISH else f"/{language.code}") + path)
        for language in languages.site_languages()
    ]


def offered_language(request: HttpRequest) -> Language | None:
    """The language of the browser where a public page is in another one and its reader has not chosen any.

    English, where a first visit to the home page was led to the language of the browser: the way back is one tap.
    """
    if request.COOKIES.get(FIRST_LANGUAGE) == languages.split_path(request.path)[0] != "":
        return languages.find(ENGLISH)
    if choice_of(request) or not request.headers.get("Accept-Language"):
        return None
    named, path = languages.split_path(request.path_info)
    language = languages.find(translation.get_language_from_request(request))
    if language is None or not is_public(path) or language.code == (named or ENGLISH):
        return None
    return language


# -- the menu ---------------------------------------------------------------------------------------------------------
@everyone
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Shows the page again in the language chosen; a cookie remembers it, and the account of a person signed in."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    if not is_ours or "/" not in target:
        target = reverse("home")
    language = languages.find(request.POST.get("language", ""))
    if language is None:
        return redirect(target)
    if request.user.is_authenticated and not request.acting:  # type: ignore[attr-defined]  # see OnBehalf
        services.choose_language(by=request.user, language=language.code)
    response = redirect(languages.path_in(target, language.code))
    remember(response, language.code)
    response.delete_cookie(FIRST_LANGUAGE, samesite="Lax")
    return response


def remember(response: HttpResponse, code: str) -> None:
    """Writes the cookie by which a visitor's choice is known."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
