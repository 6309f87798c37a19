"""Pictures of products: every size a page prints opens for exactly those who may see the product."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.models import ProductVideo
from matchmaker.catalogue.services import add_product_image, copy_product, remove_product_image, reserve_pictures
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


def reserved(product):
    reserve_pictures(by=factories.member_of(product.company), product=product)
    product.refresh_from_db()
    return product


def is_open(client: Client, address: str) -> bool:
    """Whether the file comes; the answer is read to its end, so that no file stays open."""
    answer = client.get(address)
    if answer.status_code == 200:
        b"".join(answer.streaming_content)
        assert answer["Cache-Control"] == "private, no-store"
    else:
        assert answer.status_code == 404
    return answer.status_code == 200


def test_reserved_pictures_open_for_nobody_but_the_company_and_the_buyer_of_a_mutual_match(product):
    words = {"address": "https://video.example/1", "words": "The mill", "size": 0}
    video = ProductVideo.objects.create(product=reserved(product), **words)
    agreed, asked = (factories.match(product, factories.line(text=text)) for text in ("Rice", "Long rice"))
    said_yes = {"supplier_answer": "interested", "buyer_answer": "interested", "mutual_at": timezone.now()}
    type(agreed).objects.filter(pk=agreed.pk).update(**said_yes)
    type(asked).objects.filter(pk=asked.pk).update(buyer_answer="interested")
    people = callers(product)
    for name, match in (("mutual buyer", agreed), ("buyer who waits", asked)):
        people[name] = Client()
        people[name].force_login(factories.member_of(match.line.demand.company))
    sees = {"its company", "mutual buyer"}
    names = [name for image in product.images.all() for _width, name in image.file_names()]
    api = reverse("api_product", args=[product.uid])
    for name, client in people.items():
        may = name in sees
        assert [is_open(client, reverse("picture", args=[path])) for path in names] == [may] * len(names), name
        page = client.get(reverse("product", args=[product.uid])).text
        assert bool(printed(page)) is may, name
        assert (video.address in page) is may, name
        answer = client.get(api).json()
        assert len(answer["pictures"]) == (2 if may else 0), name
        assert len(answer["videos"]) == (1 if may else 0), name
        assert len(client.get(f"{api}pictures/").json()["results"]) == (2 if may else 0), name
        assert len(client.get(f"{api}videos/").json()["results"]) == (1 if may else 0), name


def test_lists_and_previews_never_carry_a_reserved_picture(product):
    assert printed(Client().get(reverse("products")).text)
    reserved(product)
    seller = Client()
    seller.force_login(factories.member_of(product.company))
    for client in (Client(), seller):
        assert not printed(client.get(reverse("products")).text)
        assert not printed(client.get(reverse("supplier", args=[product.company.uid])).text)
    page = seller.get(reverse("product", args=[product.uid])).text
    assert "og:image" not in page or not printed("".join(re.findall(r'og:image"[^>]*', page)))
    assert not printed("".join(re.findall(r"<script[^>]*ld\+json[^>]*>.*?</script>", page, re.DOTALL)))
    assert printed(page)  # its company looks at its own pictures


def test_the_buttons_reserve_and_open_and_each_is_in_the_record(product):
    seller = Client()
    owner = factories.member_of(product.company)
    seller.force_login(owner)
    for route, state in (("reserve", True), ("reserve", True), ("open", False)):
        seller.post(reverse(f"supplier_product_pictures_{route}", args=[product.uid]))
        product.refresh_from_db()
        assert product.pictures_reserved is state
    verbs = AuditEntry.objects.filter(verb__endswith="_pictures").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["reserve_pictures", "open_pictures"]
    other = Client()
    other.force_login(factories.member_of(factories.supplier()))
    assert other.post(reverse("supplier_product_pictures_reserve", args=[product.uid])).status_code == 404
    assert other.post(reverse("api_product_pictures_reserve", args=[product.uid])).status_code in (403, 404)
    product.refresh_from_db()
    assert product.pictures_reserved is False


def test_a_copy_of_a_product_keeps_its_pictures_reserved(product):
    copied = copy_product(by=factories.member_of(product.company), product=reserved(product))
    assert copied.pictures_reserved is True
