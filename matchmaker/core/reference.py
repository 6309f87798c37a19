"""Facts that do not change while the site runs: countries, languages, currencies, ports, units, certificate names.

They are files in `data/` (sources and licences in NOTICE); names of countries, languages and currencies come from CLDR
through Babel. Facts that rows point to, such as categories and HS codes, are tables of the catalogue instead.
"""

import csv
import re
import unicodedata
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.utils.translation import get_language, to_locale

from matchmaker.core.rendered import Rendered

Row = dict[str, str]


def read_csv(path: str) -> list[Row]:
    """The rows of a file below `data/`, or of any file by its whole path."""
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


@cache
def _rows_of_cldr(path: str, key: str, cldr: str) -> dict[str, Row]:
    """Rows without names of their own; `cldr` says in which table of CLDR `name` looks for them."""
    return {row[key]: {**row, "code": row[key], "cldr": cldr} for row in read_csv(path)}


def countries() -> dict[str, Row]:
    """ISO 3166-1 alpha-2 code → continent, currency, languages, is_ldc; `name` gives its name in any language."""
    return _rows_of_cldr("geo/countries.csv", "iso2", "territories")


def languages() -> dict[str, Row]:
    """ISO 639-1 code → a row that `name` names."""
    return _rows_of_cldr("geo/languages.csv", "code", "languages")


def currencies() -> dict[str, Row]:
    """ISO 4217 code → minor units; `name` gives its name in any language."""
    return _rows_of_cldr("geo/currencies.csv", "code", "currencies")


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


@cache
def registers() -> list[Row]:
    """Public registers in which a company can be looked up: country ("EU", "" for any), kind of number, name, url."""
    return read_csv("trade/registers.csv")


def name(row: Row | None, fallback: str = "") -> str:
    """The name of a reference row in the reader's language; English where ours has none."""
    return Rendered(fallback if row is None else name_in(row, get_language() or "en") or fallback)


def name_in(row: Row, language: str) -> str:
    """The name of a reference row in a language, English where that has none; '' without any."""
    if "cldr" in row:
        return _cldr_name(row["cldr"], row["code"], language)
    base = language.split("-")[0]
    return row.get(f"name_{base}") or row.get("name_en") or row.get("name") or ""


def own_name(code: str) -> str:
    """The name of a language in that language: français; '' where CLDR does not have it."""
    locale = _locale_of(code)
    return (locale.language_name if locale else "") or ""


def names_of(row: Row) -> list[str]:
    """Every name of a row: in each language of the site, or those that its file has."""
    if "cldr" not in row:
        return [text for key, text in row.items() if key.startswith(("name", "plural")) and text]
    codes = [language.code for language in settings.SITE_LANGUAGES]
    ours = [_cldr_name(row["cldr"], row["code"], code) for code in codes]
    return ours + [_in_cldr(row["cldr"], row["code"], code) for code in codes]


def name_in_cldr(row: Row, language: str) -> str:
    """The name of a country or language in any language that CLDR has, as CLDR writes it; '' without one."""
    return _in_cldr(row["cldr"], row["code"], language)


@cache
def _overrides() -> dict[tuple[str, str], Row]:
    """Names that we write otherwise than CLDR: short ones, then those of the list of the site (`PLACE_NAMES`).

    A cell of the site's list replaces ours; an empty cell leaves it as it is.
    """
    tables = {"countries": "territories"}
    merged: dict[tuple[str, str], Row] = {}
    for path in filter(None, ("geo/name_overrides.csv", settings.PLACE_NAMES)):
        for row in read_csv(path):
            key = (tables.get(row["list"], row["list"]), row["code"])
            merged[key] = merged.get(key, {}) | {name: text for name, text in row.items() if text}
    return merged


@lru_cache(maxsize=1 << 14)
def _cldr_name(table: str, code: str, language: str) -> str:
    own, base = _overrides().get((table, code), {}), language.split("-")[0]
    return (
        own.get(f"name_{base}") or _in_cldr(table, code, language) or own.get("name_en") or _in_cldr(table, code, "en")
    )


def _in_cldr(table: str, code: str, language: str) -> str:
    locale = _locale_of(language)
    return getattr(locale, table).get(code, "") if locale else ""


@cache
def _locale_of(language: str) -> Locale | None:
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return None


def choices(rows: dict[str, Row]) -> list[tuple[str, str]]:
    """Code and name in the reader's language, sorted by that name."""
    return sorted(((code, name(row, code)) for code, row in rows.items()), key=lambda choice: choice[1])
