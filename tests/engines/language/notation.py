"""The short way in which `data/quantity_phrases.csv` writes what a phrase says.

25 kg          1.5..3 m       >=500 carton /month     -18 C     12x500 ml     40x30x25 cm     1:3
1080.50 EUR /t                1080|1.080 EUR /t (either)        0.5+-0.02 mm  @2027-03-15     @03-end
"""

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from matchmaker.engines.language.quantities import Quantity, read_quantities

DATA = Path(__file__).parent / "data"
_BOUNDS = {"at least": ">=", "at most": "<=", "more than": ">", "less than": "<", "about": "~", "exact": ""}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class Phrase(NamedTuple):
    """A phrase of trade and what it says; `quantities` is "" where it says none."""

    language: str
    style: str
    text: str
    quantities: str

    @property
    def expected(self) -> list[str]:
        return sorted(map(_canonical, self.quantities.split("; "))) if self.quantities else []

    @property
    def outcome(self) -> str:
        """right, wrong, or unsure: what differs is marked as ambiguous, or was not read at all."""
        quantities = read_quantities(self.text, self.language)
        read = {_canonical(written(item)): item for item in quantities}
        if sorted(_canonical(written(item)) for item in quantities) == self.expected:
            return "right"
        others = [item for text, item in read.items() if text not in self.expected]
        return "unsure" if all(item.ambiguous for item in others) else "wrong"


def phrases() -> Iterator[Phrase]:
    with open(DATA / "quantity_phrases.csv", encoding="utf-8", newline="") as file:
        yield from (Phrase(**row) for row in csv.DictReader(file))


def written(item: Quantity) -> str:
    if item.date:
        return "@" + item.date.removeprefix("--").replace("/", "-")
    unit, per = item.currency or item.unit, f" /{item.per}" if item.per else ""
    return _BOUNDS[item.bound] + _value(item) + (f" {unit}" if unit else "") + per


def _value(item: Quantity) -> str:
    if item.factors:
        return (":" if item.kind == "ratio" else "x").join(map(_plain, item.factors))
    values = [_span(item.low, item.high), *(_span(*other) for other in item.alternatives)]
    tolerance = "" if item.tolerance is None else f"+-{_plain(item.tolerance)}"
    return "|".join(values) + tolerance


def _span(low: Decimal, high: Decimal) -> str:
    return _plain(low) if low == high else f"{_plain(low)}..{_plain(high)}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _canonical(text: str) -> str:
    """Numbers without useless zeros; of two readings the order means nothing."""
    if text.startswith("@"):
        return text
    value, space, rest = text.partition(" ")
    value = _NUMBER.sub(lambda match: _plain(Decimal(match[0])), value)
    return "|".join(sorted(value.split("|"))) + space + rest
