"""Negations of a text and what they negate: without sugar, powder-free, 不含糖, şekersiz."""

import re
from functools import cache

from matchmaker.engines.language.quantities.lexicon import any_of, base_language, lexicon, script, words_of
from matchmaker.engines.language.quantities.model import Negation, Span
from matchmaker.engines.language.quantities.plain import plain_text

_WORD = r"[^\s\d,.;:!?()，。、；：！？（）،؛/|-]+"
_AFTER = re.compile(rf"{_WORD}(?:[ -]{_WORD})?")
_BEFORE = re.compile(rf"{_WORD}[ -]?$")
_MOST = 8  # characters of a script without spaces
# Endings that are one with the word they negate.
_ENDINGS = {
    "tr": re.compile(r"(?<=[^\W\d_]{2})(?:s[ıiuü]z)(?:l[ae]r|d[ıiuü]r)?(?![^\W\d_])"),
    "de": re.compile(r"(?<=[^\W\d_]{3})(?:frei|los)(?:e[nrsm]?)?(?![^\W\d_])"),
}


def negations(text: str, language: str) -> list[Negation]:
    """The negations of a text, in order. "Not more than" is a bound and none."""
    plain, base = plain_text(text), base_language(language)
    taken = [(hit.start, hit.end) for hit in lexicon("not_negation", base).find(plain.lower)]
    matches = [(match.span(), side) for side, words in _patterns(base) for match in words.finditer(plain.lower)]
    found: list[Negation] = []
    for (start, end), side in sorted(matches, key=lambda match: (match[0][0] - match[0][1], match[0])):
        if start == end or any(start < stop and begin < end for begin, stop in taken):
            continue
        scope = _scope_after(plain.lower, end) if side == "before" else _scope_before(plain.lower, start)
        if scope is not None:
            taken.append((start, end))
            found.append(Negation(*plain.span(start, end), Span(*plain.span(*scope))))
    return sorted(found, key=lambda negation: negation.start)


@cache
def _patterns(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    words = words_of("negation", language)
    sides = [
        (side, any_of([word for word, value in words.items() if value == side], inside=side == "after"))
        for side in ("before", "after")
    ]
    endings = [("after", _ENDINGS[language])] if language in _ENDINGS else []
    return tuple(sides + endings)


def _scope_after(text: str, place: int) -> tuple[int, int] | None:
    while text[place : place + 1] in (" ", "-") and place < len(text):
        place += 1
    match = _AFTER.match(text, place)
    if match is None:
        return None
    end = match.end() if script(text[place]) else min(match.end(), place + _MOST)
    return place, end


def _scope_before(text: str, place: int) -> tuple[int, int] | None:
    match = _BEFORE.search(text[:place])
    if match is None:
        return None
    written = match[0].rstrip(" -")
    start = match.start() if script(written[-1]) else max(match.start(), match.start() + len(written) - _MOST)
    return start, match.start() + len(written)
