"""The repository's own gate: a page or API route that does not say who may use it stops the start."""

from collections.abc import Iterator

from django.core.checks import Error, register
from django.urls import URLPattern, URLResolver, get_resolver


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route of the site with its full pattern."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        else:
            yield path, entry


def policy_of(pattern: URLPattern) -> str | None:
    """What the route declares; routes of Django and allauth declare theirs by being theirs."""
    view = pattern.callback
    owner = getattr(view, "cls", None) or getattr(view, "view_class", None)
    module = (owner or view).__module__
    if not module.startswith("matchmaker."):
        return f"library: {module.split('.')[0]}"
    return getattr(owner, "policy", None) or getattr(view, "policy", None)


@register()
def every_route_declares_its_policy(app_configs, **kwargs) -> list[Error]:
    return [
        Error(
            f"The route {path!r} does not say who may use it.",
            hint="Put a decorator of matchmaker.web.access on the view, or a `policy` on the API class.",
            id="matchmaker.E001",
        )
        for path, pattern in routes()
        if policy_of(pattern) is None
    ]
