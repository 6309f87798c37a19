"""The words of an offer or a want as a weighted bag, in all the languages it is written in.

Words are known by a hash of 63 bits, so that two workers that never met give the same word the same number.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language import word_tables
from matchmaker.engines.language.attributes import read_attributes
from matchmaker.engines.language.glossary import gloss, glosses
from matchmaker.engines.language.reading import concepts, described, english_names, names_of_goods
from matchmaker.engines.language.text import has_han, surface_forms, words
from matchmaker.engines.language.vocabulary import load_goods

# The name says what it is, the description what it is like: a word of the name counts as so many of the description.
NAME_COUNTS = 2.0
# A gloss is a guess at the meaning of each word, not a translation.
GLOSS_COUNTS = 0.5
# A word that the tables guess counts so much times its share.
GUESS_COUNTS = 0.25
LEAST_SHARE = 0.1
# Of a Chinese name also the characters of its longer words count: the tables know 椅 before they know 办公椅.
CHARACTER_COUNTS = 0.25
# A concept is a word that all languages share; a name that may stand for several counts for each in part.
CONCEPT_COUNTS = 1.0
# What goods are like (frozen, of oak, sliced) is common to all languages, too, and tells less than what they are.
DESCRIPTION_COUNTS = 0.5
DESCRIPTION = "\x04"
CONCEPT = "\x01"  # before the identifier of a concept, so that it is no word of any language
# BM25 (Robertson & Zaragoza 2009): how fast repetition stops to matter, and how much length does.
K1 = 1.2
B = 0.4
# An attribute that decides is common to all languages, too.
ATTRIBUTE_COUNTS = 1.0
ATTRIBUTE = "\x03"

_END_OF_NAME = re.compile(r"[.:;](?=\s)|[。；：，\n]")


@lru_cache(maxsize=1 << 18)
def number(word: str) -> int:
    """A word's number: the first 63 bits of BLAKE2b, the same in every process."""
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


def name_and_rest(text: str) -> tuple[str, str]:
    """A text cut where its name ends: at the first full stop, colon or, in Chinese, comma."""
    end = _END_OF_NAME.search(text)
    return (text[: end.start()], text[end.end() :]) if end else (text, "")


def sources(texts: Sequence[tuple[str, str]]) -> list[tuple[str, str, float]]:
    """(language, text, weight) of all that is read: names, descriptions, and a gloss where no English is given.

    Demands are mostly Chinese: where no Chinese is given, the names of goods stand in Chinese, too.
    """
    parts: list[tuple[str, str, float]] = []
    for lang, text in texts:
        name, rest = name_and_rest(text)
        parts += [(lang, name, NAME_COUNTS), (lang, rest, 1.0)]
    own = list(parts)
    if not any(lang == "zh" for lang, _ in texts):
        parts += [("zh", names_of_goods(text, lang, "zh"), GLOSS_COUNTS * n) for lang, text, n in own if text]
    if not any(lang == "en" for lang, _ in texts):
        read = [("en", english_names(text, lang), GLOSS_COUNTS * n) for lang, text, n in own if text]
        read += [("en", gloss(text), GLOSS_COUNTS * n) for lang, text, n in own if lang == "zh" and text]
        parts += read
    return [(lang, text, n) for lang, text, n in parts if text]


def guesses(texts: Sequence[tuple[str, str]]) -> Iterator[tuple[str, float]]:
    """(word, weight) of what names may mean in English and in Chinese, where none in that language is given.

    Descriptions say enough in words that are known: guesses there found more wrong pairs than right ones.
    """
    given = {lang for lang, _ in texts}
    for target in word_tables.TARGETS:
        for lang, text in texts if target not in given else ():
            for guess, share in word_tables.load_tables().words(name_and_rest(text)[0], lang, target).items():
                if share >= LEAST_SHARE:
                    yield from ((word, GUESS_COUNTS * NAME_COUNTS * share) for word in _as_searched(guess, target))


def _summed(weighted: Iterable[tuple[str, float]]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for word, weight in weighted:
        sums[word] = sums.get(word, 0.0) + weight
    return sums


def _as_searched(guess: str, lang: str) -> list[str]:
    return words(guess, lang) if lang == "en" else [guess]  # Chinese guesses are words of the index already


def characters(texts: Sequence[tuple[str, str]]) -> Iterator[tuple[str, float]]:
    """(character, weight) of the longer words of Chinese names."""
    for lang, text in texts:
        if lang == "zh":
            read = words(name_and_rest(text)[0], "zh", stop=True)
            yield from ((char, CHARACTER_COUNTS) for char in set(word_tables.with_characters(read)) - set(read))


def bag(texts: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Word → how often, names counting double, function words left out; concepts and words about goods stand beside."""
    counts: dict[str, float] = {}
    for lang, text, weight in sources(texts):
        for word in words(text, lang or None, stop=True):
            counts[word] = counts.get(word, 0.0) + weight
    for word, weight in {**_summed(guesses(texts)), **_summed(characters(texts))}.items():
        counts.setdefault(word, weight)  # what is read for sure counts more than a guess
    for value in read_attributes(tuple(texts)).has:
        counts[ATTRIBUTE + value] = ATTRIBUTE_COUNTS
    for lang, text in texts:
        name, rest = name_and_rest(text)
        for part, weight in ((name, NAME_COUNTS), (rest, 1.0)):
            for spoken in concepts(part, lang):
                for concept in spoken:
                    word = CONCEPT + concept
                    counts[word] = counts.get(word, 0.0) + CONCEPT_COUNTS * weight / len(spoken)
            for one in described(part, lang):
                counts[DESCRIPTION + one] = counts.get(DESCRIPTION + one, 0.0) + DESCRIPTION_COUNTS * weight
    return counts


def pack(bags: Iterable[dict[str, float]]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Bags as (starts of length n + 1, word numbers ascending within a bag, counts)."""
    starts, numbers, counts = [0], [], []
    for one in bags:
        merged: dict[int, float] = {}
        for word, count in one.items():
            merged[number(word)] = merged.get(number(word), 0.0) + count
        for key in sorted(merged):
            numbers.append(key)
            counts.append(merged[key])
        starts.append(len(numbers))
    return np.array(starts, np.int64), np.array(numbers, np.int64), np.array(counts, np.float32)


def surfaces(texts: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Searchable word → the way it stands in the text (stems are not for people): 'rais' → 'raisins'.

    Chinese is also read through the dictionary; names that come from the vocabulary stand in no text.
    """
    forms: dict[str, str] = {}
    spoken = list(texts)
    if not any(lang == "en" for lang, _ in texts):
        spoken += [("en", gloss(text)) for lang, text in texts if lang == "zh"]
    for lang, text in spoken:
        for word, surface in surface_forms(text, lang).items():
            forms.setdefault(word, surface)
    return forms


@lru_cache(maxsize=4096)
def goods(texts: tuple[tuple[str, str], ...], *, in_names: bool = False) -> tuple[str, ...]:
    """The concepts that the names of an item say, in order; those of the descriptions where the names say none, but for
    `in_names`.
    """
    vocabulary = load_goods()
    for part in (0,) if in_names else (0, 1):
        named = [
            concept
            for lang, text in texts
            for spoken in concepts(name_and_rest(text)[part], lang)
            for concept in spoken
            if vocabulary.is_translated(concept)
        ]
        if named:
            return tuple(dict.fromkeys(named))
    return ()


class GlossReading(NamedTuple):
    """The Chinese word an English one was read from, and the last words of the senses it stands in: a steel is named by
    "stainless steel", a liquid is not by "liquid nitrogen"."""

    chinese: str
    heads: set[str]


def gloss_readings(texts: Sequence[tuple[str, str]]) -> dict[str, GlossReading]:
    """English searchable word → where it was read, when no English text stands: 'len' → 透镜, {'len'}."""
    readings: dict[str, GlossReading] = {}
    if any(lang == "en" for lang, _ in texts):
        return readings
    for lang, text in texts:
        if lang == "zh":
            for chinese, sense in glosses(text):
                if has_han(chinese):
                    read = words(sense, "en", stop=True)
                    for word in read:
                        first = readings.setdefault(word, GlossReading(chinese, set()))
                        if first.chinese == chinese:
                            first.heads.add(read[-1])
    return readings
