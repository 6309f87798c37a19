"""How well quantities are read and compared: `make bench-quantities` prints the tables.

Reading: the phrases of `tests/engines/language/data/quantity_phrases.csv`. "Unsure" counts phrases of which something
was not read, or was read with two meanings where there is one; "wrong" counts what would mislead. The interval is
Wilson's, 95 %. Comparing: the right translations beside them, and the changes planted into these.
"""

import sys
import time
from collections import Counter
from math import sqrt
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from matchmaker.engines.language.quantities import read_quantities, same_quantities  # noqa: E402
from tests.engines.language.notation import phrases  # noqa: E402
from tests.engines.language.planted import Pair, planted_changes, right_translations  # noqa: E402

Z = 1.96
ROUNDS = 5
LINE = 100  # characters


def main() -> None:
    reading()
    comparing()
    speed()


def interval(count: int, total: int) -> str:
    """Wilson's interval of a share, in per cent."""
    share = count / total
    middle = share + Z**2 / (2 * total)
    half = Z * sqrt(share * (1 - share) / total + Z**2 / (4 * total**2))
    low, high = ((middle + sign * half) / (1 + Z**2 / total) for sign in (-1, 1))
    return f"{100 * max(0, low):.1f}–{100 * min(1, high):.1f}"


def reading() -> None:
    print("| language | phrases | right | right, % | unsure | wrong | wrong, % |\n|---|---|---|---|---|---|---|")
    counts: dict[str, Counter[str]] = {}
    for phrase in phrases():
        counts.setdefault(phrase.language, Counter())[phrase.outcome] += 1
    counts["all"] = sum(counts.values(), Counter())
    for language, outcomes in counts.items():
        total = outcomes.total()
        right, unsure, wrong = (outcomes[outcome] for outcome in ("right", "unsure", "wrong"))
        shares = f"{right} | {interval(right, total)} | {unsure} | {wrong} | {interval(wrong, total)}"
        print(f"| {language} | {total} | {shares} |")


def comparing() -> None:
    pairs, changes = right_translations(), planted_changes()
    refused = sum(_is_refused(pair) for pair in pairs)
    passed = Counter(change for change, pair in changes if not _is_refused(pair))
    print(f"\nRight translations refused: {refused} of {len(pairs)} ({interval(refused, len(pairs))} %)\n")
    print("| planted change | pairs | passed |\n|---|---|---|")
    for change, count in Counter(change for change, _pair in changes).items():
        print(f"| {change} | {count} | {passed[change]} |")
    print(f"| all | {len(changes)} | {passed.total()} ({interval(passed.total(), len(changes))} %) |")


def _is_refused(pair: Pair) -> bool:
    return bool(same_quantities(pair.original, pair.language, pair.translation, pair.other))


def speed() -> None:
    """CPU time of lines that are made of phrases, so that they hold more quantities than lines of people."""
    lines: dict[str, str] = {}
    for phrase in phrases():
        lines[phrase.language] = lines.get(phrase.language, "") + phrase.text + "; "
    cut = [
        (text[start : start + LINE], language)
        for language, text in lines.items()
        for start in range(0, len(text) - LINE, LINE)
    ]
    quantities = sum(len(read_quantities(line, language)) for line, language in cut)
    start = time.process_time()
    for line, language in cut * ROUNDS:
        read_quantities(line, language)
    spent = (time.process_time() - start) / ROUNDS / len(cut)
    print(f"\nA line of {LINE} characters with {quantities / len(cut):.1f} quantities: {spent * 1000:.2f} ms of CPU")


if __name__ == "__main__":
    main()
