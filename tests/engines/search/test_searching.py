"""The search itself, over plain entries, with a meaning that the test decides."""

import numpy as np
import pytest

from matchmaker.engines.search import SearchQuery
from matchmaker.engines.search.build import build_segment
from matchmaker.engines.search.entries import Entry, fold_text
from matchmaker.engines.search.searching import Index


class Deaf:
    """An encoder without a notion of anything: only words, names and codes can speak."""

    name, dim = "deaf", 4

    def encode_query(self, texts):
        return np.zeros((len(texts), self.dim), np.float32)

    encode_passage = encode_query


class directory:  # reads as a word in the tests below
    """An index of these entries."""

    def __init__(self, *entries: Entry, name_weight: float = 0.3) -> None:
        self.index = Index([build_segment(entries, Deaf().encode_passage, 4)], Deaf())
        self.name_weight = name_weight

    def search(self, query="", filters=None, **more):
        return self.index.search(SearchQuery(query, filters or {}, name_weight=self.name_weight, **more))


RICE = Entry(
    1,
    names=(("th", "ข้าวหอมมะลิ"), ("zh", "泰国茉莉香米")),
    hs_codes=("100630",),
    facets={"origin": ("TH",), "group": ("AGRI",)},
    newest=1.0,
    title="Hom Mali",
)
FRENCH = Entry(
    2,
    names=(("fr", "Riz parfumé de Camargue"),),
    hs_codes=("100630",),
    facets={"origin": ("FR",), "group": ("AGRI",)},
    newest=3.0,
    title="Riz",
)
VALVE = Entry(
    3,
    names=(("en", "Forged steel ball valve"),),
    hs_codes=("848180",),
    exact=frozenset({"91420100MA4K"}),
    name_key="acme valves",
    facets={"origin": ("IT",), "group": ("TECH",)},
    newest=2.0,
    title="Valve",
)
VALVOLA = Entry(4, names=(("it", "Valvola di ritegno"),), hs_codes=("848130",), facets={"origin": ("IT",)}, title="V")


def test_an_empty_query_finds_everything_newest_first():
    assert directory(RICE, FRENCH, VALVE).search("", sort="newest").keys == [2, 3, 1]


def test_chinese_words_find_the_chinese_name_and_its_heading():
    found = directory(RICE, FRENCH, VALVE).search("茉莉香米")
    assert found.keys == [1, 2]  # the French rice has none of the words; it stands under the same heading


def test_traditional_and_full_width_words_find_the_same():
    here = directory(RICE, VALVE)
    assert here.search("泰國茉莉香米").keys == here.search("泰国茉莉香米").keys == [1]
    assert here.search("ＶＡＬＶＥ").keys == [3]


def test_a_gloss_finds_an_english_name_and_its_heading_an_italian_one():
    found = directory(RICE, VALVE, VALVOLA).search("阀门")
    assert found.keys == [3, 4]
    assert "valve" in found.understood.gloss


def test_a_misspelt_word_is_read_as_the_nearest():
    found = directory(RICE, VALVE).search("ball valwe")
    assert found.keys == [3]
    assert found.understood.spelling == (("valwe", "valve"),)


def test_a_word_is_stemmed_in_the_language_that_finds_it():
    assert directory(VALVE, VALVOLA).search("valvole").keys == [4, 3]


@pytest.mark.parametrize("typed", ["1006", "1006.30", "100630", "HS 1006", "10"])
def test_an_hs_code_finds_exactly_its_own(typed):
    assert sorted(directory(RICE, FRENCH, VALVE).search(typed).keys) == [1, 2]


def test_a_company_number_finds_its_company_only():
    assert directory(RICE, VALVE).search("9142 0100-ma4k").keys == [3]


def test_a_company_name_is_found_as_pinyin():
    entry = Entry(9, names=(("en", "Noodles"),), name_key="武汉中百集团 wuhanzhongbaijituan")
    here = directory(entry, RICE, name_weight=1.0)
    assert here.search("zhongbai").keys == here.search("中百").keys == [9]


JASMINE = Entry(5, names=(("en", "Jasmine rice, new crop"),), hs_codes=("100630",), title="J")
XIANGMI = Entry(6, names=(("zh", "茉莉香米"),), hs_codes=("100630",), title="X")
COFFEE = Entry(7, names=(("en", "Coffee"),), hs_codes=("090121",), title="C")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("gạo thơm", "fragrant rice"),
        ("ข้าวหอมมะลิ", "jasmine rice"),
        ("рис ароматный", "jasmine rice"),
        ("beras wangi", "jasmine rice"),
        ("arroz aromático", "jasmine rice"),
    ],
)
def test_goods_named_in_another_language_are_found_by_their_english_and_chinese_names(query, named):
    found = directory(JASMINE, XIANGMI, COFFEE, VALVE).search(query)
    assert sorted(found.keys) == [5, 6]
    assert named in found.understood.named


def test_goods_that_the_words_name_are_found_by_their_heading():
    other = Entry(8, names=(("it", "Carnaroli"),), hs_codes=("100630",), title="Carnaroli")
    assert directory(other, COFFEE, VALVE).search("gạo thơm").keys == [8]


def test_vietnamese_goods_that_no_name_says_whole_are_found_by_the_nearest_names():
    """The encoder does not read Vietnamese; what a name only resembles is not said to have been read."""
    powder = Entry(8, names=(("en", "Skimmed milk powder, 25 kg"),), hs_codes=("040210",), title="S")
    found = directory(powder, COFFEE, VALVE).search("sữa gầy dạng bột")
    assert found.keys == [8]
    assert not any("skimmed" in name for name in found.understood.named)


def test_words_taken_exactly_are_not_read_as_goods():
    assert directory(JASMINE, COFFEE).search("gạo thơm", mode="words").keys == []


def test_facet_counts_leave_out_their_own_filter_only():
    found = directory(RICE, FRENCH, VALVE).search("", {"origin": ["TH"]})
    assert found.keys == [1]
    assert dict(found.facets["origin"]) == {"TH": 1, "FR": 1, "IT": 1}
    assert dict(found.facets["group"]) == {"AGRI": 1, "TECH": 0}


def test_values_of_one_facet_widen_and_facets_narrow():
    here = directory(RICE, FRENCH, VALVE)
    assert sorted(here.search("", {"origin": ["TH", "FR"]}).keys) == [1, 2]
    assert here.search("", {"origin": ["TH", "IT"], "group": ["TECH"]}).keys == [3]


def test_an_unknown_value_finds_nothing():
    assert directory(RICE).search("", {"origin": ["XX"]}).keys == []


def test_nothing_found_says_so():
    found = directory(RICE, VALVE).search("quantumteleporter")
    assert (found.keys, found.nearest) == ([], [])


def test_orders_are_whole_and_stable():
    here = directory(RICE, FRENCH, VALVE)
    assert here.search("", sort="oldest").keys == [1, 3, 2]
    assert here.search("", sort="name").keys == [1, 2, 3]


@pytest.mark.parametrize(
    "typed",
    [
        "%" * 1000,
        "(a+)+$",
        '"',
        "* " * 50,
        "' OR 1=1",
        "\x00",
        "\ud800",
        "😀",
        "بلح",
        "a" * 10_000,
        "中" * 5_000,
        "   ",
    ],
)
def test_any_text_is_searched_without_error(typed):
    directory(RICE, FRENCH, VALVE).search(typed)


def test_a_long_query_is_cut_and_says_so():
    assert directory(RICE).search("rice " * 100).understood.is_cut


def test_an_empty_directory_finds_nothing():
    found = directory().search("rice")
    assert (found.keys, found.facets) == ([], {})


def test_numbers_are_compared_without_their_punctuation():
    assert fold_text("9142 0100-ma4k.x/1") == "91420100MA4KX1"


def test_a_companys_own_name_is_not_read_as_another_word():
    mill = Entry(9, names=(("en", "Moline"),), newest=3.0, title="Moline", name_key="molinosdelsur")
    found = directory(RICE, mill).search("molinos")
    assert found.understood.spelling == ()
    assert found.keys == [9]
    assert directory(RICE, mill).search("molinoz").understood.spelling != ()


GLOVE = Entry(10, names=(("es", "Guante de mano"),), texts=(("es", "mano mano mano"),), newest=1.0, title="Guante")


@pytest.mark.parametrize("typed", ["mayonnaise", "ketchup", "mayonesa"])
def test_a_word_that_is_known_is_not_read_as_a_misspelt_one(typed):
    ketch = Entry(11, names=(("en", "Ketch rope"),), newest=1.0, title="Ketch rope")
    found = directory(GLOVE, ketch, RICE).search(typed)
    assert (found.understood.spelling, found.keys) == ((), [])


def test_a_word_is_read_as_one_of_about_its_length():
    assert directory(GLOVE, RICE).search("manoxxxxx").understood.spelling == ()


ACTUATOR = Entry(
    5, names=(("en", "Pneumatic rotary unit"),), texts=(("en", "turns a ball valve in a plant"),), title="A"
)


def test_what_only_mentions_the_words_is_related_and_stands_behind_what_fits():
    found = directory(VALVE, ACTUATOR, RICE).search("ball valve")
    assert list(zip(found.keys, found.fits, strict=True)) == [(3, True), (5, False)]


def test_only_what_fits_is_found_where_nothing_else_is_wanted():
    found = directory(VALVE, ACTUATOR, RICE).search("ball valve", only_fits=True, sort="newest")
    assert (found.keys, found.fits, found.total) == ([3], [True], 1)


def test_nothing_fits_what_is_only_mentioned():
    found = directory(ACTUATOR, RICE).search("ball valve plant")
    assert (found.keys, found.fits) == ([5], [False])


def test_the_name_of_a_company_fits_where_no_goods_do():
    found = directory(VALVE, RICE).search("acme")
    assert (found.keys, found.fits) == ([3], [True])


@pytest.mark.parametrize("query", ["", "8481", "91420100MA4K"])
def test_a_list_without_words_and_codes_and_numbers_fit(query):
    found = directory(VALVE, VALVOLA).search(query)
    assert found.keys
    assert all(found.fits)
