"""Calendar entries that travel with a letter: as text in its context, or made at the moment it leaves.

A layer above registers a maker once (`makers.register(…, key="events.agenda")`, in its AppConfig) and its notices carry
only `{"calendar": {"maker": "events.agenda", "key": "…"}}`: many rows stay small, and a letter that leaves late carries
what holds then.
"""

from collections.abc import Callable, Mapping
from typing import Any

from matchmaker.core.hooks import Hook
from matchmaker.notifications.templatetags.notices import in_language

# From the key of a row the iCalendar text in the language set, '' for nothing to enter.
makers: Hook[Callable[[str], str]] = Hook("notifications.calendars.makers", "a calendar attached to a mail")


def calendar_text(context: Mapping[str, Any]) -> str:
    """The iCalendar text of a notice in the language set; '' where there is none."""
    given = context.get("calendar")
    if isinstance(given, dict) and "maker" in given:
        return makers[given["maker"]](given["key"])
    return in_language(given) or ""
