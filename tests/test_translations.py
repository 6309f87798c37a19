"""Catalogues: each has the strings of code and templates; what is translated fits its English and is compiled."""

import re

import polib
import pytest

from matchmaker.core.languages import site_languages
from matchmaker.core.management.commands.translations import catalogue, translated_languages
from tests.strings import code_of_files, marked_strings, of_template, plurals_of, strings_of

HOLES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
COMPLETE = ("zh-hans",)  # a string without a translation fails


@pytest.fixture(scope="module", params=[language.code for language in translated_languages()])
def entries(request):
    language = next(row for row in site_languages() if row.code == request.param)
    return language, polib.pofile(str(catalogue(language)))


def test_catalogue_has_the_strings_of_code_and_templates_and_no_others(entries):
    """`make messages` was run after the last change of a string."""
    _language, file = entries
    collected = {(entry.msgctxt, entry.msgid) for entry in file if not entry.obsolete}
    strings = marked_strings()
    assert {key[1]: strings[key] for key in strings.keys() - collected} == {}  # English text → its file
    assert collected - strings.keys() == set()


@pytest.mark.parametrize(
    ("code", "strings"),
    [
        ('_("Save")', [(None, "Save")]),
        ('pgettext("verb", "Open")', [("verb", "Open")]),
        ('ngettext("%(n)d day", "%(n)d days", n)', [(None, "%(n)d day")]),
        (of_template('<p>It\'s\n  {% trans "new" %}</p>{# _("old") #}'), [(None, "new")]),
        (of_template("{% blocktrans trimmed %}\n  Two\n  lines\n{% endblocktrans %}"), [(None, "Two lines")]),
        (of_template('{% include "x.html" with title=_("A title") %}'), [(None, "A title")]),
    ],
)
def test_a_marked_string_is_collected(code, strings):
    assert list(strings_of(code)) == strings


def test_a_string_has_the_same_plural_everywhere():
    """Catalogues look a string up by its singular: of two plurals one would be read in place of the other."""
    plurals: dict[tuple[str | None, str], set[str]] = {}
    for _path, code in code_of_files():
        for key, plural in plurals_of(code):
            plurals.setdefault(key, set()).add(plural)
    assert {key: found for key, found in plurals.items() if len(found) > 1} == {}


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
