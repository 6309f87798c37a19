"""Quotes of a request or of a line of a demand in one currency, with landed cost, and the buyer's own costs."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue import rules
from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.companies.services import is_member
from matchmaker.core import reference
from matchmaker.core.fields import validate
from matchmaker.core.problems import NotFound
from matchmaker.market_access.duty import DutyAnswer, RegimeAnswer
from matchmaker.market_access.readiness import SHIPS_IN
from matchmaker.market_access.regimes import Kind
from matchmaker.market_access.services import duty_of
from matchmaker.messaging.landed_cost import (
    CRITERIA,
    NO_SHARES,
    LandedCost,
    Offer,
    Rates,
    Shares,
    State,
    TargetQuantity,
    best_offer,
    landed_cost,
)
from matchmaker.messaging.models import CostSheet, Quote, QuoteCost, QuoteRequest
from matchmaker.messaging.payment import payment_rank
from matchmaker.messaging.services.entry_cost import NOTHING_TYPED, TypedCosts, costs_under, regime_under
from matchmaker.messaging.services.quotes import product_of_quote

COSTS = ("freight", "insurance", "duty_percent")


@dataclass(frozen=True)
class Scope:
    """What quotes are compared for: a request, or a line of a demand; and what the campaign assumes of carriage."""

    request: QuoteRequest | None = None
    line: DemandLine | None = None
    shares: Shares = NO_SHARES

    @property
    def wanted(self) -> TargetQuantity:
        row = self.request or self.line
        return TargetQuantity(row.quantity, row.unit) if row else TargetQuantity(None, "")

    @property
    def day(self) -> dt.date:
        wished = self.request.needed_by if self.request else self.line.demand.delivery_until if self.line else None
        return wished or timezone.localdate() + SHIPS_IN

    @property
    def certificates(self) -> list[str]:
        """The certificates that the line of the demand asks for."""
        line = self.line or (self.request.line if self.request else None)
        return line.certificates_required if line else []

    @property
    def sheet(self) -> CostSheet:
        """The stored costs, or an empty sheet that is not stored."""
        found = CostSheet.objects.filter(request=self.request, line=self.line).first()
        return found or CostSheet(request=self.request, line=self.line)

    def quotes(self) -> list[Quote]:
        rows = Quote.objects.filter(enquiry__delivered_at__isnull=False).exclude(status=Quote.Status.REPLACED)
        rows = rows.filter(request_line__request=self.request) if self.request else rows.filter(line=self.line)
        related = ("enquiry__supplier", "enquiry__product", "enquiry__match__product", "request_line__product", "line")
        return list(rows.select_related(*related).order_by("made_at", "pk"))


@dataclass(frozen=True)
class ComparedQuote:
    """A quote with its cost.

    Where a quota divides the duties, `duty` and `cost` are those outside of it: who holds no part of it pays them, and
    they are compared. `duty_inside` and `cost_inside` are those inside.
    """

    quote: Quote
    product: Product | None
    duty: DutyAnswer | None
    cost: LandedCost
    typed: QuoteCost | None
    certificates: tuple[str, ...]  # held now
    is_best: bool
    decided_by: str  # the criterion, where it is the best
    regime: RegimeAnswer | None = None  # set where the buyer chose another than general trade
    typed_costs: TypedCosts = NOTHING_TYPED
    cost_inside: LandedCost | None = None
    duty_inside: DutyAnswer | None = None


def compare_quotes(scope: Scope, sheet: CostSheet, rates: Mapping[str, Decimal]) -> list[ComparedQuote]:
    """All quotes of the scope as they stand; the best by the buyer's order of criteria is marked.

    Args:
        rates: currency → what one unit is worth in yuan, CNY included.
    """
    converted = Rates(rates, get_currency_precision(sheet.currency))
    typed = {row.quote_id: row for row in sheet.costs.all()} if sheet.pk else {}
    rows = [_compare(quote, scope, sheet, typed.get(quote.pk), converted) for quote in scope.quotes()]
    living = [row for row in rows if row.quote.status in Quote.LIVE and not row.quote.has_run_out]
    best = best_offer([_values(row, scope) for row in living], criteria_of(sheet))
    if best is None:
        return rows
    chosen = living[best[0]]
    return [_mark_best(row, best[1]) if row is chosen else row for row in rows]


def criteria_of(sheet: CostSheet) -> list[str]:
    """The buyer's order; what it does not name comes after it in the usual order."""
    return list(dict.fromkeys([*(name for name in sheet.order if name in CRITERIA), *CRITERIA]))


@transaction.atomic
def save_costs(
    *, by: User, scope: Scope, costs: Mapping[Any, Mapping[str, Decimal | None]], order: Sequence[str], **values
) -> CostSheet:
    """Store what the buyer knows: currency, VAT, fees and regime of the comparison; freight, insurance and duty of each
    quote.

    Args:
        costs: uid of a quote → its `freight`, `insurance` and `duty_percent`.

    Raises:
        Refused: 404 for those who are not of the buyer.
        ValidationError: by field.
    """
    company = scope.request.company if scope.request else scope.line.demand.company if scope.line else None
    if company is None or not is_member(by, company):
        raise NotFound()
    if unknown := [name for name in order if name not in CRITERIA]:
        sentence = _("Not a criterion: %(names)s.") % {"names": ", ".join(unknown)}
        raise ValidationError({"order": ValidationError(sentence, "unknown_criterion")})
    sheet = scope.sheet
    sheet.order = list(dict.fromkeys(order))
    for name in ("currency", "vat_percent", "fees", "regime"):
        if name in values:
            setattr(sheet, name, values[name])
    problems: dict = {}
    rules.check_known(problems, "currency", sheet.currency, reference.currencies(), rules.CURRENCY)
    rules.check_known(problems, "regime", sheet.regime, list(Kind), _("Choose a way into China from the list."))
    validate(sheet, problems, exclude=["request", "line"], validate_unique=False, validate_constraints=False)
    sheet.save()
    quotes = {quote.uid: quote for quote in scope.quotes()}
    for uid, given in costs.items():
        if uid not in quotes:
            raise NotFound()
        row = QuoteCost.objects.filter(sheet=sheet, quote=quotes[uid]).first() or QuoteCost(
            sheet=sheet, quote=quotes[uid]
        )
        for name in COSTS:
            setattr(row, name, given.get(name))
        validate(row, {}, exclude=["sheet", "quote"], validate_unique=False, validate_constraints=False)
        row.save()
    about = scope.request or (scope.line.demand if scope.line else None)
    record(by=by, verb="save_costs", on=about, organisation=company, facts={"quotes": len(costs)})
    return sheet


def _compare(quote: Quote, scope: Scope, sheet: CostSheet, typed: QuoteCost | None, rates: Rates) -> ComparedQuote:
    product = product_of_quote(quote)
    whole = duty_of(product, scope.day, code=quote.national_line) if product is not None else None
    sides = whole.by_quota if whole else None
    answer = sides.outside if sides else whole
    offer = Offer(
        *(quote.price, quote.currency, quote.price_unit, quote.incoterm),
        *(quote.unit, quote.holds, quote.holds_unit),
    )

    costs_typed = _typed(sheet, typed)

    def cost_of(duty: DutyAnswer | None) -> LandedCost:
        costs = replace(costs_under(costs_typed, duty, regime_under(duty, sheet.regime)), shares=scope.shares)
        return landed_cost(offer, scope.wanted, costs, sheet.currency, rates)

    held = [one.code for one in product.certificates.all() if one.is_valid] if product is not None else []
    return ComparedQuote(
        quote=quote,
        product=product,
        duty=answer,
        cost=cost_of(answer),
        typed=typed,
        certificates=tuple(held),
        is_best=False,
        decided_by="",
        regime=regime_under(answer, sheet.regime),
        typed_costs=costs_typed,
        cost_inside=cost_of(sides.inside) if sides else None,
        duty_inside=sides.inside if sides else None,
    )


def _mark_best(row: ComparedQuote, criterion: str) -> ComparedQuote:
    return replace(row, is_best=True, decided_by=criterion)


def _typed(sheet: CostSheet, typed: QuoteCost | None) -> TypedCosts:
    return TypedCosts(
        freight=typed.freight if typed else None,
        insurance=typed.insurance if typed else None,
        duty_percent=typed.duty_percent if typed else None,
        vat_percent=sheet.vat_percent,
        fees=sheet.fees,
    )


def _values(row: ComparedQuote, scope: Scope) -> dict[str, Any]:
    """What each criterion compares, the lowest best; None where it is not known."""
    goods = row.cost.part("goods")
    held = len(set(row.certificates) & set(scope.certificates)) if scope.certificates else len(row.certificates)
    return {
        "landed_cost": row.cost.high if row.cost.is_complete else None,
        "price": goods.high if goods.state == State.KNOWN else None,
        "delivery": row.quote.lead_time_days,
        "certificates": -held if row.product is not None else None,
        "payment": payment_rank(row.quote),
    }
