"""Vectors of texts and of names, as the text-to-code engine sees them with each encoder."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.encoder import READ, normalise
from matchmaker.engines.matching.fusion import FIRST_ENCODER
from matchmaker.engines.matching.index import encode
from matchmaker.engines.matching.reference import LabelledTexts, Nomenclature

Matrix = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Matrix]


def read_texts(key: str, encode_texts: Encode, texts: Sequence[str], langs: Sequence[str]) -> Matrix:
    """(texts × dim): with the first encoder as matching reads them, names of goods in English beside the text; with the
    second, which reads a hundred languages, the text alone."""
    if key != FIRST_ENCODER:
        return encode_texts(texts)
    return encode([((lang, text),) for text, lang in zip(texts, langs, strict=True)], encode_texts)


def read_names(
    key: str, encode_texts: Encode, names: LabelledTexts, nomenclature: Nomenclature
) -> tuple[Matrix, NDArray[np.int32]]:
    """(vectors, code positions), one row a concept: the mean of its names in all languages that the encoder reads.

    Of the second encoder every vector first loses the mean of its language.
    """
    mine = [i for i, lang in enumerate(names.langs) if key != FIRST_ENCODER or lang in READ]
    vectors = encode_texts([names.texts[i] for i in mine])
    if key != FIRST_ENCODER:
        langs = np.array([names.langs[i] for i in mine])
        for lang in np.unique(langs):
            vectors[langs == lang] -= vectors[langs == lang].mean(axis=0)
        vectors = normalise(vectors)
    concepts, place = np.unique([names.sources[i] for i in mine], return_inverse=True)
    sums = np.zeros((len(concepts), vectors.shape[1]), np.float32)
    np.add.at(sums, place, vectors)
    codes = np.zeros(len(concepts), np.int32)
    codes[place] = [nomenclature.position[names.codes[i]] for i in mine]
    return normalise(sums), codes
