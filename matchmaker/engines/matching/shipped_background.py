"""The background that a site matches with until its first full run, learned from the sample campaign and shipped.

It holds how frequent words are and how crowded the place of a text is that has a match: one number for all texts. The
sample's own neighbourhoods would be wrong for other goods, which lie far from them: each place would seem empty and
each score be too high (docs/matching_pairs.md has the figures).
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from matchmaker.engines.language.encoder import Encoder
from matchmaker.engines.language.mapped_arrays import write_file
from matchmaker.engines.matching.artefacts import digest
from matchmaker.engines.matching.background import TYPICAL, Background
from matchmaker.engines.matching.index import READING
from matchmaker.engines.matching.pairs import Offer, Want
from matchmaker.engines.matching.scoring import Matcher

BACKGROUND_FILE = "engine/background.npz"
SOURCES = ("agri", "goods")  # folders of data/sample


@dataclass(frozen=True)
class Shipped:
    """`encoder` made the vectors that the crowding was measured with; `inputs` is the hash of what it came from."""

    background: Background
    encoder: str
    inputs: str


def learn_shipped(data_dir: Path, encoder: Encoder) -> Shipped:
    """The background of the texts of the sample campaign, read as the site reads them."""
    offers, wants = list(_offers(data_dir)), list(_wants(data_dir))
    learned = Matcher(encoder).learn_background(offers, wants)
    matcher = Matcher(encoder, background=learned)
    indexes = matcher.prepare_offers(offers), matcher.prepare_wants(wants)
    _values, parts = matcher.parts(*indexes, *matcher.best(*indexes))
    typical = float(np.mean([part["crowding"] for part in parts]))
    nothing = Background()
    learned = replace(learned, offers=nothing.offers, wants=nothing.wants, typical=typical)
    return Shipped(learned, encoder.name, background_inputs(data_dir))


def background_inputs(data_dir: Path) -> str:
    """Hash of what the shipped background is learned from."""
    return f"{READING}:{digest(_files(data_dir), root=data_dir)}"


def save_shipped(data_dir: Path, shipped: Shipped) -> None:
    """Write it as `data/engine/background.npz`."""
    arrays = {
        "background": np.frombuffer(shipped.background.to_bytes(), np.uint8),
        "encoder": np.array(shipped.encoder),
        "inputs": np.array(shipped.inputs),
    }
    write_file(data_dir / BACKGROUND_FILE, lambda path: _write(path, arrays))


def _write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # arrays by name
    path.write_bytes(buffer.getvalue())


def read_shipped(data_dir: Path) -> Shipped:
    """The file as it was written; OSError or ValueError when it is missing or damaged."""
    with np.load(data_dir / BACKGROUND_FILE, allow_pickle=False) as stored:
        background = Background.from_bytes(stored["background"].tobytes())
        return Shipped(background, str(stored["encoder"]), str(stored["inputs"]))


def load_shipped(data_dir: Path, encoder: str) -> Background:
    """The shipped background for vectors of this encoder; of another one the word frequencies alone fit."""
    shipped = read_shipped(data_dir)
    return shipped.background if shipped.encoder == encoder else replace(shipped.background, typical=TYPICAL)


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
        texts += [name for name in names if name[0] != row["lang"]]
        yield Offer(key=key, texts=tuple(texts), hs6=row["hs6"], category=row["category_code"])


def _wants(data_dir: Path) -> Iterator[Want]:
    for key, row in enumerate(_rows(data_dir, "demand_lines.csv")):
        yield Want(key=key, texts=((row["lang"], row["text"]),), hs6=row["hs6"], category=row["category_code"])
