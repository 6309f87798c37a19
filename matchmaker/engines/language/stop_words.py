"""Function words of our languages, from `data/vocabulary/stop_words.csv` (its source and licence: data/NOTICE.md)."""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

PATH = Path(__file__).resolve().parents[3] / "data" / "vocabulary" / "stop_words.csv"


@cache
def _lists() -> dict[str, frozenset[str]]:
    words: dict[str, set[str]] = defaultdict(set)
    with PATH.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words[row["language"]].add(row["word"])
    return {language: frozenset(listed) for language, listed in words.items()}


def stop_words(language: str) -> frozenset[str]:
    """The function words of a language (ISO 639-1 code); no words for a language without a list."""
    return _lists().get(language, frozenset())
