"""Quantities in texts of fifteen languages: read, and compared between a text and its translation.

    read_quantities("Price USD 1,080 per tonne, min. 22 t", "en")
    negations("açaí sem açúcar", "pt")
    same_quantities("1.2万箱", "zh", "12,000 cartons", "en")  # []

See README.md.
"""

from decimal import Decimal

from matchmaker.engines.language.quantities.comparison import same_quantities
from matchmaker.engines.language.quantities.lexicon import base_language, units, words_of
from matchmaker.engines.language.quantities.model import Difference, Negation, Quantity, Span
from matchmaker.engines.language.quantities.negation import negations
from matchmaker.engines.language.quantities.reader import read_all


def read_quantities(text: str, language: str) -> list[Quantity]:
    """The quantities of a text, in order.

    Args:
        text: any text; it is not changed, and places count its characters.
        language: the code of its language, such as "zh-hans" or "fr"; texts of an unknown language are read as English.
    """
    return [quantity for quantity in read_all(text, language) if quantity.kind != "code"]


def attribute_name(concept: str, language: str) -> str:
    """The usual word of a language for what a quantity measures (`Quantity.concept`); "" where the table has none."""
    words = words_of("attribute", base_language(language)).items()
    return next((word for word, value in words if value == concept), "")


def measure_of(unit: str) -> tuple[str, Decimal] | None:
    """What a unit of a quantity measures and how many base units it is (g: mass, 0.001); None for one without a base.

    Base units are kg, litre, metre, square metre, second; month for calendar units.
    """
    row = units().get(unit)
    return (row.kind, Decimal(row.factor)) if row and row.kind and row.factor else None
