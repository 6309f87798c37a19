"""Days of an event whose hours differ: another beginning, end or pause, or no meetings at all."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from matchmaker.core.lists import join_sentences
from matchmaker.events.models.event import HOURS


def check_hours(hours: Mapping[str, dt.time | str | None]) -> None:
    """Check the hours of one day: `opens_at`, `closes_at`, `pause_from`, `pause_until`.

    Raises:
        ValidationError: by field.
    """
    opens, closes, since, until = (_text(hours.get(name)) or "" for name in HOURS)
    problems = {}
    if not opens:
        problems["opens_at"] = _("Write when meetings begin on this day.")
    if not closes:
        problems["closes_at"] = _("Write when meetings end on this day.")
    elif opens and closes <= opens:
        problems["closes_at"] = _("Meetings must end after they begin.")
    if bool(since) != bool(until) or (since and until <= since):
        problems["pause_until"] = _("The pause needs a beginning and a later end.")
    elif since and not problems and not opens <= since < until <= closes:
        problems["pause_until"] = _("The pause must lie within the hours of this day.")
    if problems:
        raise ValidationError(problems)


def stored_hours(rows: Iterable[Mapping[str, Any]], days: int) -> list[dict[str, Any]]:
    """The rows as `Event.day_hours` holds them, in order; the event has so many `days`, hours of others are left out.

    A row has `day` (1 is the first) and the hours of `check_hours`; without hours the day has no meetings.

    Raises:
        ValidationError: with the number of the day.
    """
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        number, clocks = row["day"], {name: _text(row.get(name)) for name in HOURS}
        if number in found:
            raise ValidationError(_("Day %(number)d has hours twice.") % {"number": number})
        if any(clocks.values()):
            try:
                check_hours(clocks)
            except ValidationError as error:
                facts = {"number": number, "problem": join_sentences(error.messages)}
                raise ValidationError(_("Day %(number)d: %(problem)s") % facts) from None
        found[number] = {"day": number, **clocks}
    return [found[number] for number in sorted(found) if 1 <= number <= days]


def _text(clock: dt.time | str | None) -> str | None:
    """As "09:00"; None without a time."""
    return clock.isoformat("minutes") if isinstance(clock, dt.time) else clock or None
