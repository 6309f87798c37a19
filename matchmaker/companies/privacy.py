"""A person's own data: a copy of it, and its erasure.

Both walk the foreign keys that point at a person instead of a list kept by hand, so that a table added later is copied
and erased without a list to maintain: a row that goes with the person (CASCADE) is hers and is deleted; a mark on
the row of another person (SET NULL) is cleared; an audit entry (PROTECT) stays, with a number instead of a name.
"""

from collections.abc import Callable, Iterator
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import AccountLetter, AuditEntry, User
from matchmaker.companies.documents import forget_documents
from matchmaker.companies.models import CONTACT_FIELDS, Company, Invitation, Membership
from matchmaker.companies.services import change_status
from matchmaker.core.hooks import Hook
from matchmaker.core.lists import format_list
from matchmaker.core.problems import Refused
from matchmaker.notifications.models import Notice, Suppression

# Never in a copy: secrets, and internal data.
SECRET = {"password", "digest", "previous", "data", "session_key", "lease_token", "secret", "secrets", "extra_data"}
SECRET |= {"contents"}  # of a letter that has not left yet: its link opens the account
ABOUT_PERSON = ["name", "email", "language", "time_zone", "date_joined", "last_login"]


def _relations() -> Iterator[models.ForeignObjectRel]:
    """Every foreign key of the site that points at a person."""
    for relation in User._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and getattr(relation, "on_delete", None):
            yield relation


def _rows(relation: models.ForeignObjectRel, user: User) -> models.QuerySet:
    return relation.related_model._base_manager.filter(**{relation.field.name: user})


def export_person(*, by: User) -> dict[str, Any]:
    """Everything the site keeps about this person, as plain JSON values (GDPR article 15 and 20, PIPL article 45)."""
    rows: dict[str, list] = {}
    for relation in _relations():
        found = [_plain(row, relation.field.name) for row in _rows(relation, by).order_by("pk")]
        if found:
            rows[f"{relation.related_model._meta.label}.{relation.field.name}"] = found
    return {
        "made_at": timezone.now().isoformat(),
        "person": {name: _value(getattr(by, name)) for name in ABOUT_PERSON},
        "rows": rows,
    }


def _plain(row: models.Model, of: str) -> dict[str, Any]:
    """Its fields, without secrets and without data of others.

    A model with data of others has `not_in_copy(of)`: the fields to leave out when `of` names the person.
    """
    left_out = SECRET | (row.not_in_copy(of) if hasattr(row, "not_in_copy") else frozenset())
    return {
        field.name: _value(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.name not in left_out and not isinstance(field, models.BinaryField)
    }


def _value(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


transfers_on_erasure: Hook[Callable[[User], list[str]]] = Hook(
    "companies.privacy.transfers_on_erasure", "names of what a person must hand over before her erasure"
)
ends_with: Hook[Callable[[User, Company], None]] = Hook(
    "companies.privacy.ends_with", "what ends when a company loses its last person"
)


def to_hand_over(user: User) -> list[str]:
    """What has no administrator without this person."""
    must, _alone = companies_left_by(user)
    return [*map(str, must), *(name for ask in transfers_on_erasure for name in ask(user))]


def companies_left_by(user: User) -> tuple[list[Company], list[Company]]:
    """Companies the person must hand over first, and companies without other members."""
    must, alone = [], []
    for company in Company.objects.filter(memberships__user=user, memberships__role=Membership.Role.ADMIN):
        others = company.memberships.exclude(user=user).filter(user__is_active=True)
        if not others.exists():
            alone.append(company)
        elif not others.filter(role=Membership.Role.ADMIN).exists():
            must.append(company)
    return must, alone


def what_stays(user: User) -> list[str]:
    """What an erasure leaves, each with its reason, for the person to read before and after."""
    _must, alone = companies_left_by(user)
    stays = [
        _("%(count)d entries of the audit: who did what must stay provable. They show a number instead of your name.")
        % {"count": AuditEntry.objects.filter(actor=user).count()}
    ]
    stays += [
        _(
            "The company %(company)s, closed and without your contact data: other companies' matches refer to it. "
            "Its meetings to come are called off, and the other side is told."
        )
        % {"company": company}
        for company in alone
    ]
    if Membership.objects.filter(user=user).exclude(company__in=alone).exists():
        stays.append(_("What your company says of itself, its contact person included: the company can change it."))
    return stays


@transaction.atomic
def erase_person(*, by: User) -> list[str]:
    """Erase this person's data; returns what stays and why. A second call changes nothing.

    Raises:
        Refused: while the person is the only administrator of a company that others belong to, or of a team (B90).
    """
    if must := to_hand_over(by):
        raise Refused(
            "hand_over_first",
            _("Hand over %(companies)s first: without you nobody would administer it.")
            % {"companies": format_list(must)},
        )
    _must, alone = companies_left_by(by)
    stays = what_stays(by)
    addresses = {by.email.lower(), *(row.email.lower() for row in by.emailaddress_set.all())}
    for company in alone:
        _close(by, company)
    for session in UserSession.objects.filter(user=by):
        session.end()
    invited = Invitation.objects.filter(email__in=addresses)
    invited.filter(accepted_at__isnull=True).delete()
    invited.update(email=_nobody(by))
    Suppression.objects.filter(address__in=addresses).delete()
    AccountLetter.objects.alias(low=Lower("email")).filter(low__in=addresses).delete()
    Notice.objects.filter(context__person_uid=str(by.uid)).delete()  # what others were told about her by name
    for relation in _relations():
        if relation.on_delete is models.CASCADE:
            _rows(relation, by).delete()
        elif relation.on_delete is models.SET_NULL:
            _rows(relation, by).update(**{relation.field.name: None})
    by.email, by.name, by.language, by.time_zone = _nobody(by), "", "en", ""
    by.is_active = by.is_staff = by.is_superuser = False
    by.last_login = None
    by.set_unusable_password()
    by.save()
    record(by=by, verb="erase_person", on=by)
    return stays


def _nobody(user: User) -> str:
    return f"{user.uid.hex}@erased.invalid"


def _close(by: User, company: Company) -> None:
    """A company whose last person goes: it is hidden, and its contact data is deleted."""
    for end in ends_with:
        end(by, company)
    cleared = (*CONTACT_FIELDS, "address", "city", "website")
    change_status(company, Company.Status.SUSPENDED, **dict.fromkeys(cleared, ""))
    forget_documents(company)
    company.bank_accounts.all().delete()
    record(by=by, verb="close_company", on=company)
