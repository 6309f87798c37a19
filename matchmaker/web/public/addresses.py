"""Addresses of a directory page: the state of the list, and nothing else."""

from collections.abc import Mapping


def address(request, *, drop: Mapping[str, str | None], add: Mapping[str, str] | None = None) -> str:
    """This page from its first entry, without some of its parameters; a value of None drops the whole parameter."""
    query = request.GET.copy()
    for name in ("page", "after"):
        query.pop(name, None)
    for name, value in drop.items():
        kept = [v for v in query.getlist(name) if value is not None and v != value]
        query.setlist(name, kept) if kept else query.pop(name, None)
    for name, value in (add or {}).items():
        query[name] = value
    return f"{request.path}?{query.urlencode()}" if query else request.path
