"""What speaks for each code, given a text: one number a signal and code, before anything is weighed.

Signals of meaning come once from each encoder (see `Meaning`), signals of words once from all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.reading import in_english
from matchmaker.engines.language.text import words
from matchmaker.engines.matching.byte_rows import Rows, dot_products
from matchmaker.engines.matching.exemplars import Exemplars
from matchmaker.engines.matching.reference import LabelledTexts, Nomenclature
from matchmaker.engines.matching.regression import ClassRegression
from matchmaker.engines.matching.whitening import normalise
from matchmaker.engines.matching.words import NameIndex, WordIndex, character_grams

Matrix = NDArray[np.float32]
Parts = dict[str, Matrix]  # signal → (texts × codes)

NEIGHBOURS = 20
SHARPNESS = 10.0
WORDS_IN_NEIGHBOURS = 0.2


@dataclass(frozen=True)
class Meaning:
    """One encoder's view of the nomenclature; every matrix has unit rows.

    `labels` are the whitened vectors of the HS texts (codes × d), `plain` the same before whitening (None: not used),
    `names` everyday names and `examples` confirmed texts, both whitened; `centres` is taken from a query of that
    language before anything else ({} for an encoder whose vectors have no language in them).
    """

    whitening: Matrix
    labels: Rows
    plain: Rows | None
    names: Exemplars
    examples: Exemplars
    regression: ClassRegression
    centres: dict[str, Matrix]

    def centred(self, vectors: Matrix, langs: Sequence[str]) -> Matrix:
        """Query vectors without what they share with every text of their language."""
        if not self.centres:
            return vectors
        return normalise(vectors - np.stack([self.centres.get(lang, self.centres[""]) for lang in langs]))

    def whiten(self, centred: Matrix) -> Matrix:
        return normalise(centred @ self.whitening)

    def parts(self, centred: Matrix) -> Parts:
        """Signals of meaning, (texts × codes) each."""
        whitened = self.whiten(centred)
        count = len(self.labels)
        parts = {
            "label": dot_products(whitened, self.labels),
            "name": self.names.nearest(whitened, count),
            "example": self.examples.nearest(whitened, count),
        }
        if self.plain is not None:
            parts["plain"] = dot_products(centred, self.plain)
        return parts

    def remember(self, vectors: Matrix, langs: Sequence[str], codes: NDArray[np.integer]) -> "Meaning":
        """The same with more confirmed texts."""
        return replace(self, examples=self.examples.plus(self.whiten(self.centred(vectors, langs)), codes))


@dataclass(frozen=True)
class Words:
    """Word and spelling indexes over the HS texts and the everyday names of each code, and the names one by one."""

    index: WordIndex
    grams: WordIndex
    names: NameIndex

    @classmethod
    def of(cls, nomenclature: Nomenclature, names: LabelledTexts) -> "Words":
        texts = nomenclature.texts
        documents = [
            words(" ".join(lines), "en", stop=True)
            for lines in zip(texts["path_en"], texts["desc_en"], texts["legal_en"], strict=True)
        ]
        spellings = [character_grams(" ".join(lines)) for lines in zip(texts["path_en"], texts["desc_en"], strict=True)]
        spoken = [words(text, lang, stop=True) for text, lang in zip(names.texts, names.langs, strict=True)]
        positions = np.array([nomenclature.position[code] for code in names.codes], np.int32)
        for name, position in zip(spoken, positions, strict=True):
            documents[position] += name
        return cls(WordIndex.of(documents), WordIndex.of(spellings), NameIndex.of(spoken, positions))

    def parts(self, texts: Sequence[str], langs: Sequence[str]) -> Parts:
        """Signals of words; a text is looked up as it is and through its English words."""
        # Trade borrows English words: a text is read as English, too, except Chinese and Vietnamese.
        english = [
            in_english(text, lang) if lang in ("zh", "vi") else f"{text} {in_english(text, lang)}"
            for text, lang in zip(texts, langs, strict=True)
        ]
        own = [_without_numbers(words(text, lang, stop=True)) for text, lang in zip(texts, langs, strict=True)]
        tokens = [
            own_words if lang == "en" else _without_numbers(words(read, "en", stop=True)) + own_words
            for own_words, read, lang in zip(own, english, langs, strict=True)
        ]
        return {
            "words": self.index.scores(tokens),
            "spelling": self.grams.scores([character_grams(read) for read in english]),
            "named": self.names.scores(own, self.index.weights.shape[1]),
        }


def _without_numbers(tokens: list[str]) -> list[str]:
    """Eighteen months of age are no eighteen kilowatts."""
    return [word for word in tokens if not word.isdigit()]


def neighbour_vote(scores: Matrix, nomenclature: Nomenclature) -> Matrix:
    """Log-share of each category among the nearest codes, (texts × categories).

    The best `NEIGHBOURS` codes vote with exp(SHARPNESS · (score − best)).
    """
    best = np.argpartition(-scores, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    values = np.take_along_axis(scores, best, axis=1)
    votes = np.exp(SHARPNESS * (values - values.max(axis=1, keepdims=True)))
    shares = np.zeros((len(scores), len(nomenclature.categories)), np.float32)
    rows = np.broadcast_to(np.arange(len(scores))[:, None], best.shape)
    np.add.at(shares, (rows, nomenclature.category_of[best]), votes)
    return np.log(shares / shares.sum(axis=1, keepdims=True) + 1e-4)


def category_parts(
    parts: Parts, meaning: Meaning, centred: Matrix, word_parts: Parts, nomenclature: Nomenclature
) -> dict[str, Matrix]:
    """Two opinions of one encoder on the category: its neighbours' vote and its regression, as log-shares."""
    lexical = word_parts["words"] + word_parts["spelling"]
    nearest = np.maximum(parts["label"], parts["name"]) + WORDS_IN_NEIGHBOURS * lexical
    return {
        "vote": neighbour_vote(nearest, nomenclature),
        "regression": meaning.regression.log_odds(centred),
    }
