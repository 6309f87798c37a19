"""The kinds of notice, as `templates/notifications/kinds.toml` declares them: what each shows, with sample values."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FILE = Path(settings.BASE_DIR) / "templates/notifications/kinds.toml"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A name that may be written in braces, and the template expression whose value takes its place."""

    name: str
    expression: str

    @property
    def key(self) -> str:
        """The entry of the notice's context that it shows."""
        return self.expression.partition("|")[0]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice. `sample` has a value for everything its templates read; `variants`: see `variant_of`."""

    name: str
    placeholders: tuple[Placeholder, ...]
    sample: Mapping[str, Any]
    topic: str
    variants: tuple[Mapping[str, Any], ...] = field(default=({},))

    def facts(self, variant: int) -> dict[str, Any]:
        """The sample values with which it says this variant."""
        own = self.variants[variant]
        return {
            **self.sample,
            **{name: own[name] for name in own if own[name] is not True or not self.sample.get(name)},
        }

    def variant_of(self, context: Mapping[str, Any]) -> int:
        """The number of the first variant whose facts this context holds; of the last one where it holds none."""
        for number, facts in enumerate(self.variants[:-1]):
            if all(
                context.get(name) == value or (value is True and context.get(name)) for name, value in facts.items()
            ):
                return number
        return len(self.variants) - 1


@cache
def all_kinds() -> Mapping[str, Kind]:
    """All kinds by name, in alphabetical order."""
    declared = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {name: _kind(name, declared[name]) for name in sorted(declared)}


def get(name: str) -> Kind:
    """
    Raises:
        ImproperlyConfigured: no such kind is declared.
    """
    try:
        return all_kinds()[name]
    except KeyError:
        raise ImproperlyConfigured(f"The notice {name!r} is not declared in {FILE.name}") from None


def _kind(name: str, declared: Mapping[str, Any]) -> Kind:
    pairs = (text.partition("=") for text in declared["placeholders"])
    return Kind(
        name=name,
        placeholders=tuple(Placeholder(name, expression or name) for name, _sign, expression in pairs),
        sample=declared["sample"],
        topic=declared.get("topic", ""),  # without one: see the check in `topics`
        variants=tuple(declared.get("variants", ({},))),
    )
