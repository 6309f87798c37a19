"""Cells of lists of companies as many hands type them: years, employees, telephones, and a number inside the name."""

import re
import unicodedata
from collections.abc import Callable, Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from matchmaker.campaigns.models import Tag
from matchmaker.imports.columns import line, says_nothing

_TELEPHONE_WORDS = (
    r"tel[eé]fono|t[eé]l[eé]phone|telephone|telefone|telefon|tel|phone|mobile|mob|cell|whatsapp|"
    r"电话|手机|тел|телефон|هاتف|電話|전화|โทร|điện thoại|telepon"
)
_NUMBER = r"\+?[\d(][\d\s()./-]{5,24}\d"
_LABELLED = re.compile(rf"(?:^|[\s,;|/])(?:{_TELEPHONE_WORDS})\s*[.:：]*\s*(?P<number>{_NUMBER})", re.IGNORECASE)
_FIRST_NUMBER = re.compile(_NUMBER)
_BEHIND_A_NAME = re.compile(
    rf"[\s,;|/(]*(?:{_TELEPHONE_WORDS})\s*[.:：]*\s*(?P<number>{_NUMBER})\s*\)?\s*$", re.IGNORECASE
)
_YEAR = re.compile(r"(?<![\d.,])\d{4}(?![\d.,]*\d)|(?<=[./-])\d{4}(?!\d)")
_BUDDHIST_ERA = re.compile(r"\b(?:be|b\.e\.)|พ\.?\s?ศ\.?|佛历", re.IGNORECASE)
_BETWEEN_TAGS = re.compile(r"[,;，；、\n]+")
_COUNT = re.compile(r"\d{1,3}(?:[,. ]\d{3})+(?!\d)|\d+")


def one_line(text: str) -> str:
    """A text on one line, with single blanks."""
    return " ".join(line(text).split())


def read_tags(text: str) -> list[str]:
    """Names of tags, parted by commas or semicolons; each once, in order.

    Raises:
        ValidationError: where one is too long for a tag.
    """
    if says_nothing(text):
        return []
    names = list(dict.fromkeys(name for part in _BETWEEN_TAGS.split(line(text)) if (name := one_line(part))))
    for name in names:
        Tag._meta.get_field("name").clean(name, None)
    return names


def part_telephone(texts: dict[str, str]) -> dict[str, str]:
    """Take a telephone number out of the name (“… Ltd. Tel. +84 28 3822 1002”) into its own column, if that is empty.

    Returns:
        Column → what it holds now, of the columns that changed.
    """
    found = _BEHIND_A_NAME.search(texts.get("legal_name", ""))
    if found is None or found.start() == 0:
        return {}
    texts["legal_name"] = texts["legal_name"][: found.start()].rstrip()
    changed = {"legal_name": texts["legal_name"]}
    if not texts.get("contact_phone", "").strip():
        texts["contact_phone"] = changed["contact_phone"] = found["number"].strip()
    return changed


def read_telephone(text: str) -> str:
    """The first number of a cell, without the words before it (“Tel: … / Fax …”).

    Raises:
        ValidationError: where the cell holds no telephone number.
    """
    text = unicodedata.normalize("NFKC", text)
    found = _LABELLED.search(text) or _FIRST_NUMBER.search(text)
    if found is None or len(re.sub(r"\D", "", found[0])) < 6:
        raise ValidationError(_("Write one telephone number with its country code, such as +66 2 123 4567."))
    return (found["number"] if "number" in found.re.groupindex else found[0]).strip()


def read_year(text: str) -> int:
    """The one year of a cell: “since 1998”, 1998年, 12.05.2001, 2541 BE.

    Raises:
        ValidationError: where there is none, or several.
    """
    text = unicodedata.normalize("NFKC", text)
    years = {int(year) for year in _YEAR.findall(text)}
    year = years.pop() if len(years) == 1 else 0
    if _BUDDHIST_ERA.search(text):
        year -= 543
    if not 1000 <= year <= 2100:
        raise ValidationError(_("Write the year with four digits, such as 1998."))
    return year


def size_reader(read_choice: Callable[[str], str], bands: Iterable[str]) -> Callable[[str], str]:
    """A reader of numbers of employees: one of the bands as it is, or the band that holds the number or the range.

    Args:
        bands: such as "50-249" and "1000+".
    """
    limits = []
    for band in bands:
        least, _dash, most = band.rstrip("+").partition("-")
        limits.append((band, int(least), int(most) if most else 10**9))

    def read(text: str) -> str:
        try:
            return read_choice(text)
        except ValidationError:
            counts = [int(re.sub(r"\D", "", count)) for count in _COUNT.findall(unicodedata.normalize("NFKC", text))]
            for band, least, most in limits:
                if 1 <= len(counts) <= 2 and all(least <= count <= most for count in counts):
                    return band
            raise

    return read
