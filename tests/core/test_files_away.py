"""A store of files that does not answer is a sentence on pages and in the API, and nothing is saved."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from matchmaker.catalogue.models import ProductFile, ProductImage
from matchmaker.catalogue.services.pictures import add_product_image
from matchmaker.core.file_stores import stores_at
from matchmaker.core.storage import FilesAwayError
from matchmaker.running import doctor, valkey
from tests import factories as make
from tests.api.conftest import Caller
from tests.files import paper, picture, read

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.enable_socket]


@pytest.fixture
def product(client):
    product = make.product(status="published")
    client.force_login(make.member_of(product.company))
    client.raise_request_exception = False
    return product


def use(settings, address: str) -> None:
    """As if the process had started with this FILES_URL; fields look their store up by its name."""
    settings.STORAGES = {**settings.STORAGES, **stores_at(address)}


@pytest.fixture
def away(settings, monkeypatch):
    """A bucket behind a port at which no server listens."""

    def use_it() -> None:
        use(settings, f"s3://key:secret@127.0.0.1:{valkey.free_port()}/files?region=eu-central-1&tls=0")
        point(monkeypatch)

    return use_it


def point(monkeypatch) -> None:
    from django.core.files.storage import storages

    monkeypatch.setattr(ProductImage._meta.get_field("file"), "storage", storages["default"])
    monkeypatch.setattr(ProductFile._meta.get_field("file"), "storage", storages["private"])


def test_uploads_are_answered_with_a_sentence_and_save_nothing(client, product, away):
    away()
    for name, sent in (
        ("supplier_product_image_add", {"image": SimpleUploadedFile("rice.png", picture()), "alt": "Rice"}),
        ("supplier_product_file_add", {"kind": "data", "file": paper()}),
    ):
        answer = client.post(reverse(name, args=[product.uid]), sent)
        assert (answer.status_code, answer["Retry-After"]) == (503, "60")
        page = answer.content.decode()
        assert "The store of files of this site does not answer" in page
        assert "form_done" not in answer.cookies  # the browser keeps what was typed
    assert (product.images.count(), ProductFile.objects.count()) == (0, 0)


def test_programs_get_a_problem_with_a_code(product, away):
    api = Caller(make.member_of(product.company))
    away()
    answer = api.send(f"/api/v1/products/{product.uid}/files/", {"kind": "data", "file": paper()})
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert (answer.json()["code"], answer["Retry-After"]) == ("files_away", "60")
    assert ProductFile.objects.count() == 0


def test_a_picture_that_cannot_be_read_now_is_not_called_missing(client, product, bucket, settings, monkeypatch, away):
    use(settings, bucket)
    point(monkeypatch)
    by = make.member_of(product.company)
    image = add_product_image(by=by, product=product, upload=paper("rice.png", picture(side=20)))
    assert read(client.get(image.file.url))[8:12] == b"WEBP"
    away()
    assert client.get(image.file.url).status_code == 503
    assert client.get(reverse("product", args=[product.uid])).status_code == 200


def test_a_bucket_that_refuses_us_is_away_too(bucket, settings):
    from django.core.files.storage import storages

    use(settings, bucket.replace("/files-", "/gone-"))
    with pytest.raises(FilesAwayError, match="NoSuchBucket"):
        storages["private"].listdir("papers")


def test_the_doctor_names_the_store_that_is_away(settings, away):
    away()
    assert "FILES_URL" in next(doctor._files()).action
