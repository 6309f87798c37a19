"""Documents of a voucher, and its payment. The site records payments; it executes none."""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.services import is_member
from matchmaker.core.files import CheckedFile, check_file, check_first
from matchmaker.core.problems import Refused
from matchmaker.core.text import validate_one_line
from matchmaker.first_orders.models import Posting, Programme, VoucherApplication, VoucherDocument
from matchmaker.first_orders.services.accounts import give_vouchers, lock_programme, post
from matchmaker.first_orders.services.applications import lock_application
from matchmaker.first_orders.services.notices import tell_sides, tell_team
from matchmaker.messaging.models import Side
from matchmaker.messaging.services.writing import lock_enquiry

State = VoucherApplication.State
Kind = Posting.Kind
MAX_DOCUMENTS = 20


def check_voucher_document(file: Any) -> CheckedFile:
    """Look at a document, as `check_file` does."""
    return check_file(file, with_office=True)


@check_first("file", check_voucher_document)
@transaction.atomic
def hand_in(*, by: User, application: VoucherApplication, kind: str, file, number: str = "") -> VoucherDocument:
    """Give the campaign's team a document of the order; both sides can open it. The same file is stored once.

    Raises:
        Refused: 404 for others; 409 `no_voucher`, `too_many_documents`.
        ValidationError: on `files`, as `check_file`; on `kind`, `number`.
    """
    enquiry, side = lock_enquiry(by, application.lot.enquiry)
    programme = lock_programme(application.programme)
    row = lock_application(programme, application)
    if row.state != State.VOUCHER:
        raise Refused("no_voucher", _("Documents are for a voucher that is not paid out yet."))
    checked = check_voucher_document(file)
    if same := row.documents.filter(sha256=checked.sha256).first():
        return same
    if row.documents.count() >= MAX_DOCUMENTS:
        raise Refused("too_many_documents", _("A voucher can have up to 20 documents."))
    document = VoucherDocument(
        application=row,
        kind=kind,
        number=number.strip(),
        given_by=side,
        given_by_person=by,
        given_at=timezone.now(),
    )
    document.clean_fields(exclude={field.name for field in document._meta.fields} - {"number", "kind"})
    document.store(checked)
    facts = {"kind": kind, "number": document.number, "sha256": document.sha256}
    record(by=by, verb="hand_in_document", on=row, organisation=enquiry.company_of(side), facts=facts)
    tell_team(document)
    return document


def _lock(by: User, application: VoucherApplication) -> tuple[Programme, VoucherApplication]:
    """Programme and application as they stand now, for a person of the team that belongs to neither company.

    Raises:
        Refused: 404 for those who do not decide in the campaign; 403 `own_company`.
    """
    programme = lock_programme(application.programme)
    require_organiser(by, programme.campaign)
    row = lock_application(programme, application)
    if any(is_member(by, row.lot.enquiry.company_of(side)) for side in Side):
        raise Refused("own_company", _("Another person of the team must decide about your own company."), status=403)
    return programme, row


def _document(by: User, document: VoucherDocument) -> VoucherDocument:
    _programme, application = _lock(by, document.application)
    row = application.documents.get(pk=document.pk)
    row.application = application
    if application.state != State.VOUCHER:
        raise Refused("no_voucher", _("Documents are for a voucher that is not paid out yet."))
    row.checked_by, row.checked_at = by, timezone.now()
    return row


@transaction.atomic
def accept_document(*, by: User, document: VoucherDocument) -> VoucherDocument:
    """The team has read the document and accepts it.

    Raises:
        Refused: 404, 403 `own_company`; 409 `no_voucher`.
    """
    row = _document(by, document)
    row.state, row.why = VoucherDocument.State.ACCEPTED, ""
    row.save()
    _record_document(by, row, "accept_voucher_document")
    return row


@transaction.atomic
def refuse_document(*, by: User, document: VoucherDocument, why: str) -> VoucherDocument:
    """The team does not accept the document; both sides read why.

    Raises:
        Refused: as `accept_document`.
        ValidationError: without a reason.
    """
    if not why.strip():
        raise ValidationError({"why": _("Say what is not right.")})
    row = _document(by, document)
    row.state, row.why = VoucherDocument.State.REFUSED, why.strip()
    row.clean_fields(exclude={field.name for field in row._meta.fields} - {"why"})
    row.save()
    _record_document(by, row, "refuse_voucher_document")
    tell_sides("enquiry_voucher", row.application, step="refused", text=row.why)
    return row


def _record_document(by: User, row: VoucherDocument, verb: str) -> None:
    facts = {"kind": row.kind, "number": row.number, "sha256": row.sha256}
    record(by=by, verb=verb, on=row.application, organisation=row.application.programme.campaign, facts=facts)


def missing_proofs(application: VoucherApplication) -> list[VoucherDocument.Kind]:
    """The kinds of documents that the payment needs and of which none is accepted."""
    accepted = {row.kind for row in application.documents.all() if row.state == VoucherDocument.State.ACCEPTED}
    return wanted_proofs(application.programme, accepted)


def wanted_proofs(programme: Programme, accepted: Collection[str] = ()) -> list[VoucherDocument.Kind]:
    """The kinds of documents that a payment needs, without those of `accepted`; an invoice at the least."""
    wanted = programme.proofs or [VoucherDocument.Kind.INVOICE]
    return [VoucherDocument.Kind(kind) for kind in wanted if kind not in accepted]


@transaction.atomic
def pay_voucher(
    *, by: User, application: VoucherApplication, amount: Decimal, reference: str, day: dt.date
) -> VoucherApplication:
    """Record that the organisation paid the voucher; what is left of it goes to the next on the waiting list.

    Args:
        reference: of the bank transfer, as both sides find it in their statements.

    Raises:
        Refused: 404, 403 `own_company`; 409 `paid_already`, `no_voucher`, `documents_missing`.
        ValidationError: by field.
    """
    programme, row = _lock(by, application)
    if row.state == State.PAID:
        raise Refused("paid_already", _("This voucher is paid out."))
    if row.state != State.VOUCHER:
        raise Refused("no_voucher", _("This application has no voucher."))
    if missing := missing_proofs(row):
        sentence = _("Accept these documents first: %(documents)s.")
        raise Refused("documents_missing", sentence % {"documents": ", ".join(str(kind.label) for kind in missing)})
    _check_payment(amount, row.amount, reference, day)
    post(
        by=by,
        programme=programme,
        kind=Kind.PAYOUT,
        amount=amount,
        application=row,
        reference=reference.strip(),
        day=day,
    )
    if rest := row.amount - amount:
        post(by=by, programme=programme, kind=Kind.RELEASE, amount=rest, application=row)
    row.state = State.PAID
    row.save(update_fields=["state"])
    facts = {"number": row.number, "amount": str(amount), "reference": reference.strip(), "day": str(day)}
    record(by=by, verb="pay_voucher", on=row, organisation=programme.campaign, facts=facts)
    tell_sides("enquiry_voucher", row, step="paid", amount=amount, text=reference.strip())
    if rest:
        give_vouchers(by, programme)
    return row


def _check_payment(amount: Decimal, most: Decimal, reference: str, day: dt.date) -> None:
    problems: dict = {}
    if not 0 < amount <= most:
        problems["amount"] = _("Write an amount above 0 and not above that of the voucher.")
    if not reference.strip():
        problems["reference"] = _("Write the reference of the transfer.")
    elif len(reference) > 80:
        problems["reference"] = _("Write at most 80 characters.")
    else:
        validate_one_line(reference.strip())
    if day > timezone.localdate():
        problems["day"] = _("Say it when it has happened: this day is still to come.")
    if problems:
        raise ValidationError(problems)


@transaction.atomic
def record_return(
    *, by: User, application: VoucherApplication, amount: Decimal, reference: str, day: dt.date
) -> VoucherApplication:
    """Record that a paid voucher, or a part of it, was paid back; it goes to the next on the waiting list.

    Raises:
        Refused: 404, 403 `own_company`; 409 `not_paid`, `returned_already`, `programme_state`.
        ValidationError: by field.
    """
    programme, row = _lock(by, application)
    if row.state != State.PAID:
        raise Refused("not_paid", _("This voucher is not paid out."))
    if programme.state != Programme.State.DRAWN:
        sentence = _("This cannot be done now. State of the programme: %(state)s.")
        raise Refused("programme_state", sentence % {"state": programme.get_state_display()})
    if row.postings.filter(kind=Kind.RETURN).exists():
        raise Refused("returned_already", _("A return of this voucher is recorded."))
    paid = row.postings.get(kind=Kind.PAYOUT).amount
    _check_payment(amount, paid, reference, day)
    post(
        by=by,
        programme=programme,
        kind=Kind.RETURN,
        amount=amount,
        application=row,
        reference=reference.strip(),
        day=day,
    )
    facts = {"number": row.number, "amount": str(amount), "reference": reference.strip(), "day": str(day)}
    record(by=by, verb="record_voucher_return", on=row, organisation=programme.campaign, facts=facts)
    give_vouchers(by, programme)
    return row
