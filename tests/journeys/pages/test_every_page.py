"""Every page of the site, for everybody who opens it, in both languages.

It answers, its console is silent, it fits 320 pixels, axe finds nothing at both widths in light and dark, and no word
of the other language is left on it. `make test-pages` looks at every page; the default lane at one of each kind.
"""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Demand, ProductText
from matchmaker.companies.models import Company
from matchmaker.events.models import Interpreter
from tests.journeys.pages.site_map import ROLES

pytestmark = [pytest.mark.journey, pytest.mark.slow]
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}  # all that the dark scheme can change
LEFTOVERS = Path(__file__).with_name("leftovers.js").read_text()
# The same in every language.
ALLOWED = [
    "matchmaker",
    "English",
    "简体中文",
    "Standard",
    "JavaScript",
    "Excel",
    "Incoterms",
    "cookie",
    "WebP",
    "RoHS",
    "IECEx",
    "Sedex",
]
# One of each kind of page: a list, a form, a table, a board, a document; the rest is for `make test-pages`.
A_FEW = {
    "home", "products-searched", "product", "supplier", "demand", "sign-up", "supplier-matches", "supplier-product-new",
    "meetings-event", "buyer-matches", "buyer-compare", "console", "console-company", "console-plan", "notices",
}  # fmt: skip


def complaints(page, options, width):
    """Rule and element of each violation at this width."""
    page.set_viewport_size({"width": width, "height": 900})
    for row in Axe().run(page, options=options).response["violations"]:
        for node in row["nodes"]:
            yield f"axe at {width}: {row['id']}: {node['html'][:160]}"


def names():
    """Names stay as they are in every language; the longest first, so that none is left with half of another."""
    columns = ("legal_name", "name_latin", "name_zh", "contact_name", "city", "address")
    rows = [
        *Company.objects.values_list(*columns),
        *User.objects.values_list("name"),
        *Interpreter.objects.values_list("name"),
        *ProductText.objects.values_list("name"),
        *Demand.objects.values_list("title"),
    ]
    return sorted({name for row in rows for name in row if name}, key=len, reverse=True)


def faults_of(page, wanted, *, schemes):
    page.said.clear()
    page.set_viewport_size({"width": 1280, "height": 900})
    response = page.goto(wanted.path)
    if response is None or response.status != 200:
        return [f"answered {response and response.status}"]
    found = list(complaints(page, WCAG, 1280))
    left = page.evaluate(LEFTOVERS, {"names": names(), "allowed": ALLOWED})
    found += [f"left in the other language: {text}" for text in left]
    page.set_viewport_size({"width": 320, "height": 900})
    page.wait_for_function("() => new Promise(done => requestAnimationFrame(() => done(innerWidth === 320)))")
    if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
        found.append(f"{width} pixels wide at 320")
    if "dark" in schemes:
        found += complaints(page, WCAG, 320)
        page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'dark')")
        found += [f"dark: {line}" for width in (320, 1280) for line in complaints(page, COLOURS, width)]
    return found + [f"console: {line[:160]}" for line in page.said]


def faults_in(shown, language, wanted, *, schemes):
    found = []
    for role in ROLES:
        page = shown.browser(role, language=language)
        for row in wanted:
            if row.role == role:
                found += [f"{row.path} ({role}, {language}): {line}" for line in faults_of(page, row, schemes=schemes)]
        page.context.close()
    return found


def test_a_page_of_each_kind_answers_fits_a_phone_and_passes_axe(shown):
    wanted = [page for page in shown.site.pages if page.name in A_FEW]
    assert {page.name for page in wanted} == A_FEW
    faults = [line for language in ("en", "zh-hans") for line in faults_in(shown, language, wanted, schemes=["light"])]
    assert not faults, "\n".join(faults)


@pytest.mark.pages
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_answers_fits_a_phone_and_passes_axe(shown, language):
    faults = faults_in(shown, language, shown.site.pages, schemes=["light", "dark"])
    assert not faults, "\n".join(faults)
