"""A supplier's confirmed bank details, for the buyers who have a quote or a deal with it."""

from matchmaker.companies.models import BankAccount
from matchmaker.messaging.models import Enquiry, Side
from matchmaker.messaging.services.notices import notify_side


def account_for(enquiry: Enquiry, side: Side) -> BankAccount | None:
    """The supplier's confirmed account with `entered_by` and `confirmed_by`, for the buyer's side.

    None for the supplier itself, for a buyer without a quote or a deal in this enquiry, and where none is confirmed.
    """
    if side != Side.BUYER or not Enquiry.objects.with_deal().filter(pk=enquiry.pk).exists():
        return None
    confirmed = enquiry.supplier.bank_accounts.confirmed()
    return confirmed.select_related("entered_by", "confirmed_by").first()


def tell_customers(account: BankAccount) -> None:
    """Each buyer with a quote or a deal is told once, about the enquiry that was touched last."""
    rows = Enquiry.objects.with_deal().filter(supplier=account.company, delivered_at__isnull=False)
    newest: dict[int, Enquiry] = {}
    for enquiry in rows.for_cards().order_by("touched_at", "id"):
        newest[enquiry.buyer_id] = enquiry
    for enquiry in newest.values():
        notify_side("enquiry_account", enquiry, Side.BUYER, f"{account.uid}:{enquiry.uid}")
