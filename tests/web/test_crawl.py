"""Every page linked from any page opens, for each kind of person, in both languages.

The default lane walks through a small site with one of everything in English. `make crawl` also walks in Chinese and
through the whole sample campaign; CRAWL=5 opens five pages of each kind instead of one.
"""

import os

import pytest
from django.conf import settings
from django.test import Client

from matchmaker.campaigns.models import Organiser
from matchmaker.web.access.decorators import opens_for
from tests import factories
from tests.journeys.pages.site_map import SiteMap
from tests.web.access_more import FullWorld
from tests.web.crawler import Crawl

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LANGUAGES = ("en", "zh-hans")
long = pytest.mark.skipif("CRAWL" not in os.environ, reason="the longer walks take minutes: make crawl")
FEW = int(os.environ.get("CRAWL", "1"))


def in_language(client: Client, language: str) -> Client:
    client.raise_request_exception = False
    factories.read_in(language, client)
    return client


# Before those of the sample campaign, which stays in the database until the module ends.
@pytest.mark.parametrize("language", ["en", pytest.param("zh-hans", marks=long)])
def test_no_link_of_a_site_with_one_of_everything_leads_nowhere(language):
    """It has rows in states that the sample campaign lacks."""
    world, faults, opened = FullWorld(), [], {}
    for person in ("anonymous", "stranger", "supplier admin", "buyer member", "organiser", "event staff", "partner"):
        client, _headers = world.caller(person)
        walk = Crawl(in_language(client, language), language, few=FEW).run()
        faults += [f"{person}: {fault}" for fault in walk.faults]
        if person == "event staff":
            refused = [(to, page) for to, page in walk.sent_to.items() if not opens_for(Organiser.Role.STAFF, to)]
            faults += [f"{person}: a button on {page} that {to} refuses" for to, page in refused]
        opened[person] = len(walk.opened)
    assert not faults, "\n".join(faults)
    assert min(opened.values()) > 20, opened


@pytest.fixture(scope="module")
def sample_site(django_db_setup, django_db_blocker):
    """The sample campaign with things going on in it; taken back after the module."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        made = SiteMap()
        made.people["event staff"] = factories.organiser(made.campaign, Organiser.Role.STAFF)
        made.private_root = settings.PRIVATE_ROOT  # each test has a folder of its own, and these files are here
        yield made
        transaction.set_rollback(True)


@long
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("person", ["anonymous", "supplier", "buyer", "organiser", "event staff", "partner", "staff"])
def test_no_link_in_the_sample_campaign_leads_nowhere(sample_site, person, language, settings):
    settings.PRIVATE_ROOT = sample_site.private_root
    client = Client()
    if person != "anonymous":
        client.force_login(sample_site.people[person])
    walk = Crawl(in_language(client, language), language, few=FEW).run()
    assert not walk.faults, "\n".join(walk.faults)
    assert len(walk.opened) > 30
