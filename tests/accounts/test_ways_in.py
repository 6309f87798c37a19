"""What opens an account beside its password: its owner hears of it, gives the password first, can end them all."""

import time

import pytest
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts import letters
from matchmaker.accounts.services import create_token
from matchmaker.companies import programs
from matchmaker.events import services as events
from matchmaker.events.models import CalendarAddress, Event, EventParticipation
from matchmaker.notifications import addresses, webhooks
from matchmaker.notifications.models import ChannelAddress, Notice, WebhookEndpoint
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD, NEW = "correct horse battery", "another long enough secret"
ROBOT = {"channel": "feishu", "url": "https://open.feishu.cn/open-apis/bot/v2/hook/0123456789abcdef", "secret": ""}


@pytest.fixture
def person():
    return factories.user(PASSWORD)


@pytest.fixture
def trusted(client, person):
    """She gave her password a moment ago."""
    client.force_login(person)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client


@pytest.fixture
def all_ways(person, monkeypatch):
    """A key, a program, a chat robot and a calendar address."""
    monkeypatch.setattr("matchmaker.notifications.outbound._addresses", lambda host: [])
    create_token(by=person, name="Thief's key", scopes=["read"])
    webhooks.create_endpoint(by=person, url="https://hook.example.org/x", name="Thief's program")
    addresses.add_address(by=person, **ROBOT)
    company = factories.supplier(person)
    campaign = factories.campaign()
    days = {"starts_on": campaign.starts_on, "ends_on": campaign.ends_on, "campaign": campaign}
    fair = Event.objects.create(slug="fair", name={"en": "Spring fair", "zh-hans": "春季洽谈会"}, **days)
    participation = EventParticipation.objects.create(
        event=fair, company=company, side="supplier", registered_at=timezone.now()
    )
    events.renew_calendar_address(by=person, participation=participation)
    return person


def ways_told(person) -> list[str]:
    return sorted(Notice.objects.filter(recipient=person, kind="way_in_added").values_list("context__way", flat=True))


def living(person) -> tuple[int, int, int, int]:
    return (
        person.api_tokens.filter(revoked_at=None).count(),
        WebhookEndpoint.objects.filter(user=person).count(),
        ChannelAddress.objects.filter(user=person).count(),
        CalendarAddress.objects.filter(user=person).count(),
    )


def test_the_owner_hears_of_each_new_way_into_the_account(all_ways):
    assert ways_told(all_ways) == ["calendar", "key", "program", "robot"]
    key = Notice.objects.get(recipient=all_ways, kind="way_in_added", context__way="key")
    assert (key.context["name"], key.path, key.deliveries.count()) == ("Thief's key", "/account/keys/", 1)


def test_all_administrators_hear_of_a_program_of_the_company(monkeypatch):
    monkeypatch.setattr("matchmaker.notifications.outbound._addresses", lambda host: [])
    company = factories.supplier()
    people = [factories.member_of(company), factories.member_of(company)]
    programs.add_program(by=people[0], company=company, url="https://hook.example.org/y", name="ERP", types=["match"])
    assert [ways_told(person) for person in people] == [["company"], ["company"]]


@pytest.mark.parametrize(
    ("route", "sent"),
    [
        ("account_tokens", {"name": "ERP", "scopes": ["read"], "days": 90}),
        ("account_webhooks", {"name": "ERP", "url": "https://hook.example.org/x"}),
        ("notice_channels", ROBOT),
        ("notice_channel_browser", {"endpoint": "https://push.example.org/x", "p256dh": "x", "auth": "y"}),
        ("meetings_feed_renew", {}),
    ],
)
def test_a_session_that_did_not_give_the_password_a_moment_ago_is_asked_for_it_first(client, person, route, sent):
    client.force_login(person)
    answer = client.post(reverse(route, args=["fair"] if route == "meetings_feed_renew" else []), sent)
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert living(person) == (0, 0, 0, 0)


def test_a_changed_password_ends_all_of_them_unless_the_person_keeps_them(trusted, all_ways):
    before = living(all_ways)
    assert before == (1, 1, 1, 1)
    address = reverse("account_change_password")
    page = trusted.get(address).content.decode()
    assert "Thief&#x27;s key" in page
    assert 'name="end_ways"' in page
    assert "checked" in page.split('name="end_ways"')[1].split(">")[0]
    sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert trusted.post(address, sent).status_code == 302
    assert living(all_ways) == before  # the box was not ticked
    all_ways.refresh_from_db()
    trusted.force_login(all_ways)
    sent = {"oldpassword": NEW, "password1": PASSWORD, "password2": PASSWORD, "end_ways": "on"}
    assert trusted.post(address, sent).status_code == 302
    assert living(all_ways) == (0, 0, 0, 0)


def test_a_reset_password_ends_them_too(client, all_ways):
    address = forgotten(client, all_ways)
    page = client.get(address).content.decode()
    assert "Thief&#x27;s program" in page
    client.post(address, {"password1": NEW, "password2": NEW, "end_ways": "on"})
    all_ways.refresh_from_db()
    assert (all_ways.check_password(NEW), living(all_ways)) == (True, (0, 0, 0, 0))


def forgotten(client, person) -> str:
    """The page to which the link of the letter leads."""
    client.post(reverse("account_reset_password"), {"email": person.email})
    letters.send_waiting()
    [letter] = [one for one in outbox.outbox if "/password/reset/key/" in one.body]
    link = next(word for word in letter.body.split() if "/password/reset/key/" in word)
    return client.get(link[link.index("/accounts/") :]).headers["Location"]


def test_a_person_without_other_ways_sees_no_such_box(trusted):
    assert 'name="end_ways"' not in trusted.get(reverse("account_change_password")).content.decode()
