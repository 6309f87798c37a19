"""Fields that are recognised in lines of text."""

from decimal import Decimal

import pytest

from matchmaker.engines.reading.pictures import PictureLine
from matchmaker.imports.recognition import company_fields, figures, product_fields, sheet_row_fields
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def codes():
    for code in ("040900", "100630"):
        make.hs_code(code)


def lines(text: str, first_height: float = 1.0) -> list[PictureLine]:
    texts = text.strip().splitlines()
    return [PictureLine(line, first_height if place == 0 else 1.0) for place, line in enumerate(texts)]


def test_a_pasted_text_gives_a_product():
    text = """
Organic clover honey in glass jars
Our honey is collected by forty families in the hills of Otago and is certified organic.
Country of origin: New Zealand
Net weight: 500 g
Shelf life: 24 months
MOQ: 1200 kg
Price: USD 8.50 / kg FOB Auckland
"""
    fields, suggested = product_fields(lines(text), is_picture=False)
    assert fields["name"] == "Organic clover honey in glass jars"
    assert fields["description"].startswith("Our honey is collected")
    assert (fields["origin"], fields["pack"], fields["shelf_life_days"]) == ("NZ", "500 g", 720)
    assert (fields["min_order"], fields["min_order_unit"]) == (Decimal("1200"), "kg")
    assert (fields["price_low"], fields["currency"], fields["price_unit"]) == (Decimal("8.50"), "USD", "kg")
    assert (fields["incoterm"], fields["incoterm_place"], fields["language"]) == ("FOB", "Auckland", "en")
    assert fields["hs_code"] == "040900"
    assert set(suggested) == {"hs_code", "language"}


@pytest.mark.parametrize(
    ("text", "language", "price"),
    [
        ("ราคา FOB แหลมฉบัง 1,080 USD/ตัน บรรจุ 25 กก.", "th", (1080, "USD", "t")),
        ("1080 دولار للطن", "ar", (1080, "USD", "t")),
        ("1080 $/тонна", "ru", (1080, "USD", "t")),
        ("95 000 руб/т", "ru", (95000, "RUB", "t")),
        ("35元/瓶", "zh", (35, "CNY", "bottle")),
        ("¥120/箱", "ja", (120, "JPY", "carton")),
    ],
)
def test_a_price_is_read_with_its_own_unit(text, language, price):
    read = figures.price(text, language)
    assert (read["price_low"], read["currency"], read["price_unit"]) == price


@pytest.mark.parametrize(
    ("text", "language"),
    [("1.080 €/tonne", "fr"), ("USD 8.50, net 500 g", "en"), ("¥120/carton", "en"), ("25 kg", "en")],
)
def test_a_price_without_a_unit_or_with_two_readings_is_none(text, language):
    assert figures.price(text, language) == {}


@pytest.mark.parametrize(
    ("text", "language", "amount"),
    [("1 ตู้ (22 ตัน)", "th", (1, "container")), ("1 200 kg", "fr", (1200, "kg")), ("2个柜", "zh", (2, "container"))],
)
def test_a_minimum_order_is_read(text, language, amount):
    assert figures.amount(text, language) == amount


def test_a_chinese_label_gives_a_product():
    text = """
泰国茉莉香米
品名：泰国茉莉香米
原产国：泰国
净含量：5千克
保质期：18个月
配料：茉莉香米
"""
    fields, _suggested = product_fields(lines(text), is_picture=True)
    assert (fields["name"], fields["origin"], fields["pack"]) == ("泰国茉莉香米", "TH", "5 千克")
    assert (fields["shelf_life_days"], fields["price_unit"], fields["language"]) == (540, "kg", "zh")
    assert fields["hs_code"] == "100630"


def test_the_largest_line_of_a_picture_is_the_name():
    label = [
        PictureLine("Depuis 1934", 20),
        PictureLine("Comté AOP affiné 18 mois", 80),
        PictureLine("Poids net 250 g", 22),
    ]
    label += [PictureLine("Origine : France", 22), PictureLine("7613035974685", 15)]
    fields, _suggested = product_fields(label, is_picture=True)
    assert (fields["name"], fields["origin"], fields["pack"]) == ("Comté AOP affiné 18 mois", "FR", "250 g")


def test_a_bar_code_counts_only_with_its_check_digit():
    assert product_fields(lines("Honey\n4006381333931"), is_picture=True)[0]["article"] == "4006381333931"
    assert "article" not in product_fields(lines("Honey\n4006381333932"), is_picture=True)[0]


def test_a_text_without_words_gives_nothing():
    assert product_fields(lines("12345\n--"), is_picture=False) == ({}, [])


def test_a_sheet_row_with_its_head_is_read_by_the_rules_of_sheets():
    row = "品名\t产地\t最小起订量\t起订单位\t单价\t币种\n茉莉香米\t泰国\t20\t吨\t0.95\t美元"
    fields = sheet_row_fields(row)
    assert (fields["name"], fields["origin"], fields["min_order"]) == ("茉莉香米", "TH", Decimal("20"))
    assert (fields["min_order_unit"], fields["price_low"], fields["currency"]) == ("t", Decimal("0.95"), "USD")


@pytest.mark.parametrize("text", ["one line", "a\tb", "a\tb\nc\td", ""])
def test_what_is_no_sheet_is_read_as_a_text(text):
    assert sheet_row_fields(text) is None


CARD = """
Fruitière du Haut-Jura SCA
Claire Morel
Directrice export
12 rue des Fromagers
39300 Champagnole, France
Tél. +33 3 84 52 12 34
claire@fruitiere.example
www.fruitiere-jura.fr
"""


def test_a_business_card_gives_a_company_and_its_contact():
    fields, suggested = company_fields(lines(CARD))
    assert fields == {
        "legal_name": "Fruitière du Haut-Jura SCA",
        "contact_name": "Claire Morel",
        "address": "12 rue des Fromagers",
        "city": "Champagnole",
        "country": "FR",
        "contact_phone": "+33 3 84 52 12 34",
        "contact_email": "claire@fruitiere.example",
        "website": "https://www.fruitiere-jura.fr",
    }
    assert suggested == []


def test_a_chinese_card_gives_both_names_and_the_code_whose_check_character_is_right():
    text = """
宁波甬海进口贸易有限公司
NINGBO YONGHAI IMPORT TRADING CO., LTD.
陈敏  采购经理
地址：浙江省宁波市海曙区中山路128号
电话：0574-8718 1234
邮箱：chenmin@yonghai.cn
统一社会信用代码：91330212MA2KT7X3Q9
"""
    fields, suggested = company_fields(lines(text))
    assert (fields["legal_name"], fields["contact_name"], fields["city"]) == (
        "宁波甬海进口贸易有限公司",
        "陈敏",
        "宁波",
    )
    assert fields["name_latin"] == "NINGBO YONGHAI IMPORT TRADING CO., LTD."
    assert (fields["identifier_kind"], fields["identifier"]) == ("uscc", "91330212MA2KT7X3Q9")
    assert (fields["country"], fields["contact_phone"]) == ("CN", "+86 574 8718 1234")
    assert suggested == ["country"]
    wrong, _suggested = company_fields(lines(text.replace("X3Q9", "X3QX")))
    assert "identifier" not in wrong


@pytest.mark.parametrize("line", ["陈敏  采购经理", "陈敏 采购经理", "陈敏采购经理", "采购经理  陈敏"])
def test_a_chinese_name_stands_beside_a_title(line):
    fields, _suggested = company_fields(lines(f"宁波甬海进口贸易有限公司\n{line}\n电话：0574-8718 1234"))
    assert fields["contact_name"] == "陈敏"


def test_the_country_of_a_card_without_one_is_suggested_by_its_telephone():
    fields, suggested = company_fields(lines("Andes Berry\nAna Ruiz\nManager\n+56 2 2345 6789"))
    assert (fields["country"], suggested) == ("CL", ["country"])


@pytest.mark.parametrize(
    ("text", "code"),
    [("Product of Guinea-Bissau", "GW"), ("原产国：新西兰", "NZ"), ("Produit en Côte d’Ivoire", "CI"), ("none", "")],
)
def test_countries_are_found_in_a_text(text, code):
    assert figures.country(text) == code


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("18 months", "en", 540),
        ("保质期：12个月", "zh", 360),
        ("24 mois", "fr", 720),
        ("2 years", "en", 730),
        ("18 месяцев", "ru", 540),
        ("18 เดือน", "th", 540),
        ("20-25 días", "es", 25),
        ("soon", "en", None),
    ],
)
def test_times_are_read_as_days(text, language, days):
    assert figures.days(text, language) == days


TYPED = {
    "th": "น้ำส้มคั้นสด ขั้นต่ำ",
    "zh": "橄榄油（特级初榨）",
    "ja": "冷凍エビ　（むき身）",
    "ko": "냉동 새우",
    "ar": "تَمْرٌ مُجَفَّف",
    "ru": "Мёд липовый, ½ банки",
    "fr": "Crème brûlée n° 5 façon « œuf »",
    "es": "Aceitunas de la 1ª cosecha",
    "pt": "Açaí orgânico à mão",
    "de": "Käse in Scheiben, 2 m²",
    "it": "Caffè tostato n.º 3",
    "nl": "Hoogwaardige ĳs",
    "pl": "Żurek w słoiku",
    "tr": "Kuru incir İzmir™",
    "vi": "Gạo thơm đặc sản",
}


@pytest.mark.parametrize(("language", "typed"), TYPED.items())
def test_a_pasted_product_is_shown_as_it_was_typed(language, typed):
    fields, _suggested = product_fields(lines(f"{typed}\n{typed} abc"), is_picture=False)
    assert fields["name"] == " ".join(typed.split())
    assert fields["description"] == " ".join(f"{typed} abc".split())


def test_a_value_behind_a_label_is_shown_as_it_was_typed():
    fields, _suggested = product_fields(lines("品名：橄榄油（特级初榨）\n原产国：泰国"), is_picture=False)
    assert fields["name"] == "橄榄油（特级初榨）"


def test_the_name_of_a_thai_company_is_shown_as_it_was_typed():
    fields, _suggested = company_fields(lines("บริษัท น้ำตาล จำกัด\nกรุงเทพ"))
    assert fields["legal_name"] == "บริษัท น้ำตาล จำกัด"
