"""Bank details of a company: no person alone can change to which account it is paid."""

import datetime as dt
import json
import time

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.acting import Acting, acting
from matchmaker.accounts.models import AuditEntry
from matchmaker.accounts.services import SCOPES, create_token
from matchmaker.campaigns.services.bank_accounts import accounts_for_team, changed_lately, confirm_after_call
from matchmaker.companies import bank_accounts, invitations, members, privacy
from matchmaker.companies.merging import merge_into
from matchmaker.companies.models import BankAccount, Membership
from matchmaker.companies.services import update_company
from matchmaker.core.problems import Refused
from matchmaker.imports.kinds import KINDS
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db

IBAN = "GB82WEST12345698765432"
OTHER = "GB33BUKB20201555555555"
FIELDS = {
    "holder": "Surin Rice Mill Co., Ltd.",
    "bank": "West Bank plc",
    "country": "GB",
    "number": "gb82 west 1234 5698 7654 32",
    "bic": "westgb2lxxx",
    "currency": "USD",
}


@pytest.fixture
def company():
    return factories.supplier()


@pytest.fixture
def first(company):
    person = factories.member_of(company)
    Membership.objects.filter(user=person).update(role_since=timezone.now() - dt.timedelta(days=100))
    return person


@pytest.fixture
def second(company):
    return administrator(company)


def administrator(company, days=100):
    """Another administrator, who has been one for this many days."""
    person = factories.user()
    since = timezone.now() - dt.timedelta(days=days)
    Membership.objects.create(company=company, user=person, role=Membership.Role.ADMIN, role_since=since)
    return person


def confirmed_numbers(company):
    return list(company.bank_accounts.confirmed().values_list("number", flat=True))


def refusal(call, **arguments):
    with pytest.raises(Refused) as refused, transaction.atomic():
        call(**arguments)
    return refused.value.code


def sign_in(client, person):
    """Signed in by a password a moment ago, as `reauthentication_required` asks for."""
    client.force_login(person)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()


def test_one_administrator_enters_and_another_confirms(company, first, second):
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    assert (account.number, account.bic, account.number_in_groups) == (
        IBAN,
        "WESTGB2LXXX",
        "GB82 WEST 1234 5698 7654 32",
    )
    assert confirmed_numbers(company) == []
    bank_accounts.confirm_account(by=second, account=account)
    account.refresh_from_db()
    assert (account.state, account.entered_by, account.confirmed_by) == ("confirmed", first, second)


def test_a_change_is_a_new_version_and_the_old_one_counts_until_it_is_confirmed(company, first, second):
    old = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    bank_accounts.confirm_account(by=second, account=old)
    new = bank_accounts.enter_account(by=second, company=company, **{**FIELDS, "number": OTHER})
    assert confirmed_numbers(company) == [IBAN]
    bank_accounts.confirm_account(by=first, account=new)
    assert confirmed_numbers(company) == [OTHER]
    old.refresh_from_db()
    assert (old.state, old.number, old.confirmed_by, old.ended_at is not None) == ("replaced", IBAN, second, True)


def test_a_second_entry_takes_the_place_of_the_one_that_waits(company, first, second):
    seen = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    bank_accounts.enter_account(by=first, company=company, **{**FIELDS, "number": OTHER})
    assert refusal(bank_accounts.confirm_account, by=second, account=seen) == "not_waiting"
    assert confirmed_numbers(company) == []


@pytest.mark.parametrize(
    ("number", "country", "is_valid"),
    [
        ("GB82 WEST 1234 5698 7654 32", "GB", True),
        ("GB82 WEST 1234 5698 7654 33", "GB", False),  # a digit mistyped
        ("GB82 WEST 1234 5698 7654 32", "CN", False),  # of another country than the bank
        ("GB82 WEST 1234 5698 7654", "GB", False),
        ("6222 0200 1234 5678 901", "CN", True),
        ("SB-12345", "IN", True),
        ("123", "CN", False),
        ("1234567890；DROP", "CN", False),
    ],
)
def test_numbers_are_checked(number, country, is_valid):
    if is_valid:
        assert " " not in bank_accounts.check_number(number, country)
        return
    with pytest.raises(ValidationError):
        bank_accounts.check_number(number, country)


def test_wrong_fields_are_named(company, first):
    with pytest.raises(ValidationError) as problems:
        bank_accounts.enter_account(
            by=first, company=company, holder="x", bank="b", country="XX", bic="12", currency="?"
        )
    assert set(problems.value.error_dict) == {"country", "number", "bic", "currency"}


# All ways in which one person might do it alone.


def test_who_entered_it_may_not_confirm_it(company, first, second):
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    assert refusal(bank_accounts.confirm_account, by=first, account=account) == "same_person"
    assert refusal(bank_accounts.make_confirmed, by=first, account=account) == "same_person"


def test_a_new_administrator_may_confirm_only_after_days(company, first, settings):
    invitation = invitations.invite(by=first, company=company, email="friend@example.org", role="admin")
    friend = factories.user(email="friend@example.org")
    invitations.accept(by=friend, invitation=invitation)
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    assert refusal(bank_accounts.confirm_account, by=friend, account=account) == "new_administrator"
    Membership.objects.filter(user=friend).update(role_since=timezone.now() - dt.timedelta(days=13, hours=23))
    assert refusal(bank_accounts.confirm_account, by=friend, account=account) == "new_administrator"
    Membership.objects.filter(user=friend).update(role_since=timezone.now() - dt.timedelta(days=14, hours=1))
    bank_accounts.confirm_account(by=friend, account=account)
    assert confirmed_numbers(company) == [IBAN]


@pytest.mark.parametrize("way", ["change_role", "hand_over"])
def test_the_days_begin_with_the_role_and_not_with_the_membership(company, first, way):
    old_member = Membership.objects.create(company=company, user=factories.user())
    Membership.objects.filter(pk=old_member.pk).update(
        joined_at=timezone.now() - dt.timedelta(days=900), role_since=timezone.now() - dt.timedelta(days=900)
    )
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    old_member.refresh_from_db()
    if way == "hand_over":
        members.hand_over(by=first, membership=old_member)
    else:
        members.change_role(by=first, membership=old_member, role="admin")
    assert refusal(bank_accounts.confirm_account, by=old_member.user, account=account) == "new_administrator"


def test_the_same_role_set_again_does_not_begin_the_days_anew(company, first, second):
    membership = Membership.objects.get(user=second)
    members.change_role(by=first, membership=membership, role="admin")
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    bank_accounts.confirm_account(by=second, account=account)
    assert confirmed_numbers(company) == [IBAN]


def test_members_and_strangers_may_neither_enter_nor_confirm(company, first, second):
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    member = Membership.objects.create(company=company, user=factories.user()).user
    stranger = factories.member_of(factories.supplier())
    assert refusal(bank_accounts.confirm_account, by=member, account=account) == "admin_only"
    assert refusal(bank_accounts.enter_account, by=member, company=company, **FIELDS) == "admin_only"
    assert refusal(bank_accounts.confirm_account, by=stranger, account=account) == "not_found"
    assert refusal(bank_accounts.withdraw_account, by=stranger, account=account) == "not_found"


def test_who_acts_for_an_administrator_may_do_nothing_with_it(company, first, second, organiser, campaign):
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    with acting(Acting(organiser, second, "asked by telephone")):
        assert refusal(bank_accounts.confirm_account, by=second, account=account) == "own_hand"
        assert refusal(bank_accounts.enter_account, by=second, company=company, **FIELDS) == "own_hand"
        assert refusal(bank_accounts.withdraw_account, by=second, account=account) == "own_hand"


def test_the_team_confirms_only_where_no_administrator_can(company, first, organiser, campaign):
    factories.take_part(campaign, company)
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    administrator(company, days=1)
    assert list(accounts_for_team(campaign)) == [account]
    with pytest.raises(ValidationError):
        confirm_after_call(by=organiser, account=account, campaign=campaign, note=" ")
    administrator(company)
    assert list(accounts_for_team(campaign)) == []
    call = {"by": organiser, "account": account, "campaign": campaign, "note": "Ms Malee, number of the register"}
    assert refusal(confirm_after_call, **call) == "company_confirms"
    Membership.objects.filter(company=company).exclude(user=first).delete()
    confirm_after_call(**call)
    account.refresh_from_db()
    assert (account.state, account.confirmed_by, account.call_note) == ("confirmed", organiser, call["note"])


def test_one_person_in_the_company_and_in_the_team_cannot_do_it_alone(company, first, campaign, organiser):
    factories.take_part(campaign, company)
    campaign.organisers.create(user=first, role="admin")
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    call = {"account": account, "campaign": campaign, "note": "myself"}
    assert refusal(confirm_after_call, by=first, **call) == "own_company"
    Membership.objects.filter(user=first).delete()  # she leaves the company to get round it
    assert refusal(confirm_after_call, by=first, **call) == "same_person"
    assert confirmed_numbers(company) == []


def test_teams_of_other_campaigns_and_their_helpers_do_not_confirm(company, first, campaign, organiser):
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    call = {"account": account, "campaign": campaign, "note": "called"}
    assert refusal(confirm_after_call, by=organiser, **call) == "not_found"  # the company takes no part in it
    factories.take_part(campaign, company)
    helper = factories.organiser(campaign, role="staff")
    assert refusal(confirm_after_call, by=helper, **call) == "not_found"
    assert refusal(confirm_after_call, by=factories.user(), **call) == "not_found"


def test_what_an_erased_person_entered_is_confirmed_by_none(company, first, second):
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    privacy.erase_person(by=first)
    assert refusal(bank_accounts.confirm_account, by=second, account=account) == "not_waiting"


@pytest.mark.parametrize("route", ["post", "put", "patch", "delete"])
def test_a_key_opens_no_page_and_no_operation_for_it(client, company, first, second, route):
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    _row, key = create_token(by=second, name="all", scopes=SCOPES)
    values = {"version": str(account.uid), "act": "confirm", "bank_account": {"number": OTHER}, **FIELDS}
    for address in (reverse("company_bank", args=[company.uid]), reverse("api_company", args=[company.uid])):
        getattr(client, route)(
            address, json.dumps(values), content_type="application/json", headers={"authorization": f"Bearer {key}"}
        )
    assert confirmed_numbers(company) == []
    assert BankAccount.objects.count() == 1


def test_an_import_a_form_or_the_service_of_the_company_writes_no_account(company, first):
    with pytest.raises(ValueError, match="bank_accounts"):
        update_company(by=first, company=company, bank_accounts=[])
    heads = {column.name for kind in KINDS.values() for column in kind.columns}
    assert not heads & {"number", "iban", "bic", "holder", "bank_account"}


@pytest.mark.parametrize(
    "change",
    [
        {"state": "confirmed"},  # without a day
        {"confirmed_by": "first"},  # on one that waits
        {"state": "confirmed", "confirmed_at": "now", "confirmed_by": "first"},  # by who entered it
    ],
)
def test_the_database_refuses_what_one_person_did(company, first, change):
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    values = {"first": first, "now": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        BankAccount.objects.filter(pk=account.pk).update(**{k: values.get(v, v) for k, v in change.items()})


def test_the_database_has_one_confirmed_and_one_waiting_version(company, first, second):
    common = {"company": company, "holder": "a", "bank": "b", "country": "GB", "number": IBAN, "currency": "USD"}
    done = {"state": "confirmed", "confirmed_at": timezone.now(), "entered_by": first, "confirmed_by": second}
    for state in ({"entered_by": first}, done):
        BankAccount.objects.create(**common, **state)
        with pytest.raises(IntegrityError), transaction.atomic():
            BankAccount.objects.create(**common, **state)


# Who sees it, and where it never stands.


def test_the_page_leads_from_entry_to_confirmation_by_two_people(client, company, first, second):
    address = reverse("company_bank", args=[company.uid])
    sign_in(client, first)
    wrong = client.post(address, {**FIELDS, "number": "GB82 WEST 1234 5698 7654 33"})
    assert (wrong.status_code, "This is no valid IBAN" in wrong.text) == (422, True)
    client.post(address, FIELDS)
    account = company.bank_accounts.get()
    assert 'value="confirm"' not in client.get(address).text
    client.post(address, {"version": account.uid, "act": "confirm"})
    assert confirmed_numbers(company) == []
    sign_in(client, second)
    page = client.get(address).text
    assert ("GB82 WEST 1234 5698 7654 32" in page, 'value="confirm"' in page) == (True, True)
    client.post(address, {"version": account.uid, "act": "confirm"})
    assert confirmed_numbers(company) == [IBAN]
    assert f"entered by {first}, confirmed by {second}" in client.get(address).text


def test_a_post_needs_a_password_given_a_moment_ago(client, company, first):
    first.set_password("correct horse battery")
    first.save()
    client.force_login(first)
    answer = client.post(reverse("company_bank", args=[company.uid]), FIELDS)
    assert reverse("account_reauthenticate") in answer["Location"]
    assert not company.bank_accounts.exists()


def test_members_read_all_versions_and_strangers_and_companies_that_only_buy_find_no_page(client, company, first):
    bank_accounts.enter_account(by=first, company=company, **FIELDS)
    member = Membership.objects.create(company=company, user=factories.user()).user
    address = reverse("company_bank", args=[company.uid])
    client.force_login(member)
    page = client.get(address).text
    assert ("GB82 WEST" in page, "Enter an account" in page) == (True, False)
    buyer = factories.buyer()
    client.force_login(factories.member_of(buyer))
    assert client.get(address).status_code == 404
    assert client.get(reverse("company_bank", args=[buyer.uid])).status_code == 404
    assert list(BankAccount.objects.visible_to(factories.member_of(buyer))) == []


def test_the_other_administrators_hear_of_it_without_the_number(company, first, second):
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    notice = Notice.objects.get(kind="company_account", recipient=second)
    assert (notice.context["confirmed"], notice.context["person"]) == (False, str(first))
    bank_accounts.confirm_account(by=second, account=account)
    assert Notice.objects.get(kind="company_account", recipient=first).context["confirmed"] is True
    assert IBAN not in json.dumps([row.context for row in Notice.objects.all()])


def test_record_copy_of_ones_data_and_companys_answer_hold_no_number(client, company, first, second):
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    bank_accounts.confirm_account(by=second, account=account)
    assert {"enter_bank_account", "confirm_bank_account"} <= set(AuditEntry.objects.values_list("verb", flat=True))
    assert "WEST" not in json.dumps(list(AuditEntry.objects.values_list("facts", flat=True)))
    copy = json.dumps(privacy.export_person(by=first))
    assert ("companies.BankAccount.entered_by" in copy, "WEST" in copy, "Surin Rice Mill" in copy) == (
        True,
        False,
        False,
    )
    client.force_login(first)
    assert "WEST" not in client.get(reverse("api_company", args=[company.uid])).text
    assert "WEST" not in client.get(reverse("supplier", args=[company.uid])).text


def test_a_merge_leaves_it_with_the_duplicate_and_the_last_persons_erasure_deletes_it(company, first, second):
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    bank_accounts.confirm_account(by=second, account=account)
    survivor = factories.supplier()
    merge_into(duplicate=company, survivor=survivor)
    assert (confirmed_numbers(survivor), confirmed_numbers(company)) == ([], [IBAN])
    alone = factories.supplier()
    person = factories.member_of(alone)
    bank_accounts.enter_account(by=person, company=alone, **FIELDS)
    privacy.erase_person(by=person)
    assert not alone.bank_accounts.exists()


def test_the_team_confirms_on_the_page_of_the_company_and_is_warned_of_a_fresh_contact(
    client, company, first, organiser, campaign
):
    factories.take_part(campaign, company)
    account = bank_accounts.enter_account(by=first, company=company, **FIELDS)
    assert not changed_lately(company)
    update_company(by=first, company=company, contact_phone="+66 44 111 111")
    assert changed_lately(company)
    client.force_login(organiser)
    assert "Bank details to confirm by a call" in client.get(reverse("console_home")).text
    page = client.get(reverse("console_company", args=[company.uid])).text
    assert ("GB82 WEST" in page, "changed in the last 30 days" in page) == (True, True)
    client.post(reverse("console_bank_confirm", args=[company.uid, account.uid]), {"note": "Ms Malee, register"})
    assert confirmed_numbers(company) == [IBAN]
    assert "GB82 WEST" not in client.get(reverse("console_company", args=[company.uid])).text
