"""What a benchmark prints it also keeps, so that its document is what was seen; and how two sides are compared."""

import statistics
import time
from collections.abc import Callable, Sequence

lines: list[str] = []


def say(text: str = "") -> None:
    print(text, flush=True)
    lines.append(text)


def cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> str:
    found = sorted(a / b for a, b in zip(ours, theirs, strict=True))
    return f"{found[0]:.2f} / **{statistics.median(found):.2f}** / {found[-1]:.2f}"
