"""The page of a product, which is opened more often than any other."""

import datetime as dt

import pytest
from django.urls import reverse

from matchmaker.catalogue.models import Product, ProductFile, ProductImage, ProductText, ProductVariant
from matchmaker.companies.models import Company
from matchmaker.market_access.models import ReadinessAnswer, Registration
from tests import factories as make

pytestmark = pytest.mark.django_db


def page_of(client, product):
    return client.get(reverse("product", args=[product.uid]))


def with_everything(product):
    """Two of each thing that a page of a product shows."""
    ProductText.objects.create(product=product, language="fr", name="riz parfumé")
    for n in (1, 2):
        ProductImage.objects.create(product=product, file=f"{n}.webp", width=640, height=480, sha256=str(n))
        ProductVariant.objects.create(product=product, label=f"{n} kg bag", position=n)
        ProductFile.objects.create(
            product=product, kind="data", name=f"sheet {n}.pdf", suffix=".pdf", size=1, sha256=str(n)
        )
        Registration.objects.create(company=product.company, code=f"GACC-{n}", number=str(n))
        ReadinessAnswer.objects.create(product=product, question=f"has:{n}", answer=True)
    return product


def test_it_needs_the_same_queries_for_a_bare_product_and_for_a_full_one(client, django_assert_max_num_queries):
    bare, full = make.product(hs_code="100630"), with_everything(make.product(hs_code="100630"))
    for product in (bare, full):
        page_of(client, product)  # what is kept for some seconds is kept
    counted = []
    for product in (bare, full):
        with django_assert_max_num_queries(16) as asked:  # four are the small directory's, one reads videos
            assert page_of(client, product).status_code == 200
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_it_shows_what_belongs_to_this_product_and_nothing_of_another(client):
    one, other = with_everything(make.product(name="jasmine rice")), make.product(name="green tea")
    shown, bare = page_of(client, one).content.decode(), page_of(client, other).content.decode()
    for words in ("jasmine rice", "riz parfumé", "1 kg bag", "2 kg bag", "sheet 1.pdf", "/media/1.webp"):
        assert words in shown
        assert words not in bare
    assert "green tea" in bare


def test_what_changed_is_shown_at_once(client):
    product = with_everything(make.product(name="jasmine rice"))
    page_of(client, product)
    ProductText.objects.filter(product=product, language="en").update(name="brown rice")
    ProductVariant.objects.filter(product=product).delete()
    Company.objects.filter(pk=product.company_id).update(founded=1907)
    Product.objects.filter(pk=product.pk).update(price_valid_until=dt.date(2020, 1, 1))
    shown = page_of(client, product).content.decode()
    assert "brown rice" in shown
    assert "jasmine rice" not in shown
    assert "1 kg bag" not in shown
    assert "1907" in shown


@pytest.mark.parametrize("status", ["draft", "paused", "withdrawn"])
def test_a_product_that_is_taken_away_is_gone_at_once_but_for_its_own_company(client, status):
    product = make.product()
    own = make.member_of(product.company)
    stranger = make.member_of(make.buyer())
    assert page_of(client, product).status_code == 200
    Product.objects.filter(pk=product.pk).update(status=status)
    assert page_of(client, product).status_code == 404
    for person, code in ((own, 200), (stranger, 404)):
        client.force_login(person)
        assert page_of(client, product).status_code == code


def test_a_product_of_a_company_that_is_suspended_is_gone_at_once(client):
    product = make.product()
    assert page_of(client, product).status_code == 200
    Company.objects.filter(pk=product.company_id).update(status="suspended")
    assert page_of(client, product).status_code == 404
