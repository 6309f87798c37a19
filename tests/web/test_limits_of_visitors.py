"""How many pages one address may ask for, how long the team stays signed in, and who reads the monitor's figures."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db
SOMEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def few(settings):
    settings.PAGE_RATE = 3


@pytest.fixture(autouse=True)
def _at_the_beginning_of_a_minute():
    with time_machine.travel(dt.datetime(2026, 12, 2, 8, 0, 1, tzinfo=dt.UTC), tick=False):
        yield


def statuses(client, count: int, path="/.well-known/security.txt", **more) -> list[int]:
    return [client.get(path, **more).status_code for _number in range(count)]


def test_one_address_gets_so_many_pages_a_minute_and_others_go_on(client, few):
    assert statuses(client, 4, **SOMEWHERE) == [200, 200, 200, 429]
    assert client.get("/.well-known/security.txt", **SOMEWHERE)["Retry-After"] == "59"
    assert statuses(client, 1, REMOTE_ADDR="203.0.113.8") == [200]
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
        assert statuses(client, 1, **SOMEWHERE) == [200]


def test_the_addresses_of_one_ipv6_network_are_counted_together(client, few):
    answers = [statuses(client, 1, REMOTE_ADDR=f"2001:db8:1:2::{number}")[0] for number in range(4)]
    assert answers == [200, 200, 200, 429]


def test_a_header_that_no_proxy_of_ours_wrote_changes_nothing(client, few):
    answers = [statuses(client, 1, **SOMEWHERE, HTTP_X_FORWARDED_FOR=f"198.51.100.{n}")[0] for n in range(4)]
    assert answers == [200, 200, 200, 429]


def test_behind_a_proxy_the_address_that_it_wrote_is_counted(client, few, settings):
    settings.TRUSTED_PROXIES = 1
    sent = [f"10.0.0.{number}, 198.51.100.9" for number in range(4)]
    assert [statuses(client, 1, HTTP_X_FORWARDED_FOR=given)[0] for given in sent] == [200, 200, 200, 429]


def test_pictures_count_a_tenth_and_a_monitor_and_this_machine_are_not_counted(client, few, settings):
    assert 429 not in statuses(client, 30, "/media/none.webp", **SOMEWHERE)
    assert statuses(client, 1, "/media/none.webp", **SOMEWHERE) == [429]
    assert 429 not in statuses(client, 5, "/health/live", **SOMEWHERE)
    assert 429 not in statuses(client, 5)


def test_the_limit_holds_without_redis(client, few, settings):
    settings.CACHES["default"]["LOCATION"] = "redis://127.0.0.1:1/0"
    assert statuses(client, 4, **SOMEWHERE) == [200, 200, 200, 429]


def test_the_sitemap_may_be_stored_for_an_hour(client):
    factories.campaign()
    for path in (reverse("sitemap"), reverse("sitemap_file", args=["en", "pages", 1])):
        assert client.get(path)["Cache-Control"] == "public, max-age=3600"


def is_signed_in_after(client, minutes: int, every: int = 60) -> bool:
    """Asks for a page each `every` minutes, up to `minutes` later."""
    start = timezone.now()
    for passed in [*range(every, minutes, every), minutes]:
        with time_machine.travel(start + dt.timedelta(minutes=passed)):
            status = client.get("/account/").status_code
    return status == 200


def test_a_session_of_the_team_ends_when_idle_and_at_the_end_of_a_day(client):
    client.force_login(factories.organiser())
    assert is_signed_in_after(client, 119, every=119)
    client.force_login(factories.organiser())
    assert not is_signed_in_after(client, 121, every=121)
    client.force_login(factories.organiser())
    assert is_signed_in_after(client, 12 * 60 - 1)
    client.force_login(factories.user(is_staff=True))
    assert not is_signed_in_after(client, 12 * 60 + 1)


def test_a_session_of_a_company_does_not(client):
    client.force_login(factories.member_of(factories.supplier()))
    assert is_signed_in_after(client, 3 * 24 * 60, every=24 * 60)


def test_figures_of_the_monitor_need_the_scheme_and_details_the_second_step(client, settings):
    settings.HEALTH_TOKEN = "monitor"
    for given, status in (("monitor", 404), ("Basic monitor", 404), ("Bearer monitor", 200)):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == status
    settings.MFA_REQUIRED = True
    client.force_login(factories.user(is_staff=True))
    assert client.get("/health/ready").json() == {"ready": True}
    settings.MFA_REQUIRED = False
    assert "database" in client.get("/health/ready").json()
