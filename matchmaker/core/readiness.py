"""Whether this process has loaded what its first answers need: models and search indexes.

A web process loads them in a thread while it already answers; a load balancer sends people to it afterwards.
"""

import time

LONGEST = 300.0  # seconds; a process that loads for longer is slow at first, which is better than not there at all
_until = 0.0  # the time of `time.monotonic` at which the process counts as loaded, whatever has happened


def begin() -> None:
    """The process starts to load: it is not ready before `end` is called, or before `LONGEST` seconds have passed."""
    global _until
    _until = time.monotonic() + LONGEST


def end() -> None:
    """All is loaded, or loading failed: what is missing loads when it is first used."""
    global _until
    _until = 0.0


def is_loaded() -> bool:
    """True also in a process that loads nothing ahead, such as the development server."""
    return time.monotonic() >= _until
