"""What a want asks of a supplier: how well it is checked, its size, age and languages, what it can make."""

from collections.abc import Iterator
from datetime import date

from matchmaker.engines.language.units import factor
from matchmaker.engines.matching.pairs import Condition, Offer, Want

_A_YEAR = {"year": 1, "month": 12}


def judge_traits(offer: Offer, want: Want, today: date) -> Iterator[Condition]:
    """The conditions on a supplier that the want sets, in a fixed order; what a supplier does not say is unknown."""
    if want.verification:
        outcome = "meets" if offer.verification >= want.verification else "fails"
        yield Condition("verification", outcome, {"wanted": want.verification, "level": offer.verification})
    if want.sizes:
        outcome = "unknown" if not offer.size else "meets" if offer.size in want.sizes else "fails"
        yield Condition("size", outcome, {"wanted": sorted(want.sizes), "size": offer.size})
    if want.languages:
        common = sorted(want.languages & offer.languages)
        outcome = "meets" if common else "fails" if offer.languages else "unknown"
        yield Condition("language", outcome, {"wanted": sorted(want.languages), "common": common})
    if want.years:
        age = None if offer.founded is None else today.year - offer.founded
        outcome = "unknown" if age is None else "meets" if age >= want.years else "fails"
        yield Condition("years", outcome, {"wanted": want.years, "founded": offer.founded})
    if want.newcomers == "experience" or (want.newcomers == "welcome" and offer.first_time):
        outcome = "fails" if want.newcomers == "experience" and offer.first_time else "meets"
        yield Condition("newcomers", outcome, {"wanted": want.newcomers, "first_time": offer.first_time})
    if want.capacity is not None:
        yield _capacity(offer, want)
    if want.in_china:
        yield _in_china(offer, want, today)


def _in_china(offer: Offer, want: Want, today: date) -> Condition:
    """Lots that are there on the last day of delivery, or today; a quantity that cannot be compared is unknown."""
    day = max(want.delivery_by or today, today)
    fitting = [
        (quantity, unit)
        for customs, quantity, unit, until in offer.in_china
        if (want.in_china == "any" or customs == "cleared") and (until is None or until >= day)
    ]
    facts: dict[str, object] = {
        "wanted": want.in_china,
        "lots": len(fitting),
        "stated": len(offer.in_china),
        "day": day.isoformat(),
        "needed": want.quantity,
        "unit": want.unit,
        "held": None,
    }
    if not offer.in_china:
        return Condition("in_china", "unknown", facts)
    if not fitting:
        return Condition("in_china", "fails", facts)
    if want.quantity is None:
        return Condition("in_china", "meets", facts)
    ratios = [(quantity, factor(unit, want.unit)) for quantity, unit in fitting]
    held = sum(quantity * ratio for quantity, ratio in ratios if quantity is not None and ratio is not None)
    facts["held"] = held
    if held >= want.quantity * (1 - 1e-9):
        return Condition("in_china", "meets", facts)
    is_whole = all(quantity is not None and ratio is not None for quantity, ratio in ratios)
    return Condition("in_china", "fails" if is_whole else "unknown", facts)


def _capacity(offer: Offer, want: Want) -> Condition:
    facts: dict[str, object] = {
        "needed": want.capacity,
        "unit": want.unit,
        "period": want.capacity_period,
        "capacity": offer.capacity,
        "capacity_unit": offer.capacity_unit,
        "capacity_period": offer.capacity_period,
    }
    ratio = factor(offer.capacity_unit, want.unit)
    needed, held = _A_YEAR.get(want.capacity_period), _A_YEAR.get(offer.capacity_period)
    if offer.capacity is None or want.capacity is None or ratio is None or needed is None or held is None:
        return Condition("capacity", "unknown", facts)
    enough = offer.capacity * ratio * held >= want.capacity * needed * (1 - 1e-9)
    return Condition("capacity", "meets" if enough else "fails", facts)
