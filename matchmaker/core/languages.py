"""The languages of the site: one table in the settings, `SITE_LANGUAGES`, and questions about its rows.

Codes are those of Django, in lower case: en, fr, zh-hans. Text that people write may be in other languages, too; these
are ISO 639-1 codes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.urls import translate_url
from django.utils.translation import get_language, override

from matchmaker.core import reference, site_prefix

ENGLISH = "en"  # the language of the source strings, and what is shown where a language has no text
BUYERS = "zh"  # what buyers write and read
RIGHT_TO_LEFT = frozenset(
    {"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"}
)  # for languages outside the site


@dataclass(frozen=True)
class Language:
    """One language of the interface.

    Attributes:
        code: as Django writes it, in lower case.
        name: its own name.
        tier: 1 where every page is translated, 2 where pages for the public, exporters and country partners are.
        rtl: written from right to left.
    """

    code: str
    name: str
    tier: int
    rtl: bool = False

    @property
    def base(self) -> str:
        """The code without script or country: zh for zh-hans."""
        return base_of(self.code)

    @property
    def tag(self) -> str:
        """For the attribute `lang`: zh-Hans."""
        return tag_of(self.code)

    @property
    def direction(self) -> str:
        """For the attribute `dir`."""
        return "rtl" if self.rtl else "ltr"


def base_of(code: str) -> str:
    """The code without script or country: zh for zh-hans."""
    return code.replace("_", "-").split("-")[0].lower()


def tag_of(code: str) -> str:
    """BCP 47 writing of a code: zh-Hans, pt-BR."""
    first, *rest = code.replace("_", "-").split("-")
    return "-".join([first.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)])


def site_languages(tier: int | None = None) -> list[Language]:
    """The languages of the interface in the order of the settings, all or those of one tier."""
    return [language for language in settings.SITE_LANGUAGES if tier in (None, language.tier)]


def find(code: str) -> Language | None:
    """The language of the site that a code means: zh and zh-CN are zh-hans, fr-CA is fr; zh-TW is none of them."""
    lower = code.replace("_", "-").lower()
    return next(_matching(lower), None)


def _matching(code: str) -> Iterator[Language]:
    yield from (language for language in settings.SITE_LANGUAGES if language.code == code)
    same = [language for language in settings.SITE_LANGUAGES if language.base == base_of(code)]
    if same and "-" in code:
        same = [language for language in same if _script(language.code) in (None, _script(code))]
    yield from same


def _script(code: str) -> str | None:
    """The script of a code with a script or a country, where it is not the usual one of its language: Hant of zh-TW."""
    try:
        return Locale.parse(tag_of(code), sep="-").script
    except (UnknownLocaleError, ValueError):
        return ""


def site_code(code: str) -> str:
    """The code of the site's language for another writing of it: zh → zh-hans; what the site has not stays as it is."""
    language = find(code)
    return language.code if language else code.replace("_", "-").lower()


def current() -> str:
    """The code of the active language; English where translation is off."""
    return get_language() or ENGLISH


def is_rtl(code: str) -> bool:
    """Whether a language is written from right to left; of languages outside the site too."""
    language = find(code)
    return language.rtl if language else base_of(code) in RIGHT_TO_LEFT


def split_path(path: str) -> tuple[str, str]:
    """The language that a path without a prefix of `site_prefix` names, and the rest: ("fr", "/products/") of
    /fr/products/, ("", path) without one."""
    first, slash, rest = path.removeprefix("/").partition("/")
    named = bool(slash) and first != ENGLISH and any(first == language.code for language in settings.SITE_LANGUAGES)
    return (first, f"/{rest}") if named else ("", path)


def path_in(path: str, code: str) -> str:
    """The same page in another language: /fr/products/?q=tea for /products/?q=tea. Private pages have one address.

    A prefix of `site_prefix` stays in front: /c/spring/fr/products/.
    """
    prefix, path = site_prefix.split(path)
    with override(split_path(path)[0] or ENGLISH), site_prefix.script_prefix(""):
        return prefix + translate_url(path, code)


def absolute(path: str, base: str = "") -> str:
    """The absolute address of a page in the active language, for letters; "" for no path.

    Args:
        base: the part of the site it belongs to ("https://site.example/c/spring"), for a path that names none.
    """
    if not path:
        return ""
    named, _rest = site_prefix.split(path)
    return (settings.SITE_URL if named or not base else base) + path_in(path, current())


def name_for_reader(code: str) -> str:
    """The name of a language in the active one: French; 法语."""
    return reference.name(reference.languages().get(base_of(code)), code)


def own_name(code: str) -> str:
    """The name of a language in that language: français; the code where CLDR does not know it."""
    language = find(code)
    return language.name if language else reference.own_name(code) or code
