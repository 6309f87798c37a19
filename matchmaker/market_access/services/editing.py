"""Organisers change agreements, rates, questions and admissions; before that they see for whom something changes."""

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
from matchmaker.market_access.models import (
    AccessNotice,
    Agreement,
    AgreementPartner,
    EntryQuestion,
    EntryRule,
    TariffRate,
)
from matchmaker.market_access.services.adding import PREFIXES, sound_prefixes
from matchmaker.market_access.services.answers import duty_of, readiness_of_many, rulebook
from matchmaker.market_access.services.records import AffectedProduct, affected_products, changed_fields, plain_facts
from matchmaker.market_access.services.tariffs import require_organiser

EDITABLE_AGREEMENT = frozenset({"name", "flat_rate", "proofs", "partly_suspended", "source_url", "confidence", "note"})
EDITABLE_QUESTION = frozenset({"text", "help", "asked_hs", "yes_hs", "no_hs", "otherwise"})
EDITABLE_ADMISSION = frozenset({"hs_in", "product", "basis", "valid_from", "valid_until", "source_url", "confidence"})
EDITABLE_RATE = frozenset({"percent", "text", "valid_from", "valid_until", "source"})
MOST_PREVIEWED = 500

Record = EntryRule | EntryQuestion | AccessNotice | Agreement | AgreementPartner | TariffRate


@dataclass(frozen=True, slots=True)
class DutyChange:
    """One product whose duty an edit changes; answers before and after, for the same day."""

    product: Product
    before: DutyAnswer
    after: DutyAnswer


class _Undo(Exception):
    """Takes a trial back."""


def edit_agreement(*, by: User, agreement: Agreement, **fields: Any) -> Agreement:
    """Change what is stored of an agreement; the audit has the text from before.

    Raises:
        Refused: `not_an_organiser`.
        ValidationError: by field.
    """
    return _edit(by, "edit_agreement", agreement, EDITABLE_AGREEMENT, fields)


def edit_question(*, by: User, question: EntryQuestion, **fields: Any) -> EntryQuestion:
    """Change the words of a question or the codes for which it is asked; raises as `edit_agreement`."""
    for name in ("asked_hs", "yes_hs", "no_hs"):
        _sound_prefixes(name, fields.get(name, ()))
    return _edit(by, "edit_question", question, EDITABLE_QUESTION, fields)


def edit_admission(*, by: User, admission: AccessNotice, **fields: Any) -> AccessNotice:
    """Change what is stored of a protocol or notice, or end it; raises as `edit_agreement`."""
    _sound_prefixes("hs_in", fields.get("hs_in", ["01"]), needed=True)
    return _edit(by, "edit_admission", admission, EDITABLE_ADMISSION, fields)


@transaction.atomic
def _edit(by: User, verb: str, row: Any, allowed: frozenset[str], fields: dict[str, Any]) -> Any:
    require_organiser(by)
    before = changed_fields(row, allowed, fields)
    row.full_clean()
    if before:
        row.edited_here = True
        row.save()
        _record(by, verb, row, before)
    return row


def _sound_prefixes(field: str, codes: Iterable[str], *, needed: bool = False) -> None:
    listed = list(codes)
    if not sound_prefixes(listed) or (needed and not listed):
        raise ValidationError({field: PREFIXES})


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


def _try_edit[T](act: Callable[[], Any], look: Callable[[], T]) -> T:
    """What one sees after an edit that is taken back at once; raises whatever the edit itself refuses."""
    try:
        with transaction.atomic():
            act()
            seen = look()
            raise _Undo
    except _Undo:
        return seen


def preview_readiness(act: Callable[[], Any], products: Iterable[Product], day: date) -> list[AffectedProduct]:
    """For which of the products an edit would change the checklist on a day: it is tried and taken back."""
    listed = list(products)[:MOST_PREVIEWED]
    before = readiness_of_many(listed, day, book=rulebook())
    return affected_products(listed, before, _try_edit(act, lambda: readiness_of_many(listed, day, book=rulebook())))


def preview_duty(act: Callable[[], Any], products: Iterable[Product], day: date) -> list[DutyChange]:
    """For which of the products an edit would change the duty on a day: it is tried and taken back."""
    listed = list(products)[:MOST_PREVIEWED]
    before = {product.pk: duty_of(product, day) for product in listed}
    after = _try_edit(act, lambda: {product.pk: duty_of(product, day) for product in listed})
    return [
        DutyChange(product, before[product.pk], after[product.pk])
        for product in listed
        if before[product.pk] != after[product.pk]
    ]


def history_of(row: Record) -> QuerySet[AuditEntry]:
    """What organisers changed of a record, newest first."""
    entries = AuditEntry.objects.filter(object_kind=type(row).__name__, object_uid=str(row.uid))
    return entries.select_related("actor").order_by("-id")


def _record(by: User, verb: str, row: Any, before: dict[str, Any]) -> None:
    facts = {"before": before, "after": {name: getattr(row, name) for name in before}}
    record(by=by, verb=verb, on=row, facts=plain_facts(facts))
