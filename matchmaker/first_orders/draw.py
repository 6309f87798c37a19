"""The draw of vouchers, as docs/first_orders.md describes it. Values in, values out; without Django.

A stranger who has the published file repeats it with this module, with `manage.py recompute_draw`, or with any other
program: it needs only SHA-256.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One application: its anonymous number, its group (0 is drawn before 1) and the amount of its voucher."""

    number: str
    group: int
    amount: Decimal

    @property
    def line(self) -> str:
        """How it stands in the list: number, group and amount with two decimals, separated by one space."""
        return f"{self.number} {self.group} {self.amount:.2f}"


@dataclass(frozen=True, slots=True)
class DrawResult:
    """`order` are all numbers in the drawn order; `winners` those that the budget paid a voucher for."""

    order: tuple[str, ...]
    winners: tuple[str, ...]


def hash_of_seed(seed: str) -> str:
    """SHA-256 of the seed in UTF-8, as 64 hexadecimal digits: what is published before the draw."""
    return hashlib.sha256(seed.encode()).hexdigest()


def digest_of_list(entries: Iterable[Entry]) -> str:
    """SHA-256 of the lines of the list in the order of their numbers, each with a line feed at its end."""
    lines = (f"{entry.line}\n" for entry in sorted(entries, key=lambda entry: entry.number))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def drawn_order(entries: Collection[Entry], seed: str) -> list[Entry]:
    """All entries: group 0 before group 1, in each by SHA-256 of seed, digest of the list and number.

    The digest is part of it, so that an entry more or less, or another amount, changes the order of all.
    """
    digest = digest_of_list(entries)

    def ticket(entry: Entry) -> tuple[int, str]:
        return entry.group, hashlib.sha256(f"{seed}\n{digest}\n{entry.number}".encode()).hexdigest()

    return sorted(entries, key=ticket)


def next_winners(order: Iterable[Entry], budget: Decimal) -> list[Entry]:
    """The first entries whose amounts the budget pays; the first one that it does not pay ends it for all behind it."""
    winners = []
    for entry in order:
        if entry.amount > budget:
            break
        budget -= entry.amount
        winners.append(entry)
    return winners


def draw(entries: Collection[Entry], seed: str, budget: Decimal, withdrawn: Collection[str] = ()) -> DrawResult:
    """The order of all entries, and who gets a voucher.

    Args:
        withdrawn: numbers taken back between the publication of the list and the draw; they keep their place in the
            order and get no voucher.
    """
    order = drawn_order(entries, seed)
    winners = next_winners((entry for entry in order if entry.number not in withdrawn), budget)
    return DrawResult(tuple(entry.number for entry in order), tuple(entry.number for entry in winners))


def problems_of(published: Mapping[str, Any]) -> list[str]:
    """What does not agree in a published draw, in English sentences; empty where it holds.

    Args:
        published: the file of a draw, as docs/first_orders.md describes it.

    Raises:
        KeyError, ValueError, ArithmeticError: where it is no such file.
    """
    entries = [Entry(row["number"], int(row["group"]), Decimal(row["amount"])) for row in published["applications"]]
    seed, problems = published["seed"], []
    if len({entry.number for entry in entries}) != len(entries):
        problems.append("A number stands in the list twice.")
    if published["seed_sha256"] and hash_of_seed(seed) != published["seed_sha256"]:
        problems.append("The seed is not the one whose hash was published.")
    if digest_of_list(entries) != published["list_sha256"]:
        problems.append("The list is not the one whose hash was published.")
    result = draw(entries, seed, Decimal(published["budget"]), published["withdrawn"])
    if list(result.order) != published["order"]:
        problems.append("The order is another one.")
    if list(result.winners) != published["winners"]:
        problems.append("The vouchers went to others.")
    return problems
