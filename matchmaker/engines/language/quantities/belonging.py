"""Which word a quantity belongs to: moisture 14 %, 5 % broken."""

import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import replace

from matchmaker.engines.language.quantities.lexicon import Hit, lexicon
from matchmaker.engines.language.quantities.model import Quantity, Span
from matchmaker.engines.language.quantities.plain import PlainText

_CLAUSE_ENDS = re.compile(r"[;；,，。、،؛\n|·]|\.(?= |$)|(?<= )[-–—/](?= )")


def with_words(quantities: Sequence[Quantity], text: PlainText, language: str) -> list[Quantity]:
    """The same quantities with the words they belong to, where their clause names one of the table.

    In a clause that begins with its quantity the word follows (5 % broken), in all others it stands before.
    """
    if not quantities:
        return []
    words = lexicon("attribute", language).find(text.lower)
    if not words:
        return list(quantities)
    ends = _clause_ends(text.lower, quantities)
    placed = []
    for item in quantities:
        clause = bisect(ends, item.start)
        inside = [word for word in words if bisect(ends, word.start) == clause]
        word = _word_of(item, inside, quantities)
        placed.append(replace(item, words=Span(word.start, word.end), concept=word.value) if word else item)
    return placed


def _clause_ends(text: str, quantities: Sequence[Quantity]) -> list[int]:
    """The places of marks that end clauses; marks inside of numbers do not."""
    return [
        mark.start()
        for mark in _CLAUSE_ENDS.finditer(text)
        if not any(item.start <= mark.start() < item.end for item in quantities)
    ]


def _word_of(item: Quantity, words: list[Hit], quantities: Sequence[Quantity]) -> Hit | None:
    before = [word for word in words if word.end <= item.start]
    behind = [word for word in words if word.start >= item.end]
    if before and not _parted(before[-1].end, item.start, quantities):
        return before[-1]
    if behind and not _parted(item.end, behind[0].start, quantities):
        return behind[0]
    return None


def _parted(start: int, end: int, quantities: Sequence[Quantity]) -> bool:
    """Whether another quantity stands between two places."""
    return any(start <= other.start < end for other in quantities)
