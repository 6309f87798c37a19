import re
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import mark_safe

from matchmaker.web.forms.fields import WebsiteField
from matchmaker.web.templatetags import trade, ui


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "$12,000"),
        ("zh-hans", "US$12,000"),
        ("fr", "12\u202f000\xa0$US"),
        ("ar", "\u2067\u200f12,000\xa0US$\u200e\u2069"),
    ],
)
def test_whole_money_is_written_in_the_readers_habit_without_decimals(language, expected):
    with translation.override(language):
        assert ui.money(12000, "usd") == expected


def test_money_with_cents_keeps_them_and_nothing_stays_nothing():
    with translation.override("en"):
        assert ui.money("2450.5", "USD") == "$2,450.50"
        assert ui.money(None, "USD") == ""
        assert ui.money("", "USD") == ""


def test_a_price_for_one_unit_keeps_its_small_digits_and_a_reckoned_one_does_not():
    with translation.override("en"):
        assert ui.money("0.0450", "USD") == "$0.045"
        assert ui.money("0.4500", "USD") == "$0.45"
        assert ui.money("2.69841", "CNY") == "CN¥2.70"
        assert ui.money("7.0000", "JPY") == "¥7"


@pytest.mark.parametrize(("language", "said"), [("en", "$0.45 / piece"), ("zh-hans", "US$0.45\u2060／\u2060件")])
def test_a_price_for_one_unit_does_not_break_at_the_chinese_stroke(language, said):
    with translation.override(language):
        assert trade.for_one(ui.money("0.45", "USD"), "pc") == said


def render_tag(template, **context):
    return Template("{% load ui %}" + template).render(Context(context))


def test_facts_of_a_small_line_stand_apart_by_a_space_that_draws_its_dot():
    between = '<span class="between"> <i>·</i> </span>'
    assert render_tag("{{ a }}{% dot %}{{ b }}", a="<", b="2") == f"&lt;{between}2"
    assert render_tag("{{ several|dotted }}", several=["<", "2", "3"]) == f"&lt;{between}2{between}3"
    assert render_tag("{{ said|dotted }}", said="Also: thé · té") == f"Also: thé{between}té"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b@mill.example", "a.<wbr>b@<wbr>mill.<wbr>example"),
        ("https://mill.example/a?b=1", "https://<wbr>mill.<wbr>example/<wbr>a?<wbr>b=<wbr>1"),
        ("“x@mill.example”. Contacts 3.5 < 4", "“x@<wbr>mill.<wbr>example”. Contacts 3.5 &lt; 4"),
        ("<b>@x.y", "&lt;b&gt;@x.<wbr>y"),
        (None, ""),
    ],
)
def test_an_address_breaks_at_its_joints_and_nothing_else_does(text, expected):
    said = render_tag("{{ text|address }}", text=text)
    assert re.sub("</?span[^>]*>", "", said) == expected
    if "@mill" in expected or "@<wbr>mill" in expected:
        assert escape(next(word for word in text.split() if "@" in word)) in said  # whole, for who searches the source


def test_what_is_markup_already_is_left_as_it_is():
    link = mark_safe('<a href="https://mill.example/">x@mill.example</a>')
    assert render_tag("{{ link|address }}", link=link) == link


def test_numbers_and_ratios():
    with translation.override("en"):
        assert ui.number(1234567) == "1,234,567"
        assert ui.number("0.125", 2) == "0.12"
        assert ui.number("n/a") == ""
        assert ui.percent("0.065", 1) == "6.5%"
        assert ui.percent(0.5) == "50%"
    with translation.override("fr"):
        assert ui.percent("0.065", 1) == "6,5\xa0%"


def test_dates_follow_the_language():
    with translation.override("zh-hans"):
        assert ui.day(date(2026, 12, 3)) == "2026年12月3日"
        assert ui.month(date(2026, 12, 3)) == "2026年12月"
        assert ui.moment_in(datetime(2026, 12, 8, 1, 30, tzinfo=UTC), "Asia/Shanghai") == "2026年12月8日 09:30"
    with translation.override("en"):
        assert ui.day(date(2026, 12, 3), "long") == "December 3, 2026"
        assert ui.clock(None) == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Surin Rice Mill", "SR"), ("武汉中百集团", "武"), ("", "?"), ("  - ", "?"), ("élan", "É")],
)
def test_initials(name, expected):
    assert ui.initials(name) == expected


def test_an_avatar_escapes_the_name_and_keeps_its_tint():
    assert ui.avatar("<b") == ui.avatar("<b")
    assert "<b" not in ui.avatar("<b x")


def test_a_flag_is_shown_only_for_a_known_country():
    assert 'src="/static/img/flags/fr.svg"' in ui.flag("FR")
    assert ui.flag("ZZ") == ""
    assert ui.flag("../fr") == ""
    assert ui.flag(None) == ""


def test_an_unknown_category_takes_the_drawing_of_its_group():
    assert ui.art_path("AGRI-06") == "img/categories/AGRI-06.svg"
    assert ui.art_path("TECH-99") == "img/categories/TECH.svg"
    assert ui.art_path("") == "img/categories/OUT.svg"
    assert ui.art_path("../../settings") == "img/categories/OUT.svg"


@pytest.mark.parametrize(("language", "expected"), [("ar", "rtl"), ("zh-hans", "ltr"), ("", "auto"), ("fa-IR", "rtl")])
def test_direction_of_a_language(language, expected):
    assert ui.direction(language) == expected


def test_a_bar_never_leaves_its_ground():
    assert 'width="100.0"' in ui.bar(250)
    assert 'width="0.0"' in ui.bar(None)


class Form(forms.Form):
    price = forms.DecimalField(help_text="Per tonne.")
    agree = forms.BooleanField()
    side = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)


def test_a_control_names_its_help_and_its_error():
    field = Form({"price": "x"})["price"]
    html = ui.control(field)
    assert 'aria-describedby="id_price_helptext id_price_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="form-control"' in html
    assert [ui.field_kind(Form()[name]) for name in ("price", "agree", "side")] == ["text", "check", "choices"]


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        (
            "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1 MicroMessenger/8.0", "WeChat on iPhone"),
        ("matchmaker-cli/2", "matchmaker-cli/2"),
        ("", "an unknown browser"),
    ],
)
def test_a_session_is_told_by_its_browser_and_system(agent, expected):
    with translation.override("en"):
        assert ui.browser(agent) == expected


def test_a_verb_of_the_audit_is_told_in_words_and_one_without_words_by_its_name():
    from matchmaker.web.templatetags.trade import audit_verb

    with translation.override("zh-hans"):
        assert audit_verb("publish_product") == "产品已发布"
        assert audit_verb("count_the_stars") == "count_the_stars"


def test_capacity_says_its_time_as_the_language_does_and_nothing_where_none_is_stated():
    def said(value, period):
        return Template("{% load trade %}{% capacity value 't' period %}").render(
            Context({"value": value, "period": period})
        )

    assert [said(400, "month"), said(400, ""), said(None, "month")] == ["400 t a month", "400 t", ""]
    with translation.override("zh-hans"):
        assert said(400, "month") == "每月 400 吨"


@pytest.mark.parametrize("text", ["[" * 50_000, "[" * 50_000 + "@", "a@" * 25_000, "://" * 17_000])
def test_a_long_word_is_searched_for_addresses_in_a_fifth_of_a_second(text):
    took = []
    for _try in range(3):
        began = time.process_time()
        render_tag("{{ text|address }}", text=text)
        took.append(time.process_time() - began)
    assert min(took) <= 0.2


def test_names_in_a_sentence_are_marked_with_their_language_and_stay_text():
    marked = ui.marking("税率来源：China tariff <b>2026</b>（自 2026年）。", ["China tariff <b>2026</b>"])
    assert marked == ('税率来源：<cite lang="en" dir="auto">China tariff &lt;b&gt;2026&lt;/b&gt;</cite>（自 2026年）。')


def test_the_address_of_a_page_is_written_from_left_to_right_on_every_page():
    """Browsers would put the slashes of https:// on the wrong side on a page from right to left."""
    assert WebsiteField().widget.attrs["inputmode"] == "url"
    style = (Path(settings.BASE_DIR) / "static/css/site.css").read_text()
    assert re.search(r'\[dir="rtl"\] :is\([^)]*\[inputmode="url"\]\) \{\s*direction: ltr;', style)
