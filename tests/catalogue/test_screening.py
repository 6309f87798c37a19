"""What is held, and what is not."""

import csv

import pytest
from django.conf import settings

from matchmaker.catalogue.screening import screen


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
