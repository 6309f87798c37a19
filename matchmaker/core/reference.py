"""Facts that do not change while the site runs: countries, languages, currencies, ports, units, certificate names.

They are files in `data/` (sources and licences in NOTICE). Facts that rows point to, such as categories and HS codes,
are tables of the catalogue instead.
"""

import csv
import re
import unicodedata
from functools import cache

from django.conf import settings
from django.utils.translation import get_language

Row = dict[str, str]


def read_csv(path: str) -> list[Row]:
    """The rows of a file below `data/`."""
    with (settings.DATA_DIR / path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _rows(path: str, key: str) -> dict[str, Row]:
    return {row[key]: row for row in read_csv(path)}


@cache
def sheet_heads() -> list[Row]:
    """What people call the columns of their sheets: kind, column, and names separated by |."""
    return read_csv("trade/sheet_heads.csv")


@cache
def spellings(kind: str) -> dict[str, str]:
    """Other words that people write for the codes of a list, in lower case → code: 吨 → t in the list `units`."""
    return {row["spelling"]: row["code"] for row in read_csv("trade/spellings.csv") if row["list"] == kind}


def countries() -> dict[str, Row]:
    """ISO 3166-1 alpha-2 code → names, continent, currency, languages, is_ldc."""
    return _rows("geo/countries.csv", "iso2")


def languages() -> dict[str, Row]:
    """ISO 639-1 code → names."""
    return _rows("geo/languages.csv", "code")


def currencies() -> dict[str, Row]:
    """ISO 4217 code → minor units and names."""
    return _rows("geo/currencies.csv", "code")


def ports() -> dict[str, Row]:
    """UN/LOCODE → name, Chinese name where it has one, city, country_iso2, longitude, latitude, time zone."""
    return _rows("geo/ports.csv", "unlocode")


@cache
def _ports_by_name() -> dict[str, Row]:
    """Every name a port is written by, plain: “Port Klang (Pelabuhan Klang)” is each of the two."""
    rows = [row for row in ports().values() if row["name_zh"]]
    parts = ((part, row) for row in rows for part in (row["city"], *re.split(r"[(),]", row["name"])))
    return {_plain(part): row for part, row in parts if part.strip()}


def _plain(text: str) -> str:
    """Without case and accents: Itajaí is itajai."""
    letters = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def place(text: str) -> str:
    """The name of a port in the reader's language, from any of its names; another place stays as it was typed."""
    return name(_ports_by_name().get(_plain(text)), text)


def units() -> dict[str, Row]:
    """Unit code → names, kind and factor to the base unit of its kind."""
    return _rows("trade/units.csv", "code")


def certificates() -> dict[str, Row]:
    """Certificate code → names."""
    return _rows("trade/certificates.csv", "code")


def name(row: Row | None, fallback: str = "") -> str:
    """The name of a reference row in the reader's language; English where ours has none."""
    if row is None:
        return fallback
    language = (get_language() or "en").split("-")[0]
    return row.get(f"name_{language}") or row.get("name_en") or row.get("name") or fallback


def choices(rows: dict[str, Row]) -> list[tuple[str, str]]:
    """Code and name in the reader's language, sorted by that name."""
    return sorted(((code, name(row, code)) for code, row in rows.items()), key=lambda choice: choice[1])
