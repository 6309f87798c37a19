"""How many names of food the gloss says in Chinese: `.venv/bin/python benchmarks/gloss.py` prints a table by language.

The names are those of `data/eval-dev/food_terms.csv` that have a Chinese name. "The same" counts a gloss whose goods
and a Chinese name of the file stand in each other; the other ones are printed with `--show`, to be judged by eye.

A second table counts `data/eval-dev/gloss_judged.csv`: fifty names a language of goods of all kinds, chosen without a
look at the vocabulary, with the verdict of a reader (a language model) on the gloss. A gloss that has changed since is
counted as not judged.
"""

import argparse
import csv
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")

from matchmaker.engines.language.text import simplify  # noqa: E402
from matchmaker.translation.gloss import BETWEEN, render  # noqa: E402

LANGUAGES = ("en", "fr", "es")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print every gloss that is not the same")
    show = parser.parse_args().show
    with (ROOT / "data/eval-dev/food_terms.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["zh"]]
    print("| from | names | the same | another | no gloss |\n|---|---|---|---|---|")
    for language in LANGUAGES:
        counts, others = judge([row for row in rows if row[language]], language)
        total = sum(counts.values())
        print(f"| {language} | {total} | " + " | ".join(f"{count / total:.2f}" for count in counts.values()) + " |")
        if show:
            print(*others, sep="\n")
    print_judged()


def print_judged() -> None:
    """Right, wrong and silent by language, as a reader judged them."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    with (ROOT / "data/eval-dev/gloss_judged.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            same = render(row["text"], row["lang"], "zh").text == row["gloss"]
            counts[row["lang"]][row["verdict"] if same else "not judged"] += 1
    print("\n| from | names | right | wrong | no gloss | changed, not judged |\n|---|---|---|---|---|---|")
    for language, found in counts.items():
        total = found.total()
        shares = (f"{found[verdict] / total:.2f}" for verdict in ("right", "wrong", "silent", "not judged"))
        print(f"| {language} | {total} | " + " | ".join(shares) + " |")


def judge(rows: list[dict[str, str]], language: str) -> tuple[dict[str, int], list[str]]:
    """How often each outcome came, and the glosses that are not the same as any Chinese name of the file."""
    counts, others = {"same": 0, "other": 0, "nothing": 0}, []
    for row in rows:
        gloss = render(row[language], language, "zh").text.split(BETWEEN)[0]
        names = {
            simplify(name.strip()) for cell in ("zh", "synonyms_zh") for name in row[cell].split("|") if name.strip()
        }
        outcome = "same" if gloss and any(gloss in name or name in gloss for name in names) else "other"
        counts[outcome if gloss else "nothing"] += 1
        if gloss and outcome == "other":
            others.append(f"    {row[language]}: {gloss} ({', '.join(sorted(names))})")
    return counts, others


if __name__ == "__main__":
    main()
