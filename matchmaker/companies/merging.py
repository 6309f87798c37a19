"""Two rows that are one company: everything that names the duplicate goes over to the one that is kept.

The tables are found by their foreign keys, not by a list kept by hand, so that one added later goes over, too. A row
that cannot (both were at one event) stays with the duplicate, whose own row, record and address are kept.
"""

from collections import defaultdict

from django.db import IntegrityError, models, transaction

from matchmaker.companies.models import Check, Company, Document, DomainProof, Membership, Merge, Suspension
from matchmaker.companies.services import name_key

# What was seen of the duplicate speaks of its own name and number, and so does what was decided about it.
STAYS = (Check, Document, DomainProof, Suspension, Merge, Membership)
FILLED = ("name_latin", "name_zh", "website", "address", "founded", "size")  # where the kept one is empty


def _relations() -> list[models.ForeignObjectRel]:
    fields = Company._meta.get_fields(include_hidden=True)
    return [
        relation
        for relation in fields
        if relation.auto_created and not relation.concrete and getattr(relation, "on_delete", None)
        if relation.related_model not in STAYS
    ]


def merge_into(*, gone: Company, kept: Company) -> dict[str, dict[str, list]]:
    """Move everything; the caller holds the lock on both and has checked that it may.

    Returns:
        By table and field, the keys of the rows that went over (`moved`) and of those that stayed (`stayed`).
    """
    report: dict[str, dict[str, list]] = defaultdict(lambda: {"moved": [], "stayed": []})
    for relation in _relations():
        name = relation.field.name
        rows = relation.related_model._base_manager
        for key in rows.filter(**{name: gone}).order_by("pk").values_list("pk", flat=True):
            moved = _move(rows.filter(pk=key), **{name: kept})
            report[f"{relation.related_model._meta.label}.{name}"]["moved" if moved else "stayed"].append(str(key))
    _people(gone, kept, report)
    _facts(gone, kept)
    return dict(report)


def _move(row: models.QuerySet, **change) -> bool:
    try:
        with transaction.atomic():
            return bool(row.update(**change))
    except IntegrityError:
        return False


def _people(gone: Company, kept: Company, report: dict) -> None:
    """The duplicate's people come in as ordinary members, unless the remaining company has no administrator."""
    has_admin = kept.memberships.filter(role=Membership.Role.ADMIN, user__is_active=True).exists()
    for membership in gone.memberships.select_related("user"):
        role = Membership.Role.MEMBER if has_admin else membership.role
        _row, new = Membership.objects.get_or_create(company=kept, user=membership.user, defaults={"role": role})
        report["companies.Membership.company"]["moved" if new else "stayed"].append(str(membership.user.uid))
        membership.delete()


def _facts(gone: Company, kept: Company) -> None:
    kind, number = gone.identifier_kind, gone.identifier
    takes_number = bool(number and not kept.identifier and gone.country == kept.country)
    gone.status, gone.merged_into = Company.Status.SUSPENDED, kept
    if takes_number:
        gone.identifier_kind = gone.identifier = ""
    gone.save()
    if takes_number:
        kept.identifier_kind, kept.identifier = kind, number
    for name in FILLED:
        if not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))
    kept.about = {**gone.about, **kept.about}
    kept.is_supplier, kept.is_buyer = kept.is_supplier or gone.is_supplier, kept.is_buyer or gone.is_buyer
    kept.name_key = name_key(kept)
    kept.save()
