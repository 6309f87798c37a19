"""Catalogues: the Chinese one is complete; whatever is translated fits its English and is compiled."""

import re

import polib
import pytest

from matchmaker.core.languages import site_languages
from matchmaker.core.management.commands.translations import catalogue, translated_languages

HOLES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
COMPLETE = ("zh-hans",)  # a string without a translation fails


@pytest.fixture(scope="module", params=[language.code for language in translated_languages()])
def entries(request):
    language = next(row for row in site_languages() if row.code == request.param)
    return language, polib.pofile(str(catalogue(language)))


def test_every_string_of_a_complete_language_is_translated(entries):
    language, file = entries
    if language.code in COMPLETE:
        assert [entry.msgid for entry in file.untranslated_entries()] == []
        assert [entry.msgid for entry in file.fuzzy_entries()] == []


def test_placeholders_are_the_same_as_in_english(entries):
    _language, file = entries
    differing = []
    for entry in file.translated_entries():
        english, last = entry.msgid_plural or entry.msgid, max(entry.msgstr_plural, default=0)
        if placeholders(entry.msgstr or entry.msgstr_plural[last]) != placeholders(english):
            differing.append(entry.msgid)
    assert differing == []


def placeholders(text: str) -> set[str]:
    return {m[0] or m[1] for m in HOLES.findall(text)}


def test_compiled_catalogue_is_that_of_the_source(entries):
    language, file = entries
    compiled = polib.mofile(str(catalogue(language).with_suffix(".mo")))
    assert {(e.msgctxt, e.msgid): e.msgstr or e.msgstr_plural for e in compiled} == {
        (e.msgctxt, e.msgid): e.msgstr or e.msgstr_plural for e in file.translated_entries()
    }
