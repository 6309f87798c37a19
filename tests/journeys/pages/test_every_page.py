"""Every page of the site, for everybody who opens it, in both languages.

It answers, its console is silent, it fits 320 pixels, axe finds nothing at both widths in light and dark, and no word
of the other language is left on it. `make test-pages` looks at every page, or with `ONLY=match,home` at those whose
name contains one of these words; the default lane at one of each kind.
"""

import os

import pytest
from django.conf import settings

from matchmaker.core.languages import site_languages
from tests.journeys.pages.looking import faults_of
from tests.journeys.pages.site_map import ROLES
from tests.web.test_templates import OWN

pytestmark = [pytest.mark.journey, pytest.mark.slow]
# One of each kind of page: a list, a form, a table, a board, a document; the rest is for `make test-pages`.
A_FEW = {
    "home", "products-searched", "product", "demand", "sign-up", "supplier-matches", "supplier-product-new",
    "buyer-matches", "buyer-compare", "console", "console-company", "console-plan",
}  # fmt: skip

# Templates that are on no page, and why; letters have tests of their own (tests/notifications).
ELSEWHERE = {
    "console/venue_pack.html": "a file inside the signed archive that the venue takes along",
    "console/preview_readiness.html": "the answer to a button that shows first what a change does",
    "api/docs.html": "the reference of the API, drawn by a tool of its own (tests/api)",
    "account/password_set.html": "for somebody without a password, who so far came from a provider alone",
    "mfa/webauthn/reauthenticate.html": "asks for a key that was really made, as in tests/journeys/test_people.py",
    "socialaccount/signup.html": "for somebody whose provider says an address that is taken here",
}


# Those on which a supplier spends her time, for the languages that are not looked at page by page.
KEY_PAGES = {
    "home", "products-searched", "product", "demand", "join", "sign-up", "supplier-home", "supplier-matches",
    "supplier-product-new", "enquiry",
}  # fmt: skip
OTHERS = [language.code for language in site_languages() if language.code not in settings.STAFF_LANGUAGES]


def faults_in(shown, language, wanted, *, schemes, words=True):
    found = []
    for role in ROLES:
        rows = [row for row in wanted if row.role == role]
        if not rows:
            continue
        page = shown.browser(role, language=language)
        for row in rows:
            found += [
                f"{row.path} ({role}, {language}): {line}"
                for line in faults_of(page, row, schemes=schemes, words=words)
            ]
        page.context.close()
    return found


def test_a_page_of_each_kind_answers_fits_a_phone_and_passes_axe(shown):
    wanted = [page for page in shown.site.pages if page.name in A_FEW]
    assert {page.name for page in wanted} == A_FEW
    faults = [line for language in ("en", "zh-hans") for line in faults_in(shown, language, wanted, schemes=["light"])]
    assert not faults, "\n".join(faults)


# Two processes of `make test-pages` each take a language, and the rest of the folder after it.
@pytest.mark.pages
@pytest.mark.parametrize(
    "language",
    [pytest.param(code, marks=pytest.mark.xdist_group(code)) for code in ("en", "zh-hans")],
)
def test_every_page_answers_fits_a_phone_and_passes_axe(shown, language):
    only = os.environ.get("ONLY", "").split(",")
    wanted = [page for page in shown.site.pages if any(word in page.name for word in only)]
    faults = faults_in(shown, language, wanted, schemes=["light", "dark"])
    if "ONLY" not in os.environ:
        html = {name for name in OWN if name.endswith(".html") and not name.startswith("notifications/")}
        faults += [f"{name} was on no page" for name in sorted(html - shown.met - set(ELSEWHERE))]
    assert not faults, "\n".join(faults)


@pytest.mark.pages
@pytest.mark.parametrize("language", OTHERS)
def test_key_pages_fit_a_phone_and_pass_axe_in_every_language(shown, language):
    """Their words are looked at by tests/journeys/pages/test_readable.py."""
    wanted = [page for page in shown.site.pages if page.name in KEY_PAGES]
    assert {page.name for page in wanted} == KEY_PAGES
    faults = faults_in(shown, language, wanted, schemes=["light"], words=False)
    assert not faults, "\n".join(faults)


def test_what_the_content_policy_refuses_would_be_heard(shown):
    """That no test hears a complaint means something: an inline script is refused, and the console says so."""
    page = shown.browser()
    page.goto("/")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: 'ran = 1'}))")
    page.wait_for_timeout(200)
    assert page.evaluate("typeof ran") == "undefined"
    assert any("Content Security Policy" in line for line in page.said)
    page.context.close()
