"""Time zones in the words of people."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from django.utils.translation import gettext

from matchmaker.core.figures import habits


def known_zone(key: str) -> ZoneInfo | None:
    """The zone of this name (`Asia/Shanghai`); None where there is none."""
    try:
        return ZoneInfo(key) if key else None
    except (KeyError, ValueError, OSError):
        return None


def usual_zone(language: str) -> ZoneInfo:
    """Whose zone is not known: who reads Chinese is taken to live by Beijing time, others by none (UTC)."""
    return ZoneInfo("Asia/Shanghai" if (language or "").startswith("zh") else "UTC")


def city_of(key: str) -> str:
    """The city a zone is named after, in the language set."""
    return gettext("Beijing") if key == "Asia/Shanghai" else _named_after(key)


def _named_after(key: str) -> str:
    return str(get_timezone_location(key, locale=habits(), return_city=True)).rsplit("/", 1)[-1].replace("_", " ")


def shift_of(key: str) -> str:
    """UTC+8: how far the zone is from UTC today."""
    offset = datetime.now(ZoneInfo(key)).utcoffset() or timedelta()
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    return f"UTC{'-' if offset < timedelta() else '+'}{hours}{f':{minutes:02}' if minutes else ''}"


def city_and_shift(key: str) -> str:
    """Paris (UTC+2), for lists. Shanghai keeps its own name there: who looks for it types it."""
    also = f" / {_named_after(key)}" if key == "Asia/Shanghai" else ""
    return f"{city_of(key)}{also} ({shift_of(key)})"


def zone_name(key: str, *, in_brackets: bool = False) -> str:
    """Beijing time (UTC+8), in the language set; the offset is today's. "Beijing time, UTC+8" where brackets stand."""
    if key == "UTC":
        return key
    said = gettext("%(city)s time, %(shift)s") if in_brackets else gettext("%(city)s time (%(shift)s)")
    return said % {"city": city_of(key), "shift": shift_of(key)}
