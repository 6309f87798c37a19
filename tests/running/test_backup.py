"""Backup of a site that is written to, restored into another one: equal rows, the same files, the same people."""

import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import uuid
from pathlib import Path

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection, connections

from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.models import ProductText
from matchmaker.catalogue.services import add_product_image
from matchmaker.companies.documents import add_document
from matchmaker.companies.models import Company
from matchmaker.directory import index_service
from matchmaker.engines.search import SearchQuery
from matchmaker.running.backup import create, database, restore
from matchmaker.running.backup.archive import DamagedBackup, unpack
from tests import factories
from tests.files import PDF, paper, picture

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PASS_PHRASE = "a horse and a battery"
# The questions to the restored site, in a process of its own.
QUESTIONS = """
import json, sys
import django
django.setup()
from django.test import Client
from django.urls import reverse
from matchmaker.companies.models import Company
from matchmaker.catalogue.models import ProductImage
from matchmaker.notifications.models import Hold
uid, document, email = sys.argv[1:]
answers = {"hold": Hold.objects.get().reason, "companies": Company.objects.count(), "images": []}
path = reverse("company_document", args=[uid, document])
visitor = Client()
answers["stranger"] = visitor.get(path).status_code
answers["sign_in"] = visitor.post(reverse("account_login"), {"login": email, "password": "PASSWORD"}).status_code
answer = visitor.get(path)
answers["owner"] = [answer.status_code, b"".join(answer.streaming_content).decode("latin-1")]
for image in ProductImage.objects.all():
    with image.file.open("rb") as file:
        answers["images"].append(file.read()[8:12].decode())
print(json.dumps(answers))
""".replace("PASSWORD", "a long pass word")


@pytest.fixture
def owner(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]  # as in the restored site
    return factories.user(password="a long pass word", email="owner@example.org")


@pytest.fixture
def document(owner):
    mill = factories.supplier(member=owner, legal_name="Mill")
    return add_document(by=owner, company=mill, kind="register", file=paper())


@pytest.fixture
def elsewhere(tmp_path):
    """The environment of another, empty site with the same keys."""
    place = tmp_path / "elsewhere"
    place.mkdir()
    values = {"VAR_DIR": str(place), "MEDIA_ROOT": f"{place}/m", "PRIVATE_ROOT": f"{place}/p", "LOG_LEVEL": "ERROR"}
    values |= {"STATIC_ROOT": str(place)}
    if connection.vendor == "sqlite":
        yield {**os.environ, **values, "DATABASE_URL": f"sqlite:///{place}/other.sqlite3"}
        return
    name, server = f"restore_{uuid.uuid4().hex[:8]}", os.environ["DATABASE_URL"].rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")
        yield {**os.environ, **values, "DATABASE_URL": f"{server}/{name}"}
        link.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(environment, *arguments) -> subprocess.CompletedProcess:
    command = [sys.executable, str(ROOT / "manage.py"), *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, check=False, text=True)


def backup(target, **options) -> str:
    out = io.StringIO()
    call_command("backup", str(target), stdout=out, **options)
    return out.getvalue()


class Writing(threading.Thread):
    """Adds companies and pictures until it is stopped, as people do while a backup is made."""

    def __init__(self, owner):
        super().__init__()
        self.owner, self.ended, self.count = owner, threading.Event(), 0
        self.product = factories.product(company=self.owner.companies.get())

    def run(self):
        try:
            while not self.ended.is_set():
                upload = ContentFile(picture(side=20 + self.count), name="rice.png")
                add_product_image(by=self.owner, product=self.product, upload=upload)
                factories.supplier(legal_name=f"Mill {self.count}")
                self.count += 1
                if self.count % 5 == 0:
                    self.product = factories.product(company=self.owner.companies.get())
        finally:
            connections.close_all()


def test_a_backup_of_a_site_in_use_is_restored_elsewhere(owner, document, elsewhere, tmp_path):
    writing = Writing(owner)
    writing.start()
    while writing.count < 3 and writing.is_alive():
        pass
    backup(tmp_path / "site.tar.gz")
    writing.ended.set()
    writing.join()
    manifest = unpack(tmp_path / "site.tar.gz", tmp_path / "unpacked")
    rows = manifest["rows"]
    restored = manage(elsewhere, "restore", tmp_path / "site.tar.gz")
    assert restored.returncode == 0, restored.stdout + restored.stderr
    company = document.company
    run = subprocess.run(
        [sys.executable, "-c", QUESTIONS, str(company.uid), str(document.uid), owner.email],
        env={**elsewhere, "DJANGO_SETTINGS_MODULE": "matchmaker.settings"}, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    answers = json.loads(run.stdout.splitlines()[-1])
    assert answers["companies"] == rows["companies_company"] > 3
    assert answers["images"] == ["WEBP"] * rows["catalogue_productimage"]
    assert rows["catalogue_productimage"] >= 3
    assert (answers["stranger"], answers["sign_in"], answers["owner"]) == (302, 302, [200, PDF.decode("latin-1")])
    assert "put back" in answers["hold"]


def test_counts_of_the_manifest_are_those_of_the_database(document, tmp_path):
    backup(tmp_path / "site.tar.gz")
    rows = unpack(tmp_path / "site.tar.gz", tmp_path / "unpacked")["rows"]
    assert (rows["companies_company"], rows["companies_document"], rows["accounts_user"]) == (1, 1, 1)
    assert rows["accounts_auditentry"] == AuditEntry.objects.count() > 0
    assert set(rows) == set(database.count_rows())


def test_an_encrypted_backup_shows_nothing_and_opens_with_its_pass_phrase_alone(document, tmp_path):
    phrase, wrong = tmp_path / "phrase", tmp_path / "wrong"
    phrase.write_text(PASS_PHRASE + "\n")
    wrong.write_text("another pass phrase")
    file = tmp_path / "site.tar"
    backup(file, pass_phrase_file=phrase)
    with tarfile.open(file) as tar:
        assert tar.getnames() == ["key.age", "backup.tar.gz.age"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"owner@example.org" not in file.read_bytes()
    with pytest.raises(DamagedBackup, match="pass phrase is wrong"):
        unpack(file, tmp_path / "a", wrong.read_text())
    with pytest.raises(DamagedBackup, match="is encrypted"):
        unpack(file, tmp_path / "b")
    assert f"private/{document.file.name}" in unpack(file, tmp_path / "c", PASS_PHRASE)["members"]
    assert (tmp_path / "c/private" / document.file.name).read_bytes() == PDF


def test_a_short_pass_phrase_is_refused(tmp_path):
    (tmp_path / "phrase").write_text("short")
    with pytest.raises(CommandError, match="shorter than 12"):
        backup(tmp_path, pass_phrase_file=tmp_path / "phrase")


def test_a_site_in_use_is_not_replaced_by_mistake(document, tmp_path):
    backup(tmp_path / "site.tar.gz")
    before = AuditEntry.objects.count()
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", str(tmp_path / "site.tar.gz"))
    assert (AuditEntry.objects.count(), Company.objects.get().legal_name) == (before, "Mill")


def test_a_restore_makes_the_search_index_of_a_large_site_anew(document, tmp_path, monkeypatch, settings):
    settings.ENCODER = "tests.engines.search.test_searching.Deaf"
    monkeypatch.setattr(index_service, "AT_ONCE", 0)
    monkeypatch.setattr(restore.database, "load", lambda folder: None)
    factories.product(company=document.company, name="Jasmine rice")
    backup(tmp_path / "site.tar.gz")
    index_service.index_service().rebuild("products")
    ProductText.objects.update(name="Basmati rice")  # without a new time, as rows of a backup come
    out = io.StringIO()
    call_command("restore", str(tmp_path / "site.tar.gz"), replace=True, stdout=out)
    assert "Search index made anew: " in out.getvalue()
    found = index_service.index_service().search("products", SearchQuery("basmati"))
    assert (len(found.keys), found.is_by_name) == (1, False)


@pytest.mark.parametrize("fault", ["changed", "missing", "added", "cut", "no tar"])
def test_a_damaged_backup_is_refused_with_what_is_wrong(document, tmp_path, fault):
    file, name = tmp_path / "site.tar.gz", f"private/{document.file.name}"
    backup(file)
    unpack(file, tmp_path / "whole")
    if fault == "changed":
        (tmp_path / "whole" / name).write_bytes(b"x")
    elif fault == "missing":
        (tmp_path / "whole" / name).unlink()
    elif fault == "added":
        (tmp_path / "whole/media").mkdir(exist_ok=True)
        (tmp_path / "whole/media/more.webp").write_bytes(b"x")
    with tarfile.open(tmp_path / "again.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "whole", "")
    if fault == "cut":
        (tmp_path / "again.tar.gz").write_bytes(file.read_bytes()[:-2000])
    elif fault == "no tar":
        (tmp_path / "again.tar.gz").write_bytes(b"hello")
    words = {"changed": f"{name} was changed", "missing": f"{name} is missing", "added": "not in the manifest"}
    with pytest.raises(DamagedBackup, match=words.get(fault, "is not a whole backup")):
        unpack(tmp_path / "again.tar.gz", tmp_path / "again")


def test_a_check_restores_into_a_temporary_place_and_leaves_the_site_alone(document, tmp_path):
    backup(tmp_path / "site.tar.gz")
    factories.supplier(legal_name="Later")
    out = io.StringIO()
    call_command("restore", str(tmp_path / "site.tar.gz"), check=True, stdout=out)
    assert "The backup can be restored; this site was not changed." in out.getvalue()
    assert Company.objects.count() == 2


def test_a_check_finds_a_file_that_a_row_names_and_the_backup_lacks(document, tmp_path, capsys):
    document.file.storage.delete(document.file.name)
    backup(tmp_path / "site.tar.gz")
    out = io.StringIO()
    with pytest.raises(CommandError, match="did not end well"):
        call_command("restore", str(tmp_path / "site.tar.gz"), check=True, stdout=out)
    assert f"1 files of companies.Document are missing, the first is {document.file.name}." in out.getvalue()


def test_a_backup_of_a_newer_version_is_refused(document, tmp_path, monkeypatch):
    monkeypatch.setattr(create, "__version__", "99.0.0")
    backup(tmp_path / "site.tar.gz")
    with pytest.raises(CommandError, match=r"version 99\.0\.0, newer than this one"):
        call_command("restore", str(tmp_path / "site.tar.gz"), replace=True)


def test_other_keys_are_written_down_for_the_operator(document, elsewhere, tmp_path):
    backup(tmp_path / "site.tar.gz")
    restored = manage({**elsewhere, "AUDIT_KEY": "another"}, "restore", tmp_path / "site.tar.gz")
    assert "The keys of the backup are not those of this site" in restored.stdout
    key_file = Path(elsewhere["VAR_DIR"]) / "keys-of-the-backup.env"
    assert 'AUDIT_KEY=""' in key_file.read_text().splitlines()
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_only_the_newest_backups_stay_in_a_folder(tmp_path):
    for day in ("20260101", "20260102", "20260103"):
        (tmp_path / f"matchmaker-{day}-000000.tar.gz").touch()
    (tmp_path / "notes.txt").touch()
    backup(tmp_path, keep=2)
    names = sorted(path.name for path in tmp_path.iterdir() if path.is_file())
    assert len(names) == 3
    assert names[0] == "matchmaker-20260103-000000.tar.gz"
    assert names[-1] == "notes.txt"


def test_nothing_half_stays_when_a_backup_fails(document, tmp_path, monkeypatch):
    def fail(folder):
        raise database.DatabaseCopyFailed("the disk is full")

    monkeypatch.setattr(database, "snapshot", fail)
    with pytest.raises(CommandError, match="the disk is full"):
        backup(tmp_path)
    assert [path for path in tmp_path.iterdir() if path.name.startswith((".backup", "matchmaker"))] == []
