"""`manage.py translations`: how complete each language of the interface is, as a table in docs/languages.md.

`--locales` prints the options by which `make messages` names every language to makemessages instead.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import to_locale

from matchmaker.core.languages import ENGLISH, Language, site_languages

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "languages.md"
TABLE = re.compile(r"(<!-- completeness -->\n).*?(<!-- /completeness -->)", re.DOTALL)
# Sources that only pages of tier 1 use: what tier-2 languages leave in English (see web/page_language.py).
TIER_1_SOURCES = ("matchmaker/web/console/", "matchmaker/web/buyer/", "matchmaker/web/gate/",
                  "templates/console/", "templates/buyer/", "templates/gate/")  # fmt: skip


@dataclass(frozen=True)
class Completeness:
    """Counts of the strings of one language: those of its tier, and of these what is missing.

    Attributes:
        fuzzy: changed since they were translated; makemessages marks them, and pages show English instead.
    """

    language: Language
    strings: int
    translated: int
    fuzzy: int

    @property
    def missing(self) -> int:
        return self.strings - self.translated - self.fuzzy

    @property
    def row(self) -> str:
        share = 100 * self.translated // self.strings if self.strings else 0
        name = f"{self.language.name} ({self.language.code})"
        counts = f"{self.strings} | {self.translated} ({share} %) | {self.fuzzy} | {self.missing}"
        return f"| {name} | {self.language.tier} | {counts} |"


def catalogue(language: Language) -> Path:
    """Where the translations of a language are."""
    return Path(settings.LOCALE_PATHS[0]) / to_locale(language.code) / "LC_MESSAGES" / "django.po"


def completeness() -> Iterator[Completeness]:
    """One row for each language of the site but English, in the order of the settings."""
    for language in translated_languages():
        path = catalogue(language)
        entries = [entry for entry in polib.pofile(str(path)) if not entry.obsolete] if path.exists() else []
        counted = [entry for entry in entries if language.tier == 1 or not is_of_tier_1_only(entry)]
        translated = sum(entry.translated() for entry in counted)
        yield Completeness(language, len(counted), translated, sum(entry.fuzzy for entry in counted))


def translated_languages() -> list[Language]:
    """Every language that has a catalogue: all but the language of the source strings."""
    return [language for language in site_languages() if language.code != ENGLISH]


def is_of_tier_1_only(entry: polib.POEntry) -> bool:
    """Whether a string stands only in areas that tier-2 languages do not translate; by its places in the source."""
    places = [path for path, _line in entry.occurrences]
    return bool(places) and all(path.startswith(TIER_1_SOURCES) for path in places)


def table() -> str:
    """The table as Markdown."""
    head = "| language | tier | strings | translated | changed since | missing |\n|---|---|---|---|---|---|\n"
    return head + "".join(f"{row.row}\n" for row in completeness())


class Command(BaseCommand):
    help = "Write the table of completeness of the translations into docs/languages.md."

    def add_arguments(self, parser):
        parser.add_argument("--locales", action="store_true", help="print options for makemessages instead")

    def handle(self, *, locales: bool, **options):
        if locales:
            names = [to_locale(language.code) for language in translated_languages()]
            self.stdout.write(" ".join(f"--locale {name}" for name in names))
            return
        written = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(TABLE.sub(lambda part: part[1] + table() + part[2], written), encoding="utf-8")
        for row in completeness():
            self.stdout.write(f"{row.language.code}: {row.translated} of {row.strings}, {row.fuzzy} changed")
