"""B50: names that lead out of a folder, or that no file system takes, name no file."""

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from matchmaker.catalogue.models import ProductFile
from matchmaker.core.files import safe_name
from matchmaker.imports.models import Import
from tests import factories
from tests.files import PDF, on_disk
from tests.imports.conftest import mill, owner
from tests.imports.sheets import HEAD, as_xlsx, goods, previewed

__all__ = ["mill", "owner"]

pytestmark = pytest.mark.django_db
NAMES = (
    "../../slip.pdf",
    "/etc/slip.pdf",
    "C:\\slip.pdf",
    "CON",
    "nul.pdf",
    "x" * 296 + ".pdf",
    "a/../../b.pdf",
    "n\x00l.pdf",
)


def places(settings) -> set[Path]:
    """Every file below the folder of this test and the current one's top level."""
    roots = (Path(settings.MEDIA_ROOT).parent,)
    return {path for root in roots for path in root.rglob("*") if path.is_file()} | set(Path.cwd().iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_an_upload_is_stored_under_a_name_of_the_site_whatever_it_is_called(client, settings, name):
    product = factories.product()
    client.force_login(factories.member_of(product.company))
    upload = SimpleUploadedFile("x", PDF)
    upload._name = name  # as it came over the wire, before Django took the path away
    before = places(settings)
    address = reverse("supplier_product_file_add", args=[product.uid])
    assert client.post(address, {"kind": "data", "file": upload}).status_code == 302
    row = ProductFile.objects.get()
    new = places(settings) - before
    assert new == {Path(row.file.path)}
    assert Path(row.file.path).is_relative_to(settings.PRIVATE_ROOT)
    assert (row.name.removesuffix(".pdf"), len(row.name) <= 100) == (safe_name(name).removesuffix(".pdf"), True)
    assert row.name not in os.path.basename(row.file.name)


def test_a_file_whose_name_is_no_name_is_no_file(client, settings):
    product = factories.product()
    client.force_login(factories.member_of(product.company))
    upload = SimpleUploadedFile("x", PDF)
    upload._name = ".."
    address = reverse("supplier_product_file_add", args=[product.uid])
    assert client.post(address, {"kind": "data", "file": upload}).status_code == 422
    assert (ProductFile.objects.count(), on_disk(settings)) == (0, [])


def slipping(content: bytes) -> bytes:
    """The workbook with members that lead elsewhere: paths, a link, a device, names that no system takes."""
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        for name in ("../../slip.txt", "/tmp/slip.txt", "..\\slip.txt", "CON", "x" * 300):
            archive.writestr(name, b"slip")
        for name, kind in (("link", stat.S_IFLNK), ("device", stat.S_IFCHR)):
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (kind | 0o777) << 16
            archive.writestr(info, b"/etc/passwd")
    return out.getvalue()


@pytest.mark.slow
def test_a_workbook_whose_parts_lead_elsewhere_unpacks_nothing(settings, mill, owner):
    before = places(settings)
    batch = previewed(by=owner, content=slipping(as_xlsx([HEAD, *goods(2)])), name="../../goods.xlsx", company=mill)
    assert (Import.objects.get().pk, batch.total, batch.rejected) == (batch.pk, 2, 0)
    assert "/" not in batch.file_name
    assert places(settings) == before
    assert on_disk(settings) == []
    assert not (Path("/tmp") / "slip.txt").exists()
    assert not (site_settings.BASE_DIR.parent / "slip.txt").exists()
