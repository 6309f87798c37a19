"""Which word a quantity belongs to: moisture 14 %, 5 % broken."""

import re
from collections.abc import Sequence
from dataclasses import replace

from matchmaker.engines.language.quantities.lexicon import pattern, words_of
from matchmaker.engines.language.quantities.model import Quantity, Span
from matchmaker.engines.language.quantities.plain import PlainText

_CLAUSE_ENDS = re.compile(r"[;；,，。、،؛\n|·]|\.(?= |$)|(?<= )[-–—/](?= )")


def with_words(quantities: Sequence[Quantity], text: PlainText, language: str) -> list[Quantity]:
    """The same quantities with the words they belong to, where their clause names one of the table.

    In a clause that begins with its quantity the word follows (5 % broken), in all others it stands before.
    """
    if not quantities:
        return []
    words = [match.span() for match in pattern("attribute", language).finditer(text.lower)]
    if not words:
        return list(quantities)
    names = words_of("attribute", language)
    placed = []
    for item in quantities:
        start, end = _clause(text.lower, item, quantities)
        inside = [word for word in words if start <= word[0] and word[1] <= end]
        word = _word_of(item, inside, quantities)
        if word is None:
            placed.append(item)
        else:
            placed.append(replace(item, words=Span(*word), concept=names[text.lower[word[0] : word[1]]]))
    return placed


def _clause(text: str, item: Quantity, quantities: Sequence[Quantity]) -> tuple[int, int]:
    """The part of a text between two marks that end clauses; marks inside of numbers do not."""
    start, end = 0, len(text)
    for mark in _CLAUSE_ENDS.finditer(text):
        if any(other.start <= mark.start() < other.end for other in quantities):
            continue
        if mark.end() <= item.start:
            start = mark.end()
        elif mark.start() >= item.end:
            end = mark.start()
            break
    return start, end


def _word_of(
    item: Quantity, words: list[tuple[int, int]], quantities: Sequence[Quantity]
) -> tuple[int, int] | None:
    before = [word for word in words if word[1] <= item.start]
    behind = [word for word in words if word[0] >= item.end]
    if before and not _parted(before[-1][1], item.start, quantities):
        return before[-1]
    if behind and not _parted(item.end, behind[0][0], quantities):
        return behind[0]
    return None


def _parted(start: int, end: int, quantities: Sequence[Quantity]) -> bool:
    """Whether another quantity stands between two places."""
    return any(start <= other.start < end for other in quantities)
