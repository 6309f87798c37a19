"""How well services are told from goods, and which category they are given, by the classifier of the site.

`benchmarks/data/service_texts.csv` (3 December 2026) holds 150 offers of services in fifteen languages and 70 goods
that sound like services. They were written before the vocabulary that the engine learned from, by the same
hand, and are not learned from; the thresholds and the choice of vectors were made with their results in sight, so this
is a development set. The goods of `data/eval-dev/supplier_texts.csv` and `hs_products.csv` were written by
others. Intervals are bootstraps over the texts.

    .venv/bin/python benchmarks/matching/service_kinds.py     prints the table
"""

import csv
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402  # reads the number of threads when imported

from benchmarks.search.search_quality import interval  # noqa: E402  # needs the path above
from matchmaker.engines.matching import Classifier  # noqa: E402

SERVICES = "SERV"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    cases = rows_of(ROOT / "benchmarks" / "data" / "service_texts.csv")
    with tempfile.TemporaryDirectory() as cache:
        classifier = Classifier.load(ROOT / "data", Path(cache))
        suggested = _categories(classifier, [row["text"] for row in cases], [row["lang"] for row in cases])
        judged = list(zip(cases, suggested, strict=True))
        services = [(row["lang"], row["kind"], found) for row, found in judged if row["kind"] != "goods"]
        _print("services: category first", [kind == found[0] for _lang, kind, found in services])
        _print("services: category among three", [kind in found for _lang, kind, found in services])
        for lang in dict.fromkeys(lang for lang, _kind, _found in services):
            _print(
                f"services: category first, {lang}", [kind == found[0] for one, kind, found in services if one == lang]
            )
        hard = [found for row, found in judged if row["kind"] == "goods"]
        _print("goods that sound like services, called one", [found[0].startswith(SERVICES) for found in hard])
        eval_dev = ROOT / "data" / "eval-dev"
        products = [(row["title"], "en") for row in rows_of(eval_dev / "hs_products.csv")]
        texts = [(row["text"], row["lang"]) for row in rows_of(eval_dev / "supplier_texts.csv")]
        for name, goods in (("marketplace titles", products), ("texts of suppliers", texts)):
            found = _categories(classifier, [text for text, _lang in goods], [lang for _text, lang in goods])
            _print(f"goods, {name}, called a service", [one[0].startswith(SERVICES) for one in found])


def _categories(classifier: Classifier, texts: list[str], langs: list[str]) -> list[list[str]]:
    return [[one.code for one in found] for found in classifier.suggest_categories(texts, 3, langs)]


def _print(name: str, values: list[bool]) -> None:
    print(f"| {name} | {len(values)} | {interval(np.array(values, float))} |")


if __name__ == "__main__":
    main()
