"""Hard conditions of a want, judged against an offer: meets, fails or unknown, with the figures compared.

They never change a score: a reader is told "minimum order 24 t: above the 20 t needed" and decides. Only what the
want asks for is judged, so a want without a target price has no price condition. Whatever cannot be compared
(nothing said, units of different kinds, no exchange rate) is 'unknown', never a guess.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from matchmaker.matching.engine.pairs import Condition, Offer, Want
from matchmaker.matching.engine.traits import judge_traits
from matchmaker.matching.engine.units import factor


def judge(offer: Offer, want: Want, *, rates: Mapping[str, float], today: date) -> tuple[Condition, ...]:
    """Every condition that the want sets, in a fixed order.

    `rates` gives CNY per unit of a currency; `today` is the day from which the lead time runs.
    """
    found = (
        _origin(offer, want),
        _certificates(offer, want),
        _price(offer, want, rates),
        _minimum_order(offer, want),
        _delivery(offer, want, today),
        _registration(offer, want),
    )
    return tuple(condition for condition in (*found, *judge_traits(offer, want, today)) if condition is not None)


def _origin(offer: Offer, want: Want) -> Condition | None:
    if not want.origins_wanted and not want.origins_excluded:
        return None
    facts: dict[str, object] = {
        "origin": offer.origin,
        "wanted": sorted(want.origins_wanted),
        "excluded": sorted(want.origins_excluded),
    }
    if not offer.origin:
        return Condition("origin", "unknown", facts)
    refused = offer.origin in want.origins_excluded
    missed = bool(want.origins_wanted) and offer.origin not in want.origins_wanted
    return Condition("origin", "fails" if refused or missed else "meets", facts)


def _plain(certificate: str) -> str:
    return re.sub(r"[\W_]+", "", certificate).casefold()


def _certificates(offer: Offer, want: Want) -> Condition | None:
    if not want.certificates_required:
        return None
    held = {_plain(certificate) for certificate in offer.certificates}
    required = sorted(want.certificates_required)
    present = [certificate for certificate in required if _plain(certificate) in held]
    missing = [certificate for certificate in required if _plain(certificate) not in held]
    # An offer that lists no certificate at all has not answered the question yet.
    outcome = "meets" if not missing else "fails" if held else "unknown"
    return Condition("certificates", outcome, {"required": required, "present": present, "missing": missing})


def _price(offer: Offer, want: Want, rates: Mapping[str, float]) -> Condition | None:
    if want.target_price is None:
        return None
    facts: dict[str, object] = {
        "target": want.target_price,
        "currency": want.currency,
        "unit": want.price_unit,
        "offered": offer.price_low if offer.price_low is not None else offer.price_high,
        "offered_currency": offer.currency,
        "offered_unit": offer.price_unit,
    }
    lowest = offer.price_low if offer.price_low is not None else offer.price_high
    # A price for one t is a thousandth of it for one kg: the inverse of what quantities do.
    per_unit = factor(want.price_unit, offer.price_unit)
    if want.currency == offer.currency and want.currency:
        exchange: float | None = 1.0
    elif rates.get(offer.currency) and rates.get(want.currency):
        exchange = rates[offer.currency] / rates[want.currency]
    else:
        exchange = None
    if lowest is None or per_unit is None or exchange is None:
        return Condition("price", "unknown", facts)
    converted = lowest * per_unit * exchange
    facts["offered_converted"] = round(converted, 4)
    # The allowance is for the rounding of conversions, not for haggling.
    return Condition("price", "meets" if converted <= want.target_price * (1 + 1e-9) else "fails", facts)


def _minimum_order(offer: Offer, want: Want) -> Condition | None:
    if want.quantity is None:
        return None
    facts: dict[str, object] = {
        "needed": want.quantity,
        "unit": want.unit,
        "offered_min": None,
        "min_order": offer.min_order,
        "min_order_unit": offer.min_order_unit,
    }
    if offer.min_order is None:
        return Condition("minimum_order", "unknown", facts)
    ratio = 1.0 if offer.min_order == 0 else factor(offer.min_order_unit, want.unit)
    if ratio is None:
        return Condition("minimum_order", "unknown", facts)
    least = offer.min_order * ratio
    facts["offered_min"] = round(least, 6)
    return Condition("minimum_order", "meets" if least <= want.quantity * (1 + 1e-9) else "fails", facts)


def _delivery(offer: Offer, want: Want, today: date) -> Condition | None:
    if want.delivery_by is None:
        return None
    facts: dict[str, object] = {"by": want.delivery_by.isoformat(), "lead_time_days": offer.lead_time_days}
    if want.delivery_by < today:
        return Condition("delivery", "fails", facts | {"earliest": today.isoformat()})
    if offer.lead_time_days is None:
        return Condition("delivery", "unknown", facts | {"earliest": None})
    earliest = today + timedelta(days=min(offer.lead_time_days, 36_500))
    outcome = "meets" if earliest <= want.delivery_by else "fails"
    return Condition("delivery", outcome, facts | {"earliest": earliest.isoformat()})


def _registration(offer: Offer, want: Want) -> Condition | None:
    if not want.registration_required:
        return None
    outcome = {"ready": "meets", "missing": "fails"}.get(offer.readiness, "unknown")
    return Condition("registration", outcome, {"readiness": offer.readiness})
