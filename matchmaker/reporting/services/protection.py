"""The one rule that protects small groups.

A cell of fewer than `FEWEST` companies is not shown outside of the campaign's team: not to partners and not in the
data set. Where the withheld groups of a split together have fewer, they could be computed from the total, so the next
smallest group is withheld, too.
"""

from collections.abc import Hashable, Mapping, Set

from matchmaker.reporting.figures import FEWEST, Cell


def is_small(companies: int) -> bool:
    """Nothing (0) tells of no one and may be shown."""
    return 0 < companies < FEWEST


def public_count(cell: Cell) -> int | None:
    """The count of a cell for a reader outside of the team; None where it is withheld."""
    return None if is_small(cell.companies) else cell.count


def small_groups(groups: Mapping[Hashable, Set[int]]) -> set[Hashable]:
    """The groups of one split of one figure that are withheld; a group is its companies."""
    small = {value for value, companies in groups.items() if is_small(len(companies))}
    companies_of_small = set().union(*(groups[value] for value in small))
    for value in sorted(groups.keys() - small, key=lambda value: (len(groups[value]), str(value))):
        if not is_small(len(companies_of_small)):
            break
        small.add(value)
        companies_of_small |= groups[value]
    return small
