"""Free words in any language over rows of a directory: exact codes first, then names, words and meaning together.

A directory is built from plain entries and never changes; whoever holds one replaces it when the rows behind it do.
Four things speak for an entry: words it shares with the query (BM25), words of the query's English gloss when it is
Chinese, closeness in meaning of its names, and the HS headings of the entries whose names share most words: 阀门 finds
an English "valve" by gloss, and through its heading 8481 the Italian "valvola" whose words nobody typed.
"""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from matchmaker.language.encoder import Encoder
from matchmaker.language.glossary import gloss
from matchmaker.language.text import clean, detect, pinyin, simplify, words
from matchmaker.matching.engine import bags
from matchmaker.matching.engine.words import WordIndex

LONGEST_QUERY = 200  # characters that are read; more is no search any more
# What each kind of evidence is worth when it is complete, from looking at 60 searches over the sample campaign.
WORDS, MEANING, HEADING = 0.5, 0.35, 0.4
GLOSS_SHARE = 0.8
ENOUGH, SHARE_OF_BEST = 0.22, 0.3  # an entry is found from here, or from this share of the best one's score
MEANING_FROM, MEANING_FULL = 0.22, 0.5  # cosine without the entry's own crowding
CROWDING = 0.6
NEAREST = 6

# A short query does not say its language: these stemmers are tried for a word that the detected one does not find.
_STEMMED = ("en", "fr", "es", "it", "pt", "de", "nl", "tr", "pl")
_HS = re.compile(r"(?:hs\s*)?(\d{2}|\d{4}|\d{4}[.\s]?\d{2})", re.IGNORECASE)
Texts = tuple[tuple[str, str], ...]  # (language, text)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a directory as the search reads it."""

    key: int
    names: Texts
    texts: Texts = ()
    hs_codes: tuple[str, ...] = ()
    exact: frozenset[str] = frozenset()  # company and certificate numbers, folded by `fold`
    name_key: str = ""  # company names in every script, and as pinyin
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    newest: float = 0.0
    title: str = ""


@dataclass(frozen=True)
class Understood:
    """What the search made of the words, to be shown and corrected."""

    language: str = ""
    gloss: str = ""
    spelling: tuple[tuple[str, str], ...] = ()  # (typed, read as)
    hs_code: str = ""  # the code that was typed
    heading: str = ""  # the heading most of the best entries share
    is_cut: bool = False


@dataclass(frozen=True)
class Found:
    """`keys` in order; `facets` name → [(value, count)], each count as if only the other filters were on."""

    keys: list[int]
    facets: dict[str, list[tuple[str, int]]]
    understood: Understood | None = None
    nearest: list[int] = field(default_factory=list)  # what comes closest when nothing was found
    is_by_name: bool = False  # no directory was ready: only names were looked at


def fold(code: str) -> str:
    """A number as it is compared: without spaces, dots and dashes, in capitals."""
    return re.sub(r"[\s.\-/]", "", clean(code)).upper()


@lru_cache(maxsize=1 << 17)
def _words(text: str, language: str) -> tuple[str, ...]:
    return tuple(words(text, language or None, stop=True))


class Directory:
    """Entries ready to be searched.

    `name_vectors(texts)` gives one unit row for each text; `name_weight` is what a company's name in the query is
    worth: much among companies, little among products, where "coffee" means the goods and not somebody's name.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        encoder: Encoder,
        name_vectors: Callable[[Sequence[str]], NDArray[np.float32]],
        name_weight: float = 0.3,
    ) -> None:
        self.name_weight = name_weight
        self.entries = entries
        self.encoder = encoder
        self.keys = np.array([entry.key for entry in entries], np.int64)
        self.newest = np.array([entry.newest for entry in entries], np.float64)
        self.words = WordIndex.of([self._document(entry) for entry in entries]) if entries else None
        self.name_words = [frozenset(w for lang, text in entry.names for w in _words(text, lang)) for entry in entries]
        self.facets = self._facets()
        self.owners = np.array([at for at, entry in enumerate(entries) for _name in entry.names], np.int64)
        self.vectors = name_vectors([text for entry in entries for _language, text in entry.names])
        self.crowding = self._crowding()
        self.headings = [frozenset(code[:4] for code in entry.hs_codes if len(code) >= 4) for entry in entries]

    @staticmethod
    def _document(entry: Entry) -> list[str]:
        found: list[str] = []
        for language, text in entry.names:
            found += 2 * _words(text, language)
        for language, text in entry.texts:
            found += _words(text, language)
        return found

    def _facets(self) -> dict[str, dict[str, NDArray[np.bool_]]]:
        found: dict[str, dict[str, NDArray[np.bool_]]] = {}
        for at, entry in enumerate(self.entries):
            for name, values in entry.facets.items():
                options = found.setdefault(name, {})
                for value in values:
                    if value not in options:
                        options[value] = np.zeros(len(self.entries), bool)
                    options[value][at] = True
        return found

    def _crowding(self) -> NDArray[np.float32]:
        """Mean cosine of each name to a sample of all: a text that is near to everything is near to nothing."""
        if not len(self.vectors):
            return np.zeros(0, np.float32)
        sample = self.vectors[np.linspace(0, len(self.vectors) - 1, min(256, len(self.vectors))).astype(np.int64)]
        return (self.vectors @ sample.mean(axis=0)).astype(np.float32)

    # -- searching ----------------------------------------------------------------------------------------------------
    def search(self, query: str = "", chosen: Mapping[str, Sequence[str]] | None = None, *, sort: str = "fit") -> Found:
        """Entries for `query` that stand under one of the chosen values of every facet.

        `sort` is fit, newest, oldest or name. An empty query finds everything. Unknown facets and values find nothing
        of their own and are left to the caller to refuse.
        """
        scores, understood = self._scores(query)
        if scores is None:
            hit = np.ones(len(self.entries), bool)
            scores = np.zeros(len(self.entries))
        else:
            best = float(scores.max(initial=0.0))
            hit = scores >= max(ENOUGH, SHARE_OF_BEST * min(best, 1.0))
        masks = {name: self._mask(name, values) for name, values in (chosen or {}).items() if values}
        inside = hit.copy()
        for mask in masks.values():
            inside &= mask
        places = np.flatnonzero(inside)
        nearest: list[int] = []
        if understood and not hit.any():
            nearest = [int(self.keys[at]) for at in np.argsort(-scores, kind="stable")[:NEAREST] if scores[at] > 0]
        if understood and len(places) and not understood.hs_code:
            understood = self._with_heading(understood, places, scores)
        return Found(
            [int(self.keys[at]) for at in self._in_order(places, scores, sort)],
            self._counts(hit, masks),
            understood,
            nearest,
        )

    def _mask(self, name: str, values: Sequence[str]) -> NDArray[np.bool_]:
        mask = np.zeros(len(self.entries), bool)
        for value in values:
            if value in self.facets.get(name, {}):
                mask |= self.facets[name][value]
        return mask

    def _counts(self, hit: NDArray[np.bool_], masks: Mapping[str, NDArray]) -> dict[str, list[tuple[str, int]]]:
        counts = {}
        for name, options in self.facets.items():
            among = hit.copy()
            for other, mask in masks.items():
                if other != name:
                    among &= mask
            found = [(value, int(np.count_nonzero(among & rows))) for value, rows in options.items()]
            counts[name] = sorted(found, key=lambda pair: (-pair[1], pair[0]))
        return counts

    def _in_order(self, places: NDArray[np.int64], scores: NDArray, sort: str) -> list[int]:
        if sort == "name":
            return sorted(places, key=lambda at: (self.entries[at].title.casefold(), at))
        if sort == "newest":
            return sorted(places, key=lambda at: (-self.newest[at], -self.keys[at]))
        if sort == "oldest":
            return sorted(places, key=lambda at: (self.newest[at], self.keys[at]))
        return sorted(places, key=lambda at: (-scores[at], -self.newest[at], -self.keys[at]))

    # -- what speaks for an entry -------------------------------------------------------------------------------------
    def _scores(self, query: str) -> tuple[NDArray[np.float64] | None, Understood | None]:
        """A score for each entry, or None for an empty query."""
        text = simplify(clean(query[: 4 * LONGEST_QUERY]))
        is_cut = len(text) > LONGEST_QUERY or len(query) > 4 * LONGEST_QUERY
        text = text[:LONGEST_QUERY].strip()
        if not text or not self.entries:
            return None, None
        if code := _HS.fullmatch(text):
            wanted = re.sub(r"\D", "", code.group(1))
            by_code = np.array([any(c.startswith(wanted) for c in entry.hs_codes) for entry in self.entries], float)
            if by_code.any():
                return 2 * by_code, Understood(hs_code=wanted)
        number = fold(text)
        by_number = np.array([number in entry.exact for entry in self.entries], float)
        if by_number.any():
            return 3 * by_number, Understood(language="")
        language = detect(text)
        direct, spelling = self._by_words(text, language)
        glossed = gloss(text) if language == "zh" else ""
        by_words = direct
        if glossed:
            by_words = np.maximum(direct, GLOSS_SHARE * self._word_scores(_words(glossed, "en")))
        meaning = self._by_meaning(text)
        scores = WORDS * by_words + MEANING * meaning + self.name_weight * self._by_name(text)
        asked = {*_words(text, language), *_words(glossed, "en"), *(word for _typed, word in spelling)}
        scores += HEADING * self._by_heading(by_words, meaning, asked)
        spelling = [(typed, self._as_written(word)) for typed, word in spelling]
        return scores, Understood(language, glossed, tuple(spelling), is_cut=is_cut)

    def _word_scores(self, found: Sequence[str]) -> NDArray[np.float64]:
        """0 to 1: the share of the query's words, weighted by rarity, that an entry holds."""
        if not found or self.words is None:
            return np.zeros(len(self.entries))
        return np.clip(self.words.scores([found])[0].astype(np.float64) / 1.2, 0, 1) * self._known_share(found)

    def _known_share(self, found: Sequence[str]) -> float:
        """Words nobody uses count against the query: of "quantum rice" only one half can be found."""
        assert self.words is not None
        return sum(word in self.words.vocabulary for word in found) / len(found)

    def _by_words(self, text: str, language: str) -> tuple[NDArray[np.float64], list[tuple[str, str]]]:
        if language not in _STEMMED or self.words is None:
            return self._word_scores(_words(text, language)), []
        found, spelling = [], []
        for typed in _words(text, "vi")[:40]:  # whole words: nothing is cut off Vietnamese ones
            stems = [stem for lang in (language, *_STEMMED) for stem in _words(typed, lang)]
            word = next((stem for stem in stems if stem in self.words.vocabulary), "")
            if not word and len(typed) > 4 and (word := self._respelt(stems[0])):
                spelling.append((typed, word))
            found.append(word or typed)
        return self._word_scores(found), spelling

    def _as_written(self, word: str) -> str:
        """A stem the way it stands in some name or text."""
        holder = next((entry for entry in self.entries if word in self._document(entry)), None)
        return bags.surfaces((*holder.names, *holder.texts)).get(word, word) if holder else word

    def _respelt(self, word: str) -> str:
        """The nearest word of the directory for a mistyped one, or an empty string."""
        if self.words is None or not word.isalpha():
            return ""
        near = [w for w in self.words.vocabulary if w[:1] == word[0] and abs(len(w) - len(word)) <= 2]
        return next(iter(difflib.get_close_matches(word, near, 1, 0.75)), "")

    def _by_meaning(self, text: str) -> NDArray[np.float64]:
        """0 to 1: the nearest of an entry's names, less what it is near to anyway."""
        found = np.zeros(len(self.entries))
        if len(self.vectors):
            near = self.vectors @ self.encoder.encode_query([text])[0] - CROWDING * self.crowding
            np.maximum.at(found, self.owners, near.astype(np.float64))
        return np.clip((found - MEANING_FROM) / (MEANING_FULL - MEANING_FROM), 0, 1)

    def _by_name(self, text: str) -> NDArray[np.float64]:
        """1 where a company's name, in either script or as pinyin, holds the words."""
        folded = text.casefold().replace(" ", "")
        if len(folded) < 2:
            return np.zeros(len(self.entries))
        spoken = pinyin(text).replace(" ", "").casefold()
        wanted = {folded} | ({spoken} if len(spoken) >= 5 else set())
        return np.array(
            [any(part in entry.name_key.replace(" ", "") for part in wanted) for entry in self.entries], float
        )

    def _by_heading(
        self, by_words: NDArray[np.float64], meaning: NDArray[np.float64], asked: set[str]
    ) -> NDArray[np.float64]:
        """Share of the best hits under an entry's HS heading: those whose names say it, else the nearest in meaning."""
        found = np.zeros(len(self.entries))
        strength = np.array([value if self.name_words[at] & asked else 0.0 for at, value in enumerate(by_words)])
        if not (strength >= 0.5).any():
            strength = meaning
        best = [at for at in np.argsort(-strength, kind="stable")[:8] if strength[at] >= 0.5]
        votes: Counter[str] = Counter()
        for at in best:
            for heading in self.headings[at]:
                votes[heading] += strength[at] ** 2
        total = sum(votes.values())
        shares = {heading: vote / total for heading, vote in votes.items() if vote / total >= 0.3}
        if shares:
            for at, headings in enumerate(self.headings):
                found[at] = max((shares.get(heading, 0.0) for heading in headings), default=0.0)
        return found

    def _with_heading(self, understood: Understood, places: NDArray[np.int64], scores: NDArray) -> Understood:
        best = places[np.argsort(-scores[places], kind="stable")[:5]]
        votes = Counter(heading for at in best for heading in self.headings[at])
        heading, count = votes.most_common(1)[0] if votes else ("", 0)
        if count < max(2, len(best) / 2):
            return understood
        return Understood(
            understood.language, understood.gloss, understood.spelling, heading=heading, is_cut=understood.is_cut
        )
