"""Ten interruptions while a demand, a product or a quote is typed: nothing is lost.

`pages/test_unsaved.py` looks closer at single ones; this one says that all ten hold.
"""

import io
from dataclasses import dataclass

import pytest
from django.core.management import call_command
from django.urls import reverse

from matchmaker.companies.models import Company
from matchmaker.messaging import services as messaging
from tests import factories
from tests.journeys.conftest import Person
from tests.journeys.test_meetings import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.slow]
DRAFT = "Object.keys(localStorage).filter(key => key.startsWith('keep:')).map(key => localStorage[key]).join()"
FORM = "main form[data-keep]"
SEND = f"{FORM} button[name=publish], {FORM} button[value=publish], {FORM}[data-keep*=quote] button[type=submit]"
WRONG = "main .field-error, main .form-errors"
SECRET = "a long enough secret"


@dataclass(frozen=True)
class Form:
    """A form: the company whose person opens it, where, and a field of words and one of a number that are typed."""

    company: Company
    path: str
    words: str
    number: str
    required: str  # without it the form cannot be sent with success


def demand_form() -> Form:
    return Form(factories.buyer(), reverse("buyer_demand_new"), "lines-0-text", "lines-0-quantity", "closing_on")


def product_form() -> Form:
    return Form(factories.supplier(), reverse("supplier_product_new"), "texts-0-name", "price_low", "category")


def quote_form() -> Form:
    product = factories.product()
    buyer = factories.buyer()
    text = "We look for fragrant rice in 5 kg bags, about 20 t a month from March. Can you supply?"
    factories.match(product, factories.line(factories.demand(buyer)))
    enquiry = messaging.ask(by=factories.member_of(buyer), company=buyer, product=product, text=text)
    return Form(product.company, reverse("quote_new", args=[enquiry.uid]), "note", "price", "currency")


class Typing:
    """A person in the middle of a form, at a browser of her own."""

    def __init__(self, browser, address: str, form: Form):
        self.form, self.user = form, factories.member_of(form.company)
        self.person = signed_in(Person(browser, address), self.user)
        self.context, self.page = self.person.context, self.person.page
        self.context.set_default_timeout(20_000)
        self.words, self.number = "", ""
        self.open()

    def type(self, number: int):
        """Words that were not there before the next interruption."""
        self.words, self.number = f"Typed before interruption {number}", str(number)
        self.page.fill(f"[name='{self.form.words}']", self.words)
        self.page.fill(f"[name='{self.form.number}']", self.number)
        self.page.wait_for_function(f"() => ({DRAFT}).includes('{self.words}')")

    def open(self):
        self.page.goto(self.form.path)

    def send(self):
        self.page.locator(SEND).last.click(no_wait_after=True)

    def send_in_vain(self):
        """Send the form where no answer comes; another page is the first that is seen again."""
        with self.page.expect_request(lambda request: request.method == "POST"):
            self.send()
        self.page.wait_for_timeout(200)

    def values(self) -> tuple[str, str]:
        """What the two fields hold now."""
        return tuple(self.page.input_value(f"[name='{name}']") for name in (self.form.words, self.form.number))


def back(typing):
    typing.page.goto("/")
    typing.page.go_back()


def reload(typing):
    typing.page.reload()


def expired_sign_in(typing):
    typing.user.set_password(SECRET)  # which ends her sessions
    typing.user.save(update_fields=["password"])
    typing.send()
    typing.page.wait_for_url("**/accounts/login/**")
    typing.page.fill("main [name=login]", typing.user.email)
    typing.page.fill("main [name=password]", SECRET)
    with typing.page.expect_navigation():
        typing.page.locator("main form button[type=submit]").first.click()
    assert typing.page.url.endswith(typing.form.path)


def lost_network(typing):
    typing.context.set_offline(True)
    typing.send_in_vain()
    typing.context.set_offline(False)
    typing.page.goto("/")
    typing.open()


def second_tab(typing):
    other = typing.context.new_page()
    other.goto(typing.form.path)
    assert other.input_value(f"[name='{typing.form.words}']") == typing.words
    other.close()
    typing.page.reload()


def killed_server(typing):
    """The server breaks the connection while the form is on its way."""
    typing.page.route(
        "**/*", lambda route: route.abort("connectionreset") if route.request.method == "POST" else route.fallback()
    )
    typing.send_in_vain()
    typing.page.unroute("**/*")
    typing.page.goto("/")
    typing.open()


def double_click(typing):
    """Sent twice without a required field: it comes back once, with everything in it."""
    field = typing.page.locator(f"[name='{typing.form.required}']")
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option("")
    else:
        field.fill("")
    with typing.page.expect_navigation():
        typing.page.evaluate(
            f"() => {{ for (const n of [1, 2]) [...document.querySelectorAll(`{SEND}`)].at(-1).click() }}"
        )
    assert typing.page.locator(WRONG).count() > 0


def refused_file(typing):
    """A file that is refused, on the page of an import in another tab."""
    other = typing.context.new_page()
    other.goto(reverse("import_new", args=["company", "products" if typing.form.company.is_supplier else "demands"]))
    file = {"name": "x.exe", "mimeType": "application/octet-stream", "buffer": b"MZ" * 50}
    other.set_input_files("main input[type=file]", file)
    with other.expect_navigation():
        other.locator("main form[enctype] button[type=submit]").click()
    assert other.locator(WRONG).count() > 0
    other.close()
    typing.page.reload()


def slow_upload(typing):
    """The page is left while its form is still on its way."""
    held = []  # a request that nothing is done with never gets an answer
    typing.page.route("**/*", lambda route: held.append(route) if route.request.method == "POST" else route.fallback())
    typing.send_in_vain()
    typing.page.goto("/")
    for route in held:
        route.abort()
    typing.page.unroute("**/*")
    typing.open()


def other_language(typing):
    typing.context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": typing.person.address}])
    typing.open()


INTERRUPTIONS = (
    *(back, reload, second_tab, other_language, refused_file),
    *(lost_network, killed_server, slow_upload, expired_sign_in, double_click),
)


@pytest.mark.parametrize(
    "form",
    [demand_form, *(pytest.param(form, marks=pytest.mark.pages) for form in (product_form, quote_form))],
)
def test_nothing_typed_is_lost_by_any_of_ten_interruptions(chromium, address, transactional_db, form):
    for command in ("load_reference", "load_market_access"):
        call_command(command, stdout=io.StringIO())
    factories.campaign()
    typing = Typing(chromium, address, form())
    try:
        for number, interrupt in enumerate(INTERRUPTIONS, 1):
            typing.type(number)
            interrupt(typing)
            assert (interrupt.__name__, typing.values()) == (interrupt.__name__, (typing.words, typing.number))
    finally:
        typing.context.close()
