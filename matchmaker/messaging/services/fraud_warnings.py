"""What a reader is warned of beside a message. Computed when it is read: better rules count for old messages, too."""

from collections.abc import Iterable
from decimal import Decimal

from matchmaker.core.languages import current
from matchmaker.messaging.models import Enquiry, Message, QuoteRequestLine, Side
from matchmaker.messaging.warnings import Facts, FraudWarning, signs_in, warning_of
from matchmaker.notifications.by_language import in_languages, languages_of

Warnings = dict[int, list[FraudWarning]]  # by the primary key of the message; only messages with warnings are in it


def warnings_for(enquiry: Enquiry, side: Side, messages: Iterable[Message]) -> Warnings:
    """The warnings for a side about each message of the other one, in the language set; never about its own.

    Args:
        side: whose people read.
        messages: all of the enquiry that they may see, in the order they were written, with their `request_line`.
    """
    warnings: Warnings = {}
    earlier: list[str] = []
    is_first = True
    for message in messages:
        if message.side == side:
            is_first = False
            continue
        if written := message.as_written:
            if kinds := _kinds(enquiry, message, is_first=is_first, earlier=earlier):
                warnings[message.pk] = [warning_of(kind, current()) for kind in kinds]
            earlier.append(written)
    return warnings


def sentence_of_new(message: Message) -> dict[str, str] | str:
    """The first warning about a message that is being delivered, by the languages of its readers; '' without one."""
    enquiry = message.enquiry
    before = enquiry.messages.reached().exclude(pk=message.pk).filter(created_at__lte=message.created_at)
    is_first = all(one.side == message.side for one in before)
    earlier = [one.as_written for one in before if one.side == message.side]
    kinds = _kinds(enquiry, message, is_first=is_first, earlier=earlier)
    readers = enquiry.company_of(Side(message.side).other).members
    return in_languages(lambda: warning_of(kinds[0], current()).sentence, languages_of(readers)) if kinds else ""


def _kinds(enquiry: Enquiry, message: Message, *, is_first: bool, earlier: Iterable[str]) -> list[str]:
    sender = enquiry.company_of(message.side)
    is_named = message.side == Side.SUPPLIER or enquiry.buyer_named  # nothing of an unnamed buyer may show through
    facts = Facts(
        language=message.language,
        is_first=is_first,
        founded=sender.founded if is_named else None,
        year=message.created_at.year,
        domains=tuple(filter(None, (sender.website, sender.contact_email))) if is_named else (),
        earlier=tuple(earlier),
        requested=_requested(message),
    )
    return signs_in(message.as_written, facts)


def _requested(message: Message) -> tuple[Decimal, str] | None:
    try:
        request = message.request_line.request
    except QuoteRequestLine.DoesNotExist:
        return None
    return request.quantity, request.unit
