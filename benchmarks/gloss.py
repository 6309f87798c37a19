"""How many names of food the gloss says in Chinese: `.venv/bin/python benchmarks/gloss.py` prints a table by language.

The names are those of `data/eval-dev/food_terms.csv` that have a Chinese name. "The same" counts a gloss whose goods
and a Chinese name of the file stand in each other; the other ones are printed with `--show`, to be judged by eye.
"""

import argparse
import csv
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")

from matchmaker.language.text import simplify  # noqa: E402
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
