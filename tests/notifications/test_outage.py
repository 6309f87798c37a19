"""A mail server that cannot be reached is seen by everybody who looks after the site."""

import logging
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from matchmaker.campaigns.models import Organiser, TeamSeat
from matchmaker.campaigns.services import letters, seats
from matchmaker.notifications import health, mail
from matchmaker.notifications.models import Outage
from tests import factories
from tests.notifications.conftest import mailers

pytestmark = pytest.mark.django_db


def doctor() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("doctor", stdout=out, no_color=True)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def no_server(sink, settings):
    """The address of a mail server that is not there."""
    sink.stop()
    settings.MAILERS = mailers(sink.port)
    return sink


def offer_a_place():
    campaign = factories.campaign()
    seats.offer(TeamSeat(campaign=campaign, email="first@example.org", role=Organiser.Role.ADMIN))


def test_the_doctor_tries_the_mail_server_and_ends_with_one_when_it_is_away(no_server):
    code, text = doctor()
    assert code == 1
    assert "NO MAIL CAN LEAVE" in text
    assert "Connection refused" in text


def test_the_doctor_is_content_with_a_mail_server_that_answers(sink):
    Outage.objects.create(since="2026-11-01T00:00Z", seen_at="2026-11-01T00:00Z", reason="away")
    code, text = doctor()
    assert (code, "NO MAIL" in text) == (0, False)
    assert not Outage.objects.exists()


def test_a_letter_that_could_not_leave_is_logged_once_and_shown_on_the_delivery_page(no_server, client, caplog):
    offer_a_place()
    with caplog.at_level(logging.WARNING):
        letters.send_waiting()
        letters.send_waiting()
    assert [record.levelname for record in caplog.records if "No mail can leave" in record.message] == ["ERROR"]
    assert health.delivery_health()["sound"] is False
    client.force_login(factories.organiser(TeamSeat.objects.get().campaign))
    page = client.get(reverse("console_delivery")).content.decode()
    assert "No email could be sent since" in page
    assert "Connection refused" in page
    assert "Places in the team" in page


def test_the_outage_ends_with_the_next_letter_that_leaves(sink, person, tell):
    Outage.objects.create(since="2026-11-01T00:00Z", seen_at="2026-11-01T00:00Z", reason="away")
    tell(person)
    assert mail.deliver_waiting() == 1
    assert not Outage.objects.exists()


def test_every_kind_of_letter_is_counted():
    names = {channel["name"] for channel in health.delivery_health()["channels"]}
    assert names >= {
        "email",
        "digest",
        "webhook",
        "accountletter",
        "invitation",
        "domainproof",
        "teamseat",
        "partnerseat",
    }


def test_readiness_tells_details_to_staff_and_to_a_monitor_with_the_token_alone(no_server, client, settings):
    settings.HEALTH_TOKEN = "a-token-for-the-monitor"
    offer_a_place()
    letters.send_waiting()
    address = reverse("health_ready")
    assert client.get(address).json() == {"ready": True}
    assert client.get(address, headers={"authorization": "Bearer wrong"}).json() == {"ready": True}
    seen = client.get(address, headers={"authorization": "Bearer a-token-for-the-monitor"}).json()
    assert seen["mail"]["can_leave"] is False
    assert "Connection refused" in seen["mail"]["reason"]
    assert seen["waiting"]["teamseat"] == 1
    assert (seen["database"], seen["worker"]["alive"], seen["sound"]) == (True, False, False)
    client.force_login(factories.user(is_staff=True))
    assert client.get(address).json()["mail"]["can_leave"] is False


def test_the_details_say_whether_redis_answers(client, settings):
    settings.HEALTH_TOKEN, settings.REDIS_URL = "token", "redis://127.0.0.1:1/0"
    seen = client.get(reverse("health_ready"), headers={"authorization": "Bearer token"}).json()
    assert (seen["ready"], seen["redis"]) == (True, False)
