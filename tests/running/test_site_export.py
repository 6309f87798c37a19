"""`manage.py export_site`: counts and values of the tables, files, what is left out, and who learns of it."""

import csv
import io
import json
import re

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.models import Product
from matchmaker.companies.documents import add_document
from matchmaker.companies.models import Company
from matchmaker.running import site_export
from tests import factories
from tests.files import paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    """A campaign, a company with a formula for a name and a document, its product, and a match with a demand."""
    campaign = factories.campaign()
    supplier = factories.company(legal_name="=cmd|' /C calc'!A0", languages=["en", "fr"])
    product = factories.product(company=supplier, name="Green tea")
    document = add_document(by=supplier.members.get(), company=supplier, kind="register", file=paper())
    factories.match(product)
    return campaign, supplier, product, document


@pytest.fixture
def exported(site, tmp_path):
    """The folder of the export and what the command printed."""
    out = io.StringIO()
    call_command("export_site", tmp_path / "export", stdout=out)
    return tmp_path / "export", out.getvalue()


def read_json(folder, name):
    return json.loads((folder / f"{name}.json").read_text())


def read_csv(folder, name):
    return list(csv.DictReader((folder / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()))


def test_every_table_is_exported_or_left_out_for_a_reason():
    exported = [label for labels in site_export.TABLES.values() for label in labels]
    left_out = [label for labels in site_export.LEFT_OUT.values() for label in labels]
    ours = [model._meta.label for model in apps.get_models() if model.__module__.startswith("matchmaker.")]
    assert sorted(exported + left_out) == sorted(ours)


def test_each_table_has_the_rows_of_the_database_in_both_forms(exported):
    folder, printed = exported
    rows = 0
    for table in site_export.tables():
        count = table.model._base_manager.count()
        assert (len(read_json(folder, table.name)), len(read_csv(folder, table.name))) == (count, count), table.name
        rows += count
    assert rows > 0
    assert f"{len(site_export.tables())} tables, {rows} rows, 1 files" in printed


def test_values_are_those_of_the_database(site, exported):
    _campaign, supplier, product, _document = site
    folder, _printed = exported
    (row,) = [row for row in read_json(folder, "companies/company") if row["uid"] == str(supplier.uid)]
    assert (row["legal_name"], row["languages"]) == ("=cmd|' /C calc'!A0", ["en", "fr"])
    (row,) = [row for row in read_json(folder, "products/product") if row["uid"] == str(product.uid)]
    assert (row["company"], row["status"]) == (supplier.pk, Product.objects.get().status)
    texts = read_json(folder, "products/producttext")
    assert "Green tea" in [text["name"] for text in texts if text["product"] == product.pk]


def test_a_spreadsheet_calculates_nothing_in_the_tables(site, exported):
    folder, _printed = exported
    (row,) = [row for row in read_csv(folder, "companies/company") if row["uid"] == str(site[1].uid)]
    assert row["legal_name"] == "'=cmd|' /C calc'!A0"
    assert json.loads(row["languages"]) == ["en", "fr"]


def test_a_file_is_there_under_the_name_in_its_column(site, exported):
    folder, _printed = exported
    (row,) = read_json(folder, "companies/document")
    assert row["uid"] == str(site[3].uid)
    with site[3].file.open() as file:
        assert (folder / "files" / row["file"]).read_bytes() == file.read()


def test_a_file_that_is_not_there_is_named(site, tmp_path):
    site[3].file.storage.delete(site[3].file.name)
    out = io.StringIO()
    call_command("export_site", tmp_path / "export", stdout=out)
    assert f"This file is missing: {site[3].file.name}" in out.getvalue()
    assert f"- `{site[3].file.name}`" in (tmp_path / "export/README.md").read_text()


def test_the_description_names_every_column_of_every_table(exported):
    folder, _printed = exported
    parts = re.split(r"^## ", (folder / "README.md").read_text(), flags=re.MULTILINE)[1:]
    described = {part.splitlines()[0]: re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE) for part in parts}
    for table in site_export.tables():
        head = (folder / f"{table.name}.csv").read_text(encoding="utf-8-sig").splitlines()[0]
        assert described[table.name] == head.replace('"', "").split(",")


def test_nothing_that_opens_a_door_is_exported():
    columns = {f"{table.model._meta.label}.{field.name}" for table in site_export.tables() for field in table.fields}
    words = {"password", "secret", "token", "digest", "lease_token"}
    assert {column for column in columns if column.rpartition(".")[2] in words} == set()
    assert not columns & {"events.Attendee.code", "events.Interpreter.code"}


def test_other_people_of_the_machine_cannot_read_it(exported):
    folder, _printed = exported
    files = [path for path in folder.rglob("*") if path.suffix in (".csv", ".json", ".pdf")]
    assert {oct(path.stat().st_mode & 0o077) for path in files} == {"0o0"}


def test_the_audit_log_says_that_the_site_was_exported(site, exported):
    entry = AuditEntry.objects.get(verb="export_site")
    assert entry.object_uid == str(site[0].uid)
    assert entry.facts["rows"] > Company.objects.count()


def test_a_folder_with_something_in_it_is_left_alone(site, tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(CommandError, match="is not empty"):
        call_command("export_site", folder)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
