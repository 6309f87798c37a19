"""A made-up language: English with accents, 40 % longer, and right to left on request.

It shows without any translator whether a page can be translated at all: what is still plain English on it was not
marked for translation, or was translated too early, or came from a cache of another language.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polib
from babel import Locale
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import override

from matchmaker.core import reference
from matchmaker.core.clocks import zone_choices
from matchmaker.core.languages import Language

CODE = "xx-pseudo"
CATALOGUE = Path(settings.BASE_DIR) / "matchmaker/locale/zh_Hans/LC_MESSAGES/django.po"  # it has every string
ACCENTS = str.maketrans("aeiouyAEIOUYcnsz", "áéíóúýÁÉÍÓÚÝçñšž")
# Six forms as in Arabic: a rule that reckons with the number finds what is no number.
PLURALS = "nplurals=6; plural=n==1 ? 0 : n==2 ? 1 : n%100>=3 && n%100<=10 ? 2 : n%100>=11 ? 3 : n==0 ? 4 : 5;"
KEEP = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^>]+>|&\w+;)")  # placeholders, markup, entities
WORD = re.compile(r"[A-Za-z]{3,}")
PLAIN = re.compile(r"[aeiou]")  # what no pseudo word has


def pseudo(text: str) -> str:
    """The text in the made-up language; placeholders and markup stay as they are.

    >>> pseudo("Save %(name)s")
    'Sávé %(name)s~~'
    """
    pieces = [piece if KEEP.fullmatch(piece) else piece.translate(ACCENTS) for piece in KEEP.split(text)]
    letters = sum(char.isalpha() for piece in pieces if not KEEP.fullmatch(piece) for char in piece)
    body = "".join(pieces)
    end = re.search(r"\s*$", body).start()
    return body[:end] + "~" * round(letters * 0.4) + body[end:]


def write_catalogue(folder: Path) -> None:
    """Makes a folder for LOCALE_PATHS with every string of the site in the made-up language."""
    made = polib.POFile()
    made.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": PLURALS}
    for entry in polib.pofile(str(CATALOGUE)):
        forms = [entry.msgid, *[entry.msgid_plural] * 5]
        many = {number: pseudo(text) for number, text in enumerate(forms)} if entry.msgid_plural else {}
        made.append(
            polib.POEntry(
                msgctxt=entry.msgctxt,
                msgid=entry.msgid,
                msgid_plural=entry.msgid_plural,
                msgstr="" if many else pseudo(entry.msgid),
                msgstr_plural=many,
            )
        )
    path = folder / "xx_Pseudo" / "LC_MESSAGES"
    path.mkdir(parents=True)
    made.save_as_mofile(str(path / "django.mo"))


def settings_with(folder: Path, *, tier: int = 1, rtl: bool = False) -> dict:
    """Values of the settings by which the site has the made-up language; `write_catalogue` made the folder."""
    language = Language(CODE, "Pseudo", tier=tier, rtl=rtl)
    others = [row for row in settings.SITE_LANGUAGES if row.code != CODE]
    return {
        "SITE_LANGUAGES": (*others, language),
        "LANGUAGES": [(row.code, row.name) for row in (*others, language)],
        "LANGUAGES_BIDI": [row.base for row in (*others, language) if row.rtl],
        "LOCALE_PATHS": [folder, *(path for path in settings.LOCALE_PATHS if path != folder)],
    }


class _Texts(HTMLParser):
    """Text nodes of a page that its reader sees, outside elements that say a language of their own."""

    SILENT = frozenset({"script", "style", "code", "pre", "kbd", "bdi", "textarea", "svg", "template"})
    EMPTY = frozenset({"br", "hr", "img", "input", "link", "meta", "use", "wbr", "col", "source"})
    READ = ("alt", "aria-label", "placeholder", "title")

    def __init__(self):
        super().__init__()
        self.texts: list[str] = []
        self._hidden: list[bool] = []

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        own = tag in self.SILENT or ("lang" in said and tag != "html") or said.get("translate") == "no"
        hidden = own or self._is_hidden or "avatar" in (said.get("class") or "")
        if not hidden:
            self.texts += [said[name] for name in self.READ if said.get(name)]
        if tag not in self.EMPTY:
            self._hidden.append(hidden)

    def handle_endtag(self, tag):
        if tag not in self.EMPTY and self._hidden:
            self._hidden.pop()

    def handle_data(self, data):
        if not self._is_hidden and data.strip():
            self.texts.append(" ".join(data.split()))

    @property
    def _is_hidden(self) -> bool:
        return bool(self._hidden) and self._hidden[-1]


def plain_texts(html: str, allowed: frozenset[str]) -> list[str]:
    """Texts of a page with a word that is neither in the made-up language nor allowed."""
    page = _Texts()
    page.feed(html)
    return [text for text in page.texts if any(is_plain(word, allowed) for word in WORD.findall(_bare(text)))]


def _bare(text: str) -> str:
    """Without addresses, file names and what stands in quotation marks."""
    text = re.sub(r"“[^”]*(”|$)|\S+@\S+|https?:\S+|\w[\w/-]*(\.[\w-]+)+|[\w-]*_\w+", " ", text)
    return re.sub(r"\w*[^\x00-\x7f\W]\w*", " ", text)  # words with an accent


def is_plain(word: str, allowed: frozenset[str]) -> bool:
    return bool(PLAIN.search(word)) and not word.isupper() and word.lower() not in allowed


def allowed_words() -> frozenset[str]:
    """Words that people wrote, and names of reference data, which are no strings of the interface."""
    english = Locale("en")
    names = [*english.territories.values(), *english.languages.values(), *english.currencies.values()]
    names += [*english.months["format"]["wide"].values(), *english.months["format"]["abbreviated"].values()]
    names += [*english.days["format"]["abbreviated"].values(), *english.days["format"]["wide"].values()]
    names += [language.name for language in settings.SITE_LANGUAGES]
    with override("en"):
        names += [zone for _country, zones in zone_choices() for _key, zone in zones]
    names += ["seconds minutes hours days ago time"]
    names += [reference.own_name(code) for code in reference.languages()]
    for rows in (reference.units(), reference.ports(), reference.certificates(), reference.countries()):
        names += [text for row in rows.values() for text in [*row.values(), *reference.names_of(row)]]
    return frozenset(word.lower() for text in [*names, *_stored_texts()] for word in WORD.findall(str(text)))


def _stored_texts() -> Iterator[str]:
    for model in apps.get_models():
        if model.__module__.startswith("matchmaker"):
            columns = [
                field.name
                for field in model._meta.concrete_fields
                if isinstance(field, (models.CharField, models.TextField, models.JSONField)) and not field.choices
            ]
            for row in model._default_manager.values_list(*columns)[:500] if columns else ():
                yield from map(str, row)
