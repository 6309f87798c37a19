"""The conditions of a demand judged for one match: for pages, for what a quote says, and again when rates change.

Runs, increments and pages judge with the same function, the same exchange rates and the day in China, so that one match
has one verdict.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import F

from matchmaker.core.clocks import today_in_china
from matchmaker.core.exchange import yuan_rates
from matchmaker.engines.matching import Condition, Offer, judge, judge_price
from matchmaker.matching.models import Match
from matchmaker.matching.sides import offers, wants

CHUNK = 500


@dataclass(frozen=True)
class OfferedTerms:
    """What is offered instead of what the product says: the terms of a quote."""

    price_low: Decimal | None
    price_high: Decimal | None
    currency: str
    price_unit: str
    min_order: Decimal | None
    min_order_unit: str
    lead_time_days: int | None
    incoterm: str


def exchange_rates() -> Mapping[str, float]:
    """Yuan for one unit of each currency, as the engine takes them."""
    return {code: float(yuan) for code, yuan in yuan_rates().items()}


def judge_match(match: Match, terms: OfferedTerms | None = None) -> list[dict[str, Any]]:
    """All conditions of a match as of today in China, in the shape of `Match.conditions`.

    `match` comes with product, texts, certificates, line and demand. `terms` (of a quote) replace those of the product.
    """
    (offer,) = offers([match.product])
    if terms is not None:
        offer = replace(offer, **{name: _number(value) for name, value in asdict(terms).items()})
    (want,) = wants([match.line])
    return [_row(condition) for condition in judge(offer, want, rates=exchange_rates(), today=today_in_china())]


def judge_prices_again() -> int:
    """Judge the price of stored matches again after a rate changed; returns how many rows changed."""
    rates, changed = exchange_rates(), 0
    between = Match.objects.filter(line__target_price__isnull=False).exclude(product__currency=F("line__currency"))
    rows: list[Match] = []
    for match in between.select_related("product", "line__demand").iterator(chunk_size=CHUNK):
        if _judge_price_of(match, rates):
            rows.append(match)
        if len(rows) == CHUNK:
            changed += Match.objects.bulk_update(rows, ["conditions"])
            rows = []
    return changed + (Match.objects.bulk_update(rows, ["conditions"]) if rows else 0)


def _judge_price_of(match: Match, rates: Mapping[str, float]) -> bool:
    """Put the price condition of today's rates into the row; whether it differs."""
    product = match.product
    offer = Offer(
        key=product.pk,
        texts=(),
        price_low=_number(product.price_low),
        price_high=_number(product.price_high),
        currency=product.currency,
        price_unit=product.price_unit,
        incoterm=product.incoterm,
    )
    price = judge_price(offer, wants([match.line])[0], rates)
    now = [
        _row(price) if price is not None and condition["code"] == "price" else condition
        for condition in match.conditions
    ]
    if now == match.conditions:
        return False
    match.conditions = now
    return True


def _row(condition: Condition) -> dict[str, Any]:
    return {"code": condition.code, "outcome": condition.outcome, "facts": condition.facts}


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value
