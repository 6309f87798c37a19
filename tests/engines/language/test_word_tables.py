import mmap

import pytest

from matchmaker.engines.language import word_tables
from matchmaker.engines.language.word_tables import WordTables, learn_tables, load_tables

NAMES = [
    {"fr": ("chaise longue",), "en": ("deck chair",), "zh": ("躺椅",)},
    {"fr": ("chaise de bureau",), "en": ("office chair",), "zh": ("办公椅",)},
    {"fr": ("chaise de jardin",), "en": ("garden chairs",), "zh": ("花园椅",)},
    {"fr": ("table de bureau",), "en": ("office table",), "zh": ("办公桌",)},
    {"fr": ("table de jardin",), "en": ("garden table",), "zh": ("花园桌",)},
    {"vi": ("máy giặt",), "en": ("washing machine",), "zh": ("洗衣机",)},
]
HEADER = "concept,kind,hs6,en,zh,fr\n"


@pytest.fixture(scope="module")
def tables():
    return WordTables(learn_tables(NAMES))


def likeliest(found):
    return max(found, key=found.__getitem__)


def test_a_word_is_learned_from_the_names_it_stands_in(tables):
    assert likeliest(tables.words("chaise", "fr", "en")) in ("chair", "chairs")
    assert likeliest(tables.words("une chaise haute", "fr", "zh")) == "椅"


def test_a_name_that_no_list_has_is_rendered_word_by_word_and_unknown_latin_stems_stay(tables):
    assert tables.rendering("table longue Zorba", "fr").split()[0::2] == ["table", "zorb"]


def test_nothing_is_guessed_of_words_and_languages_that_no_name_has(tables):
    assert tables.words("marteau", "fr", "zh") == {}
    assert tables.rendering("marteau", "fr") == ""
    assert tables.words("sandali", "sw", "en") == {}
    assert tables.words("chair", "en", "en") == {}


def test_two_syllables_of_vietnamese_are_a_word(tables):
    assert tables.guesses("máy giặt", "vi", "zh")


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A cache and a data folder with one list of names; the tables of the process are forgotten before and after."""
    monkeypatch.setenv("MODEL_CACHE", str(tmp_path / "cache"))
    for name in ("PATH", "GENERAL", "SHOP_NAMES", "WORDS", "TAXONOMY", "FOOD"):
        monkeypatch.setattr(word_tables, name, tmp_path / f"{name}.csv")
    word_tables.PATH.write_text(f"{HEADER}a,concept,940130,chair,椅子,chaise\n", encoding="utf-8")
    load_tables.cache_clear()
    yield tmp_path
    load_tables.cache_clear()


def test_tables_are_learned_once_and_mapped_from_the_disk(files, monkeypatch):
    assert likeliest(load_tables().words("chaise", "fr", "en")) == "chair"
    load_tables.cache_clear()
    monkeypatch.setattr(word_tables, "learn_tables", lambda rows: pytest.fail("learned again"))
    again = load_tables()
    assert likeliest(again.words("chaise", "fr", "en")) == "chair"
    assert isinstance(again._shares["fr", "en"].base.base, mmap.mmap)


def test_changed_names_give_new_tables(files):
    assert load_tables().words("table", "fr", "zh") == {}
    with word_tables.PATH.open("a", encoding="utf-8") as file:
        file.write("b,concept,940360,table,桌,table\n")
    load_tables.cache_clear()
    assert likeliest(load_tables().words("table", "fr", "zh")) == "桌"


def test_names_that_are_judged_are_left_out(files):
    header = "category_id,level,path_en,path_zh,path_fr,path_es\n"
    word_tables.TAXONOMY.write_text(f"{header}ap-1,3,Tools > Hammer,工具 > 锤,Outils > Marteau,Útil > Martillo\n")
    assert load_tables().words("marteau", "fr", "zh")
    assert load_tables(frozenset(["ap-1"])).words("marteau", "fr", "zh") == {}
