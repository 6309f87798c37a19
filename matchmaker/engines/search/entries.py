"""What goes into a search index: plain entries, and the terms they are found by."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from matchmaker.engines.language.text import clean, pinyin, words

Texts = tuple[tuple[str, str], ...]  # (language, text)
NAME_COUNTS = 2  # a word of a name counts as so many of a text
IN_NAME = 128  # is added to the count of a word that a name holds
HAN = re.compile("[\u4e00-\u9fff]{2,}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a directory as the search reads it."""

    key: int
    names: Texts
    texts: Texts = ()
    hs_codes: tuple[str, ...] = ()
    exact: frozenset[str] = frozenset()  # company and certificate numbers, folded by `fold_text`
    name_key: str = ""  # company names in every script, and as pinyin
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    orders: Mapping[str, int] = field(default_factory=dict)  # name of an order → 0 (first) to 255 (last, or not known)
    newest: float = 0.0  # seconds
    title: str = ""
    owner: int = 0  # primary key of the company
    card: bytes = b""  # what a list shows of it, in whatever form the pages read


def fold_text(code: str) -> str:
    """A number as it is compared: without spaces, dots and dashes, in capitals."""
    return re.sub(r"[\s.\-/]", "", clean(code)).upper()


def tariff_words(text: str) -> str:
    """The text of a tariff line as far as it says what a thing is, not what it leaves out."""
    return re.split(r"\b(?:whether|excluding|other than|not |n\.e\.c)", text, maxsplit=1)[0].strip(" ;,")


@lru_cache(maxsize=1 << 17)
def words_of(text: str, language: str) -> tuple[str, ...]:
    """The searchable words of a text, function words left out."""
    return tuple(words(text, language or None, stop=True))


@lru_cache(maxsize=1 << 15)
def pinyin_words(text: str) -> tuple[str, ...]:
    """Chinese words of a name as they are typed on a Latin keyboard: 茉莉香米 → moli, xiangmi, molixiangmi."""
    syllables: dict[str, None] = {}
    for run in HAN.findall(text):
        for word in (*words_of(run, "zh"), run):
            if len(word) > 1:
                syllables[pinyin(word).replace(" ", "").lower()] = None
    return tuple(word for word in syllables if len(word) >= 4)


def term_counts(entry: Entry) -> tuple[dict[str, int], int]:
    """Term → how often it counts, with `IN_NAME` added where a name holds it; and how many words were read.

    A term is a word, or the number of a company or a certificate, or a customs code of two, four or six digits.
    """
    counts: dict[str, int] = {}
    in_names: set[str] = set()
    length = 0
    for language, text in entry.names:
        read = words_of(text, language)
        length += NAME_COUNTS * len(read)
        for word in read:
            counts[word] = counts.get(word, 0) + NAME_COUNTS
            in_names.add(word)
        for word in pinyin_words(text) if language == "zh" else ():
            counts.setdefault(word, NAME_COUNTS)
            in_names.add(word)
    for language, text in entry.texts:
        read = words_of(text, language)
        length += len(read)
        for word in read:
            counts[word] = counts.get(word, 0) + 1
    terms = {word: min(count, IN_NAME - 1) + (IN_NAME if word in in_names else 0) for word, count in counts.items()}
    terms |= {number_term(number): 1 for number in entry.exact}
    terms |= {code_term(code[:digits]): 1 for code in entry.hs_codes for digits in (2, 4, 6) if len(code) >= digits}
    return terms, length


def number_term(number: str) -> str:
    """The term of a company's or certificate's number; no word of a text begins with this sign."""
    return f"#{number}"


def code_term(code: str) -> str:
    """The term of a customs code or of its first two or four digits."""
    return f"@{code}"
