"""Values by language, as notices carry them: the letter takes the one of its reader."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils import translation

from matchmaker.core.languages import ENGLISH, site_code, site_languages


def languages_of(people: Any) -> list[str]:
    """The languages in which these people (a manager or queryset of users) read their letters, and English."""
    return languages_among(people.values_list("language", flat=True))


def languages_among(chosen: Iterable[str]) -> list[str]:
    """The same of the languages that people chose."""
    return sorted({ENGLISH, *map(site_code, chosen)})


def in_languages(make: Callable[[], Any], languages: Iterable[str] | None = None) -> dict[str, Any]:
    """What `make` gives in each of these languages, or of all of the site."""
    made = {}
    for language in languages or [row.code for row in site_languages()]:
        with translation.override(language):
            made[language] = make()
    return made
