"""How many names of food the gloss says in Chinese, by language: `.venv/bin/python benchmarks/language/gloss.py`.

The names are those of `data/eval-dev/food_terms.csv` that have a Chinese name. "The same" counts a gloss whose goods
and a Chinese name of the file stand in each other; the other ones are printed with `--show`, to be judged by eye.

A second table counts `data/eval-dev/gloss_judged.csv`: fifty names a language of goods of all kinds, chosen without a
look at the vocabulary, with the verdict of a reader (a language model) on the gloss. A gloss that says less than one
judged right is partly right; any other gloss that has changed since is counted as not judged.

A third table counts `data/eval-dev/gloss_hard.csv`: texts with negations, signs, decimal marks, units and words of two
senses. Harmful is a gloss that names other goods, says what must never be said, or shows a figure alone.
"""

import argparse
import csv
import os
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
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
    print_hard()


def print_hard() -> None:
    """Goods named, silent and harmful by source: lines as people type them, glosses that were seen, written texts."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    with (ROOT / "data/eval-dev/gloss_hard.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            counts[row["source"]][_outcome(row)] += 1
    print("\n| source | texts | goods named | silent | harmful |\n|---|---|---|---|---|")
    for source, found in counts.items():
        print(f"| {source} | {found.total()} | {found['named']} | {found['silent']} | {found['harmful']} |")


def _outcome(row: dict[str, str]) -> str:
    text = render(row["text"], row["lang"], row["to"], row["hs6"]).text
    goods, *more = [part.strip("\u2068\u2069 ") for part in text.split(BETWEEN)]
    if not goods:
        return "silent"
    is_torn = any(re.fullmatch(r"[\d.,\s]+", part) for part in more)
    is_said = any(word in text for word in row["never"].split("|") if word)
    is_named = any(name in goods for name in row["goods"].split("|"))
    return "harmful" if is_torn or is_said or not is_named else "named"


def print_judged() -> None:
    """Right, wrong and silent by language, as a reader judged them."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    with (ROOT / "data/eval-dev/gloss_judged.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            counts[row["lang"]][_verdict(row)] += 1
    print("\n| from | names | right | partly | wrong | no gloss | changed, not judged |\n|---|---|---|---|---|---|---|")
    for language, found in counts.items():
        total = found.total()
        shares = (f"{found[verdict] / total:.2f}" for verdict in ("right", "partly", "wrong", "silent", "not judged"))
        print(f"| {language} | {total} | " + " | ".join(shares) + " |")


def _verdict(row: dict[str, str]) -> str:
    text = render(row["text"], row["lang"], "zh").text
    if text == row["gloss"]:
        return row["verdict"]
    judged, parts = row["gloss"].split(BETWEEN), text.split(BETWEEN)
    says_less = parts[0] == judged[0] and set(parts) <= set(judged)
    if says_less:  # the goods are the same: as wrong as they were
        return "partly" if row["verdict"] == "right" else row["verdict"]
    return "not judged"


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
