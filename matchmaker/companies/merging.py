"""Two rows that are one company: everything that names the duplicate goes over to the one that remains.

The tables are found by their foreign keys, not by a list kept by hand, so that one added later goes over, too. A row
that cannot (both were at one event) stays with the duplicate, whose own row, record and address are kept.
"""

from collections import defaultdict

from django.db import IntegrityError, models, transaction

from matchmaker.companies.models import (
    BankAccount,
    Check,
    Company,
    Document,
    DomainProof,
    Membership,
    Merge,
    Suspension,
)
from matchmaker.companies.services import change_status, name_key

# What was seen of the duplicate speaks of its own name and number, and so does what was decided about it. Its bank
# details stay, too: two administrators of the other company never said that it is paid there.
STAYS = (BankAccount, Check, Document, DomainProof, Suspension, Merge, Membership)
FILLED = ("name_latin", "name_zh", "website", "address", "founded", "size")  # where the survivor's is empty


def _relations() -> list[models.ForeignObjectRel]:
    fields = Company._meta.get_fields(include_hidden=True)
    return [
        relation
        for relation in fields
        if relation.auto_created and not relation.concrete and getattr(relation, "on_delete", None)
        if relation.related_model not in STAYS
    ]


def merge_into(*, duplicate: Company, survivor: Company) -> dict[str, dict[str, list]]:
    """Move everything; the caller holds the lock on both and has checked that it may.

    Returns:
        By table and field, the keys of the rows that went over (`moved`) and of those that stayed (`stayed`).
    """
    report: dict[str, dict[str, list]] = defaultdict(lambda: {"moved": [], "stayed": []})
    for relation in _relations():
        name = relation.field.name
        rows = relation.related_model._base_manager
        for key in rows.filter(**{name: duplicate}).order_by("pk").values_list("pk", flat=True):
            moved = _move(rows.filter(pk=key), **{name: survivor})
            report[f"{relation.related_model._meta.label}.{name}"]["moved" if moved else "stayed"].append(str(key))
    _people(duplicate, survivor, report)
    _facts(duplicate, survivor)
    return dict(report)


def _move(row: models.QuerySet, **change) -> bool:
    try:
        with transaction.atomic():
            return bool(row.update(**change))
    except IntegrityError:
        return False


def _people(duplicate: Company, survivor: Company, report: dict) -> None:
    """The duplicate's people come in as ordinary members, unless the remaining company has no administrator."""
    has_admin = survivor.memberships.filter(role=Membership.Role.ADMIN, user__is_active=True).exists()
    for membership in duplicate.memberships.select_related("user"):
        role = Membership.Role.MEMBER if has_admin else membership.role
        _row, new = Membership.objects.get_or_create(company=survivor, user=membership.user, defaults={"role": role})
        report["companies.Membership.company"]["moved" if new else "stayed"].append(str(membership.user.uid))
        membership.delete()


def _facts(duplicate: Company, survivor: Company) -> None:
    kind, number = duplicate.identifier_kind, duplicate.identifier
    takes_number = bool(number and not survivor.identifier and duplicate.country == survivor.country)
    freed = {"identifier_kind": "", "identifier": ""} if takes_number else {}
    change_status(duplicate, Company.Status.SUSPENDED, merged_into=survivor, **freed)
    if takes_number:
        survivor.identifier_kind, survivor.identifier = kind, number
    for name in FILLED:
        if not getattr(survivor, name):
            setattr(survivor, name, getattr(duplicate, name))
    survivor.about = {**duplicate.about, **survivor.about}
    survivor.is_supplier, survivor.is_buyer = (
        survivor.is_supplier or duplicate.is_supplier,
        survivor.is_buyer or duplicate.is_buyer,
    )
    survivor.name_key = name_key(survivor)
    survivor.save()
