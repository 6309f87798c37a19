"""A person hears of each thing that lets somebody read her news or act for her without her password."""

from typing import Any

from matchmaker.notifications.services import notify


def tell(*, to: Any, way: str, key: str, path: str, **facts: Any) -> None:
    """Write the notice, before the row is saved, so that what was added is not told of itself.

    Args:
        to: people.
        way: a variant of the kind `way_in_added`, see kinds.toml.
        key: what tells this one from others of its kind.
        path: the page on which it can be removed.
        facts: what the text of this variant names.
    """
    context = {"way": way, "name": "", **facts}
    notify(kind="way_in_added", to=to, about=None, event_key=f"way_in:{way}:{key}", context=context, path=path)
