"""Days, months and years of a text."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from babel import Locale

from matchmaker.engines.language.quantities.lexicon import Hit, any_of, lexicon, words_of
from matchmaker.engines.language.quantities.plain import PlainText

_BUDDHIST = 543  # years by which the Thai calendar is ahead
_BUDDHIST_YEARS = range(2400, 2700)
YEARS = range(1800, 2100)
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_PART = {"底": "end", "末": "end", "月底": "end", "下旬": "end", "初": "start", "上旬": "start", "中旬": "mid",
         "말": "end", "초": "start", "중순": "mid", "初旬": "start", "半ば": "mid"}  # fmt: skip
_EAST = re.compile(
    r"(?:(?P<era>令和|平成|昭和) ?(?P<era_year>\d{1,2}|元)年|(?<!\d)(?P<year>(?:1[89]|20)\d\d) ?[年년])? ?"
    r"(?:(?<!\d)(?P<month>1[0-2]|0?[1-9]) ?[月월](?![間产産])(?:份|分)? ?(?:(?P<day>3[01]|[12]\d|0?[1-9]) ?[日号號일]"
    r"|(?P<part>月底|底|末|下旬|初旬|初|上旬|中旬|半ば|말|초|중순))?)?"
)
_DECADE = re.compile(
    r"(?<!\d)(?P<whole>(?:1[89]|20)\d0)(?:'?s\b| ?年代)|(?:(?P<century>\d\d)世[纪紀] ?)?(?P<tens>\d0)年代"
)
_HAN_MONTH = re.compile(
    "(?<![十一二三四五六七八九个每])(十[一二]?|[一二三四五六七八九])月(底|末|初|中旬|下旬|上旬)?(?![间产])"
)
_HAN_MONTHS = {name: number for number, name in enumerate([*"一二三四五六七八九十", "十一", "十二"], 1)}
_YEAR_FIRST = re.compile(r"(?<![\d.,/-])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d/-])")
_YEAR_LAST = re.compile(r"(?<![\d.,/-])(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?![\d/-])")
_MONTH_YEAR = re.compile(r"(?<![\d.,/-])(1[0-2]|0?[1-9])[/.]((?:20|25)\d\d)(?![\d/.,-])")
_VIETNAMESE = re.compile(r"(?:ngày (\d{1,2}) )?tháng (1[0-2]|0?[1-9])(?!\d)(?:(?: năm |/| )((?:19|20)\d\d))?")
_DAY_BEFORE = re.compile(r"(?<![\d.,])(3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th|er|º|ª|\.)?[ -]?$")
_DAY_AFTER = re.compile(r"\.? ?(3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\d.:%])(?:,? ((?:19|20)\d\d)(?!\d))?")
_YEAR_AFTER = re.compile(r"[ ,.-]{0,2}((?:1[89]|2[0-6])\d\d)(?!\d)(?: ?(?:г\.|г(?!\w)|года|году))?")
_DOUBTFUL = {"en": {"may", "march", "mar", "sep", "dec", "jan"}, "tr": set(), "id": set()}
_INTRODUCES = re.compile(r"(?:\bin|\bby|\bof|\bfrom|\buntil|\btill|\bsince|\bduring|\bmid|\blate|\bearly|\bfor) $")


@dataclass(frozen=True)
class Day:
    """A day, a month or a year and its place; `date` as in `Quantity`."""

    start: int
    end: int
    date: str
    other: str = ""


def days_of(text: PlainText, language: str) -> list[Day]:
    """All dates of a text, in order; a month alone counts only where its word has no other meaning."""
    days: list[Day] = []
    for read in _READERS:
        for day in read(text, language):
            if all(day.end <= other.start or other.end <= day.start for other in days):
                days.append(day)
    return sorted(days, key=lambda day: day.start)


def year_of(number: int, language: str) -> int:
    """The year of the common calendar, 0 where a number is none."""
    if number in _BUDDHIST_YEARS and language == "th":
        return number - _BUDDHIST
    return number if number in YEARS else 0


def _iso(year: int, month: int = 0, day: int = 0, part: str = "") -> str:
    text = f"{year:04d}" if year else "-"
    text += f"-{month:02d}" if month else ""
    return text + (f"-{day:02d}" if day else "") + (f"/{part}" if part else "")


def _is_day(month: int, day: int) -> bool:
    return 0 < month < 13 and 0 < day < 32


def _numeric(text: PlainText, language: str) -> Iterator[Day]:
    for match in _YEAR_FIRST.finditer(text.lower):
        year = year_of(int(match[1]), language)
        if year and _is_day(int(match[3]), int(match[4])):
            yield Day(*match.span(), _iso(year, int(match[3]), int(match[4])))
    for match in _YEAR_LAST.finditer(text.lower):
        first, second, year = int(match[1]), int(match[3]), year_of(int(match[4]), language)
        if year and (_is_day(second, first) or _is_day(first, second)):
            yield _year_last(match, first, second, year, language)
    for match in _MONTH_YEAR.finditer(text.lower):
        if year := year_of(int(match[2]), language):
            yield Day(*match.span(), _iso(year, int(match[1])))


def _year_last(match: re.Match[str], first: int, second: int, year: int, language: str) -> Day:
    day_first, month_first = _iso(year, second, first), _iso(year, first, second)
    if not _is_day(second, first):
        return Day(*match.span(), month_first)
    if not _is_day(first, second) or first == second or match[2] == ".":
        return Day(*match.span(), day_first)
    if language == "en":
        return Day(*match.span(), day_first, month_first)
    return Day(*match.span(), day_first if _day_comes_first(language) else month_first)


@cache
def _day_comes_first(language: str) -> bool:
    order = Locale.parse(language).date_formats["short"].pattern
    return order.find("d") < order.find("M")


def _east_asian(text: PlainText, language: str) -> Iterator[Day]:
    if language not in ("zh", "ja", "ko"):
        return
    for match in _EAST.finditer(text.lower):
        if not (match["month"] or match["year"] or match["era"]):
            continue
        year = int(match["year"] or 0)
        if match["era"]:
            year = _ERAS[match["era"]] + (1 if match["era_year"] == "元" else int(match["era_year"]))
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        end = match.end() - len(match[0]) + len(match[0].rstrip())
        part = _PART.get(match["part"] or "", "")
        yield Day(start, end, _iso(year, int(match["month"] or 0), int(match["day"] or 0), part))
    for match in _HAN_MONTH.finditer(text.lower):
        yield Day(*match.span(), _iso(0, _HAN_MONTHS[match[1]], 0, _PART.get(match[2] or "", "")))


def _decades(text: PlainText, language: str) -> Iterator[Day]:
    for match in _DECADE.finditer(text.lower):
        if match["whole"]:
            yield Day(*match.span(), match["whole"] + "s")
        elif language in ("zh", "ja"):
            century = int(match["century"] or 20) - 1
            yield Day(*match.span(), f"{century}{match['tens']}s")


def _vietnamese(text: PlainText, language: str) -> Iterator[Day]:
    if language != "vi":
        return
    for match in _VIETNAMESE.finditer(text.lower):
        start, part = _part_before(text.lower, match.start(), language)
        yield Day(start, match.end(), _iso(int(match[3] or 0), int(match[2]), int(match[1] or 0), part))


def _named(text: PlainText, language: str) -> Iterator[Day]:
    """Dates with the name of a month."""
    if language in ("zh", "ja", "ko", "vi"):
        language = "en"
    for name in lexicon("month", language).find(text.lower):
        day = _around_month(text, language, name)
        if day is not None:
            yield day


def _around_month(text: PlainText, language: str, name: Hit) -> Day | None:
    lower, start, end = text.lower, name.start, name.end
    month, day, year = int(name.value), 0, 0
    left = _skip_joiner_back(lower, start, language)
    if before := _DAY_BEFORE.search(lower, max(0, left - 6), left):
        day, start = int(before[1]), before.start()
    elif language == "en" and (after := _DAY_AFTER.match(lower, end)):
        day, year, end = int(after[1]), int(after[2] or 0), after.end()
    if not year and (after := _YEAR_AFTER.match(lower, _skip_joiner(lower, end, language))):
        year = year_of(int(after[1]), language)
        end = after.end() if year else end
    if not day and not year and not _stands_alone(text, language, name):
        return None
    start, part = (start, "") if day else _part_before(lower, start, language)
    end, part = (end, part) if day or part else _part_after(lower, end, language)
    return Day(start, end, _iso(year, month, day, part))


def _stands_alone(text: PlainText, language: str, hit: Hit) -> bool:
    """Whether the name of a month, without a day or a year, means the month."""
    name = text.lower[hit.start : hit.end]
    if name not in _full_names(language):
        return False
    if language in ("en", "tr", "id", "de") and not text.cased[hit.start].isupper():
        return False
    return name not in _DOUBTFUL.get(language, ()) or bool(_INTRODUCES.search(text.lower[: hit.start]))


@cache
def _full_names(language: str) -> frozenset[str]:
    """Names of months that are no abbreviations."""
    months = Locale.parse(language).months
    wide = {name.lower() for form in ("format", "stand-alone") for name in months[form]["wide"].values()}
    return frozenset(wide | {word for word in words_of("month", language) if len(word) > 4 or language == "ru"} - {""})


def _skip_joiner(text: str, place: int, language: str) -> int:
    start = place
    while text[start : start + 1] == " ":
        start += 1
    hit = lexicon("date_joiner", language).at(text, start)
    return hit.end if hit else place


def _skip_joiner_back(text: str, place: int, language: str) -> int:
    end = place
    while text[end - 1 : end] == " " and end:
        end -= 1
    hit = lexicon("date_joiner", language).before(text, end)
    return hit.start if hit and hit.value and text[hit.start : hit.end].isalpha() else place


def _part_before(text: str, place: int, language: str) -> tuple[int, str]:
    end = place
    while text[end - 1 : end] == " " and end:
        end -= 1
    hit = lexicon("part_before", language).before(text, end)
    return (hit.start, hit.value) if hit else (place, "")


def _part_after(text: str, place: int, language: str) -> tuple[int, str]:
    start = place
    while text[start : start + 1] in (" ", "'") and start < len(text):
        start += 1
    hit = lexicon("part_after", language).at(text, start)
    return (hit.end, hit.value) if hit else (place, "")


def _years(text: PlainText, language: str) -> Iterator[Day]:
    """Years behind a word for year."""
    for match in _year_pattern(language).finditer(text.lower):
        if year := year_of(int(match[1]), language):
            yield Day(*match.span(1), _iso(year))


@cache
def _year_pattern(language: str) -> re.Pattern[str]:
    words = any_of(words_of("year_word", language)).pattern
    return re.compile(rf"(?:{words}) ?(\d{{4}})(?![\d.,])")


_Reader = Callable[[PlainText, str], Iterator[Day]]
_READERS: tuple[_Reader, ...] = (
    _numeric,
    _decades,
    _east_asian,
    _vietnamese,
    _named,
    _years,
)
