"""The product categories for which overseas food plants are registered: plain data, no table.

The list is that of Decree 248, under which the numbers in use were given; the HS prefixes of a category are wide, so
that goods outside of them are certainly of another one.
"""

from functools import cache

from matchmaker.core import reference

FOOD = frozenset(("GACC-FOOD", "GACC"))  # codes of the registration of a food plant


@cache
def categories() -> dict[str, reference.Row]:
    """Code of a category → its names and the prefixes that it may cover."""
    return {row["code"]: row for row in reference.read_csv("market_access/plant_categories.csv")}


def covers(category: str, hs_code: str) -> bool:
    """Whether goods of the code may belong to the category; an unknown category covers every code."""
    row = categories().get(category)
    return row is None or any(hs_code.startswith(prefix) for prefix in row["hs_prefixes"].split())
