"""Is a message worth its receiver's attention? Plain text in, plain answers out."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w.+-]+@[\w-]+\.[\w.-]+\b"
    r"|\b(?:[a-z0-9-]+\.)+(?:com|net|org|cn|io|co|biz|info|top|xyz|shop|site|vip|ru|link|me|cc)\b(?:/\S*)?",
    re.IGNORECASE,
)
LITTLE = 25  # letters and digits that must remain beside a link
SHINGLE, SHINGLE_WIDE = 4, 2
WIDE = re.compile("([\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+)")
ALIKE = 0.42  # share of common shingles from which two texts are nearly the same; see tests/messaging/test_screening.py
COPIES = 3  # earlier texts that are nearly the same before one is held


@dataclass(frozen=True)
class SentText:
    """A text that went to another company before."""

    company: int
    text: str


def letters(text: str) -> str:
    """What remains when case, width, accents, punctuation, digits and spaces are taken away."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in folded if char.isalpha())


def is_little_more_than_a_link(text: str) -> bool:
    """True for a text with an address of a page or a mailbox and hardly a word beside it."""
    rest, links = LINK.subn(" ", text)
    return bool(links) and sum(char.isalnum() for char in rest) < LITTLE


def is_short(text: str) -> bool:
    """True for a few words, such as a name or a grade; a Chinese, Japanese, Korean or Thai letter counts twice."""
    plain = letters(text)
    return len(plain) + sum(map(len, WIDE.findall(plain))) < LITTLE


def shingles(text: str) -> frozenset[str]:
    """Overlapping pieces of four letters, of two characters where a character is a word (Chinese, Japanese, Thai …).

    A changed word touches few of them, a new text nearly all.
    """
    plain = letters(LINK.sub(" ", text))
    found: set[str] = set()
    for run in WIDE.split(plain):
        size = SHINGLE_WIDE if run and WIDE.fullmatch(run) else SHINGLE
        found.update(run[place : place + size] for place in range(max(bool(run), len(run) - size + 1)))
    return frozenset(found or {""})


def likeness(one: str, other: str) -> float:
    """Share of common shingles (Jaccard), 0 to 1."""
    return _share(shingles(one), shingles(other))


def _share(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / len(left | right)


def copies(text: str, earlier: Iterable[SentText], *, to: int) -> int:
    """To how many other companies nearly the same text went."""
    wanted = shingles(text)
    found = set()
    for sent in earlier:
        if sent.company == to or sent.company in found:
            continue
        if _share(wanted, shingles(sent.text)) >= ALIKE:
            found.add(sent.company)
    return len(found)
