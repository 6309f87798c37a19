"""Time zones in the words of people."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from django.utils.translation import get_language, gettext, override

from matchmaker.core import reference
from matchmaker.core.formats import current_locale

CHINA = "Asia/Shanghai"


def known_zone(key: str) -> ZoneInfo | None:
    """The zone of this name (`Asia/Shanghai`); None if there is no such zone."""
    try:
        return ZoneInfo(key) if key else None
    except (KeyError, ValueError, OSError):
        return None


def usual_zone(language: str) -> ZoneInfo:
    """The zone of a person who has not chosen one: Beijing time for readers of Chinese, UTC for others."""
    return ZoneInfo(CHINA if (language or "").startswith("zh") else "UTC")


def today_in_china() -> date:
    """The day from which times of delivery count, the same for every reader and every worker."""
    return datetime.now(ZoneInfo(CHINA)).date()


def city_of(key: str) -> str:
    """The city that a zone is named after, in the active language."""
    return gettext("Beijing") if key == CHINA else _cldr_city(key)


def _cldr_city(key: str) -> str:
    """CLDR lists some cities under an older name of their zone (Asia/Calcutta), in which babel does not look."""
    zones = Locale.parse(current_locale()).time_zones
    for name in (key, *_older_names().get(key, ())):
        if city := zones.get(name, {}).get("city"):
            return str(city)
    return str(get_timezone_location(key, locale=current_locale(), return_city=True)).rsplit("/", 1)[-1]


@cache
def _older_names() -> dict[str, list[str]]:
    """Zones with the names that the time zone database gave them before."""
    names = defaultdict(list)
    for older, key in get_global("zone_aliases").items():
        names[key].append(older)
    return dict(names)


def utc_shift(key: str, *, at: datetime | None = None) -> str:
    """The offset of a zone, today or at a moment on its clocks (without a zone): UTC+8, UTC-3:30."""
    moment = at.replace(tzinfo=ZoneInfo(key)) if at else datetime.now(ZoneInfo(key))
    offset = moment.utcoffset() or timedelta()
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    return f"UTC{'-' if offset < timedelta() else '+'}{hours}{f':{minutes:02}' if minutes else ''}"


def zone_name(key: str, *, in_brackets: bool = False, at: datetime | None = None) -> str:
    """Beijing time (UTC+8) in the active language; "Beijing time, UTC+8" where brackets stand around it already.

    `at` is the moment for whose day the offset is named, on the clocks of the zone; today without it.
    """
    if key == "UTC":
        return key
    pattern = gettext("%(city)s time, %(shift)s") if in_brackets else gettext("%(city)s time (%(shift)s)")
    return pattern % {"city": city_of(key), "shift": utc_shift(key, at=at)}


def zone_of_city(names: Mapping[str, str]) -> str:
    """The zone that is named after a city, by the city's names in languages of the site; "" where none is.

    Cities of China have none of their own here: all of them keep Beijing time.
    """
    for language, name in names.items():
        with override(language):
            for country, key in _listed_zones():
                if country != "CN" and _cldr_city(key).casefold() == name.strip().casefold():
                    return key
    return ""


def country_of_zone(key: str) -> str:
    """The country a zone lies in; "" for UTC and for names that the time zone database does not list."""
    return {zone: country for country, zone in _listed_zones()}.get(key, "")


@cache
def _listed_zones() -> tuple[tuple[str, str], ...]:
    """(country, zone), one a place, as the time zone database lists them: it has no second names of a zone."""
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text().splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return tuple((country, key) for country, _place, key, *_comment in rows)


def zone_choices(*, present: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """Time zones for a select, grouped by country, each as its city and today's offset, in the active language.

    China and UTC stand first. `present` is a zone that is stored already: it is added where the list lacks it, so that
    saving a form changes nothing.
    """
    groups = _zone_choices(get_language() or "en", datetime.now().date())
    if present and all(present != key for _country, zones in groups for key, _city in zones):
        return [("", [(present, zone_name(present))]), *groups]
    return groups


@lru_cache(maxsize=32)
def _zone_choices(language: str, _today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Cached for a day: names need about 50 ms, and offsets change with summer time."""
    by_country = defaultdict(list)
    for country, key in _listed_zones():
        # Shanghai keeps its own name beside Beijing: people look for either.
        city = f"{city_of(key)} / {_cldr_city(key)}" if key == CHINA else city_of(key)
        by_country[country].append((key, f"{city} ({utc_shift(key)})"))
    names = reference.countries()
    named = sorted(
        (reference.name(names.get(country), country), sorted(zones, key=lambda zone: zone[1]))
        for country, zones in by_country.items()
        if country != "CN"
    )
    first = (reference.name(names.get("CN"), "CN"), sorted(by_country["CN"], key=lambda zone: zone[0] != CHINA))
    return [first, ("UTC", [("UTC", "UTC")]), *named]
