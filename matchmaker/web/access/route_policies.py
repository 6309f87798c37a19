"""A check of the repository: a page or API route that does not say who may use it stops the start."""

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


# Who may use the routes that libraries bring, by module; a library without a line here stops the start.
OF_LIBRARIES = {
    "allauth": "library: asks for a sign-in where it needs one",
    "anymail": "library: the secret of the mail service",
    "drf_spectacular": "library: everyone",
    "django.views": "library: everyone",
    "django.contrib.admin": "library: staff of the site",
    "django.contrib.contenttypes": "library: staff of the site",  # a part of the administration
    "matchmaker.web.access.administration": "library: staff of the site",  # what we change of Django's
}


def policy_of(pattern: URLPattern) -> str | None:
    """What the route declares, or what OF_LIBRARIES says of its module; None where neither says anything."""
    view = pattern.callback
    owner = getattr(view, "cls", None) or getattr(view, "view_class", None) or view
    of_library = (policy for name, policy in OF_LIBRARIES.items() if f"{owner.__module__}.".startswith(f"{name}."))
    return next(of_library, None) or getattr(owner, "policy", None) or getattr(view, "policy", None)


@register()
def every_route_declares_its_policy(app_configs, **kwargs) -> list[Error]:
    return [
        Error(
            f"The route {path!r} does not say who may use it.",
            hint="Put a decorator of matchmaker.web.access.decorators on the view, or a `policy` on the API class.",
            id="matchmaker.E001",
        )
        for path, pattern in routes()
        if policy_of(pattern) is None
    ]
