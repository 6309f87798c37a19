"""What texts state: figures with the words beside them, codes, plant numbers and origins.

Figures are read by `engines.language` alone. Here only the words next to them are found (net, gross, total, shelf life
…; `data/market_access/precheck_words.csv`), so that a figure is compared with another of its own kind. A figure with
two readings is left out everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from itertools import pairwise

from matchmaker.catalogue.country_names import country_code
from matchmaker.catalogue.origins import origins_in
from matchmaker.core import reference
from matchmaker.engines.language import Quantity, in_base, measure_of, read_all
from matchmaker.market_access.precheck.model import Excerpt, Text

_ENDS = re.compile(r"[;；,，。、،؛\n|]|[.!?](?=\s|$)")
_UNSPACED = frozenset(("zh", "ja", "th"))
_READ_WITH = {"zh": ("zh", "ja")}  # a short Japanese note without kana is taken for Chinese
_PLANT_NUMBER = re.compile(r"(?<![A-Z0-9])C([A-Z]{3})\d{14}(?![0-9A-Z])")
_HS_DIGITS = re.compile(r"[\s:：.№#-]{0,4}(\d{2}[\d. ]{2,12}\d)")
_DAYS_OF = {"day": (1, 1), "week": (7, 7), "month": (28, 31), "quarter": (89, 92), "year": (365, 366)}
_PACKAGES = frozenset(("bag", "carton", "box", "bottle", "can", "drum", "pallet", "set"))


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity with the kinds of words that belong to it, and where its clause begins and ends."""

    quantity: Quantity
    kinds: frozenset[str]
    clause: int
    text: Text

    @property
    def excerpt(self) -> Excerpt:
        """The clause that states it."""
        start, end = clauses(self.text.text)[self.clause]
        start, end = min(start, self.quantity.start), max(end, self.quantity.end)
        return Excerpt(self.text.text[start:end].strip(" ,;，；、"), self.text.language)


def mass_or_volume(value: Decimal, unit: str) -> tuple[str, Decimal] | None:
    """The amount in kilograms ("mass") or litres ("volume"); None for any other unit."""
    measure = measure_of(unit) or in_base(unit)
    if measure is None or measure[0] not in ("mass", "volume"):
        return None
    return measure[0], value * measure[1]


def amount_of(figure: Figure) -> tuple[str, Decimal] | None:
    """The mass or volume of an exact amount; of a range its upper end is not taken, so None."""
    one = figure.quantity
    if one.kind != "amount" or one.is_range or one.ambiguous:
        return None
    return mass_or_volume(one.low, one.unit)


def pack_of(figure: Figure) -> tuple[Decimal, str, Decimal] | None:
    """How often and how much of 12 × 500 ml: (12, "volume", 0.5)."""
    one = figure.quantity
    if one.kind != "pack" or len(one.factors) != 2 or one.ambiguous:
        return None
    content = mass_or_volume(one.factors[1], one.unit)
    return (one.factors[0], *content) if content else None


def days_of(figure: Figure) -> tuple[int, int] | None:
    """A duration as the fewest and most days that it can mean; None where it is none."""
    one = figure.quantity
    if one.kind != "amount" or one.is_range or one.ambiguous or one.unit not in _DAYS_OF:
        return None
    low, high = _DAYS_OF[one.unit]
    return int(one.low * low), int(one.low * high)


def day_of(quantity: Quantity) -> date | None:
    """A whole day that is written in one way only."""
    if quantity.kind != "date" or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", quantity.date):
        return None
    try:
        return date.fromisoformat(quantity.date)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def figures(text: Text) -> tuple[Figure, ...]:
    """The quantities of a text with the words that belong to them.

    The words between a quantity and the one before it in its clause belong to it; where there are none, those behind it
    up to the next one do. Words that make it one of something else (a deposit, once opened) count on both sides.
    """
    quantities = [one for one in read_all(_without_codes(text), text.language) if one.kind != "code"]
    spans = clauses(text.text)
    hits = _hits(text)
    found = []
    for place, one in enumerate(quantities):
        number = _clause_at(spans, one.start)
        start, end = spans[number]
        before = max(start, quantities[place - 1].end if place else 0)
        after = min(max(end, one.end), quantities[place + 1].start if place + 1 < len(quantities) else len(text.text))
        kinds = {kind for kind, at, _end in hits if before <= at < one.start}
        behind = {kind for kind, at, _end in hits if one.end <= at < after}
        kinds |= behind & {"apart"} if kinds - {"apart"} else behind
        found.append(Figure(one, frozenset(kinds), number, text))
    return tuple(found)


def _without_codes(text: Text) -> str:
    """The text with other letters for the digits of customs codes: their points say nothing of decimal marks."""
    lower, plain = _lower(text.text), text.text
    for kind, _start, end in _hits(text):
        if kind == "hs" and (match := _HS_DIGITS.match(lower, end)):
            plain = plain[: match.start(1)] + "x" * len(match[1]) + plain[match.end(1) :]
    return plain


@lru_cache(maxsize=4096)
def clauses(text: str) -> tuple[tuple[int, int], ...]:
    """The places of the clauses. Marks inside of a figure (1,000) end none."""
    ends = [
        match.start()
        for match in _ENDS.finditer(text)
        if not (text[match.start() - 1 : match.start()].isdigit() and text[match.end() : match.end() + 1].isdigit())
    ]
    starts = [0, *(end + 1 for end in ends)]
    return tuple(zip(starts, [*ends, len(text)], strict=True))


def _clause_at(spans: Iterable[tuple[int, int]], place: int) -> int:
    return max(number for number, (start, _end) in enumerate(spans) if start <= place or number == 0)


def kinds_in(text: Text) -> frozenset[str]:
    return frozenset(kind for kind, _start, _end in _hits(text))


def stated_codes(text: Text) -> list[tuple[str, Excerpt]]:
    """The digits behind words for a customs code, with the words; not where other goods are spoken of ("also")."""
    lower, found = _lower(text.text), []
    hits = _hits(text)
    for kind, start, end in hits:
        match = _HS_DIGITS.match(lower, end) if kind == "hs" else None
        if match is None or _speaks_of_others(text, start, hits):
            continue
        digits = re.sub(r"\D", "", match[1])
        if 4 <= len(digits) <= 13:
            found.append((digits, Excerpt(text.text[start : match.end()].strip(" ."), text.language)))
    return found


def _speaks_of_others(text: Text, place: int, hits: Iterable[tuple[str, int, int]]) -> bool:
    start = max(text.text.rfind(mark, 0, place) for mark in (". ", "。", "\n", "；", ";"))
    return any(kind == "apart" and start < at < place for kind, at, _end in hits)


def stated_origins(text: Text) -> list[tuple[frozenset[str], Excerpt]]:
    """The countries that stand behind words for the country of origin, in the same clause."""
    found = []
    spans = clauses(text.text)
    for kind, start, end in _hits(text):
        if kind != "origin":
            continue
        stop = max(spans[_clause_at(spans, start)][1], end)
        rest = text.text[end:stop].strip(" :：-–.")
        codes = countries_in(rest, text.language)
        if codes and not _is_apart(text, spans[_clause_at(spans, start)]):
            found.append((codes, Excerpt(text.text[start:stop].strip(), text.language)))
    return found


def _is_apart(text: Text, clause: tuple[int, int]) -> bool:
    """Whether a clause speaks of something else than these goods: of others on request."""
    return any(kind == "apart" and clause[0] <= at < clause[1] for kind, at, _end in _hits(text))


def countries_in(text: str, language: str) -> frozenset[str]:
    """The countries that a few words name: one name, or a list of origins."""
    code = country_code(text)
    if code:
        return frozenset([code])
    return frozenset(origins_in(text, language)) | frozenset(
        code for part in re.split(r"[()（）,，、;；/]", text) if (code := country_code(part.strip()))
    )


def plant_numbers(text: str) -> list[str]:
    """Registration numbers of overseas food plants: C, three letters of the country, 14 digits."""
    return [match[0] for match in _PLANT_NUMBER.finditer(text.upper())]


def country_of_plant(number: str) -> str:
    """ISO 3166-1 alpha-2 of the country in a plant number, "" where it has none."""
    match = _PLANT_NUMBER.fullmatch(number)
    return _by_iso3().get(match[1], "") if match else ""


@cache
def _by_iso3() -> dict[str, str]:
    return {row["iso3"]: code for code, row in reference.countries().items()}


def amounts(text: Text) -> Iterator[tuple[str, Decimal]]:
    """Every mass and volume that a text states, in kilograms and litres: alone, of one in a pack, of the whole pack.

    A number without a unit has that of the next one in its clause: 500 and 750 ml.
    """
    listed = figures(text)
    for bare, following in pairwise(listed):
        has_no_unit = bare.quantity.kind == "amount" and not bare.quantity.unit and bare.clause == following.clause
        amount = mass_or_volume(bare.quantity.low, following.quantity.unit) if has_no_unit else None
        if amount:
            yield amount
    for figure in listed:
        one = figure.quantity
        if pack := pack_of(figure):
            yield from ((pack[1], pack[2]), (pack[1], pack[0] * pack[2]))
        else:
            for value in {one.low, one.high, *(value for pair in one.alternatives for value in pair)}:
                if amount := mass_or_volume(value, one.unit):
                    yield amount


def contents(text: Text) -> Iterator[tuple[str, Decimal, str, Figure]]:
    """What packages hold: mass or volume, kg or litres, the package ("" where it is not named), and the figure.

    A figure counts as a content where it is a pack (12 × 500 ml), for one package (25 kg per bag), or right beside the
    name of one (a 400 g tin, bottles of 500 ml).
    """
    for figure in figures(text):
        if pack := pack_of(figure):
            yield pack[1], pack[2], "", figure
            yield pack[1], pack[0] * pack[2], "", figure
        elif amount := amount_of(figure):
            package = figure.quantity.per if figure.quantity.per in _PACKAGES else _package_beside(figure)
            if package:
                yield *amount, package, figure


def _package_beside(figure: Figure) -> str:
    """The package that the words right behind or before a figure name, read as "one bag"."""
    text, one = figure.text.text, figure.quantity
    start, end = clauses(text)[figure.clause]
    behind = re.findall(r"[^\W\d_]+", text[one.end : max(end, one.end)][:24])[:2]
    before = re.findall(r"[^\W\d_]+", text[start : one.start][-24:])[-2:]
    for word in (*behind, *reversed(before)):
        read = read_all(f"1 {word}", figure.text.language)
        if len(read) == 1 and read[0].unit in _PACKAGES:
            return read[0].unit
    return ""


@lru_cache(maxsize=4096)
def _hits(text: Text) -> tuple[tuple[str, int, int], ...]:
    """Kind and place of the words of the table; of words that overlap the longest counts.

    Of languages that part words by spaces all words are looked for: the language of a short note is easily mistaken.
    """
    lower, taken = _lower(text.text), []
    own = text.language.split("-")[0]
    for group in (own if own in _UNSPACED else "", "spaced"):
        pattern, kinds = _pattern(group)
        for match in pattern.finditer(lower):
            if all(match.end() <= start or end <= match.start() for _kind, start, end in taken):
                taken.append((kinds[match[0]], match.start(), match.end()))
    return tuple(sorted(taken, key=lambda hit: hit[1]))


def _lower(text: str) -> str:
    """In lower case, with every letter in its place: İ, which becomes two, is i."""
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter.lower()[0] for letter in text)


@cache
def _pattern(group: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """The words of a language without spaces between words, or of all others; none for an empty group."""
    kinds = {
        word.strip(): row["kind"]
        for row in reference.read_csv("market_access/precheck_words.csv")
        if row["language"] in _READ_WITH.get(group, (group,))
        or (group == "spaced" and row["language"] not in _UNSPACED)
        for word in row["words"].split(";")
    }
    words = "|".join(re.escape(word) for word in sorted(kinds, key=len, reverse=True)) or "\x01"
    # Korean puts its particles right behind a word.
    whole = rf"(?<!\w)(?:{words})(?![^\W\d_가-힣])"
    return re.compile(words if group in _UNSPACED else whole), kinds
