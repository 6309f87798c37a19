import mmap

import pytest

from matchmaker.engines.language import syllables as module
from matchmaker.engines.language.syllables import syllables


@pytest.fixture(autouse=True)
def forget_table():
    yield
    module._table.cache_clear()


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("", []),
        ("茶", ["cha"]),
        ("重庆", ["chong", "qing"]),  # a word; the character alone is zhong
        ("重", ["zhong"]),
        ("重量和重庆", ["zhong", "liang", "he", "chong", "qing"]),
        ("绿茶 500 g装", ["lv", "cha", " 500 g", "zhuang"]),
        ("ジャスミン米", ["ジャスミン", "mi"]),
        ("jasmine", ["jasmine"]),
        ("善不着边", ["shan", "bu", "zhuo", "bian"]),  # a word at the end, where pypinyin reads each character alone
    ],
)
def test_chinese_is_spelt_word_by_word(text, spelt):
    assert syllables(text) == spelt


def test_texts_are_spelt_as_pypinyin_does():
    from pypinyin import lazy_pinyin

    texts = [
        "行长在银行",
        "采购冷冻去骨西冷牛肉，真空包装",
        "还有：乐器、音乐和快乐",
        "长春长大",
        "A4纸（80克）",
        "朝鲜朝阳",
    ]
    assert [syllables(text) for text in texts] == [lazy_pinyin(text) for text in texts]


def test_the_table_is_made_once_and_mapped_from_the_disk(tmp_path, monkeypatch):
    monkeypatch.setenv("MODEL_CACHE", str(tmp_path))
    module._table.cache_clear()
    assert syllables("绿茶") == ["lv", "cha"]
    module._table.cache_clear()
    monkeypatch.setattr(module, "_read_table", lambda: pytest.fail("read again"))
    assert syllables("绿茶") == ["lv", "cha"]
    keys, _spelt = module._table()
    assert isinstance(keys._starts.obj.base.base, mmap.mmap)
