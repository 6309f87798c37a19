"""The second encoder's view of the HS texts and everyday names, taken back from the shipped artefact.

It is twenty times slower than the first: eleven thousand texts of the nomenclature take it half an hour. As long as
they are the same, a build begins from what `data/engine` holds and reads the labelled texts alone. The labels stand
for path and description together. Names that came to the vocabulary meanwhile are learned by `build_engine --anew`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.matching.byte_rows import matrix
from matchmaker.engines.matching.evidence import Meaning
from matchmaker.engines.matching.exemplars import Exemplars
from matchmaker.engines.matching.reference import NAME_LANGUAGES, LabelledTexts, Nomenclature
from matchmaker.engines.matching.training import Vectors
from matchmaker.engines.matching.whitening import normalise

Matrix = NDArray[np.float32]


def reuse_vectors(
    before: Meaning,
    nomenclature: Nomenclature,
    labelled: LabelledTexts,
    encode: Callable[[Sequence[str]], Matrix],
) -> tuple[Vectors, Meaning]:
    """What one encoder sees, and all it knows without a labelled text."""
    back = np.linalg.inv(before.whitening)
    seen = Vectors(
        columns={"label": normalise(matrix(before.labels) @ back)},
        categories={lang: encode(nomenclature.category_names[lang]) for lang in NAME_LANGUAGES},
        labelled=encode(labelled.texts),
        names=normalise(matrix(before.names.vectors) @ back),
        name_codes=np.asarray(before.names.codes, np.int32),
        centred=True,
    )
    empty = Exemplars.of(np.zeros((0, len(back)), np.float32), np.zeros(0, np.int32))
    return seen, replace(before, examples=empty)
