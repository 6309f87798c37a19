"""What somebody typed and did not save is there again when she comes back."""

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.pages]
TITLE = "Dried mango for the summer"
KEPT = "localStorage.getItem(Object.keys(localStorage).find(key => key.startsWith('keep:')))"


@pytest.fixture
def typed(open_as):
    """The form of a new demand with a title in it that is not saved, and whose draft is in the browser."""
    page = open_as("buyer")
    page.goto("/buyer/demands/new/")
    page.fill("[name=title]", TITLE)
    page.wait_for_function(f"() => ({KEPT} || '').includes('{TITLE}')")
    return page


def title(page):
    return page.input_value("[name=title]")


def test_unsaved_text_survives_a_page_that_was_left_without_saving(typed):
    typed.goto("/buyer/")
    typed.goto("/buyer/demands/new/")
    assert title(typed) == TITLE
    assert typed.locator("[data-keep-note]").is_visible()
    typed.locator("[data-keep-drop]").click()
    assert title(typed) == ""


def test_unsaved_text_survives_a_lost_network(typed):
    typed.context.set_offline(True)
    typed.locator("main button[value=publish]").click()
    typed.wait_for_timeout(500)
    typed.context.set_offline(False)
    typed.goto("/buyer/demands/new/")
    assert title(typed) == TITLE
    typed.said.clear()  # the browser's own word about the network
