"""What the text-to-code engine knows before anybody has typed a word: codes, categories, names, labelled texts.

Read from the CSV files of the data folder; every row carries where it came from in `data/NOTICE.md`.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.text import detect
from matchmaker.engines.language.vocabulary import read_rows

LABELLED = (
    ("eval-dev/hs_products.csv", "title", "hs6", "products"),
    ("eval-dev/hs_queries.csv", "text", "expected_code", "queries"),
    ("eval-dev/hs_trade_descriptions.csv", "text", "hs6", "trade"),
)
NAME_LANGUAGES = ("en", "zh", "fr", "es")


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a UTF-8 CSV with a header, with or without a byte order mark."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Nomenclature:
    """The 5,613 HS 2022 subheadings in order, each with its campaign category, and the texts that describe them."""

    codes: tuple[str, ...]
    texts: dict[str, tuple[str, ...]]  # column of hs2022.csv → one text a code
    titles: dict[str, str]  # every code of 2, 4 and 6 digits → its English text
    categories: tuple[str, ...]
    category_names: dict[str, tuple[str, ...]]  # language → one name a category
    category_of: NDArray[np.int32]  # code index → category index
    position: dict[str, int] = field(repr=False)  # code → index

    @property
    def headings(self) -> list[str]:
        return [code[:4] for code in self.codes]

    def category_sizes(self) -> NDArray[np.int64]:
        """Number of codes in each category; nought for services, which have no HS code."""
        return np.bincount(self.category_of, minlength=len(self.categories))

    def category_sums(self, by_code: NDArray[np.float32]) -> NDArray[np.float32]:
        """Sum rows of a (texts × codes) matrix over the codes of each category: (texts × categories)."""
        order = np.argsort(self.category_of, kind="stable")
        filled = np.flatnonzero(self.category_sizes())
        starts = np.searchsorted(self.category_of[order], filled)
        sums = np.zeros((len(by_code), len(self.categories)), np.float32)
        sums[:, filled] = np.add.reduceat(by_code[:, order], starts, axis=1)
        return sums


@dataclass(frozen=True)
class LabelledTexts:
    """Texts whose six-digit code a person gave, in parallel tuples."""

    texts: tuple[str, ...]
    langs: tuple[str, ...]
    codes: tuple[str, ...]
    sources: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: Iterable[int]) -> "LabelledTexts":
        places = list(rows)
        return LabelledTexts(*(tuple(column[i] for i in places) for column in self.columns()))

    def plus(self, other: "LabelledTexts") -> "LabelledTexts":
        return LabelledTexts(*(a + b for a, b in zip(self.columns(), other.columns(), strict=True)))

    def columns(self) -> tuple[tuple[str, ...], ...]:
        return (self.texts, self.langs, self.codes, self.sources)


def load_nomenclature(data_dir: Path) -> Nomenclature:
    rows = read_csv(data_dir / "hs" / "hs2022.csv")
    lines = [row for row in rows if row["level"] == "6"]
    codes = tuple(row["code"] for row in lines)
    names = read_csv(data_dir / "campaign" / "campaign_categories.csv")
    categories = tuple(row["category_code"] for row in names)
    index = {code: i for i, code in enumerate(categories)}
    mapped = {
        row["hs6"]: index[row["category_code"]] for row in read_csv(data_dir / "campaign" / "hs6_to_category.csv")
    }
    columns = ("desc_en", "legal_en", "path_en", "path_fr", "path_es")
    return Nomenclature(
        codes=codes,
        texts={column: tuple(row[column] for row in lines) for column in columns},
        titles={row["code"]: row["desc_en"] for row in rows},
        categories=categories,
        category_names={lang: tuple(row[f"name_{lang}"] for row in names) for lang in NAME_LANGUAGES},
        category_of=np.array([mapped[code] for code in codes], np.int32),
        position={code: i for i, code in enumerate(codes)},
    )


def load_labelled(data_dir: Path, nomenclature: Nomenclature) -> LabelledTexts:
    """Every labelled text whose label is a six-digit code of HS 2022."""
    texts, langs, codes, sources = [], [], [], []
    for name, text_column, code_column, source in LABELLED:
        for row in read_csv(data_dir / name):
            if row[code_column] in nomenclature.position:
                texts.append(row[text_column])
                langs.append(row.get("lang") or "en")
                codes.append(row[code_column])
                sources.append(source)
    return LabelledTexts(tuple(texts), tuple(langs), tuple(codes), tuple(sources))


def load_names(data_dir: Path, nomenclature: Nomenclature) -> LabelledTexts:
    """Everyday names of goods in all languages with their code, from `vocabulary/goods.csv`.

    The source of a name is its concept: names of one source mean the same thing. Names that are not translations of
    each other have a source of their own each.
    """
    texts, langs, codes, sources = [], [], [], []
    for row in read_rows(data_dir / "vocabulary" / "goods.csv"):
        if row.hs6 not in nomenclature.position:
            continue
        for lang, names in row.names.items():
            texts += names
            langs += [lang] * len(names)
            codes += [row.hs6] * len(names)
            sources += [row.id if row.kind == "concept" else f"{row.id} {lang} {name}" for name in names]
    return LabelledTexts(tuple(texts), tuple(langs), tuple(codes), tuple(sources))


def languages_of(texts: Sequence[str], langs: Sequence[str] | None) -> list[str]:
    """The given languages (empty ones detected), or the detected ones."""
    if langs is None:
        return [detect(text) for text in texts]
    given = [lang.strip().lower().replace("_", "-").split("-")[0] for lang in langs]
    return [lang or detect(text) for text, lang in zip(texts, given, strict=True)]
