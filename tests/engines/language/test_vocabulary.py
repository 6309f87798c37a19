"""The vocabulary of goods: what the file holds, and names found in texts of every language."""

import csv
import mmap
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from matchmaker.engines.language import reading, vocabulary
from matchmaker.engines.language.text import clean, compose_am
from matchmaker.engines.language.vocabulary import (
    GENERAL,
    GOODS_LANGUAGES,
    PATH,
    Row,
    Vocabulary,
    load_goods,
    read_rows,
    split_names,
)

DATA = Path(__file__).resolve().parents[3] / "data"


def row(name: str, hs6: str, kind: str = "concept", **names: str) -> Row:
    return Row(name, kind, hs6, {lang: split_names(cell) for lang, cell in names.items()})


GOODS = Vocabulary.of(
    [
        row("olive oil", "150920", en="olive oil", zh="橄榄油", fr="huile d'olive", tr="zeytinyağı", th="น้ำมันมะกอก"),
        row("olives", "070992", en="olives", zh="橄榄", fr="olives", ja="オリーブ"),
        row(
            "nuts", "080211", en="almonds in shell", es="almendras con cáscara; almendra con cáscara", ko="껍질 아몬드"
        ),
        row("other", "150920", "names", en="salad oil", zh="色拉油"),
    ]
)


def find_goods(text: str, lang: str) -> list[tuple[str, str]]:
    spans, text = GOODS.find(text, lang), clean(text)
    return [(text[span.start : span.end], span.concepts[0]) for span in spans]


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("fr", "Notre huile d’olive et des olives", [("huile d’olive", "olive oil"), ("olives", "olives")]),
        ("zh", "采购橄榄油5吨", [("橄榄油", "olive oil")]),
        ("zh", "橄榄 olive oil", [("橄榄", "olives"), ("olive oil", "olive oil")]),
        ("th", "ขายน้ำมันมะกอกแท้", [(clean("น้ำมันมะกอก"), "olive oil")]),
        ("es", "Almendras con cáscara, saco", [("Almendras con cáscara", "nuts")]),
        ("ko", "껍질아몬드 10kg", [("껍질아몬드", "nuts")]),
        ("ja", "グリーンオリーブ", [("オリーブ", "olives")]),
        ("fr", "huile de tournesol", []),
        ("xx", "olive oil", []),
    ],
)
def test_the_longest_name_is_found_where_it_stands(lang, text, expected):
    assert find_goods(text, lang) == expected


TURNED = Vocabulary.of(
    [
        row("jasmine rice", "100630", en="jasmine rice", ru="жасминовый рис; ароматный рис", es="arroz aromático"),
        row("sunflower oil", "151219", ru="рафинированное подсолнечное масло", it="olio di girasole raffinato"),
        row("chocolate milk", "220299", en="chocolate milk", fr="lait au chocolat", vi="sữa sô cô la"),
        row("red wine", "220421", fr="vin rouge", it="vino rosso", pt="vinho tinto", vi="vang đỏ"),
        row("shirt", "610910", en="T-shirt"),
        row("vitamin C", "293627", en="vitamin C"),
    ]
)


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("ru", "рис ароматный", ["jasmine rice"]),
        ("ru", "Рис жасминовый, мешки 25 кг", ["jasmine rice"]),
        ("ru", "масло подсолнечное рафинированное", ["sunflower oil"]),
        ("ru", "рис, масло", []),
        ("es", "aromático arroz", ["jasmine rice"]),
        ("it", "rosso vino", ["red wine"]),
        ("pt", "tinto vinho", ["red wine"]),
        ("fr", "chocolat au lait", []),  # milk chocolate is no chocolate milk
        ("en", "rice, jasmine, 5 kg", ["jasmine rice"]),
        ("en", "milk chocolate", []),
        ("vi", "đỏ vang", []),
    ],
)
def test_a_name_is_found_turned_round_where_that_means_the_same(lang, text, expected):
    assert [span.concepts[0] for span in TURNED.find(text, lang)] == expected


def test_a_single_letter_belongs_to_the_name():
    assert [TURNED.find(text, "en") for text in ("shirt", "vitamin", "vitamin E")] == [[], [], []]
    assert [span.concepts for span in TURNED.find("T-shirts with vitamin C", "en")] == [("shirt",), ("vitamin C",)]


def test_a_whole_text_names_concepts_whatever_its_case_and_number():
    assert GOODS.exact("Olive Oils", "en") == ("olive oil",)
    assert GOODS.exact("橄欖油", "zh") == ("olive oil",)  # traditional
    assert GOODS.exact("olive oil soap", "en") == ()


def test_names_and_codes_of_a_concept():
    assert GOODS.names("nuts", "es") == ("almendras con cáscara", "almendra con cáscara")
    assert GOODS.names("nuts", "vi") == ()
    assert GOODS.concepts_of("150920") == ("olive oil", "other")
    assert (GOODS.is_translated("olive oil"), GOODS.is_translated("other")) == (True, False)
    assert "olive oil" in GOODS
    assert "stone" not in GOODS


def test_goods_of_a_text_are_said_in_english():
    assert reading.english_names("Aydın kuru incir, 5 kg", "tr") == "dried figs"
    assert reading.english_names("olive oil", "en") == ""


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return list(read_rows(PATH))


def test_every_row_has_an_identifier_of_its_own_and_a_code_of_hs_2022(rows):
    with (DATA / "hs" / "hs2022.csv").open(encoding="utf-8", newline="") as file:
        codes = {line["code"] for line in csv.DictReader(file) if line["level"] == "6"}
    assert [name for name, count in Counter(row.id for row in rows).items() if count > 1] == []
    assert {row.hs6 for row in rows} <= codes
    assert len({row.hs6 for row in rows}) > 5500
    assert {row.kind for row in rows} == {"concept", "names"}


def test_names_are_in_nfkc_and_concepts_have_english_and_chinese(rows):
    names = [name for row in rows for listed in row.names.values() for name in listed]
    assert [name for name in names if compose_am(unicodedata.normalize("NFKC", name)) != name] == []
    assert [row.id for row in rows if row.kind == "concept" and not {"en", "zh"} <= row.names.keys()] == []


def test_two_thousand_subheadings_are_named_in_every_language(rows):
    for lang in GOODS_LANGUAGES:
        assert len({row.hs6 for row in rows if lang in row.names}) > 2000, lang


def test_general_words_stand_in_every_language_and_say_no_name_twice():
    listed = list(read_rows(GENERAL))
    assert {row.kind for row in listed} == {"general"}
    assert [(row.id, lang) for row in listed for lang in GOODS_LANGUAGES if lang not in row.names] == []
    spoken = Counter((lang, name.casefold()) for row in listed for lang in GOODS_LANGUAGES for name in row.names[lang])
    assert [name for name, count in spoken.items() if count > 1] == []


@pytest.mark.parametrize(
    ("lang", "text", "name"),
    [("ru", "рис", "rice"), ("de", "Schuhe", "shoes"), ("tr", "halı", "carpets"), ("ko", "가방", "handbags")],
)
def test_everyday_words_for_groups_of_goods_are_read_but_teach_no_code(lang, text, name):
    (span,) = load_goods().find(text, lang)
    assert name in [load_goods().names(concept, "en")[0] for concept in span.concepts]
    general = [concept for concept in span.concepts if load_goods().is_general(concept)]
    assert general
    assert not set(general) & set(load_goods().concepts_of(load_goods().hs6(general[0])))


@pytest.mark.parametrize(
    ("text", "code"), [("Buche", "440792"), ("Bücher", "490199"), ("Buch", "490199"), ("Spielzeug aus Buche", "440792")]
)
def test_german_words_of_one_stem_are_told_apart_by_their_spelling(text, code):
    spans = load_goods().find(text, "de")
    assert {load_goods().hs6(concept) for concept in spans[-1].concepts} == {code}


def test_a_name_that_shares_most_words_is_near():
    goods = Vocabulary.of(
        [
            row("skimmed", "040210", vi="sữa bột tách béo"),
            row("powder", "040221", vi="sữa bột"),
            row("coffee", "090111", vi="cà phê nhân; cà phê hạt"),
            row("juice", "200990", vi="nước ép trái cây"),
        ]
    )
    assert goods.near("sữa bột gầy", "vi", 3, 0.3) == ("powder", "skimmed")
    assert goods.near("sữa bột gầy", "vi", 1, 0.3) == ("powder",)
    assert goods.near("máy khoan", "vi", 3, 0.3) == goods.near("milk", "en", 3, 0.3) == ()


def test_words_about_goods_are_read_in_another_language():
    assert reading.describing_words("phi lê cá đông lạnh, đóng hộp", "vi", "en") == ("fillet", "frozen", "canned")


def test_the_file_on_disk_is_read_once_a_process():
    assert load_goods() is load_goods()
    assert len(load_goods()) > 5000


@pytest.fixture
def names(tmp_path, monkeypatch):
    """A file of names, and a cache of its own; the vocabularies of the process are forgotten before and after."""
    monkeypatch.setenv("MODEL_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "names.csv"
    path.write_text(
        f"concept,kind,hs6,{','.join(GOODS_LANGUAGES)}\nchair,concept,940130,chair,椅子\n", encoding="utf-8"
    )
    load_goods.cache_clear()
    yield path
    load_goods.cache_clear()


def test_names_are_read_once_a_machine_and_mapped_from_the_disk(names, monkeypatch):
    assert load_goods(names).exact("Chairs", "en") == ("chair",)
    load_goods.cache_clear()
    monkeypatch.setattr(vocabulary, "read_rows", lambda path: pytest.fail("read again"))
    again = load_goods(names)
    assert [span.concepts for span in again.find("办公椅子", "zh")] == [("chair",)]
    assert again.names("chair", "zh") == ("椅子",)
    assert isinstance(again._phrases._rows.obj.base.base, mmap.mmap)


def test_changed_names_are_read_again(names):
    assert load_goods(names).exact("table", "en") == ()
    with names.open("a", encoding="utf-8") as file:
        file.write("table,concept,940360,table,桌子\n")
    load_goods.cache_clear()
    assert load_goods(names).exact("table", "en") == ("table",)


def test_without_a_file_no_name_is_known(names):
    names.unlink()
    empty = load_goods(names)
    assert (len(empty), empty.ids, empty.find("chair", "en"), empty.concepts_of("940130")) == (0, (), [], ())


def test_no_name_of_the_vocabulary_holds_the_vowel_am_in_parts():
    files = sorted((DATA / "vocabulary").glob("*.csv"))
    assert [file.name for file in files if compose_am(text := file.read_text("utf-8")) != text] == []
