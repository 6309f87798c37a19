"""Organisers change agreements, partners and rates; before that they see for whom the duty changes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import AuditEntry, User
from matchmaker.catalogue.models import Product
from matchmaker.market_access.duty import DutyAnswer
from matchmaker.market_access.models import Agreement, AgreementPartner, EntryRule, TariffRate
from matchmaker.market_access.services.answers import duty_of
from matchmaker.market_access.services.records import changed_fields, plain_facts
from matchmaker.market_access.services.tariffs import require_organiser

EDITABLE_AGREEMENT = frozenset(
    {"name_en", "name_zh", "flat_rate", "proofs", "partly_suspended", "source_url", "confidence", "note"}
)
EDITABLE_RATE = frozenset({"percent", "text", "valid_from", "valid_until", "source"})
MOST_PREVIEWED = 500


@dataclass(frozen=True, slots=True)
class DutyChange:
    """One product whose duty an edit changes; answers before and after, for the same day."""

    product: Product
    before: DutyAnswer
    after: DutyAnswer


class _Undo(Exception):
    """Takes a trial back."""


@transaction.atomic
def edit_agreement(*, by: User, agreement: Agreement, **fields: Any) -> Agreement:
    """Change what is kept of an agreement; the audit keeps what it said before.

    Raises:
        Refused: `not_an_organiser`.
        ValidationError: by field.
    """
    require_organiser(by)
    before = changed_fields(agreement, EDITABLE_AGREEMENT, fields)
    agreement.full_clean()
    if before:
        agreement.edited_here = True
        agreement.save()
        _record(by, "edit_agreement", agreement, before)
    return agreement


@transaction.atomic
def add_partner(*, by: User, agreement: Agreement, origin: str, valid_from: date, **fields: Any) -> AgreementPartner:
    """Let an origin benefit from an agreement from a day on.

    Raises:
        Refused: `not_an_organiser`.
        ValidationError: by field, also where the origin benefits already on one of the days.
    """
    require_organiser(by)
    row = AgreementPartner(agreement=agreement, origin=origin, valid_from=valid_from, edited_here=True, **fields)
    row.full_clean()
    for other in agreement.partners.filter(origin=origin):
        if valid_from <= (other.valid_until or date.max) and other.valid_from <= (row.valid_until or date.max):
            raise ValidationError({"valid_from": _("This origin benefits already on one of these days.")})
    row.save()
    record(by=by, verb="add_partner", on=row, organisation=row, facts={"agreement": agreement.code, "origin": origin})
    return row


@transaction.atomic
def edit_rate(*, by: User, rate: TariffRate, **fields: Any) -> TariffRate:
    """Mend one loaded rate, or end it; other lines come by file.

    Raises:
        Refused: `not_an_organiser`.
        ValidationError: by field, also where two rates of the line would hold on the same day.
    """
    require_organiser(by)
    before = changed_fields(rate, EDITABLE_RATE, fields)
    rate.full_clean(exclude=["loaded_by"])
    if before:
        try:
            with transaction.atomic():
                rate.save()
        except IntegrityError:
            sentence = _("Another rate of this line holds on one of these days.")
            raise ValidationError({"valid_from": sentence}) from None
        _record(by, "edit_rate", rate, before)
    return rate


def preview_duty(act: Callable[[], Any], products: Iterable[Product], day: date) -> list[DutyChange]:
    """For which of the products an edit would change the duty on a day: it is tried and taken back.

    Raises whatever the edit itself refuses.
    """
    listed = list(products)[:MOST_PREVIEWED]
    before = {product.pk: duty_of(product, day) for product in listed}
    after: dict[int, DutyAnswer] = {}
    try:
        with transaction.atomic():
            act()
            after = {product.pk: duty_of(product, day) for product in listed}
            raise _Undo
    except _Undo:
        pass
    return [
        DutyChange(product, before[product.pk], after[product.pk])
        for product in listed
        if before[product.pk] != after[product.pk]
    ]


def history_of(row: EntryRule | Agreement | AgreementPartner | TariffRate) -> QuerySet[AuditEntry]:
    """What organisers changed of a record, newest first."""
    entries = AuditEntry.objects.filter(object_kind=type(row).__name__, object_uid=str(row.uid))
    return entries.select_related("actor").order_by("-id")


def _record(by: User, verb: str, row: Any, before: dict[str, Any]) -> None:
    facts = {"before": before, "after": {name: getattr(row, name) for name in before}}
    record(by=by, verb=verb, on=row, facts=plain_facts(facts))
