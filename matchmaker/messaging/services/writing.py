"""Ask, answer, and the small acts on an enquiry."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Demand, Product
from matchmaker.companies.models import Company
from matchmaker.companies.services import is_member, require_member
from matchmaker.core.files import check_first
from matchmaker.core.languages import base_of, current
from matchmaker.core.problems import NotFound, Refused
from matchmaker.engines.language import detect
from matchmaker.messaging import phrases as phrase_book
from matchmaker.messaging.models import Enquiry, Message, QuoteRequest, QuoteRequestLine, ReadMark, Side
from matchmaker.messaging.services import contact_rules
from matchmaker.messaging.services.files import attach, check_files
from matchmaker.messaging.services.fraud_warnings import sentence_of_new
from matchmaker.messaging.services.notices import excerpt_for, notify_side
from matchmaker.translation.models import Kind
from matchmaker.translation.services import TranslationRequest, request_translations

EDIT_MINUTES = 15
MENTIONS = 20


def lock_enquiry(by: User, enquiry: Enquiry) -> tuple[Enquiry, Side]:
    """The enquiry as it stands now, locked, and this person's side of it.

    Raises:
        Refused: 404 for those who may not see it.
    """
    row = Enquiry.objects.visible_to(by).select_related(None).select_for_update(of=("self",)).filter(pk=enquiry.pk)
    found = row.first()
    if found is None:
        raise NotFound()
    return found, own_side(by, found)


def own_side(by: User, enquiry: Enquiry) -> Side:
    """The side this person speaks for; a person of both speaks for the one that was asked."""
    sides = [side for side in Side if is_member(by, enquiry.company_of(side))]
    if not sides:
        raise NotFound()
    return sides[0] if len(sides) == 1 else Side(enquiry.asked_by).other


def compose(text: str, phrases: Sequence[Mapping[str, Any]] = ()) -> tuple[str, list[phrase_book.Stored]]:
    """The free text and the phrases of a message as they are stored. Pages and API come through here.

    Raises:
        ValidationError: as `check_text` and `phrase_book.check`.
    """
    stored = phrase_book.check(phrases)
    return check_text(text, may_be_empty=bool(stored)), stored


def check_text(text: str, *, may_be_empty: bool = False) -> str:
    """The text without space around it.

    Raises:
        ValidationError: empty, too long, or calling out to a crowd (B60).
    """
    text = text.strip()
    if not text and not may_be_empty:
        raise ValidationError({"text": ValidationError(_("Write what you want to say."), "required")})
    if len(text) > 5000:
        raise ValidationError(
            {
                "text": ValidationError(
                    _("A message may have up to 5,000 characters; this one has %(count)d. Attach a file for more.")
                    % {"count": len(text)},
                    "too_long",
                )
            }
        )
    if text.count("@") > MENTIONS:
        raise ValidationError(
            {"text": ValidationError(_("There are too many @ signs in this message."), "too_many_mentions")}
        )
    return text


@check_first("files", check_files)
@transaction.atomic
def ask(
    *,
    by: User,
    company: Company,
    text: str = "",
    phrases: Sequence[Mapping[str, Any]] = (),
    other: Company | None = None,
    product: Product | None = None,
    demand: Demand | None = None,
    files: Sequence = (),
    request: QuoteRequest | None = None,
) -> Enquiry:
    """Write to another company for the first time about a product, a demand, or the company as a whole.

    With a match the conversation is open at once; without one it is a request. What was asked before goes on where it
    was. No address of either side is part of it.

    Args:
        company: the side that asks; a buyer asks about a product or a supplier, a supplier about a demand.
        phrases: sentences of the phrase book, with or without a text beside them; see `compose`.
        request: the request for a quote that the message brings; see `request_quotes`.

    Raises:
        Refused: 404 for what the asker may not see; 403 and 429 with the reason, see `contact_rules`.
        ValidationError: for the text, the phrases and the files.
    """
    require_member(by, company)
    text, stored = compose(text, phrases)
    checked = check_files(files)
    side = Side.SUPPLIER if demand is not None else Side.BUYER
    receiver = _receiver(by, company, side, other, product, demand)
    Company.objects.select_for_update().get(pk=company.pk)  # one first message of a company at a time: limits count
    supplier, buyer = (company, receiver) if side == Side.SUPPLIER else (receiver, company)
    contact_rules.check_parties(sender=company, receiver=receiver)
    earlier = Enquiry.objects.filter(supplier=supplier, buyer=buyer, demand=demand)
    if demand is None:
        earlier = earlier.filter(product=product)
    if found := earlier.first():
        return _go_on(by, found, side, checked, request, text=text, phrases=stored)
    match = contact_rules.match_between(supplier, buyer)
    contact_rules.check_preference(receiver=receiver, match=match)
    contact_rules.check_pace(sender=company, is_request=match is None)
    message = Message(side=side, text=text, phrases=stored, language=_language_of(text))
    hold, facts = contact_rules.hold_for(sender=company, receiver=receiver, message=message, request=request)
    now = timezone.now()
    enquiry = Enquiry(
        supplier=supplier,
        buyer=buyer,
        asked_by=side,
        basis=Enquiry.Basis.MATCH if match else Enquiry.Basis.REQUEST,
        match=match,
        product=product,
        demand=demand,
        subject=_subject(receiver, product, demand),
        status=Enquiry.Status.OPEN if match else Enquiry.Status.REQUESTED,
        buyer_named=side == Side.BUYER or bool(match and match.is_mutual),
        touched_at=now,
    )
    try:
        with transaction.atomic():
            enquiry.save()
    except IntegrityError:
        raise Refused("asked_already", _("A colleague asked at the same moment. Open the enquiry.")) from None
    contact_rules.use_contact(sender=company, enquiry=enquiry)
    record(by=by, verb="ask", on=enquiry, organisation=company, facts={"basis": enquiry.basis, "hold": hold})
    _write(by, enquiry, message, checked, hold=hold, facts=facts, request=request)
    return enquiry


def _receiver(by: User, company: Company, side: Side, other, product, demand) -> Company:
    """The company that is asked; only what the asker may see can be asked about."""
    if demand is not None:
        if not company.is_supplier or not Demand.objects.visible_to(by).open().filter(pk=demand.pk).exists():
            raise NotFound()
        return demand.company
    if not company.is_buyer:
        raise Refused("buyers_ask", _("Buyers ask suppliers. As a supplier, answer demands."), status=403)
    if product is not None:
        if not Product.objects.visible_to(by).filter(pk=product.pk).exists():
            raise NotFound()
        return product.company
    if other is None or not Company.objects.visible_to(by).suppliers().filter(pk=other.pk).exists():
        raise NotFound()
    return other


def _subject(receiver: Company, product: Product | None, demand: Demand | None) -> str:
    if demand is not None:
        return demand.title
    original = product.original if product is not None else None
    return (original.name if original else receiver.legal_name)[:160]


def _language_of(text: str) -> str:
    """The language of the free text; of a message without one, the language that its author reads."""
    return detect(text) if text else base_of(current())


def _go_on(by: User, enquiry: Enquiry, side: Side, files, request: QuoteRequest | None, **words) -> Enquiry:
    """Asking again is writing on, where that is allowed."""
    if enquiry.status in (Enquiry.Status.DECLINED, Enquiry.Status.EXPIRED) and enquiry.asked_by == side:
        raise Refused("asked_already", _("You asked this before, and the other side did not take it up."), status=403)
    reply(by=by, enquiry=enquiry, files=files, request=request, **words)
    return Enquiry.objects.get(pk=enquiry.pk)


@check_first("files", check_files)
@transaction.atomic
def reply(
    *,
    by: User,
    enquiry: Enquiry,
    text: str = "",
    phrases: Sequence[Mapping[str, Any]] = (),
    files: Sequence = (),
    request: QuoteRequest | None = None,
) -> Message:
    """Write on. The side that was asked takes up a request by answering it; a buyer shows its name by doing so.

    Raises:
        Refused: 404 for strangers; 403 `blocked_by_you`, `contact_closed`; 409 `waits_for_answer`, `waits_for_review`,
            `enquiry_closed`.
        ValidationError: for the text, the phrases and the files.
    """
    text, stored = compose(text, phrases)
    checked = check_files(files)
    enquiry, side = lock_enquiry(by, enquiry)
    contact_rules.check_parties(sender=enquiry.company_of(side), receiver=enquiry.company_of(side.other))
    if enquiry.messages.filter(side=side, state=Message.State.HELD).exists():
        raise Refused(
            "waits_for_review", _("Your last message waits for a look by the organiser. You are told of the result.")
        )
    if enquiry.status in (Enquiry.Status.DECLINED, Enquiry.Status.CLOSED, Enquiry.Status.EXPIRED):
        if enquiry.asked_by == side and enquiry.status != Enquiry.Status.CLOSED:
            raise Refused("enquiry_closed", _("The other side did not take this up."), status=403)
        enquiry.status = Enquiry.Status.OPEN
    if enquiry.status == Enquiry.Status.REQUESTED and enquiry.asked_by == side:
        raise Refused("waits_for_answer", _("This is a request: you can write on once the other side has answered it."))
    message = Message(side=side, text=text, phrases=stored, language=_language_of(text))
    return _write(by, enquiry, message, checked, request=request)


def _write(
    by: User,
    enquiry: Enquiry,
    message: Message,
    files,
    *,
    hold: str = "",
    facts=None,
    request: QuoteRequest | None = None,
) -> Message:
    """Store a message of which side, text, phrases and language stand, and deliver it unless it is held."""
    now = timezone.now()
    message.enquiry, message.author, message.created_at = enquiry, by, now
    message.state = Message.State.HELD if hold else Message.State.SENT
    message.hold, message.hold_facts = hold, facts or {}
    message.full_clean(exclude=["enquiry", "author"], validate_constraints=False)
    message.save()
    attach(message, files)
    if request is not None:
        QuoteRequestLine.objects.create(
            request=request, enquiry=enquiry, product_id=enquiry.product_id, message=message
        )
    see(by=by, enquiry=enquiry)
    if hold:
        enquiry.touched_at = now
        enquiry.save(update_fields=["touched_at"])
    else:
        deliver(message)
    return message


def deliver(message: Message) -> None:
    """Let the other side see a message, and make it its turn. Call it with the enquiry locked."""
    enquiry, side, now = message.enquiry, Side(message.side), timezone.now()
    first = enquiry.delivered_at is None
    if first:
        enquiry.delivered_at = now
    elif side != enquiry.asked_by:
        enquiry.answered_at = enquiry.answered_at or now
        if enquiry.status == Enquiry.Status.REQUESTED:
            enquiry.status = Enquiry.Status.OPEN
    if side == Side.BUYER:
        enquiry.buyer_named = True
    hand_over_turn(enquiry, side.other)
    note_news(enquiry, side.other, now)
    enquiry.save()
    if message.text:
        request_for_readers(message.text, message.language, enquiry.company_of(side.other))
    _notify_of(message, enquiry, side.other, first=first)


def _notify_of(message: Message, enquiry: Enquiry, side: Side, *, first: bool) -> None:
    line = QuoteRequestLine.objects.filter(message=message).select_related("request").first()
    if line is not None:
        terms = {"quantity": str(line.request.quantity), "unit": line.request.unit}
        notify_side(
            "enquiry_request",
            enquiry,
            side,
            message,
            text=excerpt_for(message, side),
            warning=sentence_of_new(message),
            **terms,
        )
        return
    notify_side(
        "enquiry_message",
        enquiry,
        side,
        message,
        text=excerpt_for(message, side),
        language=message.language,
        first=first,
        request=enquiry.status == Enquiry.Status.REQUESTED,
        warning=sentence_of_new(message),
    )


def request_for_readers(text: str, written_in: str, reader: Company) -> None:
    """Have a message or a note translated for the people who read it, where the organisers allow it."""
    languages = {base_of(code) for code in reader.members.values_list("language", flat=True) if code}
    request_translations(TranslationRequest(text, written_in, language, Kind.MESSAGE) for language in languages)


def hand_over_turn(enquiry: Enquiry, side: str) -> None:
    """It is this side's turn now ('' for neither); a side that waited already goes on waiting from the same moment."""
    if enquiry.owes == side:
        return
    enquiry.owes, enquiry.reminders = side, 0
    enquiry.owes_since = timezone.now() if side else None


def note_news(enquiry: Enquiry, side: str, now: dt.datetime) -> None:
    """There is something new to see for this side."""
    setattr(enquiry, f"{side}_news_at", now)
    enquiry.touched_at = now


def see(*, by: User, enquiry: Enquiry) -> None:
    """This person has read the enquiry up to now."""
    ReadMark.objects.update_or_create(enquiry=enquiry, user=by, defaults={"read_at": timezone.now()})


@transaction.atomic
def decline(*, by: User, enquiry: Enquiry) -> Enquiry:
    """Say no to a request; the asker is told and cannot ask again."""
    enquiry, side = lock_enquiry(by, enquiry)
    if enquiry.status == Enquiry.Status.DECLINED:
        return enquiry
    if enquiry.status != Enquiry.Status.REQUESTED or enquiry.asked_by == side:
        raise Refused("not_a_request", _("Only a request that waits for your answer can be declined."))
    now = timezone.now()
    enquiry.status, enquiry.answered_at = Enquiry.Status.DECLINED, now
    hand_over_turn(enquiry, "")
    note_news(enquiry, enquiry.asked_by, now)
    enquiry.save()
    record(by=by, verb="decline_enquiry", on=enquiry, organisation=enquiry.company_of(side))
    notify_side("enquiry_declined", enquiry, enquiry.asked_by, enquiry)
    return enquiry


@transaction.atomic
def nothing_to_answer(*, by: User, enquiry: Enquiry) -> Enquiry:
    """The last message needs no answer: no reminder is sent."""
    enquiry, side = lock_enquiry(by, enquiry)
    if enquiry.owes == side and enquiry.status == Enquiry.Status.OPEN:
        hand_over_turn(enquiry, "")
        enquiry.save(update_fields=["owes", "owes_since", "reminders"])
    return enquiry


@transaction.atomic
def close_enquiry(*, by: User, enquiry: Enquiry) -> Enquiry:
    """Close an enquiry; a new message opens it again."""
    enquiry, side = lock_enquiry(by, enquiry)
    if enquiry.status != Enquiry.Status.OPEN:
        raise Refused("not_open", _("Only an open enquiry can be closed."))
    enquiry.status = Enquiry.Status.CLOSED
    hand_over_turn(enquiry, "")
    enquiry.save(update_fields=["status", "owes", "owes_since", "reminders"])
    record(by=by, verb="close_enquiry", on=enquiry, organisation=enquiry.company_of(side))
    return enquiry


@transaction.atomic
def assign(*, by: User, enquiry: Enquiry, to: User | None) -> Enquiry:
    """Say which colleague looks after it; she alone is told from now on.

    Raises:
        Refused: 403 `not_a_colleague` for anybody outside one's own company (B61).
    """
    enquiry, side = lock_enquiry(by, enquiry)
    if to is not None and not is_member(to, enquiry.company_of(side)):
        raise Refused("not_a_colleague", _("It can be assigned to people of your own company only."), status=403)
    field = f"{side}_person"
    setattr(enquiry, field, to)
    enquiry.save(update_fields=[field])
    facts = {"person": str(to.uid) if to else ""}
    record(by=by, verb="assign_enquiry", on=enquiry, organisation=enquiry.company_of(side), facts=facts)
    if to is not None and to != by:
        about = f"{enquiry.uid}:{to.uid}:{timezone.now():%Y%m%d%H%M%S}"
        notify_side("enquiry_assigned", enquiry, side, about, colleague=str(by))
    return enquiry


def _own_message(by: User, message: Message) -> tuple[Message, Enquiry]:
    enquiry, side = lock_enquiry(by, message.enquiry)
    found = enquiry.messages.get(pk=message.pk)
    if found.side != side:
        raise Refused("not_yours", _("This is the other side's message."), status=403)
    if found.deleted_at is not None:
        raise Refused("message_deleted", _("This message was taken back."))
    return found, enquiry


@transaction.atomic
def edit_message(*, by: User, message: Message, text: str) -> Message:
    """Mend the free text of one's own message within fifteen minutes; the earlier wording stays in the record.

    Raises:
        Refused: 403 `too_late`, `not_yours`; 409 `waits_for_review`.
    """
    found, enquiry = _own_message(by, message)
    text = check_text(text, may_be_empty=bool(found.phrases))
    if found.author_id != by.pk or timezone.now() - found.created_at > dt.timedelta(minutes=EDIT_MINUTES):
        raise Refused(
            "too_late", _("A message can be changed by its author for fifteen minutes. Write another one."), status=403
        )
    if found.state != Message.State.SENT or enquiry.messages.count() == 1:
        raise Refused("waits_for_review", _("A first message cannot be changed. Write on, or take it back."))
    record(
        by=by,
        verb="edit_message",
        on=found,
        organisation=enquiry.company_of(found.side),
        facts={"before": found.text, "after": text},
    )
    found.text, found.language, found.edited_at = text, _language_of(text), timezone.now()
    found.full_clean(exclude=["enquiry", "author"], validate_constraints=False)
    found.save(update_fields=["text", "language", "edited_at"])
    return found


@transaction.atomic
def delete_message(*, by: User, message: Message) -> Message:
    """Take one's own message back for everybody: a mark stays in its place, a copy in the record (B61)."""
    found, enquiry = _own_message(by, message)
    record(
        by=by,
        verb="delete_message",
        on=found,
        organisation=enquiry.company_of(found.side),
        facts={"text": found.as_written, "files": list(found.attachments.values_list("name", "sha256"))},
    )
    found.text, found.phrases, found.deleted_at = "", [], timezone.now()
    found.save(update_fields=["text", "phrases", "deleted_at"])
    return found
