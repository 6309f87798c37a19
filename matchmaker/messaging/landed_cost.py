"""What the goods of a quote cost with everything paid until they are in China, and which of several quotes is best.

Values in, values out. A part that is not known is named and never counted as zero: the sum then is what
is known, and `missing` says what it lacks. Amounts are rounded part by part, so that the parts add up, to hundredths
and at the end to the decimals of the currency (won and yen have none).

    customs value = goods + freight + insurance, each as far as the price does not include it
    duty          = customs value x duty rate (lowest to highest where it depends on the national line)
    additional    = customs value x anti-dumping, countervailing, safeguard and retaliatory duties
    consumption tax = (customs value + both duties) / (1 - its rate) x its rate
    import VAT    = (customs value + both duties + consumption tax) x VAT rate

Consumption tax is a part where its rate is known as a percentage. Otherwise it is none: a buyer whose goods bear it
types it into the fees. A regime that levies a share of the taxes gives that share of the amounts (`tax_share`).
Additional duties are a part where the site judges the goods (`asks_additional`); where they are not known, the taxes
are counted without them. Where it is not known whether the regime is open to the goods, and it changes an amount, that
is a part without an amount, `regime`, and not known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from matchmaker.engines.language import convert, exchange

CENT = Decimal("0.01")
# What a price under an Incoterm includes. Under DAP and DPU the carriage behind the port is in the customs value, too.
INCLUDED: Mapping[str, frozenset[str]] = {
    "CFR": frozenset({"freight"}),
    "CPT": frozenset({"freight"}),
    "CIF": frozenset({"freight", "insurance"}),
    "CIP": frozenset({"freight", "insurance"}),
    "DAP": frozenset({"freight", "insurance"}),
    "DPU": frozenset({"freight", "insurance"}),
    "DDP": frozenset({"freight", "insurance", "duty", "additional", "consumption", "vat"}),
}
CRITERIA = ("landed_cost", "price", "delivery", "certificates", "payment")


class State(StrEnum):
    KNOWN = "known"
    INCLUDED = "included"  # in the price, by the Incoterm
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a part is not known."""

    NO_QUANTITY = "no_quantity"
    NO_COMMON_UNIT = "no_common_unit"
    NO_RATE = "no_rate"
    NOT_TYPED = "not_typed"
    NO_DUTY_RATE = "no_duty_rate"
    NOT_LOADED = "not_loaded"  # no record of an additional duty, and no whole list of them
    NO_VALUE = "no_value"  # a part of the customs value is not known
    REGIME_NOT_CERTAIN = "regime_not_certain"  # it is not known whether the regime is open to the goods


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the cost: from `low` to `high`, the same amount for most parts; both 0 where it is not known."""

    name: str
    state: State
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class TargetQuantity:
    """The quantity that all offers are compared for."""

    quantity: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A quoted price. One `packing` holds so many `content_unit`, where the supplier says so."""

    price: Decimal
    currency: str
    price_unit: str
    incoterm: str
    packing: str = ""
    content: Decimal | None = None
    content_unit: str = ""


@dataclass(frozen=True, slots=True)
class Costs:
    """What is added to the price, in the currency of the comparison; None for what is not known."""

    freight: Decimal | None = None
    insurance: Decimal | None = None
    duty: tuple[Decimal, Decimal] | None = None  # percent, lowest and highest
    vat: Decimal | tuple[Decimal, Decimal] | None = None  # percent, or its lowest and highest
    fees: Decimal | None = None
    additional: tuple[Decimal, Decimal] | None = None  # percent of the customs value, lowest and highest
    asks_additional: bool = False  # they are a part of the sum; otherwise the typed duty holds them
    consumption: tuple[Decimal, Decimal] | None = None  # percent, lowest and highest
    tax_share: Decimal = Decimal(100)  # percent of both taxes that is levied
    rests_on_regime: bool = False  # duty or taxes hold only if the regime is open to the goods, which is not known


@dataclass(frozen=True, slots=True)
class Rates:
    """`yuan` for one unit of each currency, and the `decimals` of the currency of the comparison."""

    yuan: Mapping[str, Decimal]
    decimals: int = 2


@dataclass(frozen=True, slots=True)
class LandedCost:
    parts: tuple[Part, ...]
    currency: str

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.parts if part.state == State.UNKNOWN)

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def is_comparable(self) -> bool:
        """Nothing is missing but additional duties, of which no list may be loaded."""
        return not set(self.missing) - {"additional"}

    @property
    def low(self) -> Decimal:
        """The sum of what is known."""
        return sum((part.low for part in self.parts), Decimal(0))

    @property
    def high(self) -> Decimal:
        return sum((part.high for part in self.parts), Decimal(0))

    def part(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)

    def optional_part(self, name: str) -> Part | None:
        """None for additional duties that the typed duty holds, consumption tax where its rate is not known as a
        percentage, and a regime that is certain."""
        return next((part for part in self.parts if part.name == name), None)


def landed_cost(offer: Offer, wanted: TargetQuantity, costs: Costs, currency: str, rates: Rates) -> LandedCost:
    """All parts of the cost of the wanted quantity, in one currency."""
    included = INCLUDED.get(offer.incoterm, frozenset())
    goods = _goods(offer, wanted, currency, rates)
    freight = _typed_part("freight", costs.freight, included)
    insurance = _typed_part("insurance", costs.insurance, included)
    value = _sum(goods, freight, insurance)
    duty = _included_part("duty", included) or _duty(value, costs.duty)
    additional = _additional(value, costs, included)
    taxes = _taxes(value, _both_duties(duty, additional), costs, included)
    parts = (goods, freight, insurance, duty, *additional, *taxes, _typed_part("fees", costs.fees, included))
    if costs.rests_on_regime and duty.state != State.INCLUDED:
        parts = (*parts, Part("regime", State.UNKNOWN, reason=Reason.REGIME_NOT_CERTAIN))
    return LandedCost(tuple(_in_decimals(part, rates.decimals) for part in parts), currency)


def amount_in(wanted: TargetQuantity, unit: str, offer: Offer) -> Decimal | None:
    """The wanted quantity in another unit, by the table of units or by what one packing of the supplier holds."""
    if wanted.quantity is None:
        return None
    direct = convert(wanted.quantity, wanted.unit, unit)
    if direct is not None or not offer.content:
        return direct
    if wanted.unit == offer.packing:
        return convert(wanted.quantity * offer.content, offer.content_unit, unit)
    if unit == offer.packing:
        content = convert(wanted.quantity, wanted.unit, offer.content_unit)
        return None if content is None else content / offer.content
    return None


def best_offer(values: Sequence[Mapping[str, Any]], order: Sequence[str]) -> tuple[int, str] | None:
    """The place of the best offer and the criterion that decides, by the criteria in order; the lowest value is best.

    A criterion counts where two or more of those that are still equal have a value; an offer without one is not
    compared any further. None where no criterion decides.
    """
    equal = list(range(len(values)))
    for criterion in order:
        known = [place for place in equal if values[place].get(criterion) is not None]
        if len(known) < 2:
            continue
        lowest = min(values[place][criterion] for place in known)
        equal = [place for place in known if values[place][criterion] == lowest]
        if len(equal) == 1:
            return equal[0], criterion
    return None


def _goods(offer: Offer, wanted: TargetQuantity, currency: str, rates: Rates) -> Part:
    if wanted.quantity is None:
        return Part("goods", State.UNKNOWN, reason=Reason.NO_QUANTITY)
    amount = amount_in(wanted, offer.price_unit, offer)
    if amount is None:
        return Part("goods", State.UNKNOWN, reason=Reason.NO_COMMON_UNIT)
    price = exchange(offer.price * amount, offer.currency, currency, rates.yuan)
    if price is None:
        return Part("goods", State.UNKNOWN, reason=Reason.NO_RATE)
    return _known_part("goods", price, price)


def _typed_part(name: str, amount: Decimal | None, included: frozenset[str]) -> Part:
    if found := _included_part(name, included):
        return found
    return Part(name, State.UNKNOWN, reason=Reason.NOT_TYPED) if amount is None else _known_part(name, amount, amount)


def _included_part(name: str, included: frozenset[str]) -> Part | None:
    return Part(name, State.INCLUDED) if name in included else None


def _duty(value: Decimal | None, percent: tuple[Decimal, Decimal] | None) -> Part:
    if percent is None:
        return Part("duty", State.UNKNOWN, reason=Reason.NO_DUTY_RATE)
    if percent[1] == 0:
        return _known_part("duty", Decimal(0), Decimal(0))
    if value is None:
        return Part("duty", State.UNKNOWN, reason=Reason.NO_VALUE)
    return _known_part("duty", value * percent[0] / 100, value * percent[1] / 100)


def _additional(value: Decimal | None, costs: Costs, included: frozenset[str]) -> list[Part]:
    """One part, or none where the duty that was typed holds it."""
    if not costs.asks_additional:
        return []
    if included_part := _included_part("additional", included):
        return [included_part]
    if costs.additional is None:
        return [Part("additional", State.UNKNOWN, reason=Reason.NOT_LOADED)]
    return [replace(_duty(value, costs.additional), name="additional")]


def _both_duties(duty: Part, additional: Sequence[Part]) -> Part:
    """Both duties as far as they are known: what the taxes are levied on beside the customs value."""
    known = [part for part in additional if part.state == State.KNOWN]
    if duty.state != State.KNOWN or not known:
        return duty
    return replace(duty, low=duty.low + known[0].low, high=duty.high + known[0].high)


def _taxes(value: Decimal | None, duty: Part, costs: Costs, included: frozenset[str]) -> list[Part]:
    """Consumption tax, where its rate is known, and VAT; both are levied in the share that the regime sets.

    Where none of it is levied, both are zero, whatever else is not known.
    """
    if costs.tax_share == 0:
        costs = replace(costs, vat=Decimal(0), consumption=(Decimal(0), Decimal(0)))
    bare = _consumption(value, duty, costs.consumption) if costs.consumption is not None else None
    vat = _included_part("vat", included) or _share(_vat(value, duty, bare, costs.vat), costs.tax_share)
    if bare is None:
        return [vat]
    return [_included_part("consumption", included) or _share(bare, costs.tax_share), vat]


def _consumption(value: Decimal | None, duty: Part, percent: tuple[Decimal, Decimal]) -> Part:
    if percent[1] == 0:
        return _known_part("consumption", Decimal(0), Decimal(0))
    if value is None or duty.state == State.UNKNOWN:
        return Part("consumption", State.UNKNOWN, reason=Reason.NO_VALUE)
    pairs = zip((duty.low, duty.high), percent, strict=True)
    low, high = ((value + paid) / (100 - rate) * rate for paid, rate in pairs)
    return _known_part("consumption", low, high)


def _vat(
    value: Decimal | None, duty: Part, consumption: Part | None, percent: Decimal | tuple[Decimal, Decimal] | None
) -> Part:
    if percent is None:
        return Part("vat", State.UNKNOWN, reason=Reason.NOT_TYPED)
    lowest, highest = percent if isinstance(percent, tuple) else (percent, percent)
    if highest == 0:
        return _known_part("vat", Decimal(0), Decimal(0))
    unknown = State.UNKNOWN in (duty.state, consumption.state if consumption else State.KNOWN)
    if value is None or unknown:
        return Part("vat", State.UNKNOWN, reason=Reason.NO_VALUE)
    low, high = (value + duty.low, value + duty.high)
    if consumption:
        low, high = low + consumption.low, high + consumption.high
    return _known_part("vat", low * lowest / 100, high * highest / 100)


def _share(part: Part, share: Decimal) -> Part:
    """The part that is levied of a tax."""
    if part.state != State.KNOWN or share == 100:
        return part
    return _known_part(part.name, part.low * share / 100, part.high * share / 100)


def _known_part(name: str, low: Decimal, high: Decimal) -> Part:
    return Part(name, State.KNOWN, low.quantize(CENT, ROUND_HALF_UP), high.quantize(CENT, ROUND_HALF_UP))


def _in_decimals(part: Part, decimals: int) -> Part:
    if part.state != State.KNOWN:
        return part
    smallest = Decimal(1).scaleb(-decimals)
    low, high = (amount.quantize(smallest, ROUND_HALF_UP) for amount in (part.low, part.high))
    return Part(part.name, part.state, low, high, part.reason)


def _sum(*parts: Part) -> Decimal | None:
    """The customs value, or None where a part of it is not known."""
    if any(part.state == State.UNKNOWN for part in parts):
        return None
    return sum((part.low for part in parts), Decimal(0))
