"""Learning anew without reading the HS texts again: it takes the second encoder half an hour, and they rarely change.

Its label vectors and those of the everyday names it knows are taken back from the shipped artefact; only names and
labelled texts it has not met are encoded.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.engine.evidence import Meaning
from matchmaker.matching.engine.exemplars import Exemplars
from matchmaker.matching.engine.reference import NAME_LANGUAGES, LabelledTexts, Nomenclature
from matchmaker.matching.engine.training import Vectors
from matchmaker.matching.engine.whitening import normalise

Matrix = NDArray[np.float32]
# Names of a language from which on their own mean stands for the language; of fewer, the mean the artefact keeps.
ENOUGH = 200


def name_keys(names: LabelledTexts) -> NDArray[np.uint64]:
    """One number for each name with its language and code, in the order of `names`."""
    lines = (f"{lang}\t{code}\t{text}" for text, lang, code in zip(names.texts, names.langs, names.codes, strict=True))
    digests = (hashlib.blake2b(line.encode(), digest_size=8).digest() for line in lines)
    return np.array([int.from_bytes(digest) for digest in digests], np.uint64)


def reuse_vectors(
    before: Meaning,
    known: NDArray[np.uint64],
    nomenclature: Nomenclature,
    labelled: LabelledTexts,
    names: LabelledTexts,
    encode: Callable[[Sequence[str]], Matrix],
) -> tuple[Vectors, Meaning]:
    """What one encoder sees, and all it knows without a labelled text.

    `known` are the keys of `before.names`, row by row.
    """
    back = np.linalg.inv(before.whitening)
    place = {int(key): row for row, key in enumerate(known)}
    keys = [int(key) for key in name_keys(names)]
    rows = np.zeros((len(names), before.labels.shape[1]), np.float32)
    old = np.array([i for i, key in enumerate(keys) if key in place], np.int64)
    if len(old):
        rows[old] = normalise(before.names.vectors[[place[keys[i]] for i in old]] @ back)
    langs = np.array(names.langs)
    new = np.array([i for i, key in enumerate(keys) if key not in place], np.int64)
    for lang in np.unique(langs[new]):
        mine = new[langs[new] == lang]
        found = encode([names.texts[i] for i in mine])
        middle = found.mean(axis=0) if len(mine) >= ENOUGH else before.centres.get(lang, before.centres[""])
        rows[mine] = normalise(found - middle)
    seen = Vectors(
        columns={"label": normalise(before.labels @ back)},
        categories={lang: encode(nomenclature.category_names[lang]) for lang in NAME_LANGUAGES},
        labelled=encode(labelled.texts),
        names=rows,
        centred=True,
    )
    codes = np.array([nomenclature.position[code] for code in names.codes], np.int32)
    empty = Exemplars.of(np.zeros((0, rows.shape[1]), np.float32), np.zeros(0, np.int32))
    known_names = Exemplars.of(normalise(rows @ before.whitening), codes)
    return seen, replace(before, names=known_names, examples=empty)
