"""Mails that mail servers send back: this address does not exist (RFC 3464), this mail was unwanted (RFC 5965).

A report counts only when it returns one of our own mails to that very address: its Message-ID is looked up among what
left. So a forged report cannot stop the mail of another person.
"""

import re
from email import message_from_bytes, message_from_string, policy
from email.message import EmailMessage
from email.utils import parseaddr
from uuid import UUID

from matchmaker.notifications import bounces
from matchmaker.notifications.models import Delivery, Digest

OURS = re.compile(r"<([0-9a-f-]{36})@[^>\s]+>", re.IGNORECASE)
ADDRESS = ("Final-Recipient", "Original-Recipient", "Original-Rcpt-To")


def take(raw: bytes) -> str:
    """Read one report and stop writing to the address it is about; returns the address, '' when nothing was stopped."""
    report = message_from_bytes(raw[: 2**20], policy=policy.default)
    for fields in _fields(report):
        reason = _reason(fields)
        if not reason:
            continue
        named = {_address(str(value)) for name in ADDRESS for value in fields.get_all(name, [])}
        for address in _addresses_of(raw):
            if not named or address.lower() in named:
                bounces.suppress(address=address, reason=reason)
                return address
    return ""


def _fields(report: EmailMessage):
    """The blocks of fields of the machine-readable part: one for the mail, one for each address."""
    for part in report.walk():
        if part.get_content_type() in ("message/delivery-status", "message/feedback-report"):
            payload = part.get_payload()
            if isinstance(payload, list):
                yield from payload
            else:
                yield message_from_string(str(payload), policy=policy.default)


def _reason(fields) -> str:
    """Why to stop: a failure that lasts (5.x.x), or a complaint; '' for delays and successes."""
    if str(fields.get("Feedback-Type", "")).strip().lower() == "abuse":
        return "a mail was reported as unwanted"
    failed = str(fields.get("Action", "")).strip().lower() == "failed"
    if failed and str(fields.get("Status", "5")).strip().startswith("5"):
        diagnostic = " ".join(str(fields.get("Diagnostic-Code", "")).split())[:120]
        return f"mail to this address came back: {diagnostic}" if diagnostic else "mail to this address came back"
    return ""


def _addresses_of(raw: bytes):
    """To whom we wrote the mails whose Message-ID stands in the report."""
    for identity in dict.fromkeys(OURS.findall(raw[: 2**20].decode("ascii", "replace"))):
        key = UUID(identity)
        for letter in Delivery.objects.select_related("notice__recipient").filter(pk=key, channel="email"):
            yield letter.notice.recipient.email
        for digest in Digest.objects.select_related("recipient").filter(pk=key):
            yield digest.recipient.email


def _address(value: str) -> str:
    """`rfc822; wang@example.org` or `<wang@example.org>` as a plain address in lower case."""
    return parseaddr(value.rpartition(";")[2].strip())[1].lower()
