"""Every page linked from any page opens, for each kind of person, in both languages, over the sample campaign.

CRAWL=5 opens five pages of each kind instead of one.
"""

import os

import pytest
from django.test import Client

from matchmaker.campaigns.models import Organiser
from tests import factories
from tests.journeys.pages.site_map import SiteMap
from tests.web.access_more import FullWorld
from tests.web.crawler import Crawl

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PEOPLE = ("anonymous", "supplier", "buyer", "organiser", "event staff", "partner", "staff")


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker):
    """The sample campaign with things going on in it; taken back after the module."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        made = SiteMap()
        made.people["event staff"] = factories.organiser(made.campaign, Organiser.Role.STAFF)
        yield made
        transaction.set_rollback(True)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("person", PEOPLE)
def test_no_link_of_any_page_leads_nowhere(site, person, language):
    client = Client(raise_request_exception=False)
    if person != "anonymous":
        client.force_login(site.people[person])
    client.cookies["django_language"] = language
    walk = Crawl(client, language, few=int(os.environ.get("CRAWL", "1"))).run()
    assert walk.faults == []
    assert len(walk.opened) > 30


def test_no_link_of_a_site_with_one_of_everything_leads_nowhere():
    """The small variant, which takes seconds: it has rows in states that the sample campaign lacks."""
    world, faults = FullWorld(), []
    for person in ("anonymous", "stranger", "supplier admin", "buyer member", "organiser", "event staff", "partner"):
        client, _headers = world.caller(person)
        faults += [f"{person}: {fault}" for fault in Crawl(client, "en").run().faults]
    assert faults == []
