"""Addresses that begin with the part of the site they belong to: /c/spring-2027/products/ is /products/ of a part.

The prefix is what Django calls a script name: pages below it are resolved without it, and every address that
`reverse` makes begins with it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.urls import get_script_prefix, set_script_prefix

PREFIX = re.compile(r"/c/([-a-zA-Z0-9_]+)(?=/|$)")


def split(path: str) -> tuple[str, str]:
    """The prefix and the rest: ("/c/spring", "/products/") of /c/spring/products/; ("", path) where there is none."""
    found = PREFIX.match(path)
    return (found[0], path[found.end() :]) if found else ("", path)


def slug_of(path: str) -> str:
    """The name in the prefix of a path; "" where it has none."""
    found = PREFIX.match(path)
    return found[1] if found else ""


@contextmanager
def script_prefix(prefix: str) -> Iterator[None]:
    """Inside, `reverse` makes addresses below this prefix; "" for the root."""
    before = get_script_prefix()
    set_script_prefix(f"{prefix}/")
    try:
        yield
    finally:
        set_script_prefix(before)
