"""What the reader of one language meets on a page: interface texts of another language, and texts of people in a
script that she does not read.

Texts of people have their own `lang`, stand in <bdi> or in quotation marks; the rest is the interface.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, cached_property

import lxml.html
import polib
from django.contrib.auth import get_user_model
from django.utils.translation import override

from matchmaker.campaigns.models import Campaign, Partner
from matchmaker.companies.models import Company
from matchmaker.core import reference
from matchmaker.core.languages import base_of, find, site_languages, tag_of
from matchmaker.core.management.commands.translations import catalogue
from matchmaker.events.models import Event
from matchmaker.messaging.models import Obstacle
from matchmaker.notifications.models import Announcement

# Scripts by the first word of the Unicode names of their letters; everybody reads Latin letters.
SCRIPTS = {"zh": {"CJK"}, "ja": {"CJK", "HIRAGANA", "KATAKANA"}, "ko": {"HANGUL"}, "ar": {"ARABIC"}, "th": {"THAI"},
           "ru": {"CYRILLIC"}}  # fmt: skip
# Greek letters stand in measures and are read by all.
OTHER_SCRIPTS = frozenset().union(*SCRIPTS.values(), {"DEVANAGARI", "KHMER", "HEBREW", "ETHIOPIC", "BENGALI"})
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^>]+>|&\w+;")
READ_OUT = ("title", "alt", "aria-label", "placeholder", "data-label")
WHOLE = {"script", "style", "code", "pre", "kbd", "bdi", "textarea", "svg", "template", "noscript"}
# What shows one thing: in it stands what is readable beside what is not.
ITEMS = {"li", "tr", "article", "dd", "figure", "h1", "h2", "h3", "details", "a", "card", "page-head"}
# Originals beside their translation, what a box holds, texts with their language named, examples of a search, and
# the first letter of a name.
OWN = {"original", "lang-text", "proposal", "textarea", "option", "pairs", "avatar"}
LONG_ENOUGH = 12  # letters of an English phrase that is looked for inside a text


def is_foreign(text: str, language: str) -> bool:
    """Whether a text has letters of a script that readers of the language do not read."""
    own = SCRIPTS.get(base_of(language), set())
    scripts = {unicodedata.name(char, "").split(" ")[0] for char in text if char.isalpha() and ord(char) > 0x24F}
    return bool((scripts & OTHER_SCRIPTS) - own)


@cache
def english_phrases(language: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Strings that read otherwise in this language: whole ones, and long pieces between placeholders."""
    row = find(language)
    assert row, language
    entries = [entry for entry in polib.pofile(str(catalogue(row))) if entry.translated()]
    own = {text.strip() for entry in entries for text in (entry.msgstr, *entry.msgstr_plural.values())}
    all_own = "\n".join(own)
    english = {text.strip() for entry in entries for text in (entry.msgid, entry.msgid_plural) if text}
    whole = frozenset(text for text in english if text not in own and re.search(r"[A-Za-z]{3}", text))
    parts = {part.strip() for text in whole for part in PLACEHOLDER.split(text)}
    pieces = {part for part in parts if sum(map(str.isalpha, part)) >= LONG_ENOUGH and " " in part}
    return whole, tuple(sorted(piece for piece in pieces if piece not in all_own))


def english_in(texts: Iterable[str], language: str, names: Iterable[str] = ()) -> Iterator[str]:
    """Strings of the interface that stand in English among texts for readers of a language, outside names."""
    whole, pieces = english_phrases(language)
    texts = [re.sub(r"[“«„「][^”»“」]*", "", text) for text in texts]
    yield from (f"in English: {text}" for text in texts if text in whole)
    together, names = "\n".join(texts), [name for name in names if len(name) > LONG_ENOUGH]
    for piece in pieces:
        if piece in together and piece in "\n".join(without(names, text) for text in texts if piece in text):
            yield f"in English: {piece}"


def without(names: Iterable[str], text: str) -> str:
    """A text with a space in place of each name."""
    for name in names:
        text = text.replace(name, " ")
    return text


def names_of(language: str) -> set[str]:
    """Names of companies, people, places and of what the organisers named stay as they are."""
    columns = ("legal_name", "name_latin", "name_zh", "contact_name", "city", "address")
    names = {name for row in Company.objects.values_list(*columns) for name in row if name}
    names |= set(get_user_model().objects.values_list("name", flat=True))
    with override(language):
        names |= {company.place for company in Company.objects.all()}
        names |= {reference.name(row, code) for code, row in reference.certificates().items()}
        names |= {reference.name(row, code) for code, row in reference.ports().items()}
        rows = [*Campaign.objects.all(), *Event.objects.all(), *Partner.objects.all()]
        names |= {str(getattr(row, name, "")) for row in rows for name in ("name", "theme", "city", "venue")}
    names |= {text for row in Announcement.objects.all() for text in map(str, row.texts.values())}
    names |= set(Obstacle.objects.values_list("title", flat=True))
    names |= {reference.own_name(code) for code in reference.languages()}
    return names | {row.name for row in site_languages()}


class Page:
    """One page for the reader of a language. `names` are of people and companies; they stay as they are."""

    def __init__(self, html: str, language: str, names: Iterable[str] = ()) -> None:
        self.language = language
        self.root = lxml.html.document_fromstring(html.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
        self.names = frozenset(names)

    def faults(self, *, is_whole: bool = True) -> list[str]:
        """One line for each text that does not belong on the page; only of the interface without `is_whole`."""
        if self.root.get("lang") != tag_of(self.language):
            return [f"the page is in {self.root.get('lang')}"]
        return list(dict.fromkeys([*self._of_other_languages(), *(self._unreadable() if is_whole else ())]))

    def _texts(self) -> Iterator[tuple[lxml.html.HtmlElement, str]]:
        """Texts with the element in which they stand, and those that are read out."""
        for element in self.root.body.iter():
            if not isinstance(element.tag, str):
                continue
            for name in READ_OUT:
                if element.get(name):
                    yield element, element.get(name)
            if element.text and element.tag not in ("script", "style", "template"):
                yield element, element.text
            parent = element.getparent()
            if element.tail and parent is not None and element is not self.root.body:
                yield parent, element.tail

    @staticmethod
    def _is_interface(element) -> bool:
        chain = [element, *element.iterancestors()]
        own = any(one.get("lang") for one in chain if one.tag != "html")
        whole = any(one.tag in WHOLE or one.get("translate") == "no" or one.get("data-whole") for one in chain)
        return not own and not whole and "avatar" not in (element.get("class") or "")

    def _of_other_languages(self) -> Iterator[str]:
        texts = [" ".join(text.split()) for element, text in self._texts() if self._is_interface(element)]
        texts = [text for text in texts if text and text not in self.names]
        yield from english_in(texts, self.language, self.names)
        for text in texts:
            if is_foreign(self._of_interface(text), self.language):
                yield f"in another script: {text[:90]}"

    def _of_interface(self, text: str) -> str:
        """Without names, and without what stands beside its translation: “русский · Russian”, “Tee (茶)”."""
        if text.isascii():
            return text
        return re.sub(r"[(（][^)）]*[)）]", " ", without(self._long_names, text)).split(" · ")[-1]

    @cached_property
    def _long_names(self) -> list[str]:
        return sorted((name for name in self.names if not name.isascii()), key=len, reverse=True)

    def _unreadable(self) -> Iterator[str]:
        """Texts of people in a script the reader does not read, where the item has nothing of theirs she can read."""
        for element, text in self._texts():
            if self._is_interface(element) or not is_foreign(text, self.language) or self._is_beside(element):
                continue
            if " ".join(text.split()) not in self.names:
                yield f"cannot be read: {' '.join(text.split())[:90]}"

    @staticmethod
    def _kinds(element) -> set[str]:
        return {element.tag, *(element.get("class") or "").split()}

    def _is_beside(self, element) -> bool:
        """An original, what a box holds, a name, or a text with a readable one of its kind in the same item."""
        chain = [element, *element.iterancestors()]
        if any(OWN & self._kinds(one) or one.get("translate") == "no" for one in chain):
            return True
        # "typed" is a box within the box of a text, see components/text.html
        around = chain[2:] if "typed" in self._kinds(chain[0]) else chain[1:]
        item = next((one for one in around if ITEMS & self._kinds(one)), around[0])
        if item.find_class("of-language"):
            return True  # nothing translates it here, and the page says in which language it is
        readable = {base_of(self.language), "en"}
        return any(
            base_of(one.get("lang")) in readable and not is_foreign(one.text_content(), self.language)
            for one in item.iter()
            if isinstance(one.tag, str) and one.get("lang") and one.tag != "html"
        )
