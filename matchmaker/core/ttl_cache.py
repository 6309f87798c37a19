"""Answers that change rarely and are asked for on every page, kept in the process for some seconds."""

import time
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any

MOST = 10_000  # answers of one function; more are forgotten at once
_caches: list[dict] = []


def cached_for[**P, R](seconds: float) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep what a function answers, by its arguments. An answer may be so many seconds old, and is shared: leave it
    as it is."""

    def decorator(function: Callable[P, R]) -> Callable[P, R]:
        answers: dict[Hashable, tuple[float, Any]] = {}
        _caches.append(answers)

        @wraps(function)
        def from_cache(*args: P.args, **named: P.kwargs) -> R:
            key = (args, tuple(sorted(named.items())))
            held, now = answers.get(key), time.monotonic()
            if held is not None and now - held[0] < seconds:
                return held[1]  # type: ignore[no-any-return]
            if len(answers) >= MOST:
                answers.clear()
            answer = function(*args, **named)
            answers[key] = (now, answer)
            return answer

        return from_cache

    return decorator


def clear_all() -> None:
    """Ask everything anew, as after rows went back to what they were."""
    for answers in _caches:
        answers.clear()
