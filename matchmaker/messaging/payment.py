"""Terms of payment: which of their fields belong together."""

from django.utils.translation import gettext as _

from matchmaker.messaging.models import PaymentTerms

Payment = PaymentTerms.Payment


def check_payment(row: PaymentTerms, problems: dict) -> None:
    """Note what is missing; what does not belong to the chosen way of paying is emptied."""
    if row.payment != Payment.TRANSFER:
        row.advance_percent = None
    elif row.advance_percent is None:
        problems["advance_percent"] = _("Say how many percent are paid in advance; 0 if none.")
    if row.payment != Payment.OPEN_ACCOUNT:
        row.credit_days = None
    elif row.credit_days is None:
        problems["credit_days"] = _("Say within how many days it is paid.")
    row.payment_words = row.payment_words.strip()
    if row.payment == Payment.OTHER and not row.payment_words:
        problems["payment_words"] = _("Say in words how it is paid.")


def payment_rank(row: PaymentTerms) -> tuple[int, int] | None:
    """How well terms suit a buyer, the lowest best: later payment before earlier payment; None where not comparable."""
    if row.payment == Payment.OPEN_ACCOUNT:
        return 0, -(row.credit_days or 0)
    if row.payment == Payment.CREDIT_LETTER:
        return 1, 0
    if row.payment == Payment.TRANSFER:
        return 2, row.advance_percent or 0
    return None


def payment_facts(row: PaymentTerms) -> list[str]:
    """The terms of payment in the reader's language, and the words beside them; empty where none are stated."""
    words = {
        Payment.TRANSFER: _("T/T, %(percent)s%% in advance") % {"percent": row.advance_percent},
        Payment.CREDIT_LETTER: _("L/C at sight"),
        Payment.OPEN_ACCOUNT: _("open account, %(days)s days") % {"days": row.credit_days},
    }
    return [text for text in (words.get(Payment(row.payment), ""), row.payment_words) if text]
