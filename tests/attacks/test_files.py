"""Files that attack: each upload ends in a refusal with a sentence, and others are served meanwhile."""

import contextlib
import io
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from tests.core.test_pdf import REFUSED
from tests.files import pdf

pytestmark = [pytest.mark.attack, pytest.mark.slow, pytest.mark.worker]


@pytest.fixture(scope="module")
def mill(production_site):
    """(visitor, page of the product, address for files, address for pictures) of a supplier."""
    made = production_site.run(
        """
from django.urls import reverse
member = person("files@example.org")
product = factories.product(factories.supplier(member, legal_name="Files Mill"))
names = ("supplier_product_edit", "supplier_product_file_add", "supplier_product_image_add")
out["at"] = [reverse(name, args=[product.uid]) for name in names]
"""
    )
    return production_site.sign_in("files@example.org"), *made["at"]


def send_paper(mill, content: bytes):
    visitor, page, files, _pictures = mill
    return visitor.post(files, {"kind": "data"}, {"file": ("paper.pdf", content)}, form_at=page)


def test_active_pdfs_are_refused_while_others_are_served(production_site, mill):
    with production_site.others_ask() as delays:
        for name, (content, _verdict) in REFUSED.items():
            answer = send_paper(mill, content)
            assert (answer.status, "“paper.pdf”" in answer.text) == (422, True), name
    assert delays.failures == []
    assert delays.p95 < 1


def test_a_quiet_pdf_is_let_in(mill):
    assert send_paper(mill, pdf(b"quiet")).status == 302


def test_a_picture_with_damaged_exif_is_refused(mill):
    visitor, page, _files, pictures = mill
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x011A] = 6, "Maker", 72.0
    exif.get_ifd(0x8769)[0x9003] = "2026:01:01 00:00:00"
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG", exif=exif)
    for changes in ({41: 7, 108: 6}, {43: 11, 65: 111, 124: 86}, {41: 27, 113: 96, 121: 120}):
        content = bytearray(out.getvalue())
        for place, value in changes.items():
            content[place] = value
        answer = visitor.post(pictures, {"alt": "Rice"}, {"image": ("phone.jpg", bytes(content))}, form_at=page)
        assert answer.status == 422
        assert "This is not a picture we can read" in answer.text


@contextlib.contextmanager
def full_disk(folder: Path):
    """A file system of 64 kB in place of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can be mounted by root only")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_with_507_and_leaves_nothing(production_site, mill):
    private = Path(production_site.env["PRIVATE_ROOT"])
    large = pdf(b"x" * 200_000)
    with full_disk(private):
        answers = [send_paper(mill, large + b"\n" * count) for count in range(3)]
        left = [path for path in private.rglob("*") if path.is_file()]
    assert [answer.status for answer in answers] == [507, 507, 507]
    assert "The disk of this site is full" in answers[0].text
    assert left == []
    assert send_paper(mill, pdf(b"room again")).status == 302
