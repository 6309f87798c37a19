"""What a look at the pages in Arabic, Russian and German found: texts outside of their boxes, cut or far from their
line."""

import pytest

from tests.journeys.pages.looking import resize

pytestmark = [pytest.mark.journey, pytest.mark.slow]
OUTSIDE = """selector => [...document.querySelectorAll(selector)].flatMap(box => {
    const inside = box.getBoundingClientRect();
    return [...box.children].filter(part => {
        const at = part.getBoundingClientRect();
        return at.width && (at.right > inside.right + 1 || at.left < inside.left - 1);
    }).map(part => part.textContent.trim().slice(0, 40));
})"""
START = """selector => [...document.querySelectorAll(selector)].filter(one => one.offsetWidth).map(one => {
    const words = document.createRange();
    words.selectNodeContents(one);
    const around = one.parentElement.getBoundingClientRect();
    return Math.round(around.right - words.getBoundingClientRect().right);
})"""


def opened(shown, role, name, *, language, width=320):
    page = shown.browser(role, language=language)
    page.goto(next(row.path for row in shown.site.pages if (row.name, row.role) == (name, role)))
    resize(page, width)
    return page


@pytest.mark.parametrize("name", ["supplier-match", "supplier-china", "enquiry"])
def test_the_state_of_a_condition_stays_inside_its_list(shown, name):
    page = opened(shown, "supplier", name, language="ru")
    assert page.locator(".marks > li .state").count()
    assert page.evaluate(OUTSIDE, ".marks > li") == []
    page.context.close()


def test_a_name_written_from_left_to_right_begins_where_an_arabic_page_begins(shown):
    page = opened(shown, "supplier", "supplier-match", language="ar", width=1280)
    originals = page.evaluate(START, "h1 > span.original")
    assert originals
    assert max(originals) <= 1
    page.context.close()


def test_a_short_message_begins_where_an_arabic_page_begins(shown):
    page = opened(shown, "supplier", "enquiry", language="ar", width=1280)
    messages = page.evaluate(START, ".message .text")
    assert messages
    assert max(messages) <= 24  # the padding of the message
    page.context.close()


def test_the_only_quote_is_read_on_a_phone_without_scrolling(shown):
    page = opened(shown, "buyer", "buyer-quotes", language="ar")
    widths = page.evaluate("""() => [...document.querySelectorAll(".table-wrap:has(.table-compare)")]
        .map(box => [box.scrollWidth, box.clientWidth])""")
    assert widths
    assert all(all_of_it <= seen for all_of_it, seen in widths)
    page.context.close()


def test_a_company_stands_beside_the_box_that_ticks_it(shown):
    page = opened(shown, "organiser", "console-today", language="ar", width=1280)
    gaps = page.evaluate("""() => [...document.querySelectorAll("label.form-check:has([name=who])")].map(label => {
        const words = document.createRange();
        words.selectNodeContents(label.querySelector("bdi"));
        return label.querySelector("input").getBoundingClientRect().left - words.getBoundingClientRect().right;
    })""")
    assert gaps
    assert max(gaps) < 24
    page.context.close()


def test_the_frame_of_a_mark_lies_on_no_other_line(shown):
    page = opened(shown, "anonymous", "demand", language="ar", width=1280)
    gaps = page.evaluate("""() => [...document.querySelectorAll(".read-mark + .original")].map(original =>
        original.getBoundingClientRect().top - original.previousElementSibling.getBoundingClientRect().bottom)""")
    assert gaps
    assert min(gaps) >= 0
    page.context.close()


def test_boxes_in_a_row_stand_on_one_line_where_a_label_has_two(shown):
    page = opened(shown, "buyer", "buyer-demand-edit", language="ru", width=1280)
    tops = page.evaluate("""() => [...document.querySelectorAll(".line .four")].map(row =>
        [...row.querySelectorAll(".form-control, .form-select")].map(box => box.getBoundingClientRect().bottom))""")
    assert tops
    assert all(max(row) - min(row) < 1 for row in tops)
    page.context.close()
