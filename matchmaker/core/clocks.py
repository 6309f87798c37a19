"""Time zones in the words of people."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_timezone_location
from django.utils.translation import get_language, gettext, to_locale

from matchmaker.core import reference

CHINA = "Asia/Shanghai"


def zone_name(key: str, *, in_brackets: bool = False) -> str:
    """Beijing time (UTC+8), in the language set; the offset is today's. "Beijing time, UTC+8" where brackets stand."""
    if key == "UTC":
        return key
    city = gettext("Beijing") if key == CHINA else reference.place(key.rsplit("/", 1)[-1].replace("_", " "))
    said = gettext("%(city)s time, %(shift)s") if in_brackets else gettext("%(city)s time (%(shift)s)")
    return said % {"city": city, "shift": utc_shift(key)}


def utc_shift(key: str) -> str:
    """Today's offset of a zone: UTC+8, UTC-3:30."""
    offset = datetime.now(ZoneInfo(key)).utcoffset() or timedelta()
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    return f"UTC{'-' if offset < timedelta() else '+'}{hours}{f':{minutes:02}' if minutes else ''}"


def zone_choices(*, present: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """Time zones for a select, grouped by country, each as its city and today's offset, in the language set.

    China and UTC stand first. `present` is a zone that is stored already: it is added where the list lacks it, so that
    saving a form changes nothing.
    """
    groups = _zone_choices(get_language() or "en", datetime.now().date())
    if present and all(present != key for _country, zones in groups for key, _city in zones):
        return [("", [(present, zone_name(present))]), *groups]
    return groups


@lru_cache(maxsize=32)
def _zone_choices(language: str, _today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Cached a day long: names need about 50 ms, and offsets change with summer time.

    The list is the time zone database's own, one row a place: it has no second names such as Africa/Asmera.
    """
    locale = Locale.parse(to_locale(language))
    by_country = defaultdict(list)
    for line in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text().splitlines():
        if not line.startswith("#"):
            country, _place, key = line.split("\t")[:3]
            city = gettext("Beijing") if key == CHINA else get_timezone_location(key, locale=locale, return_city=True)
            by_country[country].append((key, f"{city} ({utc_shift(key)})"))
    names = reference.countries()
    named = sorted(
        (reference.name(names.get(country), country), sorted(zones, key=lambda zone: zone[1]))
        for country, zones in by_country.items()
        if country != "CN"
    )
    first = (reference.name(names.get("CN"), "CN"), sorted(by_country["CN"], key=lambda zone: zone[0] != CHINA))
    return [first, ("UTC", [("UTC", "UTC")]), *named]
