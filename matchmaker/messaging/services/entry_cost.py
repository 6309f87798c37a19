"""What goods cost until they are in China, by what people type and what the site knows of the goods.

`costs_under` is what the comparison of quotes and the tool for one shipment share. Nothing is stored.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from babel.numbers import get_currency_precision
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from matchmaker.campaigns.models import Campaign
from matchmaker.catalogue import rules
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.models.products import INCOTERMS
from matchmaker.core import reference
from matchmaker.engines.language import exchange
from matchmaker.market_access.duty import DutyAnswer, RegimeAnswer
from matchmaker.market_access.levies import read_levy
from matchmaker.market_access.regimes import Coverage, DutyOf, Kind
from matchmaker.market_access.services import duty_of
from matchmaker.market_access.spans import Span
from matchmaker.messaging.landed_cost import (
    INCLUDED,
    NO_SHARES,
    Costs,
    LandedCost,
    Offer,
    Rates,
    Shares,
    TargetQuantity,
    landed_cost,
)

LENGTHS_OF_CODES = (6, 8, 10)
YUAN = "CNY"


@dataclass(frozen=True, slots=True)
class TypedCosts:
    """What a person knows, in the currency of the sum; it goes before what the site knows. None where nothing is
    typed."""

    freight: Decimal | None = None
    insurance: Decimal | None = None
    duty_percent: Decimal | None = None  # holds all duties
    vat_percent: Decimal | None = None
    consumption_percent: Decimal | None = None
    fees: Decimal | None = None


NOTHING_TYPED = TypedCosts()


@dataclass(frozen=True, slots=True)
class Shipment:
    """Goods on their way to China: what one types to learn what they cost there.

    `value` is the price of all of them under `incoterm`; it and the typed costs are in `currency`. `quantity` in `unit`
    is needed for duties and taxes by weight, volume or price of one unit. `regime` is the kind of a way into China,
    empty for general trade. `yuan_rate` is what one unit of `currency` is worth, where it is typed.
    """

    hs_code: str
    origin: str
    day: dt.date
    value: Decimal
    currency: str
    incoterm: str
    quantity: Decimal | None = None
    unit: str = ""
    regime: str = ""
    yuan_rate: Decimal | None = None
    typed: TypedCosts = NOTHING_TYPED


class QuotaSide(StrEnum):
    NONE = ""  # no quota divides the duties
    INSIDE = "inside"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class EntrySum:
    """The sum for goods inside or outside of a quota, or for all."""

    side: QuotaSide
    duty: DutyAnswer
    regime: RegimeAnswer | None  # set where another way than general trade is chosen and is in force
    in_yuan: LandedCost
    in_currency: LandedCost
    counts_typed_duty: bool = False

    @property
    def may_be_lower(self) -> bool:
        """Whether an agreement whose rate is not loaded can make the sum lower."""
        return not self.counts_typed_duty and self.duty_is_of_tariff and bool(self.duty.may_be_lower)

    @property
    def duty_is_of_tariff(self) -> bool:
        return self.regime is None or self.regime.regime.duty == DutyOf.TARIFF

    @property
    def is_complete(self) -> bool:
        """No part is missing and no question is open that would change the sum."""
        return self.in_currency.is_complete and not self.may_be_lower


@dataclass(frozen=True, slots=True)
class EntryCost:
    """The answer for a shipment: one sum, or one inside and one outside of a quota."""

    shipment: Shipment
    duty: DutyAnswer
    sums: tuple[EntrySum, ...]

    @property
    def is_complete(self) -> bool:
        return all(one.is_complete for one in self.sums)


def entry_cost(shipment: Shipment, yuan: Mapping[str, Decimal], shares: Shares = NO_SHARES) -> EntryCost:
    """What a shipment costs in yuan and in its own currency, part by part.

    Args:
        yuan: currency → what one unit is worth in yuan, CNY included.
        shares: of the price, where freight and insurance are not typed; see `shares_of`.

    Raises:
        ValidationError: by field.
    """
    _check(shipment)
    if shipment.yuan_rate is not None and shipment.currency != YUAN:
        yuan = {**yuan, shipment.currency: shipment.yuan_rate}
    goods = Product(hs_code=shipment.hs_code, origin=shipment.origin)
    duty = duty_of(goods, shipment.day)
    sides = [(QuotaSide.NONE, duty)]
    if duty.by_quota:
        sides = [(QuotaSide.INSIDE, duty.by_quota.inside), (QuotaSide.OUTSIDE, duty.by_quota.outside)]
    return EntryCost(shipment, duty, tuple(_sum(shipment, side, answer, yuan, shares) for side, answer in sides))


def shares_of(campaign: Campaign | None) -> Shares:
    """What the campaign assumes of freight and insurance."""
    return Shares(campaign.freight_percent, campaign.insurance_percent) if campaign else NO_SHARES


def regime_under(answer: DutyAnswer | None, kind: str) -> RegimeAnswer | None:
    """What is levied under the way into China that was chosen; None for general trade and for one not in force."""
    return answer.under(kind) if answer and kind not in ("", Kind.GENERAL) else None


def costs_under(typed: TypedCosts, answer: DutyAnswer | None, regime: RegimeAnswer | None) -> Costs:
    """What is added to the price under the regime, and whether it rests on a regime that may not be open."""
    costs = _costs_under(typed, answer, regime)
    if regime is None or regime.coverage != Coverage.UNKNOWN:
        return costs
    return replace(costs, rests_on_regime=costs != _costs_under(typed, answer, None))


def duty_percent(
    typed: TypedCosts, answer: DutyAnswer | None, regime: RegimeAnswer | None
) -> tuple[Decimal, Decimal] | None:
    """What was typed goes before what the site knows; a regime that leaves the goods out gives no rate."""
    if typed.duty_percent is not None:
        return _one(typed.duty_percent)
    if regime is not None:
        return None if regime.coverage == Coverage.EXCLUDED else _pair(regime.duty)
    return _pair(answer.best_rate) if answer else None


def _costs_under(typed: TypedCosts, answer: DutyAnswer | None, regime: RegimeAnswer | None) -> Costs:
    is_excluded = regime is not None and regime.coverage == Coverage.EXCLUDED
    known = None if is_excluded else answer  # what is levied on goods that a regime leaves out is not known
    is_suspended = not is_excluded and regime is not None and regime.regime.duty == DutyOf.SUSPENDED
    typed_consumption = _one(typed.consumption_percent)
    return Costs(
        freight=typed.freight,
        insurance=typed.insurance,
        duty=duty_percent(typed, answer, regime),
        vat=Decimal(0) if is_suspended else _one(typed.vat_percent) or (_pair(known.vat.percent) if known else None),
        fees=typed.fees,
        additional=_pair(known.additional.percent) if known else None,
        asks_additional=answer is not None and not is_suspended and typed.duty_percent is None,
        consumption=typed_consumption or (_pair(known.consumption.percent) if known else None),
        duty_levy=read_levy(known.wording) if known else None,
        consumption_levy=read_levy(known.consumption.wording) if known else None,
        # A buyer may have typed it into the fees.
        asks_consumption=known is not None and bool(known.consumption.texts) and typed.fees is None,
        tax_share=regime.regime.tax_percent if regime and not is_excluded else Decimal(100),
    )


def _one(percent: Decimal | None) -> tuple[Decimal, Decimal] | None:
    return None if percent is None else (percent, percent)


def _pair(span: Span | None) -> tuple[Decimal, Decimal] | None:
    return (span.low, span.high) if span is not None else None


def _sum(
    shipment: Shipment, side: QuotaSide, answer: DutyAnswer, yuan: Mapping[str, Decimal], shares: Shares
) -> EntrySum:
    regime = regime_under(answer, shipment.regime)
    offer = Offer(shipment.value, shipment.currency, shipment.unit, shipment.incoterm, is_total=True)
    wanted = TargetQuantity(shipment.quantity, shipment.unit)

    def cost_in(currency: str) -> LandedCost:
        typed = _in_currency(shipment, currency, yuan)
        costs = replace(costs_under(typed, answer, regime), asks_consumption=True, shares=shares)
        return landed_cost(offer, wanted, costs, currency, Rates(yuan, get_currency_precision(currency)))

    counts_typed = shipment.typed.duty_percent is not None
    return EntrySum(side, answer, regime, cost_in(YUAN), cost_in(shipment.currency), counts_typed)


def _in_currency(shipment: Shipment, currency: str, yuan: Mapping[str, Decimal]) -> TypedCosts:
    """The typed amounts in another currency; None where no rate is set."""
    typed = shipment.typed

    def into(amount: Decimal | None) -> Decimal | None:
        return None if amount is None else exchange(amount, shipment.currency, currency, yuan)

    return replace(typed, freight=into(typed.freight), insurance=into(typed.insurance), fees=into(typed.fees))


def _check(shipment: Shipment) -> None:
    problems: dict = {}
    code = shipment.hs_code
    if not (code.isascii() and code.isdigit() and len(code) in LENGTHS_OF_CODES):
        problems["hs_code"] = ValidationError(_("6, 8 or 10 digits."), "hs_code_length")
    rules.check_known(problems, "origin", shipment.origin, reference.countries(), rules.COUNTRY)
    rules.check_known(problems, "currency", shipment.currency, reference.currencies(), rules.CURRENCY)
    rules.check_known(problems, "unit", shipment.unit, reference.units(), rules.UNIT)
    rules.check_known(problems, "incoterm", shipment.incoterm, INCOTERMS, _("Choose an entry from the list."))
    rules.check_known(problems, "regime", shipment.regime, list(Kind), _("Choose a way into China from the list."))
    if problems:
        raise ValidationError(problems)


def included_in(incoterm: str) -> frozenset[str]:
    """The parts of the cost that a price under the term holds."""
    return INCLUDED.get(incoterm, frozenset())
