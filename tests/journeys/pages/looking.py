"""Looking at one page: does it answer, fit a phone, pass axe, speak one language, and stay silent in the console."""

from functools import cache
from pathlib import Path

import axe_playwright_python
from django.utils.translation import override

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Tag
from matchmaker.catalogue.models import Demand, Product, ProductText
from matchmaker.companies.models import Company
from matchmaker.core.languages import site_code
from matchmaker.events.models import Attendee, Interpreter

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
LEFTOVERS = Path(__file__).with_name("leftovers.js").read_text()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERYTHING = {"type": "tag", "values": WCAG}
COLOURS = {"type": "rule", "values": ["color-contrast"]}  # all that the dark scheme can change
JUDGE = """([only]) => axe.run(document, {
    runOnly: only, resultTypes: ["violations"], preload: false, selectors: false, ancestry: false, xpath: false,
}).then(said => said.violations.flatMap(row => row.nodes.map(node =>
    `${row.id}: ${node.html.slice(0, 140)} ${(node.any[0]?.message || "").slice(0, 150)}`)))"""
RESIZED = (
    "width => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(innerWidth === width))))"
)
# The same in every language.
ALLOWED = [
    "matchmaker",
    "Big",
    "Windows",
    "Shift",
    "JIS",
    "MPa",
    "English",
    "简体中文",
    "Standard",
    "JavaScript",
    "Excel",
    "Incoterms",
    "cookie",
    "https",
    "Webhook",
    "WebP",
    "RoHS",
    "IECEx",
    "Sedex",
    "Firefox",
    "iPhone",
    "Linux",
    "Safari",
    "WebM",
    "WebVTT",
    "vtt",
    "Word",
    "PowerPoint",
    "GiB",
    "Coyhaique",  # a time zone of 2025, which CLDR has no names for yet
]


@cache
def names():
    """Names stay as they are in every language; the longest first, so that none is left with half of another."""
    columns = ("legal_name", "name_latin", "name_zh", "contact_name", "city", "address")
    rows = [
        *Company.objects.values_list(*columns),
        *User.objects.values_list("name"),
        *Attendee.objects.values_list("name"),
        *Interpreter.objects.values_list("name"),
        *Tag.objects.values_list("name"),
        *ProductText.objects.values_list("name"),
        *Demand.objects.values_list("title"),
    ]
    return sorted({name for row in rows for name in row if name}, key=len, reverse=True)


@cache
def goods(language):
    """Names of products as readers of the language meet them: word by word, with words of the original among them."""
    with override(language):
        found = {product.name for product in Product.objects.prefetch_related("texts")}
    return sorted(found, key=len, reverse=True)


def leftovers(page):
    """What stands on the page in another language than its own."""
    language = site_code(page.evaluate("document.documentElement.lang"))
    return page.evaluate(LEFTOVERS, {"names": names(), "shown": goods(language), "allowed": ALLOWED})


def resize(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_function(RESIZED, arg=width)


def too_wide(page, shown):
    width = page.evaluate("document.documentElement.scrollWidth")
    return [f"{width} pixels wide at {shown}"] if width > shown else []


def faults_of(page, wanted, *, schemes, words=True):
    """Opened once; the window and the colours change around it. Without `words` its language is not looked at."""
    page.said.clear()
    page.evaluate("localStorage.clear()") if page.url.startswith("http") else None
    page.set_viewport_size({"width": 1280, "height": 900})
    response = page.goto(wanted.path)
    if response is None or response.status != wanted.status:
        return [f"answered {response and response.status}"]
    if wanted.status != 200:  # the browser's own word about it
        page.said[:] = [line for line in page.said if f"status of {wanted.status}" not in line]
    page.evaluate(AXE)

    def judged(only, look):
        return [f"axe, {look}: {line}" for line in page.evaluate(JUDGE, [only])]

    found = judged(EVERYTHING, 1280)
    left = leftovers(page) if words else []
    found += [f"left in the other language: {text}" for text in left]
    found += too_wide(page, 1280)
    resize(page, 320)
    found += too_wide(page, 320)
    if "dark" in schemes:
        found += judged(EVERYTHING, 320)
        page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'dark')")
        found += judged(COLOURS, "dark at 320")
        resize(page, 1280)
        found += judged(COLOURS, "dark at 1280")
    return found + [f"console: {line[:160]}" for line in page.said]
