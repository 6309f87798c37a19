"""Files on the disk: a full disk is told, nothing half written stays, and files without a row are removed."""

import errno
import os
import time
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from matchmaker.catalogue.models import ProductFile
from matchmaker.catalogue.services.papers import add_product_file
from matchmaker.catalogue.services.pictures import add_product_image
from matchmaker.core.storage import remove_unclaimed_files
from tests import factories as make
from tests.files import on_disk, paper, pdf, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(client):
    product = make.product()
    client.force_login(make.member_of(product.company))
    return product


@pytest.fixture
def disk(monkeypatch):
    """A disk with room for `disk["files"]` more files; the next write leaves an empty file, as the system does."""
    room, write = {"files": 0}, FileSystemStorage._save

    def save(storage, name, content):
        if room["files"] > 0:
            room["files"] -= 1
            return write(storage, name, content)
        path = Path(storage.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(FileSystemStorage, "_save", save)
    return room


def test_a_full_disk_is_told_on_the_page_and_leaves_nothing(client, product, disk, settings):
    client.raise_request_exception = False
    for name, sent in (
        ("supplier_product_image_add", {"image": SimpleUploadedFile("rice.png", picture()), "alt": "Rice"}),
        ("supplier_product_file_add", {"kind": "data", "file": paper()}),
    ):
        answer = client.post(reverse(name, args=[product.uid]), sent)
        assert answer.status_code == 507
        assert "The disk of this site is full" in answer.content.decode()
    assert (product.images.count(), ProductFile.objects.count(), on_disk(settings)) == (0, 0, [])


def test_a_full_disk_is_a_problem_for_programs(product, disk, settings):
    from tests.api.conftest import Caller

    api = Caller(make.member_of(product.company))
    for part, sent in (
        ("files", {"kind": "data", "file": paper()}),
        ("pictures", {"image": paper("a.png", picture())}),
    ):
        answer = api.send(f"/api/v1/products/{product.uid}/{part}/", sent)
        assert (answer.status_code, answer["Content-Type"]) == (507, "application/problem+json")
        assert answer.json()["code"] == "storage_full"
    assert on_disk(settings) == []


def test_a_disk_that_is_full_after_the_first_rendition_keeps_none(product, disk, settings):
    disk["files"] = 1
    by = make.member_of(product.company)
    with pytest.raises(OSError, match="No space left"):
        add_product_image(by=by, product=product, upload=paper("a.png", picture(side=1000)))
    assert on_disk(settings) == []


def test_files_without_a_row_are_removed_after_a_day(product, settings):
    by = make.member_of(product.company)
    row = add_product_file(by=by, product=product, kind="data", file=paper(content=pdf(b"named")))
    image = add_product_image(by=by, product=product, upload=paper("a.png", picture(side=1000)))
    kept = on_disk(settings)
    assert len(kept) == 4
    old, young = Path(row.file.path).with_name("old.pdf"), Path(row.file.path).with_name("young.pdf")
    foreign = Path(settings.MEDIA_ROOT) / "logo.png"
    rendition = Path(image.file.path).with_name("0123456789abcdef-480.webp")
    for path in (old, young, foreign, rendition):
        path.write_bytes(b"x")
    for root in (settings.PRIVATE_ROOT, settings.MEDIA_ROOT):
        for path in Path(root).rglob("*"):
            if path.is_file() and path != young:
                os.utime(path, (time.time() - 90_000,) * 2)
    assert remove_unclaimed_files() == 2
    assert on_disk(settings) == sorted([*kept, "young.pdf", "logo.png"])
