"""Bank details of a company: one person enters a version, another confirms it. Nobody does both.

An administrator confirms what another administrator entered. Where a company has no second administrator who may, a
member of the campaign's team confirms after a call (`campaigns/services/bank_accounts.py`). The rule of two people is
also a constraint of the table.
"""

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from stdnum import bic, exceptions, iban

from matchmaker.accounts import acting
from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.members import admins, require_admin
from matchmaker.companies.models import BankAccount, Company, Membership
from matchmaker.core import reference
from matchmaker.core.hooks import Hook
from matchmaker.core.problems import NotFound, Refused
from matchmaker.notifications.services import notify

FIELDS = ("holder", "bank", "country", "number", "bic", "currency")
SHORTEST_NUMBER, SHORTEST_IBAN = 5, 15  # characters; the shortest IBAN is Norway's

confirmations: Hook[Callable[[BankAccount], None]] = Hook(
    "companies.bank_accounts.confirmations", "tells those who deal with a company that its account is another one"
)


@transaction.atomic
def enter_account(*, by: User, company: Company, **fields: str) -> BankAccount:
    """Store a new version that waits for another person; one that waited before is withdrawn.

    `fields` are those of `FIELDS`.

    Raises:
        ValidationError: by field.
        NotFound: for strangers, and for a company that sells nothing.
        Refused: for members who are no administrators, a suspended company, who acts for another person, and an
            account that is the confirmed one already.
    """
    require_own_hand(by)
    require_admin(by, company)
    if not company.is_supplier:
        raise NotFound()
    if company.status == Company.Status.SUSPENDED:
        raise Refused("company_suspended", _("This company is suspended; ask the organiser."))
    account = BankAccount(company=company, entered_by=by, **{name: fields.get(name, "").strip() for name in FIELDS})
    _check(account)
    _lock(company)
    confirmed = company.bank_accounts.confirmed().first()
    if confirmed and _details(confirmed) == _details(account):
        raise Refused("same_account", _("This is the account that is confirmed already."), field="number")
    company.bank_accounts.waiting().update(state=BankAccount.State.WITHDRAWN, ended_at=timezone.now())
    account.save()
    record(by=by, verb="enter_bank_account", on=account, organisation=company)
    _tell_administrators(account, by)
    return account


@transaction.atomic
def confirm_account(*, by: User, account: BankAccount) -> BankAccount:
    """An administrator confirms what another one entered; those who deal with the company are told.

    Raises:
        NotFound: for strangers.
        Refused: for the person who entered it (`same_person`), an administrator of too few days (`new_administrator`),
            who acts for another person, and a version that does not wait any more.
    """
    require_own_hand(by)
    require_admin(by, account.company)
    _require_another_person(by, account)
    since = Membership.objects.values_list("role_since", flat=True).get(company=account.company, user=by)
    if since > _latest_start():
        raise Refused(
            "new_administrator",
            _("You can confirm bank details once you have been an administrator for %(days)d days.")
            % {"days": settings.BANK_ACCOUNT_ADMIN_DAYS},
            status=403,
        )
    return make_confirmed(by=by, account=account)


@transaction.atomic
def withdraw_account(*, by: User, account: BankAccount) -> None:
    """An administrator takes back a version that waits, be it hers or not."""
    require_own_hand(by)
    require_admin(by, account.company)
    rows = BankAccount.objects.waiting().filter(pk=account.pk)
    if not rows.update(state=BankAccount.State.WITHDRAWN, ended_at=timezone.now()):
        raise _not_waiting()
    record(by=by, verb="withdraw_bank_account", on=account, organisation=account.company)


def make_confirmed(*, by: User, account: BankAccount, call_note: str = "") -> BankAccount:
    """The version counts from now on, and the one before is history. The caller has checked who `by` is.

    Raises:
        Refused: for the person who entered it, and a version that does not wait any more.
    """
    require_own_hand(by)
    _lock(account.company)
    account = BankAccount.objects.select_related("company").get(pk=account.pk)
    if account.state != BankAccount.State.WAITING or account.entered_by_id is None:
        raise _not_waiting()
    _require_another_person(by, account)
    now = timezone.now()
    account.company.bank_accounts.confirmed().update(state=BankAccount.State.REPLACED, ended_at=now)
    account.state, account.confirmed_by, account.confirmed_at = BankAccount.State.CONFIRMED, by, now
    account.call_note = call_note
    account.full_clean(exclude=["bic"])
    account.save(update_fields=["state", "confirmed_by", "confirmed_at", "call_note"])
    record(by=by, verb="confirm_bank_account", on=account, organisation=account.company)
    _tell_administrators(account, by)
    for tell in confirmations:
        tell(account)
    return account


def require_own_hand(by: User) -> None:
    """Refuse while one of the team acts for a person: bank details are entered and confirmed by oneself.

    Raises:
        Refused: `own_hand`.
    """
    if acting.now() is not None:
        sentence = _("Only the administrators of the company can do this, signed in themselves.")
        raise Refused("own_hand", sentence, status=403)


def waiting_for_team() -> QuerySet[BankAccount]:
    """Versions that wait and that no administrator of their company may confirm today."""
    others = Membership.objects.filter(
        company=OuterRef("company"), role=Membership.Role.ADMIN, user__is_active=True, role_since__lte=_latest_start()
    ).exclude(user=OuterRef("entered_by"))
    rows = BankAccount.objects.waiting().filter(~Exists(others), entered_by__isnull=False)
    return rows.exclude(company__status=Company.Status.SUSPENDED)


def _latest_start() -> dt.datetime:
    return timezone.now() - dt.timedelta(days=settings.BANK_ACCOUNT_ADMIN_DAYS)


def _require_another_person(by: User, account: BankAccount) -> None:
    if account.entered_by_id == by.pk:
        sentence = _("You entered this account: another person must confirm it.")
        raise Refused("same_person", sentence, status=403)


def _not_waiting() -> Refused:
    return Refused("not_waiting", _("These bank details do not wait for a confirmation any more."))


def _lock(company: Company) -> None:
    """Two changes of one company follow each other: at most one version waits, and one is confirmed."""
    Company.objects.select_for_update().get(pk=company.pk)


def _details(account: BankAccount) -> list[str]:
    return [getattr(account, name) for name in FIELDS]


def _check(account: BankAccount) -> None:
    """Put number and code into their compact forms, and check all fields.

    Raises:
        ValidationError: by field.
    """
    problems: dict[str, str | ValidationError] = {}
    if account.country not in reference.countries():
        problems["country"] = _("Choose a country or region from the list.")
    if account.currency not in reference.currencies():
        problems["currency"] = _("Choose an entry from the list.")
    try:
        account.number = check_number(account.number, account.country)
    except ValidationError as error:
        problems["number"] = error
    try:
        account.bic = bic.validate(account.bic) if account.bic else ""
    except exceptions.ValidationError:
        problems["bic"] = _("A SWIFT code has 8 or 11 characters, such as BKCHCNBJ.")
    if problems:
        raise ValidationError(problems)
    account.full_clean(validate_constraints=False)  # one that waits is withdrawn before this one is saved


def check_number(number: str, country: str) -> str:
    """An IBAN or an account number without spaces and hyphens.

    What looks like an IBAN has to be a valid one of the bank's country.

    Raises:
        ValidationError: `iban_invalid` or `account_number`.
    """
    compact = "".join(sign for sign in number.upper() if sign not in " -\u00a0")
    looks_like_iban = len(compact) >= SHORTEST_IBAN and compact[:2] in reference.countries() and compact[2:4].isdigit()
    if looks_like_iban:
        if not iban.is_valid(compact) or compact[:2] != country:
            raise ValidationError(
                _("This is no valid IBAN of the bank’s country: a character is mistyped or missing."), "iban_invalid"
            )
    elif not (compact.isascii() and compact.isalnum() and len(compact) >= SHORTEST_NUMBER):
        raise ValidationError(_("Write the IBAN, or the account number in letters and digits."), "account_number")
    return compact


def _tell_administrators(account: BankAccount, by: User) -> None:
    """The other administrators hear of every version, so that none is changed behind their backs."""
    notify(
        kind="company_account",
        to=[person for person in admins(account.company) if person.pk != by.pk],
        about=account.company.uid,
        event_key=f"company_account:{account.uid}:{account.state}",
        context={
            "company": account.company,
            "person": str(by),
            "person_uid": str(by.uid),
            "confirmed": account.state == BankAccount.State.CONFIRMED,
        },
        path=f"/companies/{account.company.uid}/bank/",
    )
