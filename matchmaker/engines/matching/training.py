"""Learning of the text-to-code engine from the files of the repository.

Order: vectors of every text → whitening and labels (no labelled text needed) → regressions and memory from labelled
texts → weights of the signals, fitted on parts that were made without the row they judge (five folds).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.encoder import READ
from matchmaker.engines.matching.evidence import Meaning, Parts, Words, category_parts
from matchmaker.engines.matching.exemplars import Exemplars
from matchmaker.engines.matching.fusion import (
    CATEGORY_SIGNALS,
    ENCODERS,
    FIRST_ENCODER,
    SECOND_ENCODER,
    SECOND_ONLY,
    SIGNALS,
    RouteWeights,
    add_category_signals,
)
from matchmaker.engines.matching.reading import Encode, read_names, read_texts
from matchmaker.engines.matching.reference import NAME_LANGUAGES, LabelledTexts, Nomenclature
from matchmaker.engines.matching.regression import ClassRegression, fit_choice
from matchmaker.engines.matching.whitening import normalise, whitening_matrix

Matrix = NDArray[np.float32]

FOLDS = 5
# Weight of a row in the regression: HS texts and everyday names are many, category names few and exact, and a text
# a person labelled is worth many official wordings.
COLUMN_WEIGHTS = {
    FIRST_ENCODER: {"path_en": 1.0, "desc_en": 1.0, "path_fr": 0.3, "path_es": 0.3},
    SECOND_ENCODER: {"path_en": 1.0, "desc_en": 1.0},
}
KEPT_WEIGHT = 2.0  # of a row that stands for path and description together
CATEGORY_NAME_WEIGHT = 15.0
NAME_WEIGHT = 2.0
LABELLED_WEIGHT = 30.0
# Fitting the choice looks at this many codes a text, the best under a rough guess, and the right one.
SHORTLIST = 600
_ROUGH = {"label": 6.0, "plain": 2.0, "name": 8.0, "example": 4.0, "words": 2.0, "named": 0.8, "category": 0.4}


@dataclass(frozen=True)
class Vectors:
    """Every text the engine learns from, as one encoder sees it; rows in the order of their lists.

    `name_codes` are the positions of the codes of `names`. `centred`: the columns come from shipped artefacts and have
    lost the mean of their language already, as names have always.
    """

    columns: dict[str, Matrix]
    categories: dict[str, Matrix]
    labelled: Matrix
    names: Matrix
    name_codes: NDArray[np.int32]
    centred: bool = False


@dataclass(frozen=True)
class Material:
    """All a build learns from."""

    nomenclature: Nomenclature
    labelled: LabelledTexts
    names: LabelledTexts
    words: Words
    vectors: dict[str, Vectors]  # FIRST_ENCODER, SECOND_ENCODER
    # What is known of the HS texts from before, for an encoder that need not read them again.
    kept: dict[str, Meaning] = field(default_factory=dict)

    def code_of(self, labelled: LabelledTexts) -> NDArray[np.int32]:
        return np.array([self.nomenclature.position[code] for code in labelled.codes], np.int32)


def gather(
    nomenclature: Nomenclature, labelled: LabelledTexts, names: LabelledTexts, encode: Mapping[str, Encode]
) -> Material:
    """Encode everything: about a minute with the first encoder, half an hour with the second."""
    vectors = {}
    for key in encode:
        name_rows, name_codes = read_names(key, encode[key], names, nomenclature)
        vectors[key] = Vectors(
            columns={column: encode[key](nomenclature.texts[column]) for column in COLUMN_WEIGHTS[key]},
            categories={lang: encode[key](nomenclature.category_names[lang]) for lang in NAME_LANGUAGES},
            labelled=read_texts(key, encode[key], labelled.texts, labelled.langs),
            names=name_rows,
            name_codes=name_codes,
        )
    return Material(nomenclature, labelled, names, Words.of(nomenclature, names), vectors)


def _centres(material: Material) -> dict[str, Matrix]:
    """Mean vector of each language, for the second encoder; "" stands for any other."""
    seen = material.vectors[SECOND_ENCODER]
    langs = np.array(material.labelled.langs)
    centres = {lang: rows.mean(axis=0) for lang, rows in seen.categories.items()}
    for lang in np.unique(langs):
        centres[str(lang)] = seen.labelled[langs == lang].mean(axis=0)
    centres[""] = np.mean(list(centres.values()), axis=0)
    return {lang: np.asarray(row, np.float32) for lang, row in centres.items()}


def unlabelled_meaning(material: Material, key: str) -> Meaning:
    """All that one encoder knows without a single labelled text; its regression and memory are still empty."""
    if key in material.kept:
        return material.kept[key]
    seen = material.vectors[key]
    columns = seen.columns
    if key == SECOND_ENCODER:
        middle = np.mean(np.vstack([columns["path_en"], columns["desc_en"]]), axis=0)
        columns = {column: rows - middle for column, rows in columns.items()}
    whitening = whitening_matrix(np.vstack(list(columns.values())), material.nomenclature.headings * len(columns))
    path, description = columns["path_en"], columns["desc_en"]
    dim = path.shape[1]
    return Meaning(
        whitening=whitening,
        labels=normalise(normalise(path @ whitening) + normalise(description @ whitening)),
        plain=normalise(path + description) if key == FIRST_ENCODER else None,
        names=Exemplars.of(normalise(seen.names @ whitening), seen.name_codes),
        examples=Exemplars.of(np.zeros((0, dim), np.float32), np.zeros(0, np.int32)),
        regression=ClassRegression(np.zeros((dim, 1), np.float32), np.zeros(1, np.float32)),
        centres=_centres(material) if key == SECOND_ENCODER else {},
    )


def learn_from(meaning: Meaning, material: Material, key: str, rows: Iterable[int]) -> Meaning:
    """The meaning with regression and memory learned from these rows of the labelled texts (and all other texts)."""
    places = np.array(list(rows))
    seen, nomenclature = material.vectors[key], material.nomenclature
    codes = material.code_of(material.labelled)[places]
    centred = meaning.centred(seen.labelled[places], [material.labelled.langs[i] for i in places])
    stacks, classes, weights = [], [], []

    def add(vectors: Matrix, categories: NDArray[np.integer], weight: float) -> None:
        stacks.append(vectors)
        classes.append(categories)
        weights.append(np.full(len(vectors), weight, np.float32))

    middle: Matrix | float = 0.0
    if key == SECOND_ENCODER and not seen.centred:
        middle = np.asarray(np.mean(np.vstack([seen.columns["path_en"], seen.columns["desc_en"]]), axis=0), np.float32)
    for column, rows_of_column in seen.columns.items():
        weight = KEPT_WEIGHT if seen.centred else COLUMN_WEIGHTS[key][column]
        add(normalise(rows_of_column - middle), nomenclature.category_of, weight)
    for lang in NAME_LANGUAGES:
        rows_of_lang = seen.categories[lang]
        add(
            meaning.centred(rows_of_lang, [lang] * len(rows_of_lang)),
            np.arange(len(nomenclature.categories)),
            CATEGORY_NAME_WEIGHT,
        )
    add(seen.names, nomenclature.category_of[seen.name_codes], NAME_WEIGHT)
    add(centred, nomenclature.category_of[codes], LABELLED_WEIGHT)
    regression = ClassRegression.fit(
        np.vstack(stacks),
        np.concatenate(classes),
        count=len(nomenclature.categories),
        sample_weights=np.concatenate(weights),
    )
    return replace(meaning, regression=regression, examples=Exemplars.of(meaning.whiten(centred), codes))


def fold_of(labelled: LabelledTexts) -> NDArray[np.int64]:
    """Fold of each labelled text: trade descriptions by code (held-out ones have new codes), others by row."""
    random = np.random.default_rng(5)
    by_code = {code: random.integers(FOLDS) for code in sorted(set(labelled.codes))}
    by_row = random.integers(0, FOLDS, len(labelled))
    return np.array(
        [
            by_code[code] if source == "trade" else row
            for code, source, row in zip(labelled.codes, labelled.sources, by_row, strict=True)
        ]
    )


@dataclass(frozen=True)
class Predictions:
    """Signals and opinions for labelled texts, (texts × codes) and (texts × categories), made without those texts."""

    parts: Parts
    opinions: dict[str, Matrix]


def judge(meanings: Mapping[str, Meaning], material: Material, rows: NDArray[np.integer]) -> Predictions:
    """Signals for some rows of the labelled texts."""
    labelled = material.labelled.take(rows)
    parts: Parts = dict(material.words.parts(labelled.texts, labelled.langs))
    lexical = dict(parts)
    opinions: dict[str, Matrix] = {}
    for key, meaning in meanings.items():
        centred = meaning.centred(material.vectors[key].labelled[rows], labelled.langs)
        values_by_name = meaning.parts(centred)
        parts |= {f"{key}.{name}": values for name, values in values_by_name.items()}
        for name, values in category_parts(values_by_name, meaning, centred, lexical, material.nomenclature).items():
            opinions[f"{key}.{name}"] = values
    return Predictions(parts, opinions)


def out_of_fold(material: Material) -> Predictions:
    """Signals of every labelled text from engines that never saw it."""
    fold = fold_of(material.labelled)
    blank = {key: unlabelled_meaning(material, key) for key in material.vectors}
    pieces, order = [], []
    for number in range(FOLDS):
        inside = np.flatnonzero(fold != number)
        outside = np.flatnonzero(fold == number)
        learned = {key: learn_from(meaning, material, key, inside) for key, meaning in blank.items()}
        pieces.append(judge(learned, material, outside))
        order.append(outside)
    back = np.argsort(np.concatenate(order))

    def join(dicts: Sequence[dict[str, Matrix]]) -> dict[str, Matrix]:
        return {name: np.concatenate([piece[name] for piece in dicts])[back] for name in dicts[0]}

    return Predictions(join([piece.parts for piece in pieces]), join([piece.opinions for piece in pieces]))


def task_weights(labelled: LabelledTexts, rows: NDArray[np.integer]) -> Matrix:
    """Each source and language counts by the square root of its size: none drowns the others."""
    tasks = np.array([f"{labelled.sources[i]} {labelled.langs[i]}" for i in rows])
    _, index, counts = np.unique(tasks, return_inverse=True, return_counts=True)
    return (1 / np.sqrt(counts))[index].astype(np.float32)


def rows_of(route: str, labelled: LabelledTexts) -> NDArray[np.int64]:
    """Rows whose language is read by the route."""
    second = route == SECOND_ONLY
    return np.array([i for i, lang in enumerate(labelled.langs) if (lang not in READ) == second])


def fit_weights(judged: Predictions, material: Material, route: str, rows: NDArray[np.integer]) -> RouteWeights:
    """Weights of one route from the out-of-fold signals of some rows."""
    nomenclature = material.nomenclature
    codes = material.code_of(material.labelled)[rows]
    weights = task_weights(material.labelled, rows)
    names = CATEGORY_SIGNALS[route]
    category = fit_choice(
        np.stack([judged.opinions[name][rows] for name in names]),
        nomenclature.category_of[codes],
        sample_weights=weights,
        bounds=[(0, None)] * len(names),
    )
    category_weights = {name: float(weight) for name, weight in zip(names, category, strict=True)}
    parts = add_category_signals(
        {name: values[rows] for name, values in judged.parts.items()},
        {name: values[rows] for name, values in judged.opinions.items()},
        category_weights,
        nomenclature,
    )
    signals = SIGNALS[route]
    rough = np.sum([_ROUGH.get(name.split(".")[-1], 0.0) * parts[name] for name in signals], axis=0)
    texts = np.arange(len(rows))
    rough[texts, codes] = np.inf
    short = np.argpartition(-rough, SHORTLIST, axis=1)[:, :SHORTLIST]
    fitted = fit_choice(
        np.stack([np.take_along_axis(parts[name], short, axis=1) for name in signals]),
        (short == codes[:, None]).argmax(axis=1),
        sample_weights=weights,
        bounds=[(None, None) if name == "size" else (0, None) for name in signals],
    )
    return RouteWeights(category_weights, {name: float(weight) for name, weight in zip(signals, fitted, strict=True)})


def fit_all_weights(judged: Predictions, material: Material) -> dict[str, RouteWeights]:
    return {route: fit_weights(judged, material, route, rows_of(route, material.labelled)) for route in ENCODERS}
