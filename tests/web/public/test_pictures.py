"""Pictures of products: every size a page prints opens for exactly those who may see the product."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from matchmaker.catalogue.services import add_product_image, remove_product_image
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def product():
    row = factories.product(name="Jasmine rice", status="published")
    owner = factories.member_of(row.company)
    for colour in ("white", "black"):
        out = io.BytesIO()
        Image.new("RGB", (2000, 1000), colour).save(out, "PNG")
        add_product_image(by=owner, product=row, upload=SimpleUploadedFile("rice.png", out.getvalue()), alt=colour)
    return row


def printed(page: str) -> set[str]:
    """The pictures of products a page names, in whatever attribute or script."""
    return set(re.findall(r"/media/products/[\w./-]+?\.webp", page))


def callers(product) -> dict[str, Client]:
    people = {
        "its company": factories.member_of(product.company),
        "another supplier": factories.member_of(factories.supplier()),
        "a buyer": factories.member_of(factories.buyer()),
        "the team": factories.organiser(factories.campaign()),
        "a stranger": factories.user(),
    }
    found = {"anybody": Client()}
    for name, person in people.items():
        found[name] = Client()
        found[name].force_login(person)
    return found


def test_pages_print_each_picture_in_its_sizes(product):
    names = {name for image in product.images.all() for _width, name in image.file_names()}
    assert len(names) == 6
    seller = Client()
    seller.force_login(factories.member_of(product.company))
    page = printed(Client().get(reverse("product", args=[product.uid])).text)
    assert page <= {f"/media/{name}" for name in names}
    assert printed(seller.get(reverse("supplier_product_edit", args=[product.uid])).text) == {
        f"/media/{name}" for name in names
    }
    first, second = product.images.all()
    assert page == {f"/media/{name}" for _w, name in first.file_names()} | {second.file.url, second.small_url}
    assert printed(Client().get(reverse("products")).text) == {first.small_url}


@pytest.mark.parametrize(
    ("status", "company", "seen_by"),
    [
        ("published", "approved", {"its company", "another supplier", "a buyer", "the team", "a stranger", "anybody"}),
        ("draft", "approved", {"its company"}),
        ("paused", "approved", {"its company"}),
        ("withdrawn", "approved", {"its company"}),
        ("published", "suspended", {"its company"}),
    ],
)
def test_each_size_opens_for_exactly_those_who_may_see_the_product(product, status, company, seen_by):
    type(product).objects.filter(pk=product.pk).update(status=status)
    type(product.company).objects.filter(pk=product.company_id).update(status=company)
    names = [name for image in product.images.all() for _width, name in image.file_names()]
    for name, caller in callers(product).items():
        may = name in seen_by
        answers = [caller.get(reverse("picture", args=[path])) for path in names]
        assert {answer.status_code for answer in answers} == {200 if may else 404}, name
        assert (caller.get(reverse("product", args=[product.uid])).status_code == 200) is may, name
        if may:
            kinds = {Image.open(io.BytesIO(b"".join(answer))).format for answer in answers}
            assert kinds == {"WEBP"}
            private = seen_by == {"its company"}
            assert {answer["Cache-Control"].startswith("private") for answer in answers} == {private}


@pytest.mark.parametrize(
    "path", ["products/x.webp", "../db.sqlite3", "products/../../settings.py", "{}-999.webp", "{}x"]
)
def test_nothing_else_of_the_folder_is_served(product, path):
    image = product.images.first()
    assert Client().get("/media/" + path.format(image.file.name.removesuffix(".webp"))).status_code == 404


def test_a_picture_whose_file_was_lost_is_not_found(product):
    image = product.images.first()
    image.file.storage.delete(image.file.name)
    assert Client().get(image.file.url).status_code == 404


@pytest.mark.slow
def test_a_list_prints_the_first_picture_in_its_smallest_size_and_follows_it(product, settings):
    settings.ENCODER = "tests.engines.search.test_searching.Deaf"
    first, second = product.images.all()
    assert printed(Client().get(reverse("products")).text) == {first.small_url}
    remove_product_image(by=factories.member_of(product.company), product=product, image=first)
    assert printed(Client().get(reverse("products")).text) == {second.small_url}
