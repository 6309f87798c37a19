"""A column of an import: how people call it, how its text is read, and the field whose own rules it must pass."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from matchmaker.catalogue import lots, wording
from matchmaker.catalogue.country_names import country_code
from matchmaker.core import reference
from matchmaker.core.languages import current, site_languages
from matchmaker.core.lists import format_list, join_sentences
from matchmaker.engines.language import parse_day, parse_number
from matchmaker.engines.reading import OwnHeads, fold_head, plain_head

Text = str | Promise
MEMORY = 50_000  # distinct texts a column remembers its answer for
_BETWEEN_ADDRESSES = re.compile(r"[\s,;/|<>()，；、]+")
_BETWEEN_SITES = re.compile(r"[\s;,|，；、]+(?:/\s+)?|(?<=\s)/(?=\s)")
_DASHES = re.compile(r"[-‐‑‒–—―_/?·. ]+")
_BEFORE_ADDRESS = re.compile(r"^\s*(?:mailto|e-?mail|mail|courriel|correo|邮箱|电子邮箱|почта)\s*[:：]\s*", re.I)
_HIDDEN_AT = re.compile(r"\s*(?:\[\s*at\s*\]|\(\s*at\s*\)|\{\s*at\s*\}|\[@\]|\(@\)|（at）|＠)\s*", re.I)
_HIDDEN_DOT = re.compile(r"\s*(?:\[\s*dot\s*\]|\(\s*dot\s*\)|\[\.\])\s*", re.I)
_AMOUNT = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """`read` turns text into a value or raises; what people call the column stands in `data/trade/sheet_heads.csv`."""

    name: str
    label: Text
    read: Callable[[str], Any]
    field: models.Field | None = None
    required: bool = False
    example: str = ""
    empty: Any = ""
    note: bool = False  # what was put right is shown: codes, amounts, days
    unit: str = ""  # of an amount: the column of its unit, which a cell such as 3柜 fills, too


def heads(kinds: str) -> dict[str, tuple[str, ...]]:
    """Column → names people use for it in several languages, folded, the surest first; then our own name for it."""
    wanted = kinds.split()
    return {
        row["column"]: tuple(map(fold_head, (*row["heads"].split("|"), row["column"])))
        for row in reference.sheet_heads()
        if row["kind"] in wanted
    }


def own_heads(ours: Sequence[Column]) -> list[OwnHeads]:
    """What our own files call the columns, one dictionary a language of the site, see `engines.reading.OwnHeads`."""
    found: list[OwnHeads] = []
    for language in site_languages():
        called: dict[str, list[str]] = {}
        with translation.override(language.code):
            for column in ours:
                called.setdefault(plain_head(str(column.label)), []).append(column.name)
        found.append(called)
    return found


Answer = tuple[Any, str, str]


class Reader(dict[str, Answer]):
    """Reads one column of one file and remembers: a list of goods has few origins, units and codes.

    `reader[text]` is the value, the sentence about it when it is refused, and how it was put right ('' when it was
    not). An empty cell says what `default` says.
    """

    def __init__(self, column: Column, default: str = ""):
        super().__init__()
        self.column, self.default = column, default

    def __missing__(self, text: str) -> Answer:
        answer = self._judge(text)
        if len(self) < MEMORY:
            self[text] = answer
        return answer

    def _judge(self, text: str) -> Answer:
        column = self.column
        if not text or text.isspace():
            text = self.default
        if not text:
            return column.empty, _("Fill this in.") if column.required else "", ""
        if not column.required and column.read in (line, paragraph) and says_nothing(text):
            return column.empty, "", ""
        try:
            value = column.read(text)
            if column.field is not None and value not in (None, "", []):
                value = column.field.clean(value, None)
        except ValidationError as error:
            if not column.required and says_nothing(text):  # NA is Namibia in a column of countries
                return column.empty, "", ""
            return column.empty, join_sentences(map(_in_words, error.error_list)), ""
        shown = as_text(value)
        return value, "", shown if column.note and shown != text.strip() else ""


def _in_words(error: ValidationError) -> str:
    """Django's sentence about a length speaks of a value; a person reads of the cell."""
    facts = error.params or {}
    if error.code == "max_length" and {"show_value", "limit_value"} <= set(facts):
        return _("This has %(count)d characters; at most %(limit)d fit. Shorten it.") % {
            "count": facts["show_value"],
            "limit": facts["limit_value"],
        }
    return error.messages[0]


def as_text(value: Any) -> str:
    """A value as a person would write it into a cell."""
    if isinstance(value, list):
        return "; ".join(map(lots.as_words, value)) if all(map(lots.is_lot, value)) else ", ".join(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, str) and _AMOUNT.fullmatch(value):  # an amount that JSON keeps as a text
        return f"{Decimal(value).normalize():f}" if "." in value else value
    return "" if value is None else str(value)


def says_nothing(text: str) -> bool:
    """Whether a cell says in words or signs that there is nothing to say: n/a, -, 无; `data/trade/spellings.csv`."""
    word = wording.fold(text)
    return bool(_DASHES.fullmatch(word)) or word in reference.spellings("nothing")


def line(text: str) -> str:
    """One line; the apostrophe that our own exports put before a formula's beginning is taken off again."""
    text = text.strip()
    if len(text) > 1 and text[0] == "'" and unicodedata.normalize("NFKC", text[1:].lstrip())[:1] in tuple("=+-@|%"):
        return text[1:]
    return text


def paragraph(text: str) -> str:
    return line(text).replace("\r\n", "\n").replace("\r", "\n")


def amount(text: str) -> Decimal:
    """A number above 0 as traders write it: 12,000 and 17,50 and 1.234,50. What was read is shown beside it."""
    try:
        value = parse_number(text, current()).value
    except ValueError:
        raise ValidationError(_("Write the amount in digits, such as 1250.50 or 1,250.50.")) from None
    if value <= 0:
        raise ValidationError(_("Write an amount above 0."))
    return value


def whole(text: str) -> int:
    """A whole number of up to nine digits."""
    try:
        value = parse_number(text, current()).value
    except ValueError:
        value = Decimal(-1)
    if value < 0 or value != int(value) or value >= 10**9:
        raise ValidationError(_("Write a whole number in digits, such as 30."))
    return int(value)


def day(text: str) -> str:
    """A day of the calendar as ISO 8601, read in the order of the reader's language; see `language.days`."""
    try:
        return parse_day(text, current()).isoformat()
    except ValueError:
        sentence = _("Write a day of the calendar as year-month-day, such as 2026-09-30.")
        raise ValidationError(sentence) from None


def read_country(text: str) -> str:
    """The code of a country, by any of its names."""
    code = country_code(text)
    if not code:
        sentence = _("“%(word)s” is no country we know. Write one country, by its name or its code, such as TH.")
        raise ValidationError(sentence % {"word": text.strip()[:60]})
    return code


def read_languages(text: str) -> list[str]:
    """Codes of the languages in a cell."""
    codes = wording.languages(text)
    unknown = [code for code in codes if code not in reference.languages()]
    if unknown:
        sentence = _("No language we know: %(words)s. Write names or codes with commas between, such as th, en.")
        raise ValidationError(sentence % {"words": format_list(word[:60] for word in unknown)})
    return codes


def read_email(text: str) -> str:
    """The first address of a cell: people put several into one, words before it, and [at] in place of its sign."""
    text = _HIDDEN_DOT.sub(".", _HIDDEN_AT.sub("@", text))
    found = [part for part in _BETWEEN_ADDRESSES.split(_BEFORE_ADDRESS.sub("", text)) if "@" in part]
    try:
        validate_email(found[0] if found else text)
    except ValidationError:
        raise ValidationError(_("Write one email address, such as office@example.org.")) from None
    return found[0]


def read_website(text: str) -> str:
    """The first address of a cell. https is put before one that lacks it, as people write them on cards."""
    text = next((part for part in _BETWEEN_SITES.split(text.strip()) if "." in part), text.strip())
    address = f"https://{text}" if text and "://" not in text else text
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        raise ValidationError(_("Write one web address, such as https://example.org.")) from None
    return address


def choice(choices: list, spellings: str = "") -> Callable[[str], str]:
    """A reader of one of a model's choices: by its value, its name in any language of the site, or a known spelling."""
    labels = {str(value): label for value, label in choices if value not in (None, "")}

    @cache
    def called() -> dict[str, str]:
        found: dict[str, str] = {}
        for language in reversed(site_languages()):  # where a word has two meanings, the first language's counts
            with translation.override(language.code):
                found |= {wording.fold(str(label)): value for value, label in labels.items()}
        return found | {value.casefold(): value for value in labels}

    def read(text: str) -> str:
        word = wording.fold(text)
        found = reference.spellings(spellings).get(word) or called().get(word, "")
        if not found:
            raise ValidationError(
                _("Write one of these: %(choices)s.") % {"choices": format_list(map(str, labels.values()))}
            )
        return found

    return read
