"""Which texts are nearly the same, and which say little beside a link."""

import pytest

from matchmaker.messaging.screening import ALIKE, SentText, copies, is_little_more_than_a_link, likeness

OFFER = "We are a leading trading company and offer the best price for your products. Please send us your price list."
REWORDED = (
    "We are a leading trade company and offer best prices for your products. Kindly send us your price list today."
)
ZH = "我们是一家大型贸易公司，长期采购各类进口食品，请把贵公司的产品目录和最低价格发给我们，期待合作。"
ZH_REWORDED = "我们是大型贸易公司，长期采购各种进口食品，请将贵公司产品目录与最低价格发来，期待与您合作。"
RICE = "We look for fragrant rice in 5 kg bags for our shops in Hubei, about 20 t a month from March."
CHEESE = (
    "Do you have Comté aged twelve months in vacuum-packed wedges of 200 g, and which shelf life remains on arrival?"
)


@pytest.mark.parametrize(
    ("one", "other"), [(OFFER, OFFER), (OFFER, REWORDED), (OFFER, OFFER.upper()), (ZH, ZH_REWORDED)]
)
def test_re_wording_a_little_leaves_a_text_nearly_the_same(one, other):
    assert likeness(one, other) >= ALIKE


@pytest.mark.parametrize(("one", "other"), [(OFFER, RICE), (RICE, CHEESE), (ZH, "请问黑虎虾有无 ASC 认证？")])
def test_texts_of_their_own_are_far_apart(one, other):
    assert likeness(one, other) < ALIKE / 2


def test_copies_counts_companies_and_not_messages_and_never_the_receiver_itself():
    earlier = [SentText(1, OFFER), SentText(1, REWORDED), SentText(2, OFFER), SentText(3, RICE), SentText(4, OFFER)]
    assert copies(OFFER, earlier, to=4) == 2


@pytest.mark.parametrize(
    ("text", "little"),
    [
        ("https://example.org/catalogue", True),
        ("see www.example.org !!!", True),
        ("contact me: sales@example.org", True),
        ("www.example.com 请看", True),
        ("Our data sheet with all sizes and certificates is at https://example.org/valves", False),
        ("We mill 20 t a day.", False),
    ],
)
def test_little_more_than_a_link(text, little):
    assert is_little_more_than_a_link(text) is little
