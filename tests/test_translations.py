"""The Chinese catalogue is complete and compiled."""

import re
from pathlib import Path

import polib
import pytest

CATALOGUE = Path(__file__).resolve().parent.parent / "matchmaker/locale/zh_Hans/LC_MESSAGES/django.po"


@pytest.fixture(scope="module")
def catalogue():
    return polib.pofile(str(CATALOGUE))


def test_every_string_has_its_chinese(catalogue):
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


def test_placeholders_are_the_same_in_both_languages(catalogue):
    holes = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
    differing = []
    for entry in catalogue:
        chinese = entry.msgstr or entry.msgstr_plural.get(0, "")
        wanted = {m[0] or m[1] for m in holes.findall(entry.msgid_plural or entry.msgid)}
        if {m[0] or m[1] for m in holes.findall(chinese)} != wanted:
            differing += [entry.msgid]
    assert differing == []


def test_compiled_catalogue_is_that_of_the_source(catalogue):
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert {(e.msgctxt, e.msgid): e.msgstr or e.msgstr_plural for e in compiled} == {
        (e.msgctxt, e.msgid): e.msgstr or e.msgstr_plural for e in catalogue
    }
