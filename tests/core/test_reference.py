"""Names out of the reference lists, in the reader's language."""

import pytest
from django.utils.translation import override

from matchmaker.core import reference
from matchmaker.web.templatetags.ui import zone


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Durban", "德班"),
        ("Itajaí", "伊塔雅伊"),  # our list has it without the accent
        ("port klang", "巴生港"),  # and this one with a second name in brackets
        ("Nansha", "南沙港"),
        ("Värnamo", "Värnamo"),  # no port
        ("", ""),
    ],
)
def test_named_place_of_a_term_is_read_in_chinese_where_it_is_a_known_port(written, read):
    with override("zh-hans"):
        assert reference.place(written) == read
    with override("en"):
        assert reference.place("Durban") == "Durban"


def test_every_port_of_china_has_a_chinese_name():
    assert [code for code, row in reference.ports().items() if row["country_iso2"] == "CN" and not row["name_zh"]] == []


def test_zone_is_named_as_people_say_it():
    with override("en"):
        assert zone("Asia/Shanghai") == "Beijing time (UTC+8)"
        assert zone("Asia/Kolkata") == "Kolkata time (UTC+5:30)"
        assert zone("UTC") == "UTC"
    with override("zh-hans"):
        assert zone("Asia/Shanghai") == "北京时间（UTC+8）"
