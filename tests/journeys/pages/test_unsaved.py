"""What somebody typed is never lost, and what she sends twice is done once."""

import pytest

from matchmaker.catalogue.models import Demand

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.pages]
TITLE = "Dried mango for the summer"
KEPT = "localStorage.getItem(Object.keys(localStorage).find(key => key.startsWith('keep:')))"


@pytest.fixture
def typed(open_as):
    """The form of a new demand with a title in it that is not saved, and whose draft is in the browser."""
    page = open_as("buyer")
    page.goto("/buyer/demands/new/")
    page.fill("[name=title]", TITLE)
    page.wait_for_function(f"({KEPT} || '').includes('{TITLE}')")
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


def test_unsaved_text_survives_an_expired_sign_in(typed, shown):
    typed.context.clear_cookies(name="sessionid")
    typed.locator("main button[value=publish]").click()
    typed.wait_for_url("**/accounts/login/**")
    typed.context.add_cookies([{"name": "sessionid", "value": shown.site.cookie("buyer"), "url": shown.address}])
    typed.goto("/buyer/demands/new/")
    assert title(typed) == TITLE


def test_a_save_that_failed_comes_back_with_every_word(typed):
    typed.locator("main button[value=publish]").click()
    typed.wait_for_selector(".form-errors, [aria-invalid=true]")
    assert title(typed) == TITLE
    typed.said.clear()  # a form sent back answers 422, which the browser reports


def test_a_form_sent_twice_is_kept_once_and_its_draft_is_gone(typed):
    typed.fill("[name='lines-0-text']", "Dried mango, unsulphured")
    typed.locator("main button[value=draft]").dblclick()
    typed.wait_for_url(lambda address: "/new/" not in address)
    assert Demand.objects.filter(title=TITLE).count() == 1
    typed.goto("/buyer/demands/new/")
    assert title(typed) == ""
