"""Amounts in another currency. Rates only order and compare prices; no payment uses them."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from matchmaker.core.hooks import Hook

# Rates as the organiser set them: currency → yuan for one unit of it, CNY included.
rates_in_yuan: Hook[Callable[[], Mapping[str, Decimal]]] = Hook(
    "core.exchange.rates_in_yuan", "yuan for one unit of each currency"
)


def yuan_rates() -> Mapping[str, Decimal]:
    """Currency → yuan for one unit of it, CNY included, as the organiser set them."""
    return {currency: yuan for read in rates_in_yuan for currency, yuan in read().items()}
