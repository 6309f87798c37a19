"""What a reader is warned of beside a message. Computed when it is read: better rules count for old messages, too."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from matchmaker.companies.models import BankAccount
from matchmaker.core.languages import current
from matchmaker.messaging.models import Enquiry, Message, QuoteRequestLine, Side
from matchmaker.messaging.services.bank_accounts import account_for
from matchmaker.messaging.warnings import ACCOUNT, Facts, FraudWarning, signs_in, warning_of
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
    is_first, account = True, account_for(enquiry, side)
    for message in messages:
        if message.side == side:
            is_first = False
            continue
        if written := message.as_written:
            if kinds := _kinds(enquiry, message, account, is_first=is_first, earlier=earlier):
                warnings[message.pk] = [_with_detail(warning_of(kind, current()), account) for kind in kinds]
            earlier.append(written)
    return warnings


def sentence_of_new(message: Message) -> dict[str, str] | str:
    """The first warning about a message that is being delivered, by the languages of its readers; '' without one."""
    enquiry = message.enquiry
    before = enquiry.messages.reached().exclude(pk=message.pk).filter(created_at__lte=message.created_at)
    is_first = all(one.side == message.side for one in before)
    earlier = [one.as_written for one in before if one.side == message.side]
    account = account_for(enquiry, Side(message.side).other)
    kinds = _kinds(enquiry, message, account, is_first=is_first, earlier=earlier)
    readers = enquiry.company_of(Side(message.side).other).members
    return in_languages(lambda: warning_of(kinds[0], current()).sentence, languages_of(readers)) if kinds else ""


def _with_detail(warning: FraudWarning, account: BankAccount | None) -> FraudWarning:
    """Of a changed account, the end of the confirmed one, so that the reader can compare."""
    if warning.kind != ACCOUNT or account is None:
        return warning
    return replace(warning, detail=_("The confirmed account ends in %(ending)s.") % {"ending": account.ending})


def _kinds(
    enquiry: Enquiry, message: Message, account: BankAccount | None, *, is_first: bool, earlier: Iterable[str]
) -> list[str]:
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
        confirmed=account.number if account else "",
    )
    return signs_in(message.as_written, facts)


def _requested(message: Message) -> tuple[Decimal, str] | None:
    try:
        request = message.request_line.request
    except QuoteRequestLine.DoesNotExist:
        return None
    return request.quantity, request.unit
