"""The web server under faults: writers at once, kills, full disks, cut uploads. On SQLite, as on one machine."""

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import urllib3

from tests.faults.conftest import new_database
from tests.faults.web import Answers, Client, WebSite, at_once, measured, wait_until
from tests.files import pdf

pytestmark = [pytest.mark.fault, pytest.mark.enable_socket]
HERE = Path(__file__).resolve().parents[2]
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="mounts a small disk")


@pytest.fixture
def web(tmp_path, stock):
    """A site that runs, on a copy of the database with every table. DATABASE_URL chooses PostgreSQL."""
    with new_database(tmp_path, like=stock) as database:
        site = WebSite(tmp_path, database)
        site.start()
        yield site
        site.stop()


@contextlib.contextmanager
def small_disk(megabytes: int):
    """A disk of so many MB; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="matchmaker-disk-") as place:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place], check=True)
        try:
            yield Path(place)
        finally:
            subprocess.run(["umount", "-l", place], check=True)


def fill(folder: Path) -> Path:
    """A file that takes what is left of the disk."""
    file = folder / "filler"
    with file.open("wb", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(b"x" * 65536)
    with file.open("ab", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(b"x" * 512)
    return file


def test_eight_writers_at_once_meet_no_locked_database(web):
    key, answers = web.supplier()["key"], Answers()
    names = [[f"w{writer}-{number}" for number in range(25)] for writer in range(8)]
    clients = [Client(web.address, key, answers) for _writer in names]
    at_once(
        [lambda c=client, own=own: [c.make(name) for name in own] for client, own in zip(clients, names, strict=True)]
    )
    assert (answers.statuses, answers.lost) == ({201: 200}, 0)
    count = web.count()
    assert sorted(count["names"]) == sorted(name for own in names for name in own)
    assert (count["half"], count["broken"]) == (0, [])
    measured(f"F25: 200 of 200 made by 8 writers, p95 {answers.p95:.2f} s, slowest {answers.slowest:.2f} s")


def test_sqlite_is_whole_after_kills_in_the_middle_of_a_write(tmp_path, stock):
    if not stock.startswith("sqlite"):
        pytest.skip("of SQLite")
    kills = int(os.environ.get("SQLITE_KILLS", "40"))
    with new_database(tmp_path, like=stock) as database:
        env = os.environ | {"DJANGO_SETTINGS_MODULE": "matchmaker.settings", "DATABASE_URL": database}
        env |= {"VAR_DIR": str(tmp_path), "LOG_LEVEL": "WARNING"}
        command = [sys.executable, "-W", "ignore", "-m", "tests.faults.killed_writer", str(kills)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr
        result = json.loads(done.stdout)
    measured(f"F26: {result}")
    assert result["sound"] == kills
    assert (result["lost"], result["half"]) == (0, 0)
    assert result["reported"] >= kills


def test_a_hundred_at_once_with_one_key_make_one_object(web):
    key, answers = web.supplier()["key"], Answers()
    clients = [Client(web.address, key, answers, 60) for _number in range(100)]
    at_once([lambda client=client: client.make("one", "the-key") for client in clients])
    measured(f"F32: {dict(answers.statuses)}, lost {answers.lost}, slowest {answers.slowest:.2f} s")
    assert set(answers.statuses) <= {201, 409}
    assert (sum(answers.statuses.values()), answers.lost) == (100, 0)
    assert answers.statuses[201] >= 1
    count = web.count()
    assert (count["names"], count["half"]) == (["one"], 0)


@pytest.fixture
def small_site(tmp_path, stock):
    """Starts a site of which a part lies on a small disk: `small_site(database, log, **env)`."""
    started: list[WebSite] = []

    def start(database: str = "", log: Path | None = None, **env: str) -> WebSite:
        if not database:
            shutil.copy(stock.removeprefix("sqlite:///"), tmp_path / "copy.sqlite3")
        started.append(WebSite(tmp_path, database or f"sqlite:///{tmp_path / 'copy.sqlite3'}", **env))
        started[-1].log = log or started[-1].log
        started[-1].start()
        return started[-1]

    if not stock.startswith("sqlite"):
        pytest.skip("of one machine with SQLite")
    yield start
    for site in started:
        site.stop()


@AS_ROOT
def test_a_full_disk_of_the_database_is_a_pause_and_damages_nothing(small_site, stock):
    """Not one byte is free, so that SQLite cannot even open its log for readers."""
    with small_disk(24) as disk:
        shutil.copy(stock.removeprefix("sqlite:///"), disk / "site.sqlite3")
        site = small_site(database=f"sqlite:///{disk / 'site.sqlite3'}")
        answers = Answers()
        client = Client(site.address, site.supplier()["key"], answers)
        assert client.make("before") == 201
        filler = fill(disk)
        made = [f"full-{number}" for number in range(40)]
        statuses = [client.make(name) for name in made]
        reads = [site.get("/"), site.get("/products/"), site.get("/api/v1/products/")]
        filler.unlink()
        took = wait_until(lambda: client.make("after") == 201, 10)
        file = f"file:{disk / 'site.sqlite3'}?mode=ro"
        with contextlib.closing(sqlite3.connect(file, uri=True)) as link:
            assert link.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        count = site.count()
        site.stop()
    measured(f"F27: while full {dict(answers.statuses)}, reads {reads}, writes again {took:.1f} s after there was room")
    acknowledged = {name for name, status in zip(made, statuses, strict=True) if status == 201}
    assert set(statuses) <= {201, 503}
    assert statuses[-1] == 503
    assert {retry for status, _s, retry in answers.rows if status == 503} == {"10"}
    assert set(reads) <= {200, 503}
    assert set(count["names"]) == acknowledged | {"before", "after"}
    assert count["half"] == 0


PAPER = """
product = factories.product(factories.supplier(factories.user(email=given["email"])))
from matchmaker.accounts.services import SCOPES, create_token
out["key"] = create_token(by=product.company.members.get(), name="test", scopes=SCOPES)[1]
out["path"] = f"/api/v1/products/{product.uid}/files/"
"""
FILES = """
from matchmaker.catalogue.models import ProductFile
out["files"] = [row.file.path for row in ProductFile.objects.all()]
"""


def send_paper(site: WebSite, target: dict, number: int, size: int = 100_000) -> urllib3.BaseHTTPResponse:
    content = pdf(os.urandom(size // 2).hex().encode())
    body, kind = urllib3.encode_multipart_formdata({"kind": "data", "file": (f"p{number}.pdf", content)})
    headers = {"Authorization": f"Bearer {target['key']}", "Content-Type": kind, "Idempotency-Key": f"paper-{number}"}
    return urllib3.request("POST", site.address + target["path"], body=body, headers=headers, retries=False, timeout=30)


@AS_ROOT
def test_a_full_disk_of_the_files_refuses_an_upload_and_leaves_neither_row_nor_file(small_site):
    with small_disk(1) as disk:
        site = small_site(PRIVATE_ROOT=str(disk / "private"), MEDIA_ROOT=str(disk / "media"))
        target = site.run(PAPER, email="files@example.org")
        statuses = [send_paper(site, target, number, 300_000).status for number in range(6)]
        last = send_paper(site, target, 9, 300_000)
        rows = set(site.run(FILES)["files"])
        there = {str(path) for path in disk.rglob("*") if path.is_file()}
        site.stop()
    measured(f"F28: {statuses}, then {last.status} {last.json().get('code')}; rows {len(rows)}, files {len(there)}")
    assert set(statuses) == {201, 507}
    assert (last.status, last.json()["code"]) == (507, "storage_full")
    assert rows == there
    assert len(rows) == statuses.count(201)


@AS_ROOT
def test_a_full_disk_of_the_log_changes_no_answer(small_site):
    with small_disk(1) as disk:
        filler = fill(disk)
        filler.rename(disk / "web.log")  # the log goes on at the end of a file that cannot grow
        site = small_site(log=disk / "web.log", LOG_FORMAT="json", LOG_LEVEL="INFO")
        answers = Answers()
        client = Client(site.address, site.supplier()["key"], answers)
        for number in range(20):
            client.make(f"n{number}")
            answers.note(site.get("/products/"), 0)
            answers.note(site.get("/no-such-page/"), 0)
        site.stop()
        size = (disk / "web.log").stat().st_size
    measured(f"F29: {dict(answers.statuses)}, log of {size} bytes did not grow")
    assert (answers.statuses, answers.lost) == ({201: 20, 200: 20, 404: 20}, 0)


def test_an_upload_cut_in_the_middle_leaves_no_row_and_no_file_and_can_be_sent_again(small_site, tmp_path):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    site = small_site(TMPDIR=str(temporary))
    target = site.run(PAPER, email="cut@example.org")
    content = pdf(os.urandom(1_500_000).hex().encode())
    body, kind = urllib3.encode_multipart_formdata({"kind": "data", "file": ("cut.pdf", content)})
    head = f"POST {target['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {target['key']}\r\n"
    head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\nIdempotency-Key: cut\r\n\r\n"
    most = 0
    for _time in range(5):
        with socket.create_connection(("127.0.0.1", site.port), timeout=20) as line:
            line.sendall(head.encode() + body[: len(body) // 2])
            time.sleep(0.3)
            most = max(most, len(list(temporary.iterdir())))
    took = wait_until(lambda: not list(temporary.iterdir()), 10)
    left = [path for folder in ("private", "media") for path in (tmp_path / folder).rglob("*") if path.is_file()]
    assert (site.run(FILES)["files"], left) == ([], [])
    headers = {"Authorization": f"Bearer {target['key']}", "Content-Type": kind, "Idempotency-Key": "cut"}
    again = urllib3.request("POST", site.address + target["path"], body=body, headers=headers, timeout=30)
    assert again.status == 201
    assert len(site.run(FILES)["files"]) == 1
    log = site.log.read_text()
    measured(f"F30: five uploads cut, up to {most} temporary files, gone after {took:.1f} s; the same sent again: 201")
    assert "Traceback" not in log
