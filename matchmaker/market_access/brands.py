"""A brand before it is shown: the trademark in China and the class in which the goods probably belong. No table."""

from functools import cache

from matchmaker.core import reference
from matchmaker.market_access.rules import longest_prefix

TRADEMARK = "CN-MARK"  # the code under which the number of a Chinese trademark is recorded
BRAND_QUESTION = "own_brand"


@cache
def _classes() -> dict[str, int | None]:
    rows = reference.read_csv("market_access/nice_classes.csv")
    return {row["hs_prefix"]: int(row["nice_class"]) if row["nice_class"] else None for row in rows}


def probable_class(hs_code: str) -> int | None:
    """The class of the Nice classification in which goods of a code probably belong; None where the code leaves it
    open."""
    return _classes().get(longest_prefix(hs_code, _classes()))
