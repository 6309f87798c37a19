"""The made-up language reaches every page: nothing on it is English beside what people wrote.

The default lane looks at some pages of each tier; `make crawl` follows every link.
"""

import os

import pytest

from matchmaker.core.languages import tag_of
from tests import factories, pseudo
from tests.web.access_more import FullWorld
from tests.web.crawler import Crawl

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
long = pytest.mark.skipif("CRAWL" not in os.environ, reason="the longer walks take minutes: make crawl")
# The same in every language: names of programs and forms, and of the site itself.
SAME = frozenset({"matchmaker", "windows", "excel", "javascript", "cookie", "incoterms", "webhook", "webhooks"})
TIER_2 = ("anonymous", "supplier admin", "partner")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    folder = tmp_path_factory.mktemp("locale")
    pseudo.write_catalogue(folder)
    return folder


def walk(settings, catalogue, role: str, *, tier: int, few: int, start=()) -> list[str]:
    """Texts that are not in the made-up language, with the page where they stand."""
    for name, value in pseudo.settings_with(catalogue, tier=tier).items():
        setattr(settings, name, value)
    world, left = FullWorld(), {}
    allowed = pseudo.allowed_words() | SAME
    client, _headers = world.caller(role)

    def look(path: str, html: str) -> None:
        if f'<html lang="{tag_of(pseudo.CODE)}"' not in html:
            left.setdefault("is in another language", path)
            return
        for text in pseudo.plain_texts(html, allowed):
            left.setdefault(text, path)

    options = {"start": start, "follow_links": False} if start else {}
    factories.read_in(pseudo.CODE, client)
    Crawl(client, pseudo.CODE, few=few, look=look, **options).run()
    return [f"{path}: {text}" for text, path in left.items()]


@pytest.mark.parametrize(
    ("role", "tier", "start"),
    [
        ("anonymous", 2, ("/", "/products/", "/suppliers/", "/demands/", "/accounts/signup/", "/about/")),
        ("supplier admin", 2, ("/supplier/", "/supplier/products/new/", "/account/", "/enquiries/", "/join/")),
        ("buyer member", 1, ("/buyer/", "/buyer/demands/new/")),
        ("organiser", 1, ("/console/", "/console/campaign/")),
    ],
)
def test_pages_are_in_the_language_of_their_reader(settings, catalogue, role, tier, start):
    assert walk(settings, catalogue, role, tier=tier, few=1, start=start) == []


@long
@pytest.mark.parametrize("role", ["anonymous", "supplier admin", "partner", "buyer member", "organiser"])
def test_every_page_of_the_tier_is_in_the_language_of_its_reader(settings, catalogue, role):
    assert walk(settings, catalogue, role, tier=2 if role in TIER_2 else 1, few=1) == []


def test_what_is_not_translated_is_noticed():
    page = '<html lang="x"><p>Sávé</p><p>Save it</p><bdi>Rice</bdi><span lang="en">Tea</span><p title="Close">OK</p>'
    assert pseudo.plain_texts(page, frozenset()) == ["Save it", "Close"]
    assert pseudo.pseudo("Save <b>%(name)s</b> now") == "Sávé <b>%(name)s</b> ñów~~~"
