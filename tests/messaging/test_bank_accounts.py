"""Which buyer sees a supplier's confirmed bank details, and who is told of a change."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.companies import bank_accounts
from matchmaker.companies.models import Membership
from matchmaker.messaging import services
from matchmaker.messaging.models import Quote, Side
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db

FIELDS = {"holder": "Surin Rice Mill", "bank": "West Bank", "country": "GB", "currency": "USD"}
OLD, NEW = "GB82WEST12345698765432", "GB33BUKB20201555555555"


@pytest.fixture
def change(matched):
    """Enter and confirm an account of the seller by two administrators."""
    since = timezone.now() - dt.timedelta(days=100)
    second = factories.user()
    Membership.objects.create(company=matched.seller, user=second, role="admin", role_since=since)

    def do(number):
        account = bank_accounts.enter_account(by=matched.sell, company=matched.seller, number=number, bic="", **FIELDS)
        return bank_accounts.confirm_account(by=second, account=account)

    return do


def quoted(talk, matched, **fields):
    values = {"price": 900, "currency": "USD", "price_unit": "t", "incoterm": "FOB", "incoterm_place": "Bangkok"}
    values |= {"valid_until": timezone.localdate() + dt.timedelta(days=30), "made_at": timezone.now()}
    return Quote.objects.create(enquiry=talk, made_by=matched.sell, **{**values, **fields})


def test_a_buyer_without_a_quote_or_a_deal_sees_no_account_and_is_not_told(client, talk, matched, change):
    change(OLD)
    assert services.account_for(talk, Side.BUYER) is None
    client.force_login(matched.buy)
    assert "GB82 WEST" not in client.get(reverse("enquiry", args=[talk.uid])).text
    assert not Notice.objects.filter(kind="enquiry_account").exists()


@pytest.mark.parametrize("status", ["open", "question", "accepted"])
def test_a_buyer_with_a_quote_sees_who_entered_and_who_confirmed_it(client, talk, matched, change, status):
    account = change(OLD)
    quoted(talk, matched, status=status)
    client.force_login(matched.buy)
    page = client.get(reverse("enquiry", args=[talk.uid])).text
    assert "GB82 WEST 1234 5698 7654 32" in page
    assert f"entered by {matched.sell}, confirmed by {account.confirmed_by}" in page
    assert "Never send money to an account that does not stand here." in page
    client.force_login(matched.sell)
    assert "GB82 WEST" not in client.get(reverse("enquiry", args=[talk.uid])).text


@pytest.mark.parametrize("status", ["declined", "withdrawn", "replaced"])
def test_a_quote_that_ended_shows_no_account(talk, matched, change, status):
    change(OLD)
    quoted(talk, matched, status=status)
    assert services.account_for(talk, Side.BUYER) is None


def test_a_step_that_the_buyer_alone_states_opens_no_account(talk, matched, change):
    change(OLD)
    services.reply(by=matched.sell, enquiry=talk, text="Yes, gladly.")
    talk.refresh_from_db()
    values = {"rung": "intent", "happened_on": timezone.localdate()}
    step = services.say_step(by=matched.buy, enquiry=talk, **values)
    assert services.account_for(talk, Side.BUYER) is None
    services.answer_step(by=matched.sell, step=step, confirm=True)
    assert services.account_for(talk, Side.BUYER).number == OLD


def test_one_that_waits_is_not_shown_and_a_change_is_told_once_without_the_number(talk, matched, change):
    quoted(talk, matched)
    change(OLD)
    bank_accounts.enter_account(by=matched.sell, company=matched.seller, number=NEW, bic="", **FIELDS)
    assert services.account_for(talk, Side.BUYER).number == OLD
    assert Notice.objects.filter(kind="enquiry_account", recipient=matched.buy).count() == 1
    change(NEW)
    notices = Notice.objects.filter(kind="enquiry_account", recipient=matched.buy)
    assert notices.count() == 2
    assert not [row for row in notices if OLD in str(row.context) or NEW in str(row.context)]
    assert {row.path for row in notices} == {f"/enquiries/{talk.uid}/"}


def test_a_message_that_names_another_account_than_the_confirmed_one_is_warned_of_with_its_end(
    client, talk, matched, change
):
    change(OLD)
    quoted(talk, matched)
    services.reply(by=matched.sell, enquiry=talk, text=f"Please pay to {NEW}.")
    services.reply(by=matched.sell, enquiry=talk, text=f"Please pay to {OLD}.")
    *_first, other, confirmed = talk.messages.all()
    warnings = services.warnings_for(talk, Side.BUYER, talk.messages.all())
    assert [(row.kind, row.detail) for row in warnings[other.pk]] == [
        ("account", "The confirmed account ends in 5432.")
    ]
    assert confirmed.pk not in warnings
    client.force_login(matched.buy)
    assert "The confirmed account ends in 5432." in client.get(reverse("enquiry", args=[talk.uid])).text


def test_a_buyer_who_sees_no_account_is_not_shown_the_end_of_it(talk, matched, change):
    change(OLD)
    services.reply(by=matched.sell, enquiry=talk, text="Our bank account has changed, use the new IBAN.")
    (warning,) = services.warnings_for(talk, Side.BUYER, talk.messages.all())[talk.messages.last().pk]
    assert (warning.kind, warning.detail) == ("account", "")
