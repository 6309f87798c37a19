"""Cards of products, rows of suppliers and lists of filters, as a visitor reads them."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from matchmaker.catalogue.models import Product, ShortlistItem
from tests import factories as make
from tests.markup import flat

pytestmark = pytest.mark.django_db


def words(html: str) -> str:
    """The text of a fragment with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def card(row, language: str = "en", **context) -> str:
    with translation.override(language):
        return render_to_string("public/parts/product_results.html", {"rows": [row], **context})


def test_a_card_escapes_what_a_supplier_wrote():
    row = make.product(name="<script>alert(1)</script>", company=make.supplier(legal_name="A & <B>"))
    page = card(row)
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "A &amp; &lt;B&gt;" in page


def test_a_card_without_a_price_says_so_in_the_language_of_the_reader():
    row = make.product(price_low=None, price_high=None)
    assert "Price on request" in words(card(row))
    assert "Price on request" not in words(card(row, "zh-hans"))


def test_a_list_shows_a_card_for_each_product():
    rows = [make.product(name=name) for name in ("Rice", "Tea")]
    page = render_to_string("public/parts/product_results.html", {"rows": rows})
    assert re.findall(r"<h3><a [^>]*>([^<]*)</a>", flat(page)) == ["Rice", "Tea"]


def test_only_a_buyer_sees_the_button_of_the_shortlist(rf):
    row = make.product()
    assert "star-form" not in card(row)
    context = {"buyer_company": row.company, "shortlisted": {row.pk}, "request": rf.get("/products/")}
    assert 'aria-pressed="true"' in card(row, **context)


def test_a_card_of_the_list_changes_with_its_product_and_with_the_language_of_the_reader(client):
    row = make.product(name="Jasmine rice", price_low=None, price_high=None)
    assert "Price on request" in words(client.get("/products/").text)
    assert "Price on request" not in words(client.get("/zh-hans/products/").text)
    row.texts.update(name="Brown rice")
    Product.objects.filter(pk=row.pk).update(updated_at=timezone.now())
    page = client.get("/products/").text
    assert "Brown rice" in page
    assert "Jasmine rice" not in page


def test_the_shortlist_of_one_buyer_is_not_shown_to_the_next_reader(client):
    row = make.product()
    buyer = make.buyer()
    client.force_login(make.member_of(buyer))
    ShortlistItem.objects.create(company=buyer, product=row)
    assert 'aria-pressed="true"' in client.get("/products/").text
    client.logout()
    assert "star-form" not in client.get("/products/").text


@pytest.mark.parametrize(("language", "number"), [("en", "12,345"), ("zh-hans", "12,345")])
def test_a_filter_shows_its_options_with_counts_and_escapes_them(language, number):
    odd = "<b>\"&'"
    options = [
        {"value": "TH", "label": "Thailand", "count": 12_345, "flag": "TH", "checked": True},
        {"value": odd, "label": odd, "deep": True, "facet": "category", "count": 0},
    ]
    select = {"name": "ship", "label": "Month", "value": "b", "options": [("a", "<A>"), ("b", "B")]}
    facets = [{"name": "origin", "title": "Origin", "options": options, "select": select}]
    with translation.override(language):
        page = render_to_string("components/facets.html", {"facets": facets, "form_id": "f1"})
    assert "<b>" not in page
    assert words(page).startswith(f"Origin Month &lt;A&gt; B Thailand {number} &lt;b&gt;&quot;&amp;&#x27; 0")
    assert re.findall(r' name="(\w+)"', page) == ["ship", "origin", "category"]
    assert page.count(" checked") == 1
    assert re.findall(r'<option value="(\w)" selected>', page) == ["b"]
    assert page.count('form="f1"') == 3


def test_a_visitor_reads_nothing_of_a_person_who_was_signed_in(client):
    client.get("/products/")
    person = make.user(name="Malee Suwan")
    client.force_login(person)
    assert person.email.replace("@", "@<wbr>").replace(".", ".<wbr>") in client.get("/products/").text
    client.logout()
    assert "Malee" not in client.get("/products/").text
