"""Addresses of a directory page: the state of the list, and nothing else."""

from collections.abc import Mapping
from urllib.parse import urlencode


def address(request, *, drop: Mapping[str, str | None], add: Mapping[str, str] | None = None) -> str:
    """This page from its first entry, without some of its parameters; a value of None drops the whole parameter."""
    away: dict[str, str | None] = {"page": None, "after": None, **drop}
    query = {
        name: [value for value in values if value != away.get(name)]
        for name, values in request.GET.lists()
        if away.get(name, "") is not None
    }
    query |= {name: [value] for name, value in (add or {}).items()}
    written = urlencode(query, doseq=True)
    return f"{request.path}?{written}" if written else request.path
