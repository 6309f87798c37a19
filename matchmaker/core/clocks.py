"""Time zones in the words of people."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from matchmaker.core import reference


def zone_name(key: str, *, in_brackets: bool = False) -> str:
    """Beijing time (UTC+8), in the language set; the offset is today's. "Beijing time, UTC+8" where brackets stand."""
    if key == "UTC":
        return key
    offset = datetime.now(ZoneInfo(key)).utcoffset() or timedelta()
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    shift = f"UTC{'-' if offset < timedelta() else '+'}{hours}{f':{minutes:02}' if minutes else ''}"
    city = gettext("Beijing") if key == "Asia/Shanghai" else reference.place(key.rsplit("/", 1)[-1].replace("_", " "))
    said = gettext("%(city)s time, %(shift)s") if in_brackets else gettext("%(city)s time (%(shift)s)")
    return said % {"city": city, "shift": shift}
