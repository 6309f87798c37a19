"""The learned engine on disk: small in the repository, ready to map in the cache.

Shipped: one `.npz` an encoder with unit rows as signed bytes and one scale a row (an error of about .3 % of a
cosine), and the weights as JSON. At first use each machine unpacks them to `.npy` files under the cache folder, which
all processes map and share, and builds the word indexes there. Rows stay bytes, other numbers become float32.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.mapped_arrays import load_array, save_array, write_file
from matchmaker.engines.matching.artefacts import (
    MANIFEST,
    damaged_files,
    digest,
    load_json,
    save_json,
    write_manifest,
)
from matchmaker.engines.matching.byte_rows import ByteRows, matrix
from matchmaker.engines.matching.evidence import Meaning, Words
from matchmaker.engines.matching.exemplars import Exemplars
from matchmaker.engines.matching.fusion import RouteWeights
from matchmaker.engines.matching.reference import LABELLED, load_names, load_nomenclature
from matchmaker.engines.matching.regression import ClassRegression
from matchmaker.engines.matching.words import NameIndex, Vocabulary, WordIndex

if TYPE_CHECKING:
    from scipy.sparse import csr_array

WEIGHTS = "text-to-code.weights.json"
VOCABULARY = "words.npy"
Arrays = dict[str, NDArray[Any]]


def _file(key: str) -> str:
    return f"text-to-code.{key}.npz"


def save(
    folder: Path,
    meanings: Mapping[str, Meaning],
    weights: Mapping[str, RouteWeights],
    *,
    inputs: str,
    texts: str,
) -> None:
    """Write the shipped artefacts and their manifest.

    `inputs` is the hash of what they were learned from, `texts` that of the HS texts alone.
    """
    for key, meaning in meanings.items():
        arrays: Arrays = {
            "whitening": meaning.whitening.astype(np.float16),
            "regression": meaning.regression.weights.astype(np.float16),
            "bias": meaning.regression.bias,
            "centre_langs": np.array(sorted(meaning.centres)),
            "centre_rows": np.array([meaning.centres[lang] for lang in sorted(meaning.centres)], np.float32),
        }
        rows = {
            "labels": meaning.labels,
            "plain": meaning.plain,
            "names": meaning.names.vectors,
            "examples": meaning.examples.vectors,
        }
        for name, values in rows.items():
            if values is not None:
                rows_as_bytes = ByteRows.of(matrix(values))
                arrays[name], arrays[f"{name}_scale"] = rows_as_bytes.values, rows_as_bytes.scales
        arrays["names_codes"] = meaning.names.codes.astype(np.int16)
        arrays["examples_codes"] = meaning.examples.codes.astype(np.int16)
        write_file(folder / _file(key), lambda path, arrays=arrays: np.savez(path, **arrays))  # type: ignore[misc]
    save_json(folder / WEIGHTS, {route: vars(route_weights) for route, route_weights in weights.items()})
    write_manifest(folder, inputs=inputs, texts=texts, names=[*(_file(key) for key in meanings), WEIGHTS])


def inputs_of(data_dir: Path) -> str:
    """Hash of every file the engine is learned from."""
    names = [
        "hs/hs2022.csv",
        "vocabulary/goods.csv",
        "campaign/campaign_categories.csv",
        "campaign/hs6_to_category.csv",
    ]
    return digest([data_dir / name for name in [*names, *(row[0] for row in LABELLED)]], root=data_dir)


def texts_of(data_dir: Path) -> str:
    """Hash of the HS texts."""
    return digest([data_dir / "hs" / "hs2022.csv"], root=data_dir)


def knows_texts(data_dir: Path) -> bool:
    """Whether the shipped artefacts are whole and were learned from the HS texts that are there now."""
    folder = data_dir / "engine"
    return not damaged_files(folder) and load_json(folder / MANIFEST).get("texts") == texts_of(data_dir)


def state(data_dir: Path) -> str:
    """One sentence on whether the shipped artefacts are whole and were learned from the files that are there now."""
    folder = data_dir / "engine"
    wrong = damaged_files(folder)
    if wrong:
        return f"Missing or changed in data/engine: {', '.join(wrong)}. Run manage.py build_engine."
    if load_json(folder / MANIFEST)["inputs"] != inputs_of(data_dir):
        return "The files of data/ changed since data/engine was learned. Run manage.py build_engine."
    return "data/engine is whole and up to date."


def version(folder: Path) -> str:
    """Twelve characters that name the shipped state: they change when any artefact changes."""
    manifest = load_json(folder / MANIFEST)
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:12]


def load_weights(folder: Path) -> dict[str, RouteWeights]:
    return {route: RouteWeights(**values) for route, values in load_json(folder / WEIGHTS).items()}


def _unpack(source: Path, target: Path) -> None:
    with np.load(source, allow_pickle=False) as archive:
        for name in archive.files:
            values = archive[name]
            if values.dtype == np.float16:
                values = values.astype(np.float32)
            elif values.dtype == np.int16:
                values = values.astype(np.int32)
            save_array(target / f"{name}.npy", values)


def load_meaning(folder: Path, cache: Path, key: str) -> Meaning:
    """One encoder's learned view, mapped from the cache (unpacked there first where it is not)."""
    target = cache / key
    complete = target / "complete.json"
    if not complete.exists():
        _unpack(folder / _file(key), target)
        save_json(complete, True)
    arrays = {path.stem: load_array(path) for path in target.glob("[!.]*.npy")}  # not what others are writing
    langs = arrays["centre_langs"].tolist()

    def rows(name: str) -> ByteRows:
        return ByteRows(arrays[name], np.asarray(arrays[f"{name}_scale"]))

    return Meaning(
        whitening=arrays["whitening"],
        labels=rows("labels"),
        plain=rows("plain") if "plain" in arrays else None,
        names=Exemplars(rows("names"), arrays["names_codes"]),
        examples=Exemplars(rows("examples"), arrays["examples_codes"]),
        regression=ClassRegression(arrays["regression"], arrays["bias"]),
        centres=dict(zip(langs, arrays["centre_rows"], strict=True)),
    )


def _save_vocabulary(folder: Path, vocabulary: Vocabulary) -> None:
    """Comes last: an index that has it is complete."""
    save_array(folder / "rows.npy", vocabulary.rows)
    save_array(folder / VOCABULARY, vocabulary.words)


def _load_vocabulary(folder: Path) -> Vocabulary:
    return Vocabulary(np.asarray(load_array(folder / VOCABULARY)), np.asarray(load_array(folder / "rows.npy")))


def _save_weights(folder: Path, weights: csr_array) -> None:
    save_array(folder / "data.npy", weights.data)
    save_array(folder / "indices.npy", weights.indices)
    save_array(folder / "indptr.npy", weights.indptr)


def _load_weights(folder: Path, columns: int) -> csr_array:
    from scipy.sparse import csr_array

    parts = tuple(load_array(folder / f"{name}.npy") for name in ("data", "indices", "indptr"))
    return csr_array(parts, shape=(len(parts[2]) - 1, columns))


def _save_index(folder: Path, index: WordIndex) -> None:
    _save_weights(folder, index.weights)
    save_array(folder / "idf.npy", index.idf)
    _save_vocabulary(folder, index.vocabulary)


def _load_index(folder: Path, documents: int) -> WordIndex:
    return WordIndex(_load_vocabulary(folder), _load_weights(folder, documents), load_array(folder / "idf.npy"))


def _save_names(folder: Path, names: NameIndex) -> None:
    _save_weights(folder, names.weights)
    save_array(folder / "codes.npy", names.codes)
    save_array(folder / "totals.npy", names.totals)
    _save_vocabulary(folder, names.vocabulary)


def _load_names(folder: Path) -> NameIndex:
    codes, totals = (load_array(folder / f"{name}.npy") for name in ("codes", "totals"))
    return NameIndex(_load_vocabulary(folder), _load_weights(folder, len(codes)), codes, totals)


def load_words(data_dir: Path, cache: Path, documents: int) -> Words:
    """The word indexes, from the cache or built (about two seconds) and stored there, over `documents` codes."""
    folders = {name: cache / name for name in ("index", "grams", "names")}
    if not all((folder / VOCABULARY).exists() for folder in folders.values()):
        nomenclature = load_nomenclature(data_dir)
        built = Words.of(nomenclature, load_names(data_dir, nomenclature))
        _save_index(folders["index"], built.index)
        _save_index(folders["grams"], built.grams)
        _save_names(folders["names"], built.names)
    index, grams = (_load_index(folders[name], documents) for name in ("index", "grams"))
    return Words(index, grams, _load_names(folders["names"]))
