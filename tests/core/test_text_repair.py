"""Texts stored in other characters by an earlier version are corrected, also inside JSON."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from matchmaker.core.text_repair import change_texts
from matchmaker.engines.language.text import compose_am
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_the_vowel_am_is_repaired_in_names_and_in_texts_of_several_languages():
    parts = "\u0e4d\u0e32"
    company = make.company(legal_name=f"จ{parts}กัด", about={"th": f"ก{parts}ลัง", "en": "Mill"})
    other = make.company(legal_name="Mill")

    change_texts("companies", ["Company"], compose_am).code(apps, SimpleNamespace(connection=connection))

    company.refresh_from_db()
    other.refresh_from_db()
    assert (company.legal_name, company.about) == ("จำกัด", {"th": "กำลัง", "en": "Mill"})
    assert other.legal_name == "Mill"
