"""The made-up language reaches every page: nothing on it is English beside what people wrote.

The default lane looks at some pages of each tier; `make crawl` follows every link.
"""

import os
import re

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


# How long ago: words of CLDR, which has no such language.
AGO = re.compile(r"\b\d+ (second|minute|hour)s? ago\b")
# What the default lane looks at: (who, pages).
SOME = [
    ("anonymous", ("/", "/products/", "/suppliers/", "/demands/", "/accounts/signup/", "/about/")),
    ("supplier admin", ("/supplier/", "/supplier/products/new/", "/account/", "/enquiries/", "/join/")),
    ("buyer member", ("/buyer/", "/buyer/demands/new/")),
    ("organiser", ("/console/", "/console/campaign/")),
]


def left_over(settings, catalogue, walks) -> list[str]:
    """Texts that are not in the made-up language, with the page where they stand; `walks` as in SOME."""
    world, left = FullWorld(), {}
    allowed = pseudo.allowed_words() | SAME

    def look(path: str, html: str) -> None:
        if f'<html lang="{tag_of(pseudo.CODE)}"' not in html:
            left.setdefault("is in another language", path)
            return
        html = AGO.sub(" ", html)
        for text in pseudo.plain_texts(html, allowed):
            left.setdefault(text, path)

    for role, start in walks:
        for name, value in pseudo.settings_with(catalogue, tier=2 if role in TIER_2 else 1).items():
            setattr(settings, name, value)
        client, _headers = world.caller(role)
        factories.read_in(pseudo.CODE, client)
        options = {"start": start, "follow_links": False} if start else {}
        Crawl(client, pseudo.CODE, look=look, **options).run()
    return [f"{path}: {text}" for text, path in left.items()]


def test_pages_are_in_the_language_of_their_reader(settings, catalogue):
    left = left_over(settings, catalogue, SOME)
    assert not left, "\n".join(left)


@long
@pytest.mark.parametrize("role", ["anonymous", "supplier admin", "partner", "buyer member", "organiser"])
def test_every_page_of_the_tier_is_in_the_language_of_its_reader(settings, catalogue, role):
    left = left_over(settings, catalogue, [(role, ())])
    assert not left, "\n".join(left)


def test_what_is_not_translated_is_noticed():
    page = '<html lang="x"><p>Sávé</p><p>Save it</p><bdi>Rice</bdi><span lang="en">Tea</span><p title="Close">OK</p>'
    assert pseudo.plain_texts(page, frozenset()) == ["Save it", "Close"]
    assert pseudo.pseudo("Save <b>%(name)s</b> now") == "Sávé <b>%(name)s</b> ñów~~~"
