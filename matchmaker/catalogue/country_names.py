"""A country from what a cell of a sheet says: its name in any language of the site or of the country itself, the forms
of the United Nations, a code, or several of these at once (“Germany (DE)”, “Thailand / 泰国”, “Japan 日本”).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby

from matchmaker.core import reference

# What full names add to the short one; with these two names of one country are the same.
_FORMS = frozenset(
    (
        *("republic", "rep", "kingdom", "state", "states", "federal", "federative", "federated", "islamic", "arab"),
        *("plurinational", "bolivarian", "hashemite", "sultanate", "principality", "commonwealth", "cooperative"),
        *("independent", "socialist", "grand", "duchy", "of", "the", "and"),
    )
)
# Names that mean two countries once these words are left out: “Republic of Korea” stands in the list of spellings.
_NEEDS_ITS_FORM = frozenset({"", "china", "korea", "congo", "united", "guinea", "america"})
_PARTS_OF_THE_WORLD = frozenset(
    (
        *("asia", "south asia", "southeast asia", "east asia", "central asia", "middle east", "europe", "eu", "asean"),
        *("european union", "africa", "north africa", "west africa", "east africa", "oceania", "latin america"),
        *(
            "south america",
            "north america",
            "central america",
            "亚洲",
            "东南亚",
            "中东",
            "欧洲",
            "欧盟",
            "非洲",
            "大洋洲",
        ),
        *("南美", "南美洲", "北美", "北美洲", "拉美"),
    )
)
_BETWEEN = re.compile(r"[()（）\[\]/|\\,;:：，、\n–—-]+")

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_WORDS_OF_ONE_SCRIPT = re.compile(rf"(?:{_LATIN.pattern}|['’.&])+|(?:(?!{_LATIN.pattern})[^\s'’.&])+")


def plain(text: str) -> str:
    """Letters and digits without case, marks and punctuation: Côte d’Ivoire is cote d ivoire."""
    marked = unicodedata.normalize("NFKD", text.casefold())
    return _words("".join(letter for letter in marked if not unicodedata.combining(letter)))


def _fold_with_marks(text: str) -> str:
    """The same with its marks: Áo is Austria in Vietnamese, AO a code."""
    return _words(unicodedata.normalize("NFKC", text).casefold())


def _words(text: str) -> str:
    text = text.replace("&", " and ").replace(".", "")
    letters = (letter if letter.isalnum() or unicodedata.combining(letter) else " " for letter in text)
    return " ".join("".join(letters).split())


def country_code(text: str) -> str:
    """ISO 3166-1 alpha-2, or "" where it is unknown or says two countries."""
    return _whole(text) or _together(_BETWEEN.split(text)) or _with_code_beside(text) or _in_two_scripts(text)


def _whole(text: str) -> str:
    if found := _all_codes().get(text.strip()):  # NGA is Nigeria; Nga is Russia in Vietnamese
        return found
    known = _all_names()
    if found := known.get(_fold_with_marks(text)) or known.get(plain(text)):
        return found
    short = _short(plain(text))
    return "" if short in _NEEDS_ITS_FORM else _all_names().get(short, "")


def _short(word: str) -> str:
    return " ".join(part for part in word.split() if part not in _FORMS)


def _together(parts: list[str]) -> str:
    """The one country that each of several parts says; the part of the world it lies in may stand beside it."""
    parts = [part for part in parts if part.strip()]
    found = [_whole(part) for part in parts if plain(part) not in _PARTS_OF_THE_WORLD]
    return found[0] if found and len(parts) > 1 and len(set(found)) == 1 else ""


def _with_code_beside(text: str) -> str:
    """Thailand TH, DE Deutschland."""
    first, _blank, rest = text.strip().partition(" ")
    others, _blank, last = text.strip().rpartition(" ")
    return _together([first, rest]) if first.isupper() else _together([others, last]) if last.isupper() else ""


def _in_two_scripts(text: str) -> str:
    """Japan 日本, 泰国 Thailand; Rossiya / Россия, where the word in Latin letters only says how the name sounds."""
    words = _WORDS_OF_ONE_SCRIPT.findall(_BETWEEN.sub(" ", unicodedata.normalize("NFKC", text)))
    names = [(is_latin, " ".join(run)) for is_latin, run in groupby(words, key=_is_latin)]
    codes = {code for _latin, name in names if (code := _whole(name))}
    others = [_whole(name) for is_latin, name in names if not is_latin]
    return codes.pop() if len(codes) == 1 and others and all(others) else ""


def _is_latin(word: str) -> bool:
    return bool(_LATIN.match(word))


@cache
def _all_names() -> dict[str, str]:
    names = [*reference.spellings("countries").items(), *_names(), *_own_names(), *_all_codes().items()]
    found: dict[str, str] = {}
    for form in (_fold_with_marks, plain):  # of a word with two meanings the first counts
        for name, code in names:
            found.setdefault(form(name), code)
    found.pop("", None)
    return found


@cache
def _all_codes() -> dict[str, str]:
    rows = reference.countries().items()
    return {written: code for code, row in rows for written in (code, row["iso3"], row["numeric"])}


def _names() -> Iterator[tuple[str, str]]:
    for code, row in reference.countries().items():
        yield from ((name, code) for name in reference.names_of(row) if name)


def _own_names() -> Iterator[tuple[str, str]]:
    """In the languages that are spoken there: Polska, Ελλάδα."""
    for code, row in reference.countries().items():
        for language in row["languages"].split(","):
            yield reference.name_in_cldr(row, language.split("-")[0]), code
