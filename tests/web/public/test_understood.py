"""What a search made of the words, as it is said."""

import pytest
from django.test import RequestFactory
from django.utils import translation

from matchmaker.engines.search import QueryInterpretation
from matchmaker.web.public.understood import sentences
from tests import factories


@pytest.mark.parametrize(
    ("language", "title", "names", "said"),
    [
        ("en", "谷物", "大米、糙米", "HS 1006: “Rice”"),
        ("zh-hans", "谷物", "大米、糙米", "HS 1006（第10章 谷物）：“大米、糙米"),
        ("zh-hans", "谷物", "", "HS 1006（第10章 谷物）：“Rice”"),
        ("zh-hans", "", "", "HS 1006：“Rice”"),
        ("fr", "谷物", "大米、糙米", "SH 1006\u00a0: «\u00a0Rice\u00a0»"),
    ],
)
def test_a_chinese_reader_is_told_a_heading_by_its_chapter_and_everyday_names(db, language, title, names, said):
    chapter = factories.hs_code("10", level=2, text={"en": "Cereals"}, title={"zh": title})
    factories.hs_code("1006", level=4, parent=chapter, text={"en": "Rice"}, names={"zh": names})
    with translation.override(language):
        found = sentences(RequestFactory().get("/products/"), QueryInterpretation(hs_code="1006"))
    assert [list(one) for one in found] == [["text"]]
    assert found[0]["text"].startswith(said)


def test_the_name_of_the_goods_is_shown_and_not_each_sense_of_its_characters(db):
    """高压球阀 was said to be searched by "high, pressure, high-handed"."""
    understood = QueryInterpretation(named=("ball valve",), gloss="high pressure high-handed ball valve")
    texts = [one["text"] for one in sentences(RequestFactory().get("/products/"), understood)]
    assert texts[0] == "Read as “ball valve”."
    assert not any("high-handed" in text for text in texts)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "In other languages: thé vert and in 2 more languages."),
        ("zh-hans", "其他语言的名称：thé vert · 绿茶"),
        ("ko", "다른 언어: thé vert · 녹차"),
        ("ar", "بلغات أخرى: \u2068thé vert\u2069"),
    ],
)
def test_names_in_other_languages_are_those_that_the_reader_can_read(db, language, text):
    understood = QueryInterpretation(others=(("fr", "thé vert"), ("zh", "绿茶"), ("ko", "녹차")))
    with translation.override(language):
        found = [one["text"] for one in sentences(RequestFactory().get("/products/"), understood)]
    assert any(one.startswith(text) for one in found), found


def test_words_that_were_read_are_listed_as_the_language_lists_them(db):
    understood = QueryInterpretation(named=("green tea", "black tea"))
    with translation.override("zh-hans"):
        texts = [one["text"] for one in sentences(RequestFactory().get("/products/"), understood)]
    assert "green tea、black tea" in texts[0]
