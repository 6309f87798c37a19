"""Values by language, as notices carry them: the letter takes the one of its reader."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Model
from django.utils import translation
from django.utils.functional import Promise

from matchmaker.core.languages import ENGLISH, site_code, site_languages
from matchmaker.core.rendered import Rendered, refuse


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
            made[language] = _unmarked(make())
    return made


def waits_for_readers(context: Mapping[str, Any]) -> bool:
    """Whether something in it is to be made in the languages of those who read it."""
    return any(_maker(value) for value in context.values())


def for_readers(context: Mapping[str, Any], languages: Iterable[str]) -> dict[str, Any]:
    """The context with what waits for its readers made in these languages; once where it is the same in all."""
    codes = list(languages)
    return {name: _made(make, codes) if (make := _maker(value)) else value for name, value in context.items()}


def _maker(value: Any) -> Callable[[], Any] | None:
    """What makes a value for the reader whose language is active; None for a value that is the same for everybody."""
    if isinstance(value, Model | Promise):
        return lambda: str(value)
    return value if callable(value) else None


def _made(make: Callable[[], Any], languages: list[str]) -> Any:
    texts = in_languages(make, languages)
    first = texts[languages[0]]
    return first if all(text == first for text in texts.values()) else texts


def check_context(kind: str, context: Mapping[str, Any]) -> None:
    """Refuse text that was made for one reader: those of other languages would read it as it is.

    Raises:
        TypeError: with the name of the value; on a live site it is an error of the log, see `core.rendered.refuse`.
    """
    for name, value in context.items():
        if text := _rendered(value):
            refuse(
                f"The notice {kind!r} has text for one reader in context[{name!r}]: {text!r}. Pass the row itself, or "
                "a function such as `lambda: row.name`, which is called in each language of its readers."
            )


def _rendered(value: Any) -> Any:
    """The first text for one reader in a value or in a list of them; a lazy one in a list would become one."""
    if isinstance(value, list | tuple):
        return next((one for one in value if isinstance(one, Rendered | Promise)), None)
    return value if isinstance(value, Rendered) else None


def _unmarked(value: Any) -> Any:
    if isinstance(value, Rendered):
        return value.plain()
    return [_unmarked(one) for one in value] if isinstance(value, list | tuple) else value
