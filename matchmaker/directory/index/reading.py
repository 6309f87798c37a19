"""What is made of the words somebody typed, before any entry is looked at."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from matchmaker.directory.index.entries import fold, words_of
from matchmaker.language.glossary import gloss
from matchmaker.language.spoken import words_that_sound
from matchmaker.language.text import clean, detect, pinyin, simplify

LONGEST_QUERY = 200  # characters that are read; more is no search any more
MOST_WORDS = 40
MOST_RESPELT = 6  # words nobody wrote that are compared with all others of their letter
SHORTEST_SOUND = 4  # letters from which a word may be pinyin
ALIKE = 75  # of 100: from here a word nobody wrote is taken for a misspelt one
# A short query does not say its language: these stemmers are tried for a word that the detected one does not find.
STEMMED = ("en", "fr", "es", "it", "pt", "de", "nl", "tr", "pl")
_HS = re.compile(r"(?:hs\s*)?(\d{2}|\d{4}|\d{4}[.\s]?\d{2})", re.IGNORECASE)


@dataclass(frozen=True)
class Understood:
    """What the search made of the words, to be shown and corrected."""

    language: str = ""
    gloss: str = ""
    spelling: tuple[tuple[str, str], ...] = ()  # (typed, read as)
    hs_code: str = ""  # the code that was typed
    number: str = ""  # the company or certificate number that was typed
    heading: str = ""  # the heading most of the best entries share
    others: tuple[tuple[str, str], ...] = ()  # (language, name) of the best entries, in other languages than the query
    is_cut: bool = False


@dataclass(frozen=True)
class Reading:
    """The words as the index looks them up."""

    text: str
    understood: Understood
    hs_code: str = ""  # as digits, where the text is one
    number: str = ""  # folded, where it may be one
    words: tuple[str, ...] = ()
    glossed: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()  # every word that a name may hold to be what was asked for
    names: tuple[str, ...] = ()  # as a part of a company's name


def read(
    query: str, known: Callable[[str], int], beginning: Callable[[str], list[str]], *, exactly: bool = False
) -> Reading | None:
    """None for an empty query.

    `known(word)` says how many entries hold it, `beginning(letter)` lists the words with that first letter; `exactly`
    takes the words as they are typed, however they are spelt.
    """
    text = simplify(clean(query[: 4 * LONGEST_QUERY]))
    is_cut = len(text) > LONGEST_QUERY or len(query) > 4 * LONGEST_QUERY
    text = text[:LONGEST_QUERY].strip()
    if not text:
        return None
    code = _HS.fullmatch(text)
    typed, text = text, text if exactly else _by_sound(text, known)
    language = detect(text)
    found, spelling = _words(text, language, known, beginning, exactly)
    if typed != text:
        spelling.append((typed, text))
    glossed = gloss(text) if language == "zh" else ""
    english = words_of(glossed, "en") if glossed else ()
    asked = frozenset({*words_of(text, language), *found, *english})
    return Reading(
        text,
        Understood(language, glossed, tuple(spelling), is_cut=is_cut),
        hs_code=re.sub(r"\D", "", code.group(1)) if code else "",
        number=fold(text),
        words=tuple(found),
        glossed=english,
        asked=asked,
        names=_names(text),
    )


def _by_sound(text: str, known: Callable[[str], int]) -> str:
    """Pinyin of a Chinese word as that word, where no entry holds what was typed: of several that sound so the one
    that most entries hold, in Chinese or by its gloss."""
    if not text.isascii() or len(text.replace(" ", "")) < SHORTEST_SOUND:
        return text
    if any(known(stem) for part in text.split() for lang in ("vi", "en") for stem in words_of(part, lang)):
        return text
    held = {word: _held(word, known) for word in words_that_sound(text)}
    best = max(held, key=held.__getitem__, default="")
    return best if best and held[best] else text


def _held(word: str, known: Callable[[str], int]) -> int:
    return max(known(one) for one in (word, *words_of(gloss(word), "en"))) if word else 0


def _words(text: str, language: str, known, beginning, exactly: bool) -> tuple[list[str], list[tuple[str, str]]]:
    if language not in STEMMED:
        return list(words_of(text, language)), []
    found, spelling, tried = [], [], 0
    for typed in words_of(text, "vi")[:MOST_WORDS]:  # whole words: nothing is cut off Vietnamese ones
        stems = [stem for lang in (language, *STEMMED) for stem in words_of(typed, lang)]
        word = next((stem for stem in (*stems, typed) if known(stem)), "")
        if not word and stems and len(typed) > 4 and not exactly and tried < MOST_RESPELT:
            tried += 1
            if word := _respelt(stems[0], known, beginning):
                spelling.append((typed, word))
        found.append(word or typed)
    return found, spelling


def _respelt(word: str, known, beginning) -> str:
    """The nearest word of the directory for a mistyped one, the more frequent of equally near ones."""
    if not word.isalpha():
        return ""
    near = process.extract(word, beginning(word[0]), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=5)
    held = [(round(score), known(found), found) for found, score, _at in near if known(found)]  # not by the dead alone
    return max(held)[2] if held else ""


def _names(text: str) -> tuple[str, ...]:
    folded = text.casefold().replace(" ", "")
    if len(folded) < 2:
        return ()
    aloud = "" if text.isascii() else pinyin(text).replace(" ", "").casefold()
    return tuple(dict.fromkeys([folded, *([aloud] if len(aloud) >= 5 else [])]))


def with_spelling(understood: Understood, written: Callable[[str], str]) -> Understood:
    """The same with stems as they stand in some text: stems are not for people."""
    return replace(understood, spelling=tuple((typed, written(word)) for typed, word in understood.spelling))
