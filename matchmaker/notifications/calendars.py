"""Calendar entries that travel with a letter: as text in its context, or made at the moment it leaves.

A layer above registers a maker once (`makers["events.agenda"] = …`, in its AppConfig) and its notices carry only
`{"calendar": {"maker": "events.agenda", "key": "…"}}`: many rows stay small, and a letter that leaves late carries what
holds then.
"""

from collections.abc import Callable, Mapping
from typing import Any

from matchmaker.notifications.templatetags.notices import in_language

makers: dict[str, Callable[[str], str]] = {}  # the key → iCalendar text in the language set, '' for nothing to enter


def calendar_text(context: Mapping[str, Any]) -> str:
    """The iCalendar text of a notice in the language set; '' where there is none."""
    given = context.get("calendar")
    if isinstance(given, dict) and "maker" in given:
        return makers[given["maker"]](given["key"])
    return in_language(given) or ""
