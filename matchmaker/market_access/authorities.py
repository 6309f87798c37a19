"""Who publishes at an address: an authority, or somebody who reports what it published. Plain data, no table."""

from functools import cache
from urllib.parse import urlsplit

from matchmaker.core import reference


@cache
def authorities() -> dict[str, reference.Row]:
    """Domain of an authority or of an office it runs → its names."""
    return {row["host"]: row for row in reference.read_csv("market_access/authorities.csv")}


def host_of(url: str) -> str:
    """The host of an address without `www.`; '' for what is no address."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def authority_of(url: str) -> reference.Row | None:
    """The authority that publishes at an address: of its domain, or of the nearest one above it."""
    parts = host_of(url).split(".")
    domains = (".".join(parts[start:]) for start in range(len(parts)))
    return next((authorities()[domain] for domain in domains if domain in authorities()), None)
