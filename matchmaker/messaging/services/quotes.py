"""Quotes: made by the supplier, asked about, taken or refused by the buyer."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue import rules
from matchmaker.catalogue.models import Demand, DemandLine, Product
from matchmaker.core import reference
from matchmaker.core.fields import validate
from matchmaker.core.problems import Refused
from matchmaker.engines.language import base_of, detect, price_for_base
from matchmaker.matching.models import Match
from matchmaker.messaging import phrases as phrase_book
from matchmaker.messaging.models import Enquiry, Message, Quote, QuoteEvent, QuoteRequestLine, Side
from matchmaker.messaging.models.requests import PAYMENT
from matchmaker.messaging.payment import check_payment
from matchmaker.messaging.phrases import Stored
from matchmaker.messaging.services.notices import excerpt, excerpt_of_note, notify_side
from matchmaker.messaging.services.writing import hand_over_turn, lock_enquiry, note_news, request_for_readers

TERMS = (
    *("price", "currency", "price_unit", "quantity", "unit", "min_order", "min_order_unit"),
    *("incoterm", "incoterm_place", "lead_time_days", "valid_until", "holds", "holds_unit", "sample_price", "note"),
    "national_line",
    *PAYMENT,
)


@transaction.atomic
def quote(
    *,
    by: User,
    enquiry: Enquiry,
    line: DemandLine | None = None,
    phrases: Sequence[Mapping[str, Any]] = (),
    **terms,
) -> Quote:
    """Offer a price, for a line of the demand the enquiry is about or for its product; a newer one replaces it.

    Without a line of the Chinese tariff among the terms it takes that of the product, as it is now.

    Args:
        phrases: sentences of the phrase book beside the note, or in its place.

    Raises:
        Refused: 403 `suppliers_quote`; 409 `accepted_already`, `not_open`.
        ValidationError: by field; for a phrase as `phrase_book.check`.
    """
    enquiry, side = lock_enquiry(by, enquiry)
    _open_or_refuse(enquiry)
    if side != Side.SUPPLIER:
        raise Refused("suppliers_quote", _("The supplier makes the quote."), status=403)
    if line is not None and not lines_to_quote(enquiry).filter(pk=line.pk).exists():
        raise ValidationError({"line": _("Choose a line of a demand that this enquiry is about.")})
    if line is None and enquiry.demand_id is not None:
        raise ValidationError({"line": _("Say which line of the demand the quote is for.")})
    live = enquiry.quotes.filter(line=line, status__in=Quote.LIVE).first()
    if live is not None and live.status == Quote.Status.ACCEPTED:
        raise Refused("accepted_already", _("The buyer accepted your quote; it can no longer be replaced."))
    fresh = Quote(
        enquiry=enquiry, line=line, version=live.version + 1 if live else 1, made_by=by, made_at=timezone.now()
    )
    for name, value in terms.items():
        if name not in TERMS:
            raise ValueError(f"{name} is not a term of a quote")
        setattr(fresh, name, value)
    fresh.note_phrases = phrase_book.check(phrases)
    fresh.request_line = request_to_answer(enquiry, line)
    product = product_of_quote(fresh)
    if product is not None and "national_line" not in terms:
        fresh.national_line = product.national_line
    _check(fresh, product)
    if live is not None:
        live.status = Quote.Status.REPLACED
        live.save(update_fields=["status"])
    fresh.save()
    _request_translations(fresh.note, enquiry, side.other)
    _news(by, "quote", fresh, enquiry, side, str(fresh.uid), facts={"version": fresh.version})
    return fresh


def product_of_quote(quote: Quote) -> Product | None:
    """The product that is quoted: of the conversation, of its match, or the supplier's best match with the line."""
    if quote.enquiry.product is not None:
        return quote.enquiry.product
    if quote.enquiry.match is not None:
        return quote.enquiry.match.product
    found = Match.objects.filter(line=quote.line_id, product__company=quote.enquiry.supplier_id)
    best = found.select_related("product").order_by("-score", "pk").first() if quote.line_id else None
    return best.product if best else None


def request_to_answer(enquiry: Enquiry, line: DemandLine | None) -> QuoteRequestLine | None:
    """The buyer's newest request in this enquiry that a quote for the line (or for none) answers."""
    rows = enquiry.request_lines.filter(message__state=Message.State.SENT).select_related("request__line")
    return rows.filter(Q(request__line=None) | Q(request__line=line)).order_by("-pk").first()


def lines_to_quote(enquiry: Enquiry) -> QuerySet[DemandLine]:
    """The demand lines a quote of this enquiry may be for.

    Those of its demand; in an enquiry without one, the lines of the buyer's open demands that match the product (or any
    product of the supplier), so that the quote stands in the buyer's comparison.
    """
    if enquiry.demand_id is not None:
        return DemandLine.objects.filter(demand=enquiry.demand_id).order_by("number")
    matches = Match.objects.for_supplier(enquiry.supplier).exclude(supplier_answer=Match.Answer.DECLINED)
    matches = matches.filter(line__demand__company=enquiry.buyer_id)
    if enquiry.product_id is not None:
        matches = matches.filter(product=enquiry.product_id)
    matching = Q(pk__in=matches.values("line"), demand__in=Demand.objects.open())
    quoted = Q(pk__in=enquiry.quotes.exclude(line=None).values("line"))  # also where the match is gone meanwhile
    return DemandLine.objects.filter(matching | quoted).order_by("demand", "number")


def _open_or_refuse(enquiry: Enquiry) -> None:
    if enquiry.status == Enquiry.Status.REQUESTED and enquiry.asked_by == Side.BUYER:
        enquiry.status = Enquiry.Status.OPEN  # the supplier answers with figures
        enquiry.answered_at = enquiry.answered_at or timezone.now()
    if not enquiry.is_living or enquiry.delivered_at is None:
        raise Refused("not_open", _("This enquiry is not open."))


def _check(row: Quote, product: Product | None) -> None:
    problems: dict = {}
    rules.check_national_line(row.national_line, product.hs_code if product else "", problems)
    rules.check_terms(row, problems)
    rules.check_known(problems, "unit", row.unit, reference.units(), rules.UNIT)
    rules.check_known(problems, "min_order_unit", row.min_order_unit, reference.units(), rules.UNIT)
    rules.check_known(problems, "holds_unit", row.holds_unit, reference.units(), rules.UNIT)
    check_payment(row, problems)
    if row.holds is not None:
        _check_content(row, problems)
    if row.quantity is not None and not row.unit:
        problems["unit"] = _("Say which unit the quantity is in.")
    if row.min_order is not None and not row.min_order_unit:
        problems["min_order_unit"] = _("Say which unit the minimum order is in.")
    if row.valid_until and row.valid_until < timezone.localdate():
        problems["valid_until"] = ValidationError(_("This day is over. Choose today or a later day."), "in_past")
    if row.price is not None and row.price <= 0:
        problems["price"] = ValidationError(_("Write an amount above 0."), "not_positive")
    validate(row, problems, exclude=["enquiry", "made_by"], validate_unique=False, validate_constraints=False)


def _check_content(row: Quote, problems: dict) -> None:
    """What one container, carton or bottle holds: an amount of another unit."""
    if row.holds <= 0:
        problems["holds"] = ValidationError(_("Write an amount above 0."), "not_positive")
    if not row.unit:
        problems["unit"] = _("Say which unit the quantity is in.")
    if not row.holds_unit or row.holds_unit == row.unit:
        problems["holds_unit"] = _("Say in which other unit its content is measured.")


def _news(by: User, verb: str, row: Quote, enquiry: Enquiry, side: Side, happening: str, facts=None) -> None:
    """Record it, tell the other side, make it its turn. `happening` is the same whenever the same one is told."""
    now = timezone.now()
    hand_over_turn(enquiry, side.other if row.status in Quote.STANDING else "")
    note_news(enquiry, side.other, now)
    if side == Side.BUYER:
        enquiry.buyer_named = True
    enquiry.save()
    owner = enquiry.company_of(side)
    record(by=by, verb=verb, on=row, organisation=owner, facts={"status": row.status, **(facts or {})})
    notify_side(
        "enquiry_quote",
        enquiry,
        side.other,
        happening,
        status=row.status,
        price=str(row),
        unit=row.price_unit,
        line=excerpt(row.line.text) if row.line else "",
        text=excerpt_of_note(row.written_answer if side == Side.BUYER else row.written_note, enquiry, side.other),
    )


def _own(by: User, row: Quote, *, side: Side, sentence: str) -> tuple[Quote, Enquiry]:
    enquiry, own = lock_enquiry(by, row.enquiry)
    if own != side:
        raise Refused("other_side", sentence, status=403)
    return enquiry.quotes.select_related("line").get(pk=row.pk), enquiry


@transaction.atomic
def answer_quote(
    *, by: User, quote: Quote, answer: str, note: str = "", phrases: Sequence[Mapping[str, Any]] = ()
) -> Quote:
    """Accept or decline a quote, or ask about it before deciding (`question`, with a note or phrases).

    Raises:
        Refused: 403 `other_side` for the supplier; 409 `quote_closed`, `quote_ran_out`.
        ValidationError: for another answer, and for a question without words; for a phrase as `phrase_book.check`.
    """
    stored = phrase_book.check(phrases)
    row, enquiry = _own(by, quote, side=Side.BUYER, sentence=_("The buyer answers a quote."))
    if answer not in (Quote.Status.ACCEPTED, Quote.Status.DECLINED, Quote.Status.QUESTION):
        raise ValidationError({"answer": _("Accept it, decline it, or ask about it.")})
    if row.status == answer and answer != Quote.Status.QUESTION:
        return row
    if row.status not in Quote.STANDING:
        raise Refused("quote_closed", _("This quote no longer stands: it was answered, replaced or taken back."))
    if answer == Quote.Status.ACCEPTED and row.has_run_out:
        raise Refused("quote_ran_out", _("This quote has expired. Ask the supplier for a new one."))
    if answer == Quote.Status.QUESTION and not note.strip() and not stored:
        raise ValidationError({"note": _("Write what you want to know.")})
    row.status, row.answered_at = answer, timezone.now()
    row.answer_note, row.answer_phrases = note.strip(), stored
    row.full_clean(exclude=["enquiry", "line", "made_by"], validate_unique=False, validate_constraints=False)
    row.save(update_fields=["status", "answer_note", "answer_phrases", "answered_at"])
    event = _add_event(by, row, row.answer_note, stored)
    _request_translations(row.answer_note, enquiry, Side.SUPPLIER)
    _news(by, "answer_quote", row, enquiry, Side.BUYER, f"{row.uid}:{event.pk}")
    return row


@transaction.atomic
def withdraw_quote(*, by: User, quote: Quote) -> Quote:
    """Take a quote back while the buyer has not accepted it."""
    row, enquiry = _own(by, quote, side=Side.SUPPLIER, sentence=_("The supplier takes a quote back."))
    if row.status not in Quote.STANDING:
        raise Refused("quote_closed", _("This quote no longer stands: it was answered, replaced or taken back."))
    row.status = Quote.Status.WITHDRAWN
    row.save(update_fields=["status"])
    event = _add_event(by, row)
    _news(by, "withdraw_quote", row, enquiry, Side.SUPPLIER, f"{row.uid}:{event.pk}")
    return row


def _request_translations(note: str, enquiry: Enquiry, reader: Side) -> None:
    if note:
        request_for_readers(note, detect(note), enquiry.company_of(reader))


def _add_event(by: User, row: Quote, note: str = "", phrases: Sequence[Stored] = ()) -> QuoteEvent:
    """A line of the conversation for what happened to the quote."""
    return QuoteEvent.objects.create(
        quote=row, status=row.status, note=note, phrases=list(phrases), by=by, at=timezone.now()
    )


def per_base_unit(row: Quote) -> tuple[Decimal, str] | None:
    """The price for one kilogram, litre, piece …: what makes quotes in different units comparable; None without one."""
    one = price_for_base(row.price, row.price_unit)
    return (one[1].quantize(Decimal("0.0001")), base_of(one[0])) if one else None
