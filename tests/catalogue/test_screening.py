"""What is held, and what is not."""

import csv
from dataclasses import asdict

import pytest
from django.conf import settings
from django.utils.translation import override

from matchmaker.catalogue.findings import sentence
from matchmaker.catalogue.screening import groups, screen
from matchmaker.core import reference


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Write to buy@wuhan-mart.cn", "email"),
        ("buy (at) wuhan-mart.cn please", "email"),
        ("请联系 13800138000", "phone"),
        ("电话 027-85551234", "phone"),
        ("Call +86 27 8555 1234", "phone"),
        ("微信号：wuhan_mart88", "handle"),
        ("WhatsApp: 8613800138000", "handle"),
        ("见 https://example.com/list", "link"),
        ("details on www.example.cn", "link"),
        ("求购象牙制品", "prohibited"),
        ("Ivory chopsticks", "prohibited"),
        ("进口废塑料颗粒", "prohibited"),
        ("高仿手表一批", "prohibited"),
    ],
)
def test_what_wants_a_second_look_is_found(text, kind):
    assert [finding.kind for finding in screen([text])] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "茉莉香米，5公斤袋装，2027年春季到货",
        "Valves DN50-DN200, 1.4408, EN 10204 3.1, PN16, 1200-1500 pcs",
        "HS 1006.30, GB/T 1354-2018, moisture 14.5 %, 25-30 t",
        "ivory-white tiles; cocoa beans from Ivory Coast",
        "腰果仁W320，象牙白，水分≤5%",
        "火锅底料与热处理炉，含防火阀",
        "Order 20261124-118, lot 2026/11",
    ],
)
def test_ordinary_trade_language_is_left_alone(text):
    assert screen([text]) == []


# The two tables of docs/bad_inputs.md, "Goods that are screened".
CAUGHT = {
    "weapons": (
        "仿真枪一批，用于展览",
        "仿 真 枪",
        "imitation firearms for export",
        "Airsoft guns, 6 mm",
        "Réplique d'arme de poing",
        "munitions de chasse",
        "十字弩",
    ),
    "military": ("军用夜视仪 20 台", "軍用夜視儀", "military-grade night vision goggles"),
    "drugs": ("工业用大麻二酚原料", "罂粟壳", "CBD oil: cannabidiol 10 %", "Cocaïne"),
    "precursors": ("麻黄碱 98%", "盐酸伪麻黄碱", "麻黃鹼", "Ephedrine hydrochloride", "éphédrine", "ephedrine"),
    "poisons": ("氰化钠", "crocidolite boards"),
    "wildlife": ("象牙制品", "Ivory chopsticks", "bracelets en ivoire", "pangolin scales", "犀角", "玳瑁壳"),
    "waste": ("进口废塑料颗粒", "used clothing, 40HQ", "旧轮胎", "déchets plastiques"),
    "counterfeit": ("高仿手表一批", "replica watches"),
    "surveillance": ("针孔摄像机", "spy camera pen"),
}
NOT_CAUGHT = (
    "玩具枪，出口订单",
    "Toy guns and water pistols for export, EN 71",
    "玩具水枪 500 箱",
    "喷枪、焊枪、热熔胶枪、扫码枪",
    "民用红外夜视仪",
    "night vision camera for cars",
    "不含麻黄碱的止咳糖浆",
    "Ephedrine-free cough syrup",
    "麻黄根饮片",
    "大麻哈鱼，冷冻",
    "工业大麻纤维面料",
    "象牙白瓷砖",
    "Cocoa beans from Ivory Coast",
    "Cacao de Côte d'Ivoire",
    "rouge à lèvres, blanc ivoire",
    "Gunpowder green tea, 珠茶",
    "jus de grenade bio",
    "grenadine syrup; pomegranate arils",
    "shotgun microphone for cameras",
    "玳瑁色眼镜架",
    "虎皮凤爪",
    "废纸篓与分类垃圾桶",
    "anti-counterfeiting labels; 假币检测仪",
    "枪乌贼，单冻",
)


@pytest.mark.parametrize(("group", "text"), [(group, text) for group, texts in CAUGHT.items() for text in texts])
def test_goods_that_may_not_come_in_are_found(group, text):
    found = screen([text])
    assert {(finding.kind, finding.group) for finding in found} == {("prohibited", group)}


@pytest.mark.parametrize("text", NOT_CAUGHT)
def test_goods_that_only_sound_like_them_are_left_alone(text):
    assert screen([text]) == []


def test_both_tables_stand_in_the_list_of_bad_inputs():
    page = (settings.BASE_DIR / "docs" / "bad_inputs.md").read_text(encoding="utf-8")
    texts = [*NOT_CAUGHT, *(text for texts in CAUGHT.values() for text in texts)]
    assert [text for text in texts if f"“{text}”" not in page] == []


def test_every_word_of_the_list_is_found_and_every_harmless_phrase_is_not():
    rows = reference.read_csv("trade/screened_goods.csv")
    missed = [row["text"] for row in rows if row["kind"] == "word" and not screen([row["text"]], contacts=False)]
    caught = [row["text"] for row in rows if row["kind"] == "harmless" and screen([row["text"]], contacts=False)]
    assert (missed, caught) == ([], [])
    assert {row["group"] for row in rows} == set(groups())


@pytest.mark.parametrize(
    ("language", "reason"),
    [
        (
            "en",
            "“ephedrine” belongs to goods that China forbids, or lets in only with a licence: "
            "chemicals that drugs are made from: they need an import licence.",
        ),
        ("zh-hans", "易制毒化学品，进口须有许可证"),
        ("fr", "précurseurs de drogues, soumis à licence d’importation"),
    ],
)
def test_the_reason_is_said_in_the_readers_language(language, reason):
    (finding,) = screen(["ephedrine"])
    with override(language):
        assert reason in sentence(asdict(finding))


def test_a_code_of_arms_is_found_whatever_the_words_say():
    assert [(finding.kind, finding.group) for finding in screen(["parts"], ["930120"])] == [("prohibited", "weapons")]


def test_private_demands_may_name_a_contact():
    assert screen(["Write to buy@wuhan-mart.cn"], contacts=False) == []


def test_no_demand_of_the_sample_campaign_is_held():
    texts = []
    for path in settings.DATA_DIR.glob("sample/*/demand*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            texts += [
                " ".join(filter(None, (row.get(name) for name in ("title", "description", "text"))))
                for row in csv.DictReader(lines)
            ]
    assert len(texts) > 150
    assert {text: found for text in texts if (found := screen([text]))} == {}
