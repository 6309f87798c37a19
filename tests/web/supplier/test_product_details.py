"""What a product says beside its main fields: article number, how long the price holds, variants; and its history."""

import pytest
from django.urls import reverse

from matchmaker.catalogue.models import Product
from tests import factories as make
from tests.web.supplier.test_products import filled, new

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(client):
    company = make.supplier()
    client.force_login(make.member_of(company))
    make.category("AGRI-01")
    make.hs_code("100630")
    return company


def variants(*rows) -> dict:
    said = {"variants-TOTAL_FORMS": str(len(rows)), "variants-INITIAL_FORMS": "0"}
    for place, row in enumerate(rows):
        for name, value in zip(("label", "article", "price", "min_order"), row, strict=True):
            said[f"variants-{place}-{name}"] = value
    return said


def test_article_number_price_validity_and_variants_are_kept_in_their_order(client, company):
    rows = variants(("5 kg bag", "R-5", "4.10", "200"), ("", "", "", ""), ("25 kg bag", "", "", ""))
    client.post(new(), filled(article="R-1", price_valid_until="2027-06-30", **rows))
    product = Product.objects.get()
    assert (product.article, product.price_valid_until.isoformat()) == ("R-1", "2027-06-30")
    kept = [(one.label, one.article, str(one.price), str(one.min_order)) for one in product.variants.all()]
    assert kept == [("5 kg bag", "R-5", "4.1000", "200.00"), ("25 kg bag", "", "None", "None")]
    page = client.get(reverse("product", args=[product.uid])).content.decode()
    assert [label in page for label in ("5 kg bag", "25 kg bag", "R-5")] == [True, True, True]


def test_a_variant_without_a_name_is_asked_for_one_and_nothing_is_lost(client, company):
    page = client.post(new(), filled(**variants(("", "R-5", "4.10", ""))))
    assert page.status_code == 422
    form = page.context["variants"].forms[0]
    assert form.errors == {"label": ["Say what this variant is, such as 5 kg bag."]}
    assert form["article"].value() == "R-5"
    assert Product.objects.count() == 0


def test_the_same_variant_twice_is_refused(client, company):
    page = client.post(new(), filled(**variants(("5 kg bag", "", "", ""), ("5 KG bag", "", "", ""))))
    assert (page.status_code, Product.objects.count()) == (422, 0)
    assert "Two variants have the same name." in page.content.decode()


def test_a_form_without_variants_leaves_them_as_they_are(client, company):
    client.post(new(), filled(**variants(("5 kg bag", "", "", ""))))
    product = Product.objects.get()
    client.post(reverse("supplier_product_edit", args=[product.uid]), filled())
    assert [one.label for one in product.variants.all()] == ["5 kg bag"]


def test_the_history_names_who_changed_which_field_from_what_to_what(client, company):
    client.post(new(), filled())
    product = Product.objects.get()
    client.post(reverse("supplier_product_edit", args=[product.uid]), filled(lead_time_days="45", origin="VN"))
    client.post(reverse("supplier_product_publish", args=[product.uid]))
    entries = client.get(reverse("supplier_product_history", args=[product.uid])).context["entries"]
    assert [entry["what"] for entry in entries] == ["Published", "Something was changed", "Written"]
    assert entries[1]["more"] == "Country of origin: TH → VN; Lead time in days: 30 → 45"


def test_the_history_of_somebody_elses_product_does_not_exist(client, company):
    other = make.product()
    assert client.get(reverse("supplier_product_history", args=[other.uid])).status_code == 404
