"""Hooks: a lower layer offers one, and a layer above registers functions with it in `ready()` of its AppConfig.

    sends_letters: Hook[Callable[[], int]] = Hook("notifications.mail.sends_letters", "letters to an address that wait")
    sends_letters.register(invitations.send_waiting)

`manage.py hooks` lists each hook with who registered what; `manage.py check` names a hook that stayed empty.
"""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Warning, register

ALL: list["Hook[Any]"] = []  # every hook, in the order of import


class Hook[F]:
    """Functions (or other values) of layers above, by key.

    Args:
        name: the dotted place of the hook below `matchmaker`, as it is imported.
        purpose: what it is called for, one line in English.
    """

    def __init__(self, name: str, purpose: str) -> None:
        self.name, self.purpose = name, purpose
        self._entries: dict[str, F] = {}
        ALL.append(self)

    def register(self, entry: F, *, key: str = "") -> None:
        """Add an entry; without a key it is named for its function.

        Raises:
            ValueError: where another entry has this key.
        """
        key = key or f"{entry.__module__}.{entry.__qualname__}"  # type: ignore[attr-defined]
        if self._entries.get(key, entry) is not entry:
            raise ValueError(f"The hook {self.name} has an entry {key!r} already.")
        self._entries[key] = entry

    def __iter__(self) -> Iterator[F]:
        return iter(self._entries.values())

    def __getitem__(self, key: str) -> F:
        """The entry of a key. Raises KeyError where none was registered."""
        return self._entries[key]

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def items(self) -> dict[str, F]:
        """Key → entry, a copy."""
        return dict(self._entries)


@register()
def check_hooks(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A hook that no layer fills is forgotten code or a forgotten registration."""
    return [
        Warning(
            f"No layer registered anything with the hook {hook.name} ({hook.purpose}).",
            hint="Register a function in ready() of an AppConfig, or remove the hook.",
            id="core.W001",
        )
        for hook in ALL
        if not hook.items()
    ]
