"""What kind of offer a text is: goods, or a service of one of the service categories.

One multinomial regression an encoder, learned from names of services (`data/vocabulary/services.csv`) against all
names of goods that the text-to-code engine knows, on the vectors that it computes anyway. Only a text that is a service
with great certainty is called one: everything else is judged as goods, as if this module were not there.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.mapped_arrays import write_file
from matchmaker.engines.matching.fusion import FIRST_ENCODER, SECOND_ENCODER
from matchmaker.engines.matching.regression import ClassRegression

Matrix = NDArray[np.float32]

FILE = "text-to-kind.npz"
GOODS = 0  # its column; the service categories follow in the order of their codes
# Probability of all services together from which a text is one, by the encoders that read it (with both, the smaller).
IS_SERVICE = {FIRST_ENCODER: 0.7, SECOND_ENCODER: 0.5}
SAID = 0.8  # at least so sure is a text said to be a service that is called one
GOODS_PER_LANGUAGE = 150
L2 = 1e-4


def service_names(data_dir: Path) -> list[tuple[str, str, str]]:
    """(language, name, category) of every name of the vocabulary of services."""
    with (data_dir / "vocabulary" / "services.csv").open(encoding="utf-8", newline="") as file:
        return [
            (lang, name.strip(), row["category"])
            for row in csv.DictReader(file)
            for lang, names in row.items()
            if lang != "category"
            for name in names.split(";")
            if name.strip()
        ]


def goods_names(data_dir: Path, per_language: int = GOODS_PER_LANGUAGE) -> list[tuple[str, str]]:
    """(language, name) of a sample of the goods in single languages, the same at every call."""
    with (data_dir / "vocabulary" / "goods.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "concept"]
    rows = [row for at, row in enumerate(rows) if at % 4 != 3]
    found = []
    for lang in (name for name in rows[0] if name not in ("concept", "kind", "hs6")):
        named = [row[lang].split(";")[0].strip() for row in rows if row[lang]]
        step = max(1, len(named) // per_language)
        found += [(lang, name) for name in named[::step][:per_language] if name]
    return found


@dataclass(frozen=True)
class Kinds:
    """Regressions by encoder."""

    categories: tuple[str, ...]
    regressions: Mapping[str, ClassRegression]

    def services(self, whitened: Mapping[str, Matrix]) -> Matrix:
        """(texts × service categories): probabilities of texts that are a service, 0 in the rows of all others.

        `whitened` are the vectors of the texts by encoder, as they are compared with the names of goods; encoders that
        nothing was learned for are left out.
        """
        known = [key for key in whitened if key in self.regressions]
        texts = len(next(iter(whitened.values())))
        if not known:
            return np.zeros((texts, len(self.categories)), np.float32)
        log_odds = np.mean([self.regressions[key].log_odds(whitened[key]) for key in known], axis=0)
        shares = np.exp(log_odds - log_odds.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        services = np.delete(shares, GOODS, axis=1)
        total = services.sum(axis=1, keepdims=True)
        said = services * np.maximum(total, SAID) / total
        return np.where(total >= min(IS_SERVICE[key] for key in known), said, 0).astype(np.float32)

    def save(self, path: Path) -> None:
        arrays = {"categories": np.array(self.categories)}
        for key, regression in self.regressions.items():
            arrays |= {f"{key}.weights": regression.weights.astype(np.float16), f"{key}.bias": regression.bias}

        def write(temporary: Path) -> None:
            with temporary.open("wb") as file:
                np.savez_compressed(file, **arrays)  # type: ignore[arg-type]

        write_file(path, write)

    @classmethod
    def load(cls, path: Path) -> "Kinds":
        with np.load(path) as arrays:
            keys = [name.removesuffix(".weights") for name in arrays.files if name.endswith(".weights")]
            regressions = {
                key: ClassRegression(arrays[f"{key}.weights"].astype(np.float32), arrays[f"{key}.bias"]) for key in keys
            }
            return cls(tuple(map(str, arrays["categories"])), regressions)


def learn(vectors: Matrix, kinds: Sequence[str], categories: Sequence[str]) -> ClassRegression:
    """A regression from vectors and the category of each, '' for goods."""
    column = {"": GOODS} | {code: at for at, code in enumerate(categories, 1)}
    classes = np.array([column[kind] for kind in kinds])
    weights = np.ones(len(classes), np.float32)
    return ClassRegression.fit(vectors, classes, count=len(column), sample_weights=weights, l2=L2, rounds=200)
