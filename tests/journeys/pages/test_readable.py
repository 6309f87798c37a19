"""What a person opens she can read: nothing is only in letters that she does not know, and no string of the interface
is in another language.

The default lane looks at the pages on which the two sides meet, as a Chinese buyer and as exporters in three languages.
With CRAWL=1 (`make crawl`) every link is followed, and there are more readers: of tier 1 as exporter, buyer, partner
and organiser, of tier 2 as exporter. Those are looked at for strings of another language alone.
"""

import os
import re
from html import unescape

import pytest
from django.test import Client
from django.utils.html import strip_tags
from django.utils.translation import override

from matchmaker.core.languages import site_languages, split_path
from matchmaker.matching.models import Match
from matchmaker.notifications.mail import subject
from matchmaker.notifications.models import Notice
from matchmaker.notifications.templatetags.notices import localize_context, notice_line
from tests import factories
from tests.readers import Page, english_in, is_foreign, names_of, without
from tests.web.crawler import Crawl

pytestmark = [pytest.mark.journey, pytest.mark.slow]
IS_LONG = "CRAWL" in os.environ
PUBLIC = ("/", "/products/", "/suppliers/", "/demands/", "/categories/AGRI-03/", "/events/")
SUPPLIER = (
    "/supplier/",
    "/supplier/matches/",
    "/supplier/interest/",
    "/supplier/products/",
    "/enquiries/",
    "/notices/",
)
BUYER = ("/buyer/", "/buyer/matches/", "/buyer/shortlist/", "/enquiries/", "/notices/")
READERS = [("zh-hans", "buyer", BUYER), ("fr", "exporter", SUPPLIER), ("ar", "exporter", SUPPLIER),
           ("th", "exporter", SUPPLIER)]  # fmt: skip
# In English, or in several languages, on purpose: the reference for programs, searches in both languages, a sample row.
NOT_LOOKED_AT = ("/api/", "/imports/new/", "/searches/")
STATES = 3  # pages of each kind: a file half read, an enquiry with a quote have words of their own
LETTER = re.compile(r"/mail/([a-z-]+/)?$")  # previews in each language, with facts of a letter that was sent
OTHERS = [
    *(
        (language.code, role)
        for language in site_languages(1)
        for role in ("supplier", "buyer", "partner", "organiser")
    ),
    *((language.code, "supplier") for language in site_languages(2)),
]


def person_of(site, role: str, language: str):
    """Exporters are those who wrote in the language that they read, and have a match."""
    if role != "exporter":
        return site.people[role]
    own = {"product__texts__is_original": True, "product__texts__language": language}
    return Match.objects.filter(**own).order_by("-score", "pk")[0].product.company.members.first()


def read(site, language: str, role: str, paths: tuple[str, ...] = (), *, is_whole: bool = True) -> list[str]:
    """Faults of the pages of one reader, each with the first page that has it."""
    client, person, names, faults = Client(), person_of(site, role, language), names_of(language), {}
    client.force_login(person)
    factories.read_in(language, client)

    def look(path: str, html: str) -> None:
        is_other = split_path(path)[0] not in ("", language)  # a link to the page in another language
        if not (is_other or path.startswith(NOT_LOOKED_AT) or LETTER.search(path)):
            for fault in Page(html, language, names).faults(is_whole=is_whole):
                faults.setdefault(fault, path)

    options = {"start": (*PUBLIC, *paths), "follow_links": IS_LONG} if paths else {}
    few = 1 if role == "organiser" else STATES  # the console has many pages of each kind that differ in no word
    Crawl(client, language, few=few, look=look, for_words=True, **options).run()
    with override(language):
        for notice in Notice.objects.filter(recipient=person):
            if not is_written_in(notice, language):
                continue
            texts = of_letter(notice, names)
            unread = [text for text in texts if is_whole and is_foreign(text, language)]
            for fault in (*unread, *english_in(texts, language, names)):
                faults.setdefault(fault, f"a letter, {notice.kind}")
    return [f"{path}: {fault}" for fault, path in faults.items()]


def is_written_in(notice: Notice, language: str) -> bool:
    """Whether its reader had the site in this language when it was written: a letter is not written again later."""
    by_language = [value for value in notice.context.values() if isinstance(value, dict) and "en" in value]
    return all(language in value for value in by_language)


def of_letter(notice: Notice, names: set[str]) -> list[str]:
    """Subject, line in the list, and reasons of a notice in the language set, without names."""
    line = unescape(strip_tags(notice_line(notice)))
    texts = [subject(notice), line, *(localize_context(notice.context).get("reasons") or [])]
    long_first = sorted((name for name in names if not name.isascii()), key=len, reverse=True)
    return [without(long_first, text) for text in texts]


@pytest.mark.parametrize(("language", "role", "paths"), READERS)
def test_lists_cards_matches_notices_and_subjects_can_be_read(shown, language, role, paths):
    letters = Notice.objects.filter(recipient=person_of(shown.site, role, language), kind="match_found")
    assert role == "buyer" or any(is_written_in(letter, language) for letter in letters)
    faults = read(shown.site, language, role, paths)
    assert not faults, "\n".join(faults)


@pytest.mark.skipif(not IS_LONG, reason="the longer walks take minutes: make crawl")
@pytest.mark.parametrize(("language", "role"), OTHERS)
def test_no_string_is_in_another_language(shown, language, role):
    if language == "en":
        pytest.skip("the strings are English")
    faults = read(shown.site, language, role, is_whole=False)
    assert not faults, "\n".join(faults)
