"""What the goods of a quote cost with everything paid until they are in China, and which of several quotes is best.

Values in, values out. A part that is not known is named and never counted as zero: the sum then is what is known, and
`missing` says what it lacks. Freight and insurance that nobody typed can be a share of the price that the campaign
assumes; `assumed_percent` of the part says so. Amounts are rounded part by part, so that the parts add up, to
hundredths and at the end to the decimals of the currency (won and yen have none).

    customs value = goods + freight + insurance, each as far as the price does not include it
    duty          = customs value x duty rate (lowest to highest where it depends on the national line)
    additional    = customs value x anti-dumping, countervailing, safeguard and retaliatory duties
    consumption tax = (customs value + both duties) / (1 - its rate) x its rate
    import VAT    = (customs value + both duties + consumption tax) x VAT rate

A duty or a consumption tax by weight or volume is an amount for one unit, in yuan: it needs the quantity in that unit.
It stands in place of the percentage or beside it, and one that a price divides is chosen by the customs value of one
unit:

    consumption tax = (customs value + both duties + amount) / (1 - its rate) x its rate + amount

Consumption tax is a part where its rate is known or where the sum asks for it (`asks_consumption`). Otherwise it is
none: a buyer whose goods bear it types it into the fees. A regime that levies a share of the taxes gives that share of
the amounts (`tax_share`). Additional duties are a part where the site judges the goods (`asks_additional`). Where
additional duties or consumption tax may apply and are not loaded, the taxes are counted without them. Where it is not
known whether the regime is open to the goods, and it changes an amount, that is a part without an amount, `regime`, and
not known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from matchmaker.engines.language import convert, exchange
from matchmaker.market_access.levies import Levy, LevyByPrice

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
    NOT_LOADED = "not_loaded"  # no record of an additional duty or a consumption tax, and no whole list of them
    NO_UNIT_PRICE = "no_unit_price"  # the rate is for one unit: the quantity in it or the price of one is not known
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
    assumed_percent: Decimal | None = None  # set where nothing was typed and this share of the price was counted


@dataclass(frozen=True, slots=True)
class TargetQuantity:
    """The quantity that all offers are compared for."""

    quantity: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A quoted price. One `packing` holds so many `content_unit`, where the supplier says so.

    With `is_total`, the price is that of the whole quantity.
    """

    price: Decimal
    currency: str
    price_unit: str
    incoterm: str
    packing: str = ""
    content: Decimal | None = None
    content_unit: str = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Shares:
    """Percent of the price of the goods that are counted where freight and insurance are not known; None for none."""

    freight_percent: Decimal | None = None
    insurance_percent: Decimal | None = None


NO_SHARES = Shares()


@dataclass(frozen=True, slots=True)
class Costs:
    """What is added to the price, in the currency of the comparison; None for what is not known.

    A levy stands for a duty or a tax whose rate is no percentage; the percentage goes before it.
    """

    freight: Decimal | None = None
    insurance: Decimal | None = None
    duty: tuple[Decimal, Decimal] | None = None  # percent, lowest and highest
    vat: Decimal | tuple[Decimal, Decimal] | None = None  # percent, or its lowest and highest
    fees: Decimal | None = None
    additional: tuple[Decimal, Decimal] | None = None  # percent of the customs value, lowest and highest
    asks_additional: bool = False  # they are a part of the sum; otherwise the typed duty holds them
    consumption: tuple[Decimal, Decimal] | None = None  # percent, lowest and highest
    duty_levy: Levy | LevyByPrice | None = None
    consumption_levy: Levy | LevyByPrice | None = None
    asks_consumption: bool = False  # it is a part of the sum, also where its rate is not known
    tax_share: Decimal = Decimal(100)  # percent of both taxes that is levied
    shares: Shares = NO_SHARES
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
        """Nothing is missing. Only whole sums are compared: one that lacks a part looks lower than it is.

        Additional duties are no exception: goods of one origin may bear them and those of another not.
        """
        return not self.missing

    @property
    def customs_value(self) -> Decimal | None:
        """What duty is levied on; None where a part is not known, or where the price holds the duty."""
        if self.part("duty").state == State.INCLUDED:
            return None
        return _sum(*(self.part(name) for name in ("goods", "freight", "insurance")))

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
    freight = _carriage("freight", costs.freight, costs.shares.freight_percent, goods, included)
    insurance = _carriage("insurance", costs.insurance, costs.shares.insurance_percent, goods, included)
    shipment = _Shipment(_sum(goods, freight, insurance), offer, wanted, currency, rates)
    duty = _included_part("duty", included) or _duty(shipment, costs.duty, costs.duty_levy)
    additional = _additional(shipment, costs, included)
    taxes = _taxes(shipment, _both_duties(duty, additional), costs, included)
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
    if wanted.quantity is None and not offer.is_total:
        return Part("goods", State.UNKNOWN, reason=Reason.NO_QUANTITY)
    amount = Decimal(1) if offer.is_total else amount_in(wanted, offer.price_unit, offer)
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


def _carriage(
    name: str, amount: Decimal | None, percent: Decimal | None, goods: Part, included: frozenset[str]
) -> Part:
    """Freight or insurance: in the price, typed, or the assumed share of the price."""
    part = _typed_part(name, amount, included)
    if part.reason != Reason.NOT_TYPED or percent is None or goods.state != State.KNOWN:
        return part
    share = _known_part(name, goods.low * percent / 100, goods.high * percent / 100)
    return replace(share, assumed_percent=percent)


def _included_part(name: str, included: frozenset[str]) -> Part | None:
    return Part(name, State.INCLUDED) if name in included else None


@dataclass(frozen=True, slots=True)
class _Shipment:
    """The goods that are levied on; `value` is their customs value, or None where a part of it is not known."""

    value: Decimal | None
    offer: Offer
    wanted: TargetQuantity
    currency: str
    rates: Rates

    def levied(self, levy: Levy | LevyByPrice) -> tuple[Decimal, Decimal] | Reason:
        """The percentage, and the amount for the whole quantity in the currency of the sum; or why it is not known."""
        if isinstance(levy, LevyByPrice):
            price = self._price_of(levy.unit)
            if isinstance(price, Reason):
                return price
            levy = levy.at(price)
        percent = levy.percent or Decimal(0)
        if not levy.amount:
            return percent, Decimal(0)
        quantity = amount_in(self.wanted, levy.unit, self.offer)
        if quantity is None:
            return Reason.NO_UNIT_PRICE
        amount = exchange(levy.amount * quantity, "CNY", self.currency, self.rates.yuan)
        return Reason.NO_RATE if amount is None else (percent, amount)

    def _price_of(self, unit: str) -> Decimal | Reason:
        """The customs value of one unit in yuan."""
        quantity = amount_in(self.wanted, unit, self.offer)
        if self.value is None:
            return Reason.NO_VALUE
        if not quantity:
            return Reason.NO_UNIT_PRICE
        value = exchange(self.value, self.currency, "CNY", self.rates.yuan)
        return Reason.NO_RATE if value is None else value / quantity


def _duty(shipment: _Shipment, percent: tuple[Decimal, Decimal] | None, levy: Levy | LevyByPrice | None = None) -> Part:
    if percent is not None:
        return _duty_of(shipment.value, percent)
    levied = Reason.NO_DUTY_RATE if levy is None else shipment.levied(levy)
    if isinstance(levied, Reason):
        return Part("duty", State.UNKNOWN, reason=levied)
    return _duty_of(shipment.value, (levied[0], levied[0]), levied[1])


def _duty_of(value: Decimal | None, percent: tuple[Decimal, Decimal], amount: Decimal = Decimal(0)) -> Part:
    if percent[1] == 0:
        return _known_part("duty", amount, amount)
    if value is None:
        return Part("duty", State.UNKNOWN, reason=Reason.NO_VALUE)
    low, high = (value * rate / 100 + amount for rate in percent)
    return _known_part("duty", low, high)


def _additional(shipment: _Shipment, costs: Costs, included: frozenset[str]) -> list[Part]:
    """One part, or none where the duty that was typed holds it."""
    if not costs.asks_additional:
        return []
    if included_part := _included_part("additional", included):
        return [included_part]
    if costs.additional is None:
        return [Part("additional", State.UNKNOWN, reason=Reason.NOT_LOADED)]
    return [replace(_duty_of(shipment.value, costs.additional), name="additional")]


def _both_duties(duty: Part, additional: Sequence[Part]) -> Part:
    """Both duties as far as they are known: what the taxes are levied on beside the customs value."""
    known = [part for part in additional if part.state == State.KNOWN]
    if duty.state != State.KNOWN or not known:
        return duty
    return replace(duty, low=duty.low + known[0].low, high=duty.high + known[0].high)


def _taxes(shipment: _Shipment, duty: Part, costs: Costs, included: frozenset[str]) -> list[Part]:
    """Consumption tax, where its rate is known or the sum asks for it, and VAT; both are levied in the share that the
    regime sets.

    Where none of it is levied, both are zero, whatever else is not known.
    """
    if costs.tax_share == 0:
        costs = replace(costs, vat=Decimal(0), consumption=(Decimal(0), Decimal(0)))
    bare = _consumption(shipment, duty, costs)
    vat = _included_part("vat", included) or _share(_vat(shipment.value, duty, bare, costs.vat), costs.tax_share)
    if bare is None:
        return [vat]
    return [_included_part("consumption", included) or _share(bare, costs.tax_share), vat]


def _consumption(shipment: _Shipment, duty: Part, costs: Costs) -> Part | None:
    """The whole tax; None where it is no part of the sum."""
    if costs.consumption is not None:
        return _consumption_of(shipment.value, duty, costs.consumption)
    if costs.consumption_levy is not None:
        levied = shipment.levied(costs.consumption_levy)
        if isinstance(levied, Reason):
            return Part("consumption", State.UNKNOWN, reason=levied)
        return _consumption_of(shipment.value, duty, (levied[0], levied[0]), levied[1])
    return Part("consumption", State.UNKNOWN, reason=Reason.NOT_LOADED) if costs.asks_consumption else None


def _consumption_of(
    value: Decimal | None, duty: Part, percent: tuple[Decimal, Decimal], amount: Decimal = Decimal(0)
) -> Part:
    if percent[1] == 0:
        return _known_part("consumption", amount, amount)
    if value is None or duty.state == State.UNKNOWN:
        return Part("consumption", State.UNKNOWN, reason=Reason.NO_VALUE)
    pairs = zip((duty.low, duty.high), percent, strict=True)
    low, high = ((value + paid + amount) / (100 - rate) * rate + amount for paid, rate in pairs)
    return _known_part("consumption", low, high)


def _vat(
    value: Decimal | None, duty: Part, consumption: Part | None, percent: Decimal | tuple[Decimal, Decimal] | None
) -> Part:
    if percent is None:
        return Part("vat", State.UNKNOWN, reason=Reason.NOT_TYPED)
    lowest, highest = percent if isinstance(percent, tuple) else (percent, percent)
    if highest == 0:
        return _known_part("vat", Decimal(0), Decimal(0))
    # A tax that may apply and is not loaded leaves VAT on all else, as additional duties do.
    is_open = consumption is not None and consumption.reason not in (None, Reason.NOT_LOADED)
    if value is None or duty.state == State.UNKNOWN or is_open:
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
    return replace(part, low=low, high=high)


def _sum(*parts: Part) -> Decimal | None:
    """The customs value, or None where a part of it is not known."""
    if any(part.state == State.UNKNOWN for part in parts):
        return None
    return sum((part.low for part in parts), Decimal(0))
