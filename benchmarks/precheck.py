"""How many planted contradictions the customs pre-check finds, and how many dossiers without one it accuses.

`.venv/bin/python benchmarks/precheck.py` prints recall and false alarms with Wilson's intervals (95 %); `--show` prints
every miss and every false alarm.

Planted: `data/eval-dev/precheck_planted.jsonl`, one contradiction in a product of the sample campaign each. Consistent:
every product of the sample campaign with a quote, a registration and a label made of its own data, and
`data/eval-dev/precheck_consistent.jsonl`, dossiers that look like contradictions and are none. Both files were written
before the rules, `precheck_held_out.jsonl` (both kinds) after them. A planted one counts as found where its own rule
names it.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")

from matchmaker.core import reference  # noqa: E402  # needs the path above
from matchmaker.engines.language import detect  # noqa: E402
from matchmaker.market_access.labels import STORAGE, shelf_life  # noqa: E402
from matchmaker.market_access.precheck.model import (  # noqa: E402
    Contradiction,
    Dossier,
    Goods,
    Money,
    Offer,
    Paper,
    Place,
    Text,
)
from matchmaker.market_access.precheck.rules import contradictions  # noqa: E402

DAY = date(2026, 12, 3)
VALID_UNTIL = "2027-01-15"
Z = 1.96
Row = dict[str, Any]
_FOOD = tuple(f"{chapter:02}" for chapter in range(2, 23))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print every miss and every false alarm")
    show = parser.parse_args().show
    missed, false = misses(), false_alarms()
    all_planted, checked = planted(), len(list(consistent()))
    print(f"Planted contradictions found: {share(len(all_planted) - len(missed), len(all_planted))}")
    print(f"Consistent dossiers accused:  {share(len(false), checked)}")
    print("\n| rule | planted | found |\n|---|---|---|")
    lost = Counter(row["expects"] for row in missed)
    for rule, count in Counter(row["expects"] for row in all_planted).items():
        print(f"| {rule} | {count} | {count - lost[rule]} |")
    if show:
        for row in missed:
            print("missed", row["id"], row["product"], row["expects"], row["changes"])
        for name, found in false:
            print("false", name, *((one.rule, one.first.value, one.second.value) for one in found))


def share(count: int, total: int) -> str:
    """Count, share and Wilson's interval of the share."""
    part = count / total
    middle = part + Z**2 / (2 * total)
    half = Z * sqrt(part * (1 - part) / total + Z**2 / (4 * total**2))
    low, high = ((middle + sign * half) / (1 + Z**2 / total) for sign in (-1, 1))
    return f"{count} of {total}, {part:.3f} ({max(0.0, low):.3f}–{min(1.0, high):.3f})"


@cache
def rows(name: str) -> list[Row]:
    path = ROOT / f"data/eval-dev/precheck_{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def planted() -> list[Row]:
    return [row for name in ("planted", "held_out") for row in rows(name) if row["expects"]]


def misses() -> list[Row]:
    """The planted rows whose contradiction is not found."""
    return [row for row in planted() if row["expects"] not in {one.rule for one in check(row)}]


def false_alarms() -> list[tuple[str, list[Contradiction]]]:
    """The consistent dossiers in which a contradiction is seen."""
    return [(name, found) for name, row in consistent() if (found := check(row))]


def consistent() -> Iterator[tuple[str, Row]]:
    yield from ((key, {"product": key, "changes": {}}) for key in products())
    yield from ((row["id"], row) for name in ("consistent", "held_out") for row in rows(name) if not row["expects"])


def check(row: Row) -> list[Contradiction]:
    return contradictions(dossier(row["product"], row["changes"]))


@cache
def products() -> dict[str, dict[str, str]]:
    listed = (row for part in ("agri", "goods") for row in reference.read_csv(f"sample/{part}/products.csv"))
    return {row["product_key"]: row for row in listed}


@cache
def _countries() -> dict[str, str]:
    listed = (row for part in ("agri", "goods") for row in reference.read_csv(f"sample/{part}/companies.csv"))
    return {row["company_key"]: row["country"] for row in listed}


def dossier(key: str, changes: Mapping[str, str]) -> Dossier:
    """A product of the sample campaign with a quote, papers and a label that agree with it, then changed."""
    row = products()[key]
    given = _Given(changes)
    is_food = row["hs6"][:2] in _FOOD
    ships_on = DAY + timedelta(days=int(row["lead_time_days"] or 0))
    shipped = given("deal.shipped_on")
    label = _label(row, is_food) | given.all("label") if row["storage"] or given.all("label") else {}
    if is_food and "registration.number" in changes and "label.registration" not in changes:
        label.pop("registration", None)  # a number that was changed alone
    amount = given("deal.amount")
    return Dossier(
        goods=Goods(
            hs_code=given("product.hs_code", row["hs6"]),
            origin=given("product.origin", row["origin"]),
            storage=given("product.storage", row["storage"]),
            shelf_life_days=int(row["shelf_life_days"]) if row["shelf_life_days"] else None,
            price_low=Decimal(row["price_low"]) if row["price_low"] else None,
            currency=row["currency"],
            price_unit=row["price_unit"],
        ),
        seller_country=_countries()[row["company_key"]],
        papers=tuple(_papers(row, is_food, given)),
        label=label,
        texts=tuple(_texts(row, given)),
        offer=_offer(row, given),
        ordered=Money(Decimal(amount), given("deal.currency")) if amount else None,
        ships_on=date.fromisoformat(shipped) if shipped else ships_on,
        is_shipped=bool(shipped),
    )


class _Given:
    """The changes of a row: `given("quote.price", "940")` is the changed value, or else the second."""

    def __init__(self, changes: Mapping[str, str]):
        self.changes = changes

    def __call__(self, name: str, default: str = "") -> str:
        return self.changes.get(name, default)

    def all(self, part: str) -> dict[str, str]:
        return {name.split(".", 1)[1]: text for name, text in self.changes.items() if name.startswith(f"{part}.")}

    def day(self, name: str, default: str = "") -> date | None:
        text = self(name, default)
        return date.fromisoformat(text) if text else None

    def number(self, name: str, default: str = "") -> Decimal | None:
        text = self(name, default)
        return Decimal(text) if text else None


def plant_number(row: Mapping[str, str]) -> str:
    """A made-up number of the plant: C, the country of origin, 14 digits of the product's key."""
    country = reference.countries()[row["origin"]]["iso3"]
    return f"C{country}15012303{int(row['product_key'][-3:]):06}"


def _label(row: Mapping[str, str], is_food: bool) -> dict[str, str]:
    if not is_food:
        return {}
    return {
        "name": row["name_zh"],
        "origin": reference.name_in(reference.countries()[row["origin"]], "zh-hans"),
        "registration": plant_number(row),
        "shelf_life": shelf_life(int(row["shelf_life_days"] or 0)),
        "storage": STORAGE.get(row["storage"], ""),
    }


def _papers(row: Mapping[str, str], is_food: bool, given: _Given) -> Iterator[Paper]:
    if is_food or given.all("registration"):
        number = given("registration.number", plant_number(row))
        begins, ends = (
            given.day("registration.valid_from", "2025-06-01"),
            given.day("registration.valid_until", "2030-05-31"),
        )
        yield Paper(Place.REGISTRATION, "GACC-FOOD", number, begins, ends, given("registration.category"))
    changed = {name.split(".")[1] for name in given.changes if name.startswith("certificate.")}
    for code in dict.fromkeys([*filter(None, row["certificates"].split("|")), *sorted(changed)]):
        number, ends = given(f"certificate.{code}.number"), given.day(f"certificate.{code}.valid_until", "2028-12-31")
        yield Paper(Place.CERTIFICATE, code, number, None, ends)
    for name, text in given.all("step").items():
        yield Paper(Place.STEP, name.split(".")[0], text)


def _texts(row: Mapping[str, str], given: _Given) -> Iterator[Text]:
    for text, language in (
        (row["name"], row["lang"]),
        (row["description"], row["lang"]),
        (row["name_en"], "en"),
        (row["name_zh"], "zh"),
    ):
        if text:
            yield Text(Place.PRODUCT_TEXT, text, language)
    typed = (
        (Place.PRODUCT_TEXT, "product.text"),
        (Place.QUOTE_NOTE, "quote.note"),
        (Place.DEAL_NOTE, "deal.note"),
    )
    for place, name in typed:
        if text := given(name):
            yield Text(place, text, detect(text))


def _offer(row: Mapping[str, str], given: _Given) -> Offer | None:
    if not row["price_low"]:
        return None
    return Offer(
        price=given.number("quote.price", row["price_low"]) or Decimal(0),
        currency=given("quote.currency", row["currency"]),
        price_unit=given("quote.price_unit", row["price_unit"]),
        quantity=given.number("quote.quantity", row["min_order"]),
        unit=given("quote.unit", row["min_order_unit"]),
        holds=given.number("quote.holds"),
        holds_unit=given("quote.holds_unit"),
        min_order=given.number("quote.min_order"),
        min_order_unit=given("quote.min_order_unit"),
        incoterm=given("quote.incoterm", row["incoterm"]),
        incoterm_place=given("quote.incoterm_place", row["incoterm_place"]),
        valid_until=given.day("quote.valid_until", VALID_UNTIL),
    )


if __name__ == "__main__":
    main()
