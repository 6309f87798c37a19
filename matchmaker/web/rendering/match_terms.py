"""What a line wants and what is offered for it, term by term, on the match pages of both desks.

Price, minimum order and lead time are judged by `matching.services.judge_match`, and the page shows these outcomes
wherever it speaks of conditions; the delivery term is compared here. A quote for the line stands before what
the product says.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matchmaker.catalogue.models import Product
from matchmaker.core import formats, reference
from matchmaker.core.formats import money, quantity
from matchmaker.matching.models import Match
from matchmaker.matching.services import OfferedTerms, judge_match
from matchmaker.messaging.models import Quote
from matchmaker.web.templatetags.trade import for_one, price, target_price, unit
from matchmaker.web.templatetags.ui import number

Row = dict[str, Any]


def terms_of(match: Match) -> dict[str, Any]:
    """`rows` with label, wanted, offered, note and state (meets, fails, unknown or ""), the `quote` behind them, and
    all `conditions` as judged now, for `matching.reasons.conditions`."""
    product, line = match.product, match.line
    quote = _quote(match)
    offered: Product | Quote = quote or product
    judged = judge_match(match, _quoted_terms(quote) if quote else None)
    outcomes = _outcomes(judged)
    rows = [
        {**outcomes["price"], "label": _("Price"), "wanted": target_price(line), "offered": _price(offered)},
        {
            **outcomes["minimum_order"],
            "label": _("Minimum order"),
            "wanted": quantity(line.quantity, line.unit),
            "offered": quantity(offered.min_order, offered.min_order_unit),
        },
        _delivery_term(match, offered),
        {
            **outcomes["delivery"],
            "label": _("Lead time"),
            "wanted": _by(line.demand.delivery_until),
            "offered": _days(offered.lead_time_days),
        },
    ]
    return {"rows": [row for row in rows if row["wanted"] or row["offered"]], "quote": quote, "conditions": judged}


def _quote(match: Match) -> Quote | None:
    """The supplier's live quote for the line: made for this product, or for the demand as a whole."""
    about = (
        Q(enquiry__match=match)
        | Q(enquiry__product=match.product_id)
        | Q(enquiry__match__isnull=True, enquiry__product__isnull=True)
    )
    quotes = Quote.objects.filter(
        about,
        line=match.line_id,
        enquiry__supplier=match.product.company_id,
        enquiry__delivered_at__isnull=False,
        status__in=Quote.LIVE,
    )
    return quotes.order_by("-made_at", "-pk").first()


def _quoted_terms(quote: Quote) -> OfferedTerms:
    return OfferedTerms(
        price_low=quote.price,
        price_high=None,
        currency=quote.currency,
        price_unit=quote.price_unit,
        min_order=quote.min_order,
        min_order_unit=quote.min_order_unit,
        lead_time_days=quote.lead_time_days,
        incoterm=quote.incoterm,
    )


def _outcomes(judged: list[dict[str, Any]]) -> dict[str, Row]:
    """Code of a condition → its state and a note; what the line does not ask for has no state."""
    found: dict[str, Row] = {code: {"state": "", "note": ""} for code in ("price", "minimum_order", "delivery")}
    for condition in judged:
        if condition["code"] in found:
            note = _note(condition["code"], condition["facts"])
            found[condition["code"]] = {"state": condition["outcome"], "note": note}
    return found


def _note(code: str, said: Any) -> str:
    """What the offer is in the units of the wish, where they are not the same."""
    if code == "price" and "offered_converted" in said:
        if (said["currency"], said["unit"]) == (said["offered_currency"], said["offered_unit"]):
            return ""
        return _("about %(price)s / %(unit)s") % {
            "price": money(round(Decimal(str(said["offered_converted"])), 2), said["currency"]),
            "unit": unit(said["unit"]),
        }
    if code == "minimum_order" and said.get("offered_min") is not None and said["min_order_unit"] != said["unit"]:
        return _("about %(amount)s") % {"amount": quantity(said["offered_min"], said["unit"])}
    if code == "delivery" and said.get("earliest") and said.get("lead_time_days") is not None:
        return _("made by %(day)s, if ordered today") % {"day": formats.day(dt.date.fromisoformat(said["earliest"]))}
    return ""


def _delivery_term(match: Match, offered: Product | Quote) -> Row:
    """Another term is another price: CIF and FOB are not compared, and DDP is not taken for CIF."""
    demand = match.line.demand
    state = ""
    if demand.incoterm:
        state = "unknown" if not offered.incoterm else "meets" if offered.incoterm == demand.incoterm else "fails"
    return {
        "label": _("Delivery term"),
        "wanted": f"{demand.incoterm} {demand.destination_name}".strip(),
        "offered": f"{offered.incoterm} {reference.place(offered.incoterm_place)}".strip(),
        "state": state,
        "note": "",
    }


def _price(offered: Product | Quote) -> str:
    if isinstance(offered, Product):
        return price(offered)
    return for_one(money(offered.price, offered.currency), offered.price_unit)


def _by(day: dt.date | None) -> str:
    return _("delivery by %(day)s") % {"day": formats.day(day)} if day else ""


def _days(days: int | None) -> str:
    return "" if days is None else ngettext("%(days)s day", "%(days)s days", days) % {"days": number(days)}
