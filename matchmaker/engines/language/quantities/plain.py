"""A text in the form that is read: lower case, plain digits and marks, and where each character came from."""

import unicodedata
from dataclasses import dataclass
from functools import cached_property

DECIMAL = "⸳"  # stands for a mark that can only be a decimal one

_MARKS = {
    "−": "-", "﹣": "-", "‑": "-", "‐": "-", "⁻": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ",
    "\u3000": " ", "\t": " ", "’": "'", "‘": "'", "′": "'", "´": "'", "`": "'", "٬": "'", "“": '"', "”": '"',
    "″": '"', "￥": "¥", "￡": "£", "￦": "₩",
    "٫": DECIMAL, "٪": "%", "﹪": "%", "İ": "i", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا",
}  # fmt: skip
# Marks of Arabic vowels, the stroke that makes a word longer, and invisible marks of direction.
_LEFT_OUT = {*map(chr, range(0x064B, 0x0653)), "\u0670", "\u0640", *map(chr, range(0x200B, 0x2010)), "\ufeff"}
_THAI_AM = ("\u0e4d\u0e32", "\u0e33")  # the two halves of ำ, as some programs leave them


@dataclass(frozen=True)
class PlainText:
    """`lower` and `cased` have the same length; `origins[i]` is the place of character i in the text as it was."""

    cased: str
    lower: str
    origins: tuple[int, ...] | None  # None: nothing was moved

    @cached_property
    def has_digits(self) -> bool:
        return any(char.isdigit() for char in self.cased)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place of a part in the text as it was."""
        if self.origins is None:
            return start, end
        return self.origins[start], self.origins[end - 1] + 1 if end > start else self.origins[start]


def plain_text(text: str) -> PlainText:
    if text.isascii():
        cased = text.replace("\t", " ")
        return PlainText(cased, cased.lower(), None)
    chars: list[str] = []
    origins: list[int] = []
    for char, origin in _composed(text):
        plain = _plain_character(char)
        if plain:
            chars.append(plain)
            origins.append(origin)
    cased = "".join(chars)
    moved = None if origins == list(range(len(text))) else (*origins, len(text))
    return PlainText(cased, "".join(map(_lower, chars)), moved)


def fold(word: str) -> str:
    """A word of the tables, in the form in which it stands in a plain text."""
    return plain_text(word).lower


def _composed(text: str) -> list[tuple[str, int]]:
    """Characters with their places; letters and accents that stand apart are one."""
    if unicodedata.is_normalized("NFC", text) and _THAI_AM[0] not in text:
        return list(zip(text, range(len(text)), strict=True))
    clusters: list[tuple[str, int]] = []
    for place, char in enumerate(text):
        if clusters and (unicodedata.combining(char) or clusters[-1][0][-1:] + char == _THAI_AM[0]):
            base, origin = clusters.pop()
            joined = unicodedata.normalize("NFC", base + char).replace(*_THAI_AM)
            clusters += [(part, origin) for part in joined]
        else:
            clusters.append((char, place))
    return clusters


def _plain_character(char: str) -> str:
    if char in _LEFT_OUT:
        return ""
    if char in _MARKS:
        return _MARKS[char]
    if "\uff01" <= char <= "\uff5e":  # full width
        char = chr(ord(char) - 0xFEE0)
        return "～" if char == "~" else char
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return char


def _lower(char: str) -> str:
    lower = char.lower()
    return lower if len(lower) == 1 else char
