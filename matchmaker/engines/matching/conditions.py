"""Hard conditions of a want, judged against an offer: meets, fails or unknown, with the figures compared.

They do not change the score, except `attributes` and `origin` (see `attributes.py`, `origins.py`): a reader is told
"minimum order 24 t: above the 20 t needed" and decides. Only what the want asks for is judged, so a want without a
target price has no price condition. Whatever cannot be compared (nothing said, units of different kinds, no exchange
rate) is 'unknown'.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from matchmaker.engines.language.attributes import read_attributes
from matchmaker.engines.language.units import exchange, factor
from matchmaker.engines.matching.attributes import agreements, asked, failures, left_open
from matchmaker.engines.matching.incoterms import ABROAD, AT_PLACE, compare_inclusion
from matchmaker.engines.matching.pairs import SERVICES, Condition, Offer, Want
from matchmaker.engines.matching.traits import judge_traits


def judge(offer: Offer, want: Want, *, rates: Mapping[str, float], today: date) -> tuple[Condition, ...]:
    """Every condition that the want sets, in a fixed order.

    `rates` gives CNY per unit of a currency; `today` is the day from which the lead time runs.
    """
    conditions = (
        _origin(offer, want),
        _certificates(offer, want),
        judge_price(offer, want, rates),
        _minimum_order(offer, want),
        _delivery(offer, want, today),
        _registration(offer, want),
        _attributes(offer, want),
    )
    return tuple(condition for condition in (*conditions, *judge_traits(offer, want, today)) if condition is not None)


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


def _attributes(offer: Offer, want: Want) -> Condition | None:
    """Attributes that the text of the want asks for or refuses, as far as the text of the offer speaks of them.

    They are of goods: a service of grinding seats of valves asks for nothing ground.
    """
    if want.category.startswith(SERVICES):
        return None
    wanted, has = read_attributes(want.texts), read_attributes(offer.texts)
    failed = failures(has, wanted)
    if not asked(wanted) and not wanted.lacks and not failed:
        return None
    met = agreements(has, wanted)
    unknown = sorted(asked(wanted) - left_open(has, wanted) - set(met) - set(failed))
    outcome = "fails" if failed else "unknown" if unknown or not met else "meets"
    return Condition("attributes", outcome, {"failed": failed, "met": met, "unknown": unknown})


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


def judge_price(offer: Offer, want: Want, rates: Mapping[str, float]) -> Condition | None:
    """None where the want has no target price.

    Another Incoterm is another price: what delivery costs in between is not known. Still, a price that includes less
    and is above the target fails, and one that includes more and is within the target meets.
    """
    if want.target_price is None:
        return None
    lowest = offer.price_low if offer.price_low is not None else offer.price_high
    facts: dict[str, object] = {
        "target": want.target_price,
        "currency": want.currency,
        "unit": want.price_unit,
        "incoterm": want.incoterm,
        "offered": lowest,
        "offered_currency": offer.currency,
        "offered_unit": offer.price_unit,
        "offered_incoterm": offer.incoterm,
    }
    # A price for one t is a thousandth of it for one kg: the inverse of what quantities do.
    per_unit = factor(want.price_unit, offer.price_unit)
    if lowest is None or per_unit is None:
        return Condition("price", "unknown", facts)
    converted = exchange(lowest * per_unit, offer.currency, want.currency, rates)
    if converted is None:
        return Condition("price", "unknown", facts)
    facts["offered_converted"] = round(converted, 4)
    # The allowance is for the rounding of conversions, not for haggling.
    outcome = "meets" if converted <= want.target_price * (1 + 1e-9) else "fails"
    delivery = compare_inclusion(offer.incoterm, want.incoterm) if want.incoterm else 0
    if delivery is None or (delivery < 0 and outcome == "meets") or (delivery > 0 and outcome == "fails"):
        outcome = "unknown"
    return Condition("price", outcome, facts)


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
    outcome = "fails" if earliest > want.delivery_by else "meets" if _arrives(offer, want) else "unknown"
    return Condition("delivery", outcome, facts | {"earliest": earliest.isoformat()})


def _arrives(offer: Offer, want: Want) -> bool:
    """Whether goods that are made in time are there in time, too.

    The lead time ends where the supplier hands over. From there on the transport takes days that are not stated, unless
    the supplier delivers at the place, or the buyer takes over abroad.
    """
    return not want.is_shipped or offer.incoterm in AT_PLACE or want.incoterm in ABROAD


def _registration(offer: Offer, want: Want) -> Condition | None:
    """Readiness of goods that enter the country; it fails only where the buyer asks for a registration.

    Everybody else may prepare what is missing until the first sale, so that there it is open.
    """
    if not want.registration_required and not want.registration_asked:
        return None
    outcome = {"ready": "meets", "missing": "fails"}.get(offer.readiness, "unknown")
    if outcome == "fails" and not want.registration_asked:
        outcome = "unknown"
    return Condition("registration", outcome, {"readiness": offer.readiness})
