"""The background that a site matches with until its first full run: learned from the sample campaign, shipped as a file.

Word frequencies matter little here; the neighbourhoods do. Texts of a campaign lie near each other as those of a word
list do not, and the weights were fitted to that: with no background, or with one of single texts, half as many pairs
again are suggested, and too high (docs/matching_pairs.md).
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from matchmaker.language.encoder import Encoder
from matchmaker.language.mapped_arrays import write_file
from matchmaker.matching.engine.artefacts import digest
from matchmaker.matching.engine.background import Background
from matchmaker.matching.engine.index import READING
from matchmaker.matching.engine.pairs import Offer, Want
from matchmaker.matching.engine.scoring import Matcher

FILE = "engine/background.npz"
SOURCES = ("agri", "goods")  # folders of data/sample


@dataclass(frozen=True)
class Shipped:
    """`encoder` made the vectors; `inputs` is the hash of the files and the number of the reading they came from."""

    background: Background
    encoder: str
    inputs: str


def learn_shipped(data_dir: Path, encoder: Encoder) -> Shipped:
    """The background of the texts of the sample campaign, read as the site reads them."""
    learned = Matcher(encoder).learn_background(list(_offers(data_dir)), list(_wants(data_dir)))
    return Shipped(learned, encoder.name, inputs_of(data_dir))


def inputs_of(data_dir: Path) -> str:
    """Hash of what the shipped background is learned from."""
    return f"{READING}:{digest(_files(data_dir), root=data_dir)}"


def save_shipped(data_dir: Path, shipped: Shipped) -> None:
    """Write it as `data/engine/background.npz`; vectors as float16, like those that the site stores."""
    learned = shipped.background
    arrays = {
        "background": np.frombuffer(
            replace(
                learned, offers=learned.offers.astype(np.float16), wants=learned.wants.astype(np.float16)
            ).to_bytes(),
            np.uint8,
        ),
        "encoder": np.array(shipped.encoder),
        "inputs": np.array(shipped.inputs),
    }
    write_file(data_dir / FILE, lambda path: _write(path, arrays))


def _write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # arrays by name
    path.write_bytes(buffer.getvalue())


def read_shipped(data_dir: Path) -> Shipped:
    """The file as it was written; OSError or ValueError when it is missing or damaged."""
    with np.load(data_dir / FILE, allow_pickle=False) as stored:
        background = Background.from_bytes(stored["background"].tobytes())
        return Shipped(background, str(stored["encoder"]), str(stored["inputs"]))


def load_shipped(data_dir: Path, encoder: str) -> Background:
    """The shipped background for vectors of this encoder; of another one the word frequencies alone fit."""
    shipped = read_shipped(data_dir)
    learned = shipped.background
    if shipped.encoder != encoder:
        nothing = Background()
        return replace(learned, offers=nothing.offers, wants=nothing.wants)
    return replace(learned, offers=learned.offers.astype(np.float32), wants=learned.wants.astype(np.float32))


def _files(data_dir: Path) -> list[Path]:
    return [data_dir / "sample" / part / name for part in SOURCES for name in ("products.csv", "demand_lines.csv")]


def _rows(data_dir: Path, name: str) -> Iterator[dict[str, str]]:
    for part in SOURCES:
        with (data_dir / "sample" / part / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def _offers(data_dir: Path) -> Iterator[Offer]:
    for key, row in enumerate(_rows(data_dir, "products.csv")):
        names = [(lang, f"{row[f'name_{lang}']}.") for lang in ("en", "zh") if row[f"name_{lang}"]]
        texts = [(row["lang"], f"{row['name']}. {row['description']}".strip())]
        yield Offer(key=key, texts=tuple(texts + [name for name in names if name[0] != row["lang"]]))


def _wants(data_dir: Path) -> Iterator[Want]:
    for key, row in enumerate(_rows(data_dir, "demand_lines.csv")):
        yield Want(key=key, texts=((row["lang"], row["text"]),))
