"""What is read from a text: quantities, negations, and how two texts differ in them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class Span(NamedTuple):
    """A part of a text, `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True)
class Quantity:
    """A quantity of a text.

    Attributes:
        kind: amount, price, percentage, temperature, pack (12 × 500 ml), size (40 × 30 cm), date, year, ratio, code.
            A code (a telephone number, DN100, an article) is none to most callers: `read_quantities` leaves it out.
        low, high: the value, twice the same unless it is a range. Prices in the unit of their currency. Of packs, sizes
            and ratios the product means nothing; see `factors`.
        bound: "exact", "at least", "at most", "more than", "less than" or "about".
        unit: code of `data/quantities/units.csv`, "" for none.
        per: what a price or a rate is for: a code, "100g", "" for none.
        currency: ISO 4217 code; several with "|" where the sign is used for all of them.
        factors: (12, 500) of 12 × 500 ml, (1, 3) of 1:3.
        tolerance: 0.02 of 0.5 ± 0.02 mm.
        date: 2027-03-15, 2027-03, --03-15, --03, each with /end, /start or /mid where the text says so; 1990s for
            ten years; two with "|" where day and month may change places. Of a code its digits and Latin letters.
        start, end: its place in the text.
        words: the place of the word it belongs to, as far as one of the table stands in its clause.
        concept: what that word is (moisture, length …), "" for none.
        alternatives: other (low, high) that the writer may mean; empty where there is one reading.
        spelled: written in words.
    """

    kind: str
    low: Decimal
    high: Decimal
    start: int
    end: int
    bound: str = "exact"
    unit: str = ""
    per: str = ""
    currency: str = ""
    factors: tuple[Decimal, ...] = ()
    tolerance: Decimal | None = None
    date: str = ""
    words: Span | None = None
    concept: str = ""
    alternatives: tuple[tuple[Decimal, Decimal], ...] = ()
    spelled: bool = False

    @property
    def ambiguous(self) -> bool:
        """Whether the text leaves open which number or which currency is meant."""
        return bool(self.alternatives) or "|" in self.currency or "|" in self.date

    @property
    def sign(self) -> int:
        return -1 if self.low < 0 else 1

    @property
    def is_range(self) -> bool:
        return self.low != self.high


@dataclass(frozen=True)
class Negation:
    """A negation: its word, and what is negated."""

    start: int
    end: int
    scope: Span


@dataclass(frozen=True)
class Difference:
    """What a translation says otherwise than its original.

    Attributes:
        problem: missing, added, swapped or negation.
        original, translation: the quantity as it stands there, "" where there is none.
    """

    problem: str
    original: str = ""
    translation: str = ""
