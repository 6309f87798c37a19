"""What a word of one language may mean in another, learned from names of goods that stand side by side.

    load_tables().words("chaise haute", "fr", "zh")  # {'椅子': 0.47, …}
    load_tables().rendering("chaise haute", "fr")  # 'chair high'

The vocabulary knows whole names. A name that it does not have mostly consists of words that stand in names it has:
from "chaise de bureau", 办公椅 and "chaise longue", 躺椅 the word for a chair can be learned by counting
(IBM model 1, Brown et al. 1993). What this gives are guesses with a share, not translations: nothing of it is shown
to people.

The tables are learned once a machine from the files of `data/`, in some seconds, and mapped from disk.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.mapped_arrays import Arrays, Strings, mapped_arrays, name_by_content
from matchmaker.engines.language.stop_words import PATH as STOP_WORDS
from matchmaker.engines.language.stop_words import stop_words
from matchmaker.engines.language.text import clean, has_han, words
from matchmaker.engines.language.vocabulary import (
    FOLDER,
    GENERAL,
    GOODS_LANGUAGES,
    PATH,
    READ_AS,
    SHOP_NAMES,
    WORDS,
    split_names,
)

TARGETS = ("en", "zh")
# A product taxonomy and terms of food, parallel in these languages; each a name a cell, of a path its last step.
PARALLEL = ("en", "zh", "fr", "es")
TAXONOMY, FOOD = (FOLDER.parent / "eval-dev" / name for name in ("category_pairs.csv", "food_terms.csv"))
STEP = " > "

ROUNDS = 5
DOUBT = 0.5  # added to every word's total: a word seen once is not sure of anything
LEAST = 0.05  # share under which a guess is left out
MOST = {"en": 3, "zh": 6}  # guesses a word; Chinese ones are words and characters of words
MOST_NAMES = 3  # names of a concept that are set beside each other; the usual one comes first
SURE = 0.15  # share from which a word is replaced in a rendering
VERSION = 3  # of this way of learning and of keeping it

_BETWEEN = "\t"
_LETTERS = re.compile(r"[^\W\d_]+")

Words = Sequence[str]
Guess = tuple[str, float]
Names = Mapping[str, Sequence[str]]  # language → names of one thing


@lru_cache(maxsize=4096)
def tokens(text: str, lang: str) -> tuple[str, ...]:
    """The words of a text as tables have them. Vietnamese parts syllables, so two of them are a word, too."""
    found = words(text, lang, stop=True)
    if lang == "vi":
        found += [f"{one} {other}" for one, other in pairwise(found)]
    return tuple(found)


def with_characters(found: Sequence[str]) -> list[str]:
    """Chinese words and the characters of the longer ones: 办公椅 and 躺椅 have the chair in common."""
    characters = [char for word in found if len(word) > 1 for char in word if has_han(char)]
    return list(dict.fromkeys([*found, *characters]))


def read_names(left_out: frozenset[str] = frozenset()) -> Iterator[Names]:
    """The parallel names to learn from; `left_out` names rows of the taxonomy that a judgement must not have seen."""
    for path in (PATH, GENERAL, SHOP_NAMES, WORDS):
        for row in _rows(path):
            if row["kind"] != "names":
                yield {lang: split_names(row.get(lang) or "")[:MOST_NAMES] for lang in GOODS_LANGUAGES}
    for row in _rows(TAXONOMY):
        if row["category_id"] not in left_out:
            yield {lang: (row[f"path_{lang}"].rsplit(STEP, 1)[-1],) for lang in PARALLEL}
    for row in _rows(FOOD):
        yield {lang: (row[lang],) for lang in PARALLEL if row[lang]}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.exists():
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)


class WordTables:
    """Word → guesses with shares, for each language and both targets, on arrays."""

    def __init__(self, arrays: Arrays) -> None:
        self._sources = {lang: Strings(arrays[f"{lang}_letters"], arrays[f"{lang}_ends"]) for lang in GOODS_LANGUAGES}
        self._guesses = {
            (lang, target): Strings(arrays[f"{lang}_{target}_letters"], arrays[f"{lang}_{target}_ends"])
            for lang in GOODS_LANGUAGES
            for target in TARGETS
            if lang != target
        }
        self._shares = {pair: arrays[f"{pair[0]}_{pair[1]}_shares"] for pair in self._guesses}

    def guesses(self, word: str, lang: str, target: str) -> list[Guess]:
        """What one word of `tokens` may mean, the likeliest first; [] for a word that no name has."""
        lang = READ_AS.get(lang, lang)
        place = self._sources[lang].place(word) if lang in self._sources and lang != target else -1
        if place < 0 or not (joined := self._guesses[lang, target][place]):
            return []
        return list(zip(joined.split(_BETWEEN), self._shares[lang, target][place].tolist(), strict=False))

    def words(self, text: str, lang: str, target: str) -> dict[str, float]:
        """Words of the target language that a text may mean, each with its share (0 to 1); English ones as written."""
        found: dict[str, float] = {}
        for word in dict.fromkeys(tokens(text, READ_AS.get(lang, lang))):
            for guess, share in self.guesses(word, lang, target):
                found[guess] = max(share, found.get(guess, 0.0))
        return found

    def rendering(self, text: str, lang: str) -> str:
        """A text word by word in English, in its order; "" where no word is known.

        The stem of an unknown word in Latin letters stays: it may be a name or a word that both languages have.
        """
        lang = READ_AS.get(lang, lang)
        found: dict[str, None] = {}
        is_known = False
        for word in tokens(text, lang):
            first = next(iter(self.guesses(word, lang, "en")), None)
            if first and first[1] >= SURE:
                found[first[0]] = None
                is_known = True
            elif word.isascii() and word.isalpha():
                found[word] = None
        return " ".join(found) if is_known else ""


@cache
def load_tables(left_out: frozenset[str] = frozenset()) -> WordTables:
    """The tables of the data at hand, learned where this machine has none of this data yet.

    `left_out` names rows of the taxonomy that are not learned from, for a judgement on them.
    """
    files = (PATH, GENERAL, SHOP_NAMES, WORDS, TAXONOMY, FOOD, STOP_WORDS)
    name = name_by_content("word-tables", f"{VERSION} {sorted(left_out)}", files)
    return WordTables(mapped_arrays(name, lambda: learn_tables(list(read_names(left_out)))))


def learn_tables(rows: Sequence[Names]) -> Arrays:
    """The arrays of `WordTables`, from things with their names in several languages."""
    surfaces: dict[str, Counter[str]] = defaultdict(Counter)
    targets = {"zh": [[with_characters(words(name, "zh", stop=True)) for name in row.get("zh", ())] for row in rows]}
    targets["en"] = [[_english(name, surfaces) for name in row.get("en", ())] for row in rows]
    written = {stem: counted.most_common(1)[0][0] for stem, counted in surfaces.items()}
    arrays: dict[str, NDArray[Any]] = {}
    for lang in GOODS_LANGUAGES:
        sources = [[_distinct(tokens(name, lang)) for name in row.get(lang, ())] for row in rows]
        known = sorted({word for names in sources for name in names for word in name})
        arrays |= {f"{lang}_{key}": values for key, values in Strings.arrays(known).items()}
        for target in TARGETS:
            if target != lang:
                table = learn(_side_by_side(sources, targets[target]), MOST[target])
                table_arrays = _as_arrays([table.get(word, []) for word in known], MOST[target], written)
                arrays |= {f"{lang}_{target}_{key}": values for key, values in table_arrays.items()}
    return arrays


def _as_arrays(listed: Sequence[Sequence[Guess]], most: int, written: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    """Guesses of each word, joined, and their shares (words × `most`); a stem as it is mostly written."""
    shares = np.zeros((len(listed), most), np.float32)
    for row, guesses in zip(shares, listed, strict=True):
        row[: len(guesses)] = [share for _, share in guesses]
    joined = (_BETWEEN.join(written.get(guess, guess) for guess, _ in guesses) for guesses in listed)
    return {**Strings.arrays(joined), "shares": shares}


def _distinct(found: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(found))


def _english(name: str, surfaces: Mapping[str, Counter[str]]) -> list[str]:
    """The stems of an English name; how each is written is counted."""
    stems = []
    for word in _LETTERS.findall(clean(name).lower()):
        if len(word) > 1 and word not in stop_words("en") and (stem := words(word, "en")):
            surfaces[stem[0]][word] += 1
            stems.append(stem[0])
    return stems


def _side_by_side(ours: Sequence[Sequence[Words]], theirs: Sequence[Sequence[Words]]) -> Iterator[tuple[Words, Words]]:
    """The usual name of each thing beside all of its names in the other language, and the other way round."""
    for our_names, their_names in zip(ours, theirs, strict=True):
        for i, one in enumerate(our_names):
            for j, other in enumerate(their_names):
                if not i or not j:
                    yield one, other


def learn(pairs: Iterable[tuple[Words, Words]], most: int) -> dict[str, list[Guess]]:
    """Source word → target words with their shares, at most `most` of at least `LEAST` each, the best first."""
    sources: dict[str, int] = {}
    targets: dict[str, int] = {}
    source_of: list[int] = []
    target_of: list[int] = []
    place_of: list[int] = []
    place = 0
    for given, wanted in pairs:
        ours = [sources.setdefault(word, len(sources)) for word in given]
        for word in dict.fromkeys(wanted) if ours else ():  # in their order, which makes equal shares come out alike
            # One place for each target word: it shares one unit among the source words beside it.
            source_of += ours
            target_of += [targets.setdefault(word, len(targets))] * len(ours)
            place_of += [place] * len(ours)
            place += 1
    if not place:
        return {}
    places = np.array(place_of)
    keys, entry = np.unique(np.array(source_of) * len(targets) + np.array(target_of), return_inverse=True)
    rows, columns = np.divmod(keys, len(targets))
    probability = np.ones(len(keys))
    for _ in range(ROUNDS):
        share = probability[entry]
        share /= np.bincount(places, share)[places]
        counts = np.bincount(entry, share)
        probability = counts / (np.bincount(rows, counts) + DOUBT)[rows]
    names, words_ = list(sources), list(targets)
    found: dict[str, list[Guess]] = {}
    for key in np.lexsort((columns, -probability)):
        guesses = found.setdefault(names[rows[key]], [])
        if probability[key] >= LEAST and len(guesses) < most:
            guesses.append((words_[columns[key]], float(probability[key])))
    return found
