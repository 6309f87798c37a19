"""A quantity of a text in another language, where it can be shown whole."""

from matchmaker.engines.language import Quantity, attribute_name, format_number, same_quantities

# Units that every reader knows by their sign, and that say by themselves what is measured.
_PLAIN = {"kg": "kg", "g": "g", "mg": "mg", "t": "t", "l": "l", "ml": "ml", "cl": "cl", "lb": "lb", "oz": "oz"}
_PLAIN |= {"kW": "kW", "W": "W", "V": "V", "C": "°C"}
_WITH_WORD = {"%": "%", "m": "m", "cm": "cm", "mm": "mm", "km": "km", "bar": "bar", "MPa": "MPa"}
# Of these the word says something of the goods, not of the deal.
_OF_GOODS = frozenset({
    "moisture", "broken", "protein", "fat", "sugar", "salt", "acidity", "purity", "alcohol", "cocoa", "length", "width",
    "height", "thickness", "diameter", "weight", "power", "pressure", "voltage", "cotton", "polyester", "impurity",
    "fibre", "ash", "starch",
})  # fmt: skip
_BOUNDS = {"exact": "", "at most": "≤ ", "at least": "≥ ", "less than": "< ", "more than": "> ", "about": "≈ "}
_SIGNS = _PLAIN | _WITH_WORD
NO_BREAK_SPACE = "\u00a0"  # a line never ends between a figure and its unit


def quantity_text(quantity: Quantity, text: str, source: str, target: str) -> str:
    """The quantity with its word, sign and unit as a reader of `target` reads it; "" where that is not possible.

    Args:
        quantity: one that was read in `text`.
        source, target: languages of the text and of the reader.
    """
    unit = _SIGNS.get(quantity.unit, "")
    is_whole = unit and not (quantity.per or quantity.currency or quantity.ambiguous or quantity.tolerance)
    if not is_whole or quantity.kind not in ("amount", "percentage", "temperature", "pack"):
        return ""
    word = attribute_name(quantity.concept, target) if quantity.concept in _OF_GOODS else ""
    if not word and (quantity.concept or quantity.unit not in _PLAIN or quantity.bound != "exact"):
        return ""
    space = "" if unit == "%" else NO_BREAK_SPACE
    figure = f"{_BOUNDS[quantity.bound]}{_values(quantity, target)}{space}{unit}"
    places = [(quantity.start, quantity.end), *([tuple(quantity.words)] if quantity.words else [])]
    written = text[min(start for start, _end in places) : max(end for _start, end in places)]
    part = f"{word} {figure}".strip()
    return "" if same_quantities(written, source, part, target) else part


def _values(quantity: Quantity, target: str) -> str:
    numbers = quantity.factors or ((quantity.low, quantity.high) if quantity.is_range else (quantity.low,))
    return (" × " if quantity.factors else "–").join(format_number(number, target) for number in numbers)
