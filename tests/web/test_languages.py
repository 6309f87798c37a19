"""No string of the interface is in another language than the page, on a site with one of everything.

Exporters, country partners and visitors in every language, buyers and organisers in those of tier 1; every link is
followed. The default lane looks at one language; `make crawl` at all, or at those that `LANGUAGES=de,ru` names.
"""

import os
import re

import pytest
from django.test import Client

from matchmaker.core.languages import site_languages
from tests import factories
from tests.readers import Page, names_of
from tests.web.access_more import FullWorld
from tests.web.crawler import Crawl

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TIER_2 = ("anonymous", "supplier admin", "partner")
TIER_1 = (*TIER_2, "buyer member", "organiser")
# In English, or in several languages, on purpose: the reference for programs, a sample row, saved searches' examples.
NOT_LOOKED_AT = ("/api/", "/imports/new/", "/searches/")
AS_A_MAIL = re.compile(r"/console/(texts|announcements)/.*/mail/")  # in the language of its address
CHOSEN = os.environ.get("LANGUAGES", "").split(",") if "LANGUAGES" in os.environ else []
IS_LONG = "CRAWL" in os.environ
LANGUAGES = [row for row in site_languages() if row.code != "en"]
IN_DEFAULT_LANE = "de"


def is_wanted(code: str) -> bool:
    return code in CHOSEN if CHOSEN else IS_LONG or code == IN_DEFAULT_LANE


@pytest.mark.parametrize("language", [row for row in LANGUAGES if is_wanted(row.code)], ids=lambda row: row.code)
def test_no_string_is_in_another_language(language):
    world, faults, opened = FullWorld(), {}, {}
    for role in TIER_1 if language.tier == 1 else TIER_2:
        client, _headers = world.caller(role) if role != "anonymous" else (Client(), None)
        factories.read_in(language.code, client)
        names = names_of(language.code)

        def look(path: str, html: str, role=role, names=names) -> None:
            others = {row.code for row in LANGUAGES} - {language.code}
            if not path.startswith(NOT_LOOKED_AT) and not AS_A_MAIL.match(path) and path.split("/")[1] not in others:
                for fault in Page(html, language.code, names).faults(is_whole=False):
                    faults.setdefault(fault, f"{path} ({role})")

        walk = Crawl(client, language.code, look=look).run()
        opened[role] = len(walk.opened)
    print(f"{language.code}: {opened}")  # noqa: T201
    assert not faults, "\n".join(f"{path}: {fault}" for fault, path in faults.items())
    assert min(opened.values()) > 20, opened
