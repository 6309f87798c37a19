"""Exchange rates as stored: those that hold now, and those of a day. `engines.language.exchange` uses them."""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from matchmaker.directory.models import ExchangeRate


def current_rates() -> dict[str, ExchangeRate]:
    """Currency → the rate that holds, with its day and source; yuan needs none."""
    return {row.currency: row for row in ExchangeRate.objects.order_by("currency", "as_of")}


def yuan_rates() -> dict[str, Decimal]:
    """Currency → yuan for one unit of it, CNY included."""
    return as_yuan(current_rates())


def as_yuan(rates: Mapping[str, ExchangeRate]) -> dict[str, Decimal]:
    """Stored rates as `exchange` of `engines.language` takes them."""
    return {"CNY": Decimal(1)} | {code: row.yuan for code, row in rates.items()}


class RatesByDay:
    """Rates of a day: the newest up to that day; before the first rate the first."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[dt.date, Decimal]]] = defaultdict(list)
        for currency, day, yuan in ExchangeRate.objects.order_by("as_of").values_list("currency", "as_of", "yuan"):
            self._rows[currency].append((day, yuan))

    def on(self, day: dt.date, currency: str) -> tuple[dt.date, Decimal] | None:
        """The day of the rate and yuan for one unit; None where no rate was set."""
        rows = self._rows.get(currency)
        return rows[max(0, bisect_right([row[0] for row in rows], day) - 1)] if rows else None
