"""Files in folders and in a bucket behave alike; the bucket is a server of moto, reached over HTTP."""

import io
import os
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from matchmaker.catalogue.models import ProductImage
from matchmaker.catalogue.services import add_product_image
from matchmaker.companies.documents import add_document
from matchmaker.companies.models import Document
from matchmaker.core.file_stores import FOLDERS, stores_at
from matchmaker.core.management.commands import move_files
from matchmaker.core.storage import remove_unclaimed_files, walk
from tests import factories
from tests.files import PDF, paper, picture, read

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]


def use(address: str, settings, monkeypatch) -> None:
    """As if the process had started with this FILES_URL."""
    settings.FILES_URL = address
    settings.STORAGES = {**settings.STORAGES, **stores_at(address)}
    for model in (Document, ProductImage):
        field = model._meta.get_field("file")
        monkeypatch.setattr(field, "storage", storages["private" if model is Document else "default"])


@pytest.fixture(params=["folder", "bucket"])
def address(request) -> str:
    return "folder" if request.param == "folder" else request.getfixturevalue("bucket")


@pytest.fixture(params=["default", "private"])
def store(request, address, settings):
    settings.STORAGES = {**settings.STORAGES, **stores_at(address)}
    return storages[request.param]


def test_a_file_is_stored_read_listed_and_deleted(store):
    assert store.save("papers/a.pdf", ContentFile(b"first")) == "papers/a.pdf"
    assert (store.exists("papers/a.pdf"), store.size("papers/a.pdf")) == (True, 5)
    with store.open("papers/a.pdf") as file:
        assert file.read() == b"first"
    assert timezone.now() - store.get_modified_time("papers/a.pdf") < timedelta(minutes=1)
    assert list(walk(store, "")) == ["papers/a.pdf"]
    store.delete("papers/a.pdf")
    store.delete("papers/a.pdf")
    assert (store.exists("papers/a.pdf"), list(walk(store, ""))) == (False, [])


def test_a_second_file_of_a_name_never_replaces_the_first(store):
    store.save("a.pdf", ContentFile(b"first"))
    second = store.save("a.pdf", ContentFile(b"second"))
    assert second != "a.pdf"
    with store.open("a.pdf") as file:
        assert file.read() == b"first"


def test_a_missing_file_is_a_file_not_found_error(store):
    with pytest.raises(FileNotFoundError):
        store.open("papers/none.pdf").read()


@pytest.mark.parametrize("name", ["../outside.pdf", "/etc/outside.pdf"])
def test_no_name_leads_outside(store, name):
    with pytest.raises(Exception, match=r"(?i)travers|outside|dangerous|suspicious"):
        store.save(name, ContentFile(b"x"))


def test_the_two_stores_do_not_see_each_other(address, settings):
    settings.STORAGES = {**settings.STORAGES, **stores_at(address)}
    storages["private"].save("a.pdf", ContentFile(b"secret"))
    assert not storages["default"].exists("a.pdf")
    with pytest.raises(ValueError, match="private file"):
        storages["private"].url("a.pdf")
    assert storages["default"].url("products/a b.webp") == "/media/products/a%20b.webp"


@pytest.mark.django_db
def test_files_are_sent_to_whom_they_are_for_and_never_by_an_address_of_the_store(
    address, settings, monkeypatch, client
):
    use(address, settings, monkeypatch)
    product = factories.product(status="published")
    owner = factories.member_of(product.company)
    document = add_document(by=owner, company=product.company, kind="register", file=paper())
    image = add_product_image(by=owner, product=product, upload=ContentFile(picture(side=20), name="rice.png"))
    path = reverse("company_document", args=[product.company.uid, document.uid])
    assert client.get(path).status_code == 302
    client.force_login(factories.user())
    assert client.get(path).status_code == 404
    assert read(client.get(image.file.url))[8:12] == b"WEBP"
    client.force_login(owner)
    answer = client.get(path)
    assert read(answer) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="register.pdf"'
    page = client.get(reverse("product", args=[product.uid])).content.decode()
    assert image.file.url in page
    assert "key:" not in page
    assert "X-Amz" not in page
    document.file.storage.delete(document.file.name)
    assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_files_without_a_row_are_removed_after_a_day(address, settings, monkeypatch):
    use(address, settings, monkeypatch)
    mill = factories.supplier()
    document = add_document(by=factories.member_of(mill), company=mill, kind="register", file=paper())
    store, folder = document.file.storage, document.file.name.rsplit("/", 1)[0]
    lost = store.save(f"{folder}/lost.pdf", ContentFile(b"x"))
    assert remove_unclaimed_files() == 0
    monkeypatch.setattr("matchmaker.core.storage.UNCLAIMED_SECONDS", -1)
    assert remove_unclaimed_files() == 1
    assert (store.exists(lost), store.exists(document.file.name)) == (False, True)


def move(to: str) -> str:
    out = io.StringIO()
    call_command("move_files", to=to, stdout=out)
    return out.getvalue()


def test_files_move_to_a_bucket_and_back_and_a_stopped_move_goes_on(bucket, settings, monkeypatch):
    contents = {f"papers/{number}.pdf": os.urandom(20_000 + number) for number in range(6)}
    for name, content in contents.items():
        storages["private"].save(name, ContentFile(content))
    storages["default"].save("products/a.webp", ContentFile(b"picture"))
    copy, copied = move_files.copy, []

    def stop(source, target, name):
        if len(copied) == 3:
            target.save(name, ContentFile(b"half"))  # what a process leaves that is ended at this moment
            raise KeyboardInterrupt
        copied.append(name)
        copy(source, target, name)

    monkeypatch.setattr(move_files, "copy", stop)
    with pytest.raises(KeyboardInterrupt):
        move(bucket)
    monkeypatch.setattr(move_files, "copy", copy)
    assert move(bucket).startswith("4 files copied, 3 were there.")
    assert move(bucket).startswith("0 files copied, 7 were there.")
    settings.FILES_URL, settings.STORAGES = bucket, {**settings.STORAGES, **stores_at(bucket)}
    for name, content in contents.items():
        with storages["private"].open(name) as file:
            assert file.read() == content
    settings.PRIVATE_ROOT = settings.PRIVATE_ROOT / "again"
    assert move("folder").startswith("6 files copied, 1 were there.")
    assert {name: (settings.PRIVATE_ROOT / name).read_bytes() for name in contents} == contents


def test_a_move_to_where_the_files_are_is_refused(settings):
    with pytest.raises(CommandError, match="there already"):
        move("folder")
    with pytest.raises(CommandError, match="must be 'folder' or s3://"):
        move("ftp://host/bucket")


@pytest.mark.parametrize("address", ["ftp://host/b", "s3://host", "s3://host/a/b", "s3://host/b?colour=red", "bucket"])
def test_a_wrong_address_is_refused_with_a_sentence(address):
    with pytest.raises(ValueError, match="must be 'folder' or s3://"):
        stores_at(address)


def test_addresses_become_options_of_the_library():
    options = stores_at("s3:///files?region=cn-north-1")["private"]["OPTIONS"]
    assert (options["bucket_name"], options["region_name"], options["access_key"]) == ("files", "cn-north-1", None)
    assert "endpoint_url" not in options
    options = stores_at("s3://a%2Fb:c@host:9000/files")["default"]["OPTIONS"]
    assert (options["endpoint_url"], options["access_key"]) == ("https://host:9000", "a/b")
    assert (options["location"], options["file_overwrite"], options["default_acl"]) == ("media", False, None)
    assert stores_at("") == stores_at("folder") == FOLDERS
