"""What somebody typed is there again: after leaving the page, a refused save, a lost network, an expired sign-in."""

import datetime as dt

import pytest
from django.utils import timezone

from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Demand, Product

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.pages]
NEW = "/buyer/demands/new/"
TITLE = "Dried mango for the summer"
KEPT = "localStorage.getItem(Object.keys(localStorage).find(key => key.startsWith('keep:')))"
PUBLISH = "main button[value=publish]"


@pytest.fixture
def typed(open_as):
    """The form of a new demand with a title in it that is not saved, and whose draft is in the browser."""
    page = open_as("buyer")
    page.goto(NEW)
    page.fill("[name=title]", TITLE)
    page.wait_for_function(f"() => ({KEPT} || '').includes('{TITLE}')")
    return page


def complete(page, closing_in=40):
    page.fill("[name='lines-0-text']", "Dried mango, slices, no sugar added, 10 kg cartons")
    page.select_option("[name='lines-0-category']", index=1)
    page.fill("[name=closing_on]", (timezone.localdate() + dt.timedelta(days=closing_in)).isoformat())


def title(page):
    return page.input_value("[name=title]")


def posted():
    return Demand.objects.filter(title=TITLE).count()


def test_unsaved_text_survives_a_page_that_was_left_without_saving(typed):
    typed.goto("/buyer/")
    typed.goto(NEW)
    assert title(typed) == TITLE
    assert typed.locator("[data-keep-note]").is_visible()
    typed.locator("[data-keep-drop]").click()
    assert title(typed) == ""


def test_unsaved_text_survives_a_save_that_was_refused_and_goes_once_it_was_saved(typed):
    complete(typed, closing_in=-1)
    with typed.expect_navigation():
        typed.locator(PUBLISH).click()
    assert typed.locator("main .form-errors").first.is_visible()
    assert (title(typed), posted()) == (TITLE, 0)
    typed.goto("/buyer/")
    typed.goto(NEW)
    assert title(typed) == TITLE
    complete(typed)
    with typed.expect_navigation():
        typed.locator(PUBLISH).click()
    typed.goto(NEW)
    assert (title(typed), posted()) == ("", 1)
    assert not typed.locator("[data-keep-note]").is_visible()
    typed.said.clear()  # the browser's own word about the answer 422
    Demand.objects.filter(title=TITLE).delete()


def test_unsaved_text_survives_a_lost_network(typed):
    complete(typed)
    typed.context.set_offline(True)
    typed.locator(PUBLISH).click()
    typed.wait_for_timeout(500)
    typed.context.set_offline(False)
    typed.goto("/buyer/")  # the first page that comes again is another one: it does not say that the form was sent
    typed.goto(NEW)
    assert (title(typed), posted()) == (TITLE, 0)
    typed.said.clear()  # the browser's own word about the network


def test_a_form_without_its_required_fields_says_what_is_missing(typed):
    typed.fill("[name=closing_on]", "")
    with typed.expect_navigation():
        typed.locator(PUBLISH).click()
    assert typed.locator("main .form-errors").count() == 2  # of the demand, and of its lines
    legend = typed.locator("#line-1 > legend").bounding_box()
    wrong = typed.locator("#line-1 .field.has-error").first.bounding_box()
    assert wrong["y"] >= legend["y"] + legend["height"]  # its red bar begins below the name of the line
    assert (title(typed), posted()) == (TITLE, 0)
    typed.said.clear()  # the browser's own word about the answer 422


def test_a_product_that_was_saved_but_not_published_is_not_brought_back_as_a_new_one(open_as):
    page = open_as("supplier")
    new = "/supplier/products/new/"
    page.goto(new)
    page.fill("[name='texts-0-name']", "Pomelo peel, candied")
    page.fill("[name=price_low]", "2")
    page.select_option("[name=category]", "")
    page.wait_for_function(f"() => ({KEPT} || '').includes('Pomelo')")
    with page.expect_navigation():
        page.locator("main button[name=publish]").first.click()
    assert page.locator("main .form-errors").first.is_visible()  # it is a draft now, and its form says what is missing
    page.goto(new)
    assert page.input_value("[name='texts-0-name']") == ""
    assert not page.locator("[data-keep-note]").is_visible()
    Product.objects.filter(texts__name="Pomelo peel, candied").delete()
    page.said.clear()  # the browser's own word about the answer 422


def test_unsaved_text_survives_a_sign_in_that_expired(typed, shown):
    complete(typed)
    person = User.objects.get(pk=shown.site.people["buyer"].pk)
    person.set_password("a long enough secret")  # which ends her session
    person.save(update_fields=["password"])
    # The suggestions below a line may have led there before the button does.
    typed.evaluate(f"() => document.querySelector('{PUBLISH}')?.click()")
    typed.wait_for_url("**/accounts/login/**")
    typed.fill("main [name=login]", person.email)
    typed.fill("main [name=password]", "a long enough secret")
    with typed.expect_navigation():
        typed.locator("main form button[type=submit]").first.click()
    assert typed.url.endswith(NEW)
    assert (title(typed), posted()) == (TITLE, 0)
    assert typed.input_value("[name='lines-0-text']") == "Dried mango, slices, no sugar added, 10 kg cartons"


def test_a_form_sent_twice_is_saved_once(typed):
    complete(typed)
    with typed.expect_navigation():
        typed.evaluate(f"() => {{ for (let i = 0; i < 3; i++) document.querySelector('{PUBLISH}').click() }}")
    typed.goto("/buyer/demands/")
    assert posted() == 1
    Demand.objects.filter(title=TITLE).delete()
