"""Names and short texts of any language, matched with those of any other.

    matcher = NameMatcher.load(Path("data"), Path("var/engine"))
    matcher.rank(["chaises de bureau"], ["办公椅", "办公桌"], top=1)  # [[(0, 1.31)]]

Four signals are added: cosine of meaning, cosine with the English gloss of the Chinese side, translation tables
learned from parallel names, and words that both texts share. A text with " > " is a path in a tree: leaf, parents
and whole are scored apart. Then the documents' attention is shared out over the batch (see `csls.py`).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchmaker.language.encoder import get_encoder
from matchmaker.language.glossary import gloss
from matchmaker.language.text import clean, words
from matchmaker.matching.engine.classify import ENCODER_PATHS
from matchmaker.matching.engine.csls import document_offsets
from matchmaker.matching.engine.fusion import FIRST, READ_BY_FIRST, SECOND
from matchmaker.matching.engine.reference import languages_of
from matchmaker.matching.engine.translations import LEARNED_THROUGH_ENGLISH, Translations, tokens
from matchmaker.matching.engine.whitening import normalise
from matchmaker.matching.engine.words import WordIndex

Matrix = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Matrix]

STEP = " > "
# The weights are those of the project's first trial; the temperature was chosen on the three development folds together
# (docs/quality.md).
GLOSS = 0.5
RENDERED = 0.5
LEXICON = 0.05
BACK, THROUGH = 0.5, 1.5
SAME_WORDS = 0.3
WHOLE, LEAF, PARENTS, PATH_LEXICON = 1.0, 0.5, 0.3, 0.1
TEMPERATURE = 0.1
PATH_TEMPERATURE = 0.15
# Larger batches are scored in blocks, and the documents' offsets are taken from this many queries.
SAMPLE = 4500
BLOCK_CELLS = 20_000_000
# A list in one Latin-script language is often guessed word by word as three: the majority decides from this share on.
MAJORITY = 0.6


@dataclass(frozen=True)
class Side:
    """Texts of one side with their languages."""

    texts: tuple[str, ...]
    langs: tuple[str, ...]

    def take(self, rows: NDArray[np.integer]) -> "Side":
        return Side(tuple(self.texts[i] for i in rows), tuple(self.langs[i] for i in rows))

    def with_texts(self, change: Callable[[str], str]) -> "Side":
        return Side(tuple(change(text) for text in self.texts), self.langs)

    def languages(self) -> list[str]:
        return sorted(set(self.langs))

    def rows_in(self, lang: str) -> NDArray[np.int64]:
        return np.array([i for i, found in enumerate(self.langs) if found == lang], np.int64)


def side(texts: Sequence[str], langs: Sequence[str] | None) -> Side:
    """Cleaned texts with the given languages, or the detected ones smoothed by the majority among Latin scripts."""
    cleaned = [clean(text) for text in texts]
    found = languages_of(cleaned, langs)
    if langs is None and found:
        latin = Counter(lang for lang in found if lang in LATIN)
        if latin:
            lang, count = latin.most_common(1)[0]
            if count >= max(MAJORITY * latin.total(), 3):
                found = [lang if one in LATIN else one for one in found]
    return Side(tuple(cleaned), tuple(found))


LATIN = frozenset(["en", "fr", "es", "pt", "de", "it", "nl", "pl", "tr", "vi"])


class NameMatcher:
    """Holds the tables and how texts become vectors; has no other state."""

    def __init__(
        self, translations: Translations, *, first: Encode | None = None, second: Encode | None = None
    ) -> None:
        """`first` and `second` replace the encoders, for instance by stored vectors."""
        self._translations = translations
        self._first = first or get_encoder(ENCODER_PATHS[FIRST]).encode_query
        self._second = second or get_encoder(ENCODER_PATHS[SECOND]).encode_query

    @classmethod
    def load(cls, data_dir: Path, cache_dir: Path) -> "NameMatcher":
        """Tables are learned at the first question that needs them (5 to 15 s a language) and kept in `cache_dir`."""
        return cls(Translations(data_dir, cache_dir))

    def rank(
        self,
        queries: Sequence[str],
        documents: Sequence[str],
        top: int,
        langs: tuple[Sequence[str] | None, Sequence[str] | None] | None = None,
    ) -> list[list[tuple[int, float]]]:
        """For each query the `top` documents as (position, score), best first; [] for a query without words.

        `langs` are the languages of the queries and of the documents (None: detected). Scores are comparable inside
        one call only.
        """
        asked_langs, found_langs = langs or (None, None)
        asked, found = side(queries, asked_langs), side(documents, found_langs)
        kept = np.array([i for i, text in enumerate(found.texts) if text], np.int64)
        ranked: list[list[tuple[int, float]]] = [[] for _ in asked.texts]
        rows = np.array([i for i, text in enumerate(asked.texts) if text], np.int64)
        if not len(kept) or not len(rows):
            return ranked
        found = found.take(kept)
        paths = sum(STEP in text for text in found.texts) * 2 > len(found.texts)
        score = self._paths if paths else self._leaves
        temperature = PATH_TEMPERATURE if paths else TEMPERATURE
        offsets = None
        if len(rows) > SAMPLE:
            sample = np.random.default_rng(0).choice(rows, SAMPLE, replace=False)
            offsets = document_offsets(score(asked.take(sample), found), temperature=temperature)
        size = max(1, BLOCK_CELLS // len(kept)) if offsets is not None else len(rows)
        for start in range(0, len(rows), size):
            block = rows[start : start + size]
            scores = score(asked.take(block), found)
            scores = scores + (document_offsets(scores, temperature=temperature) if offsets is None else offsets)
            count = min(top, len(kept))
            best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
            for row, columns, values in zip(block, best, np.take_along_axis(scores, best, 1), strict=True):
                order = np.argsort(-values, kind="stable")
                ranked[row] = [(int(kept[columns[i]]), float(values[i])) for i in order]
        return ranked

    def _leaves(self, queries: Side, documents: Side) -> Matrix:
        """Scores of plain names, (queries × documents)."""
        return self.meaning(queries, documents) + LEXICON * self.lexical(queries, documents)

    def _paths(self, queries: Side, documents: Side) -> Matrix:
        """Scores of paths: whole, leaf and parents apart, and the tables over all words of the path."""

        def leaf(text: str) -> str:
            return text.rsplit(STEP, 1)[-1]

        def parents(text: str) -> str:
            return text.rsplit(STEP, 1)[0] if STEP in text else text

        return (
            WHOLE * self._cosine(queries, documents)
            + LEAF * self._leaves(queries.with_texts(leaf), documents.with_texts(leaf))
            + PARENTS * self._cosine(queries.with_texts(parents), documents.with_texts(parents))
            + PATH_LEXICON * self.lexical(queries, documents)
        )

    def meaning(self, queries: Side, documents: Side) -> Matrix:
        """Cosine of the texts, of the English gloss of the Chinese ones, and of a rendering of the foreign ones."""
        scores = self._cosine(queries, documents)
        for chinese, other, turned in ((documents, queries, False), (queries, documents, True)):
            rows = chinese.rows_in("zh")
            foreign = np.array(
                [i for i, lang in enumerate(other.langs) if lang != "zh" and lang in READ_BY_FIRST], np.int64
            )
            if len(rows) and len(foreign):
                glosses = self._first([gloss(chinese.texts[i]) for i in rows])
                similar = GLOSS * self._first([other.texts[i] for i in foreign]) @ glosses.T
                similar += self._through_english(chinese, rows, other, foreign)
                if turned:
                    scores[np.ix_(rows, foreign)] += similar.T
                else:
                    scores[np.ix_(foreign, rows)] += similar
        return scores

    def _through_english(
        self, chinese: Side, rows: NDArray[np.int64], other: Side, foreign: NDArray[np.int64]
    ) -> Matrix:
        """(foreign × Chinese): cosine of the word-by-word English of the foreign texts; 0 without a table."""
        similar = np.zeros((len(foreign), len(rows)), np.float32)
        rendered = [place for place, i in enumerate(foreign) if other.langs[i] in LEARNED_THROUGH_ENGLISH]
        if rendered:
            english = [self._translations.in_english(other.texts[i], other.langs[i]) for i in foreign[rendered]]
            similar[rendered] = RENDERED * self._first(english) @ self._first([chinese.texts[i] for i in rows]).T
        return similar

    def _cosine(self, queries: Side, documents: Side) -> Matrix:
        """Cosine by the first encoder; rows it cannot read are compared by the second, less each side's mean."""
        scores = self._first(queries.texts) @ self._first(documents.texts).T
        unread = np.array([i for i, lang in enumerate(queries.langs) if lang not in READ_BY_FIRST], np.int64)
        if len(unread):
            scores[unread] = self._cosine_second([queries.texts[i] for i in unread], documents.texts)
        strange = np.array([i for i, lang in enumerate(documents.langs) if lang not in READ_BY_FIRST], np.int64)
        if len(strange):
            scores[:, strange] = self._cosine_second(queries.texts, [documents.texts[i] for i in strange])
        return np.asarray(scores, np.float32)

    def _cosine_second(self, queries: Sequence[str], documents: Sequence[str]) -> Matrix:
        asked, found = (self._second(texts) for texts in (queries, documents))
        # multilingual-e5 puts every text near every other: the mean of a side is what its texts have in common.
        asked, found = (rows - rows.mean(axis=0) if len(rows) >= 5 else rows for rows in (asked, found))
        return np.asarray(normalise(asked) @ normalise(found).T, np.float32)

    def lexical(self, queries: Side, documents: Side) -> Matrix:
        """What the translation tables say, and shared words where both sides speak one language."""
        scores = np.zeros((len(queries.texts), len(documents.texts)), np.float32)
        for asked in queries.languages():
            rows = queries.rows_in(asked)
            for found in documents.languages():
                columns = documents.rows_in(found)
                one = [queries.texts[i] for i in rows]
                other = [documents.texts[i] for i in columns]
                if asked == found:
                    block: Matrix | None = self._same_words(one, other, asked)
                else:
                    block = self._translated(one, other, asked, found)
                if block is not None:
                    scores[np.ix_(rows, columns)] = block
        return scores

    def _same_words(self, queries: Sequence[str], documents: Sequence[str], lang: str) -> Matrix:
        index = WordIndex.of([words(text, lang, stop=True) for text in documents])
        return index.scores([words(text, lang, stop=True) for text in queries]) * np.float32(SAME_WORDS / LEXICON)

    def _translated(self, queries: Sequence[str], documents: Sequence[str], asked: str, found: str) -> Matrix | None:
        """(queries × documents) from the tables; they run from Chinese, so a Chinese query is looked at from there."""
        if asked == "zh":
            turned = self._translated(documents, queries, found, asked)
            return None if turned is None else turned.T
        bridge = self._translations.bridge(found, asked)
        if bridge is None:
            return None
        query_tokens = [tokens(text, asked) for text in queries]
        document_tokens = [tokens(text, found) for text in documents]
        total = np.zeros((len(queries), len(documents)), np.float32)
        if bridge.forth is not None:
            total += bridge.forth.agreement(document_tokens, query_tokens)
        if bridge.back is not None:
            total += BACK * bridge.back.agreement(query_tokens, document_tokens).T
        if bridge.through is not None:
            total += THROUGH * bridge.through.agreement(document_tokens, query_tokens)
        return total
