"""The customs pre-check of quotes, as the cards of an enquiry show it."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from matchmaker.accounts.models import User
from matchmaker.core.formats import exact_money, per_unit
from matchmaker.market_access.precheck.presentation import precheck_box
from matchmaker.messaging import services
from matchmaker.messaging.models import Quote


def prechecks_of(user: User, quotes: Sequence[Quote]) -> list[dict[str, Any]]:
    """One card for each quote: its pre-check as this person may see it; of several quotes, which one it is."""
    return [
        {
            "box": precheck_box(services.precheck_quote(reader=user, quote=quote), timezone.localdate()),
            "element_id": f"precheck-{quote.uid}",
            "lead": _name_of(quote) if len(quotes) > 1 else "",
        }
        for quote in quotes
    ]


def _name_of(quote: Quote) -> str:
    price = per_unit(exact_money(quote.price, quote.currency), quote.price_unit)
    return f"{quote.line.number}. {price}" if quote.line else price
