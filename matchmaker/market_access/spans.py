"""From the lowest to the highest: how a rate is given where it depends on the national line or the producer."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Span:
    """From the lowest to the highest over the national lines below a code.

    One figure where both are equal.
    """

    low: Decimal
    high: Decimal

    @property
    def is_one(self) -> bool:
        return self.low == self.high
