"""The rules by which pages are read for their readers find what they look for, and nothing else."""

import pytest

from tests.readers import Page

PAGE = '<html lang="{language}"><body><main>{content}</main></body></html>'


@pytest.mark.parametrize(
    ("language", "content", "fault"),
    [
        ("fr", "<p>Products and their suppliers</p><p>Sign in</p>", "in English: Sign in"),
        ("fr", '<button aria-label="Sign in"></button>', "in English: Sign in"),
        ("fr", "<p>供应商</p>", "in another script: 供应商"),
        ("ar", '<ul><li><span lang="zh">茶叶</span></li></ul>', "cannot be read: 茶叶"),
        ("ar", '<ul><li><span lang="en">Tea</span><span lang="zh">茶叶</span></li></ul>', ""),
        ("ar", '<ul><li><span class="original" lang="zh">茶叶</span></li></ul>', ""),
        ("zh-hans", '<ul><li><span lang="zh">茶叶</span></li></ul>', ""),
        ("fr", "<p><bdi>云南茶叶有限公司</bdi></p>", ""),
    ],
)
def test_texts_of_another_language_or_script_are_faults(language, content, fault):
    tag = {"zh-hans": "zh-Hans"}.get(language, language)
    faults = Page(PAGE.format(language=tag, content=content), language, {"云南茶叶有限公司"}).faults()
    assert (faults == [fault]) if fault else not faults


def test_a_page_in_another_language_than_its_reader_is_a_fault():
    assert Page(PAGE.format(language="en", content=""), "fr").faults() == ["the page is in en"]
