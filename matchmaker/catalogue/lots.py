"""Goods of a product that are in China already: place, cleared or bonded, quantity, and until when.

A lot is a small JSON value, so that form, API, sheet, export and copy carry all lots of a product alike. In a cell it
is written as `CNSHA bonded 1200 kg 2027-03-31`; several are parted by semicolons.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from matchmaker.core import reference

Lot = Mapping[str, Any]  # place, customs, quantity (text or None), unit, until (text or None)
FIELDS = ("place", "customs", "quantity", "unit", "until")
CUSTOMS = ("bonded", "cleared")
MOST = 20
_WORDS = {"bonded": "bonded", "保税": "bonded", "cleared": "cleared", "已清关": "cleared"}
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,2})?")


def from_form(row: Mapping[str, Any]) -> dict[str, Any]:
    """A lot from typed values: decimals and days become texts."""
    quantity, until = row.get("quantity"), row.get("until")
    return {
        "place": row.get("place") or "",
        "customs": row.get("customs") or "",
        "quantity": f"{quantity:f}" if isinstance(quantity, Decimal) else quantity or None,
        "unit": row.get("unit") or "",
        "until": until.isoformat() if isinstance(until, date) else until or None,
    }


def from_cell(text: str) -> list[dict[str, Any]]:
    """The lots of a cell; what cannot be read stands in `place`, where the check names it."""
    return [_from_words(part) for part in re.split(r"[;；\n]", text) if part.strip()]


def _from_words(text: str) -> dict[str, Any]:
    words = text.split()
    if len(words) < 2 or len(words) > 5 or words[1].lower() not in _WORDS:
        return from_form({"place": text.strip()[:60]})
    lot = {"place": words[0].upper(), "customs": _WORDS[words[1].lower()]}
    rest = words[2:]
    if rest and re.fullmatch(r"\d{4}-\d{2}-\d{2}", rest[-1]):
        lot["until"] = rest.pop()
    lot |= dict(zip(("quantity", "unit"), rest, strict=False))
    return from_form(lot)


def as_words(lot: Lot) -> str:
    """One lot as it is written in a cell."""
    return " ".join(str(lot[name]) for name in FIELDS if lot.get(name))


def is_lot(value: object) -> bool:
    return isinstance(value, dict) and set(value) == set(FIELDS)


def check(lots: Sequence[Any], problems: dict) -> None:
    """Note in `problems` what is wrong with the first lot that is not as it must be."""
    if len(lots) > MOST:
        sentence = _("A product can have up to %(n)d lots.") % {"n": MOST}
        problems["lots_in_china"] = ValidationError(sentence, "too_many_lots")
        return
    for number, lot in enumerate(lots, 1):
        found = _problem(lot)
        if found:
            sentence = _("Lot %(number)d: %(problem)s") % {"number": number, "problem": found}
            problems["lots_in_china"] = ValidationError(sentence, "bad_lot")
            return


def _problem(lot: Any) -> str:
    if not is_lot(lot):
        return _("Say place, bonded or cleared, quantity, unit and until when.")
    port = reference.ports().get(str(lot["place"]))
    if port is None or port["country_iso2"] != "CN":
        return _("“%(place)s” is not a port of China that we know.") % {"place": str(lot["place"])[:60]}
    if lot["customs"] not in CUSTOMS:
        return _("Say whether the goods are bonded or cleared.")
    if lot["quantity"] and not lot["unit"]:
        return _("Say which unit the quantity is in.")
    if lot["unit"] and lot["unit"] not in reference.units():
        return _("“%(unit)s” is not a unit that we know.") % {"unit": str(lot["unit"])[:20]}
    return _figures(lot)


def _figures(lot: Lot) -> str:
    if lot["quantity"] and not _AMOUNT.fullmatch(str(lot["quantity"])):
        return _("“%(value)s” is not a quantity.") % {"value": str(lot["quantity"])[:20]}
    if lot["until"] and _day(lot["until"]) is None:
        return _("“%(value)s” is not a day. Write it as 2027-03-31.") % {"value": str(lot["until"])[:20]}
    return ""


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def quantity_of(lot: Lot) -> Decimal | None:
    try:
        return Decimal(str(lot["quantity"])) if lot.get("quantity") else None
    except InvalidOperation:
        return None


def end_of(lot: Lot) -> date | None:
    return _day(lot["until"]) if lot.get("until") else None


def holding(lots: Iterable[Lot], day: date) -> list[Lot]:
    """Those that are there on a day; a lot without an end holds."""
    return [lot for lot in lots if not lot.get("until") or (_day(lot["until"]) or date.min) >= day]
