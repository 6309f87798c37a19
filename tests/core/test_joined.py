"""Names, labels and sentences are joined as the reader's language does it."""

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe

from matchmaker.core.lists import format_list, join_label, join_sentences, side_by_side


@pytest.mark.parametrize(
    ("language", "row", "clauses", "label"),
    [("en", "rice, tea", "a, b; c", "price: 3"), ("zh-hans", "rice、tea", "a, b；c", "price：3")],
)
def test_names_clauses_and_labels_are_joined_in_the_readers_language(language, row, clauses, label):
    with translation.override(language):
        assert format_list(["rice", "tea"]) == row
        assert side_by_side(["a, b", "c"]) == clauses
        assert join_label("price", 3) == label


def test_no_space_follows_a_full_width_sign():
    assert join_sentences(["第一句。", "第二句！", "Third.", "", "第四句"]) == "第一句。第二句！Third. 第四句"


def test_sentences_in_latin_letters_are_parted_by_a_space():
    assert join_sentences(["One.", " Two. "]) == "One. Two."


@pytest.mark.parametrize(
    ("sentence", "read"),
    [("For <b>Rice Co., Ltd.</b>.", "For <b>Rice Co., Ltd.</b> Next."), ("For <b>Rice</b>.", "For <b>Rice</b>. Next.")],
)
def test_a_sentence_that_ends_in_a_name_with_a_full_stop_has_one(sentence, read):
    page = Template("{% load ui %}{{ sentence|then }}Next.")
    assert page.render(Context({"sentence": mark_safe(sentence)})) == read
