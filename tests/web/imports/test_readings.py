"""Start from what one has: the boxes, the wait, and the form with its marked fields."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from matchmaker.accounts.models import User
from matchmaker.campaigns.services import partners
from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company, Document
from matchmaker.engines.reading.pictures import PictureLine
from matchmaker.imports import services
from matchmaker.imports.models import Reading
from tests import factories as make
from tests.files import picture as picture_bytes
from tests.imports.readers import MISSING, PATH, FixedTextReader

pytestmark = pytest.mark.django_db

CARD = """Fruitière du Haut-Jura SCA
Claire Morel
Directrice export
12 rue des Fromagers
39300 Champagnole, France
Tél. +33 3 84 52 12 34
claire@fruitiere.example
"""
HONEY = """Organic clover honey in glass jars
Collected by forty families in the hills of Otago, certified organic, filled by hand.
Net weight: 500 g
Price: USD 8.50 / kg
"""


@pytest.fixture(autouse=True)
def reader(settings, monkeypatch, tmp_path):
    settings.TEXT_READER = PATH
    settings.PRIVATE_ROOT = tmp_path
    monkeypatch.setattr(FixedTextReader, "problem", "")
    monkeypatch.setattr(
        FixedTextReader, "lines", [PictureLine("Clover honey", 80.0), PictureLine("Net weight 500 g", 20.0)]
    )
    make.hs_code("040900", category=make.category("AGRI-05"))


@pytest.fixture
def company(client):
    company = make.supplier(country="NZ")
    client.force_login(make.member_of(company))
    return company


def send(client, kind="product", follow=True, **what):
    return client.post(reverse("reading_start", args=[kind]), what, follow=follow)


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("label.png", picture_bytes(side=40))


def form_values(page, *forms) -> dict[str, str]:
    """What a browser would send of these forms of a page, as it is shown."""
    values: dict = {}
    for form in forms:
        management = getattr(form, "management_form", None)
        rows = [management, *form.forms] if management is not None else [form]
        for row in rows:
            for field in row:
                value = field.value()
                if value not in (None, "", False, []):
                    values[field.html_name] = value
    return values


def test_a_picture_is_waited_for_and_then_the_form_opens(client, company):
    page = send(client, picture=photo())
    reading = Reading.objects.get()
    assert page.redirect_chain == [(reverse("reading", args=[reading.uid]), 302)]
    assert "The form opens by itself." in page.content.decode()
    services.read_waiting()
    target = f"{reverse('supplier_product_new')}?reading={reading.uid}"
    assert client.get(reverse("reading", args=[reading.uid])).url == target
    polled = client.get(reverse("reading", args=[reading.uid]), headers={"HX-Request": "true"})
    assert polled.headers["HX-Redirect"] == target


def test_read_fields_stand_in_the_form_each_with_its_mark(client, company):
    page = send(client, text=HONEY)
    assert page.context["texts"].forms[0]["name"].value() == "Organic clover honey in glass jars"
    assert page.context["form"]["price_low"].value() == "8.50"
    assert page.context["form"]["origin"].value() == "NZ"  # the company's own country
    assert page.context["variants"].forms[0]["label"].value() == "500 g"
    marks = {field.name: str(field.field.mark) for field in page.context["form"] if hasattr(field.field, "mark")}
    assert marks["price_low"] == "read from your text"
    assert marks["hs_code"] == marks["category"] == "suggested"
    html = page.content.decode()
    assert html.count("field-mark") >= 6
    assert not Product.objects.exists()


def test_saving_confirms_the_reading_and_keeps_the_picture_by_choice(client, company):
    send(client, picture=photo())
    services.read_waiting()
    reading = Reading.objects.get()
    page = client.get(f"{reverse('supplier_product_new')}?reading={reading.uid}")
    assert "Keep the picture as a private paper of the company" in page.content.decode()
    values = form_values(page, page.context["form"], page.context["texts"], page.context["variants"])
    client.post(reverse("supplier_product_new"), {**values, "reading": reading.uid, "keep_picture": "1"})
    product = Product.objects.get()
    reading.refresh_from_db()
    assert (product.original.name, reading.product) == ("Clover honey", product)
    assert [variant.label for variant in product.variants.all()] == ["500 g"]
    assert Document.objects.get().kind == "label"


def test_a_form_that_comes_back_keeps_marks_and_the_reading(client, company):
    page = send(client, text=HONEY)
    reading = Reading.objects.get()
    values = form_values(page, page.context["form"], page.context["texts"], page.context["variants"])
    page = client.post(reverse("supplier_product_new"), {**values, "reading": reading.uid, "price_low": "x"})
    assert page.status_code == 422
    assert f'name="reading" value="{reading.uid}"' in page.content.decode()
    assert page.context["form"].fields["price_low"].mark == "read from your text"


def test_a_reading_of_another_person_fills_in_nothing(client, company):
    reading = services.start_reading(by=make.user(), kind="product", text=HONEY)
    assert client.get(reverse("reading", args=[reading.uid])).status_code == 404
    page = client.get(f"{reverse('supplier_product_new')}?reading={reading.uid}")
    assert page.context["texts"].forms[0]["name"].value() in ("", None)


@pytest.mark.parametrize("uid", ["x", "", "01a20f56-0000-7000-8000-000000000000"])
def test_an_unknown_reading_shows_the_empty_form(client, company, uid):
    assert client.get(f"{reverse('supplier_product_new')}?reading={uid}").status_code == 200


def test_without_a_reader_the_same_form_says_so(client, company, settings):
    settings.TEXT_READER = MISSING
    page = client.get(reverse("supplier_product_new")).content.decode()
    assert "This site does not read pictures. Paste the text, or fill in the form." in page
    assert 'name="picture"' not in page


def test_a_refused_text_comes_back_as_it_was_pasted(client, company):
    page = send(client, text="x" * 20_001)
    assert page.status_code == 422
    assert page.context["start_form"]["text"].value() == "x" * 20_001


def test_a_picture_that_cannot_be_read_offers_the_ways_on(client, company, monkeypatch):
    monkeypatch.setattr(FixedTextReader, "lines", [])
    send(client, picture=photo())
    services.read_waiting()
    page = client.get(reverse("reading", args=[Reading.objects.get().uid])).content.decode()
    assert "No text was found on this picture." in page
    assert f'href="{reverse("supplier_product_new")}"' in page


def test_a_card_fills_in_the_first_two_steps_of_joining(client):
    client.force_login(make.user(name="Léa Petit", email="lea@fruitiere.example"))
    page = send(client, "company", text=CARD)
    reading = Reading.objects.get()
    assert page.context["form"]["legal_name"].value() == "Fruitière du Haut-Jura SCA"
    assert page.context["form"]["country"].value() == "FR"
    values = form_values(page, page.context["form"])
    page = client.post(reverse("join_step", args=["supplier", 1]), {**values, "reading": reading.uid}, follow=True)
    assert Company.objects.get().legal_name == "Fruitière du Haut-Jura SCA"
    assert page.context["form"]["city"].value() == "Champagnole"
    assert page.context["form"]["contact_name"].value() == "Claire Morel"
    assert page.context["form"].fields["city"].mark == "read from your text"


def test_without_a_card_the_contact_is_who_registers(client):
    client.force_login(make.user(name="Léa Petit", email="lea@fruitiere.example"))
    client.post(reverse("join_step", args=["supplier", 1]), {"legal_name": "Fruitière", "country": "FR"})
    form = client.get(reverse("join_step", args=["supplier", 2])).context["form"]
    assert (form["contact_name"].value(), form["contact_email"].value()) == ("Léa Petit", "lea@fruitiere.example")


class Typing:
    """Sends what a page shows and counts what a person adds to it."""

    def __init__(self, client):
        self.client, self.typed = client, []

    def send(self, address: str, shown: dict, ticked: dict | None = None, **typed):
        self.typed += typed
        return self.client.post(address, {**shown, **(ticked or {}), **typed}, follow=True)


def test_from_joining_to_a_published_product_at_most_six_fields_are_typed(client):
    """F-31: with a partner's code; choices and buttons are not typed, a pasted text counts as a field."""
    desk = make.partner(country="NZ", is_trusted=True)
    code = partners.make_code(by=desk[1], partner=desk[0], label="members", quota=9, days=30, vouches=True)
    claire = Typing(client)
    client.post(reverse("invited", args=[code.code]))
    claire.send(
        reverse("account_signup"),
        {},
        name="Claire Morel",
        email="claire@otago.example",
        password1="a long enough secret",
    )
    EmailAddress.objects.update(verified=True)  # the link of the letter is followed, nothing is typed
    client.force_login(User.objects.get(email="claire@otago.example"))
    page = claire.send(reverse("reading_start", args=["company"]), {}, text=CARD.replace("France", "New Zealand"))
    company_reading = re.search(r'name="reading" value="([^"]+)"', page.content.decode())[1]
    page = claire.send(
        reverse("join_step", args=["supplier", 1]),
        {**form_values(page, page.context["form"]), "reading": company_reading},
    )
    page = claire.send(reverse("join_step", args=["supplier", 2]), form_values(page, page.context["form"]))
    assert page.context["form"]["code"].value() == code.code
    claire.send(
        reverse("join_step", args=["supplier", 3]),
        form_values(page, page.context["form"]),
        ticked={"consent": "on"},
        about_en="We keep bees in Otago.",
    )
    assert Company.objects.get().is_approved
    page = claire.send(reverse("reading_start", args=["product"]), {}, text=HONEY)
    shown = form_values(page, page.context["form"], page.context["texts"], page.context["variants"])
    reading = re.search(r'name="reading" value="([^"]+)"', page.content.decode())[1]
    claire.send(reverse("supplier_product_new"), {**shown, "reading": reading, "publish": "1"})
    product = Product.objects.get()
    assert (product.status, product.hs_code, product.category_id, product.origin, product.price_unit) == (
        "published",
        "040900",
        "AGRI-05",
        "NZ",
        "kg",
    )
    assert claire.typed == ["name", "email", "password1", "text", "about_en", "text"]
    assert len(claire.typed) <= 6
