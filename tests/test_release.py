"""A release can be built from the repository, and its version is the newest of the changelog."""

import hashlib
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

import matchmaker
from deploy import audit

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/install.md").read_text()
NAME = f"matchmaker-{matchmaker.__version__}"


def test_the_newest_section_of_the_changelog_has_the_version_of_the_code_and_so_has_the_page():
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1]
    assert newest == matchmaker.__version__
    assert re.findall(r"^(?:VERSION|NEXT)=(\S+)", PAGE, re.MULTILINE) == [newest, newest]


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".cache/deploy/.installed").exists(), reason="make release installs its tools")
def test_a_release_is_built_twice_alike_and_a_changed_byte_is_seen(tmp_path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    for folder in ("first", "second"):
        options = f"WHEELS=0 OUT={tmp_path / folder} SIGNING_KEY={tmp_path / 'key'} bin/release"
        subprocess.run(options, shell=True, check=True, cwd=ROOT, capture_output=True)
    first = (tmp_path / "first" / f"{NAME}.tar.gz").read_bytes()
    assert first == (tmp_path / "second" / f"{NAME}.tar.gz").read_bytes()
    assert hashlib.sha256(first).hexdigest() in (tmp_path / "first/SHA256SUMS").read_text()
    with tarfile.open(tmp_path / "first" / f"{NAME}.tar.gz") as archive:
        names = set(archive.getnames())
    assert {f"{NAME}/{name}" for name in ("manage.py", "requirements.txt", "sbom.json", "bin/setup")} <= names

    (tmp_path / "allowed_signers").write_text(f"matchmaker {(tmp_path / 'key.pub').read_text()}")
    assert is_signed(tmp_path)
    sums = tmp_path / "first/SHA256SUMS"
    sums.write_text(sums.read_text().replace("0", "1", 1))
    assert not is_signed(tmp_path)


def is_signed(folder: Path) -> bool:
    """What the page on installing asks of the checksums."""
    command = "ssh-keygen -Y verify -f allowed_signers -I matchmaker -n matchmaker -s first/SHA256SUMS.sig"
    with (folder / "first/SHA256SUMS").open() as sums:
        return subprocess.run(command.split(), cwd=folder, stdin=sums, check=False, capture_output=True).returncode == 0


def test_the_page_checks_a_release_before_it_unpacks_it():
    fetch = PAGE.split("fetch() {")[1].split("}\n")[0]
    assert fetch.index("-Y verify") < fetch.index("sha256sum --check") < fetch.index("tar --extract")


def test_packages_that_nobody_judged_are_a_fault(tmp_path, monkeypatch):
    """pip-audit ends well when the index tells it nothing."""
    tool = tmp_path / "pip-audit"
    tool.write_text('#!/bin/sh\necho \'{"dependencies": [{"name": "django", "skip_reason": "unknown"}]}\'\n')
    tool.chmod(0o755)
    monkeypatch.setattr(audit, "TOOL", tool)
    lock = tmp_path / "requirements.txt"
    hashed = " \\\n    --hash=sha256:0\n"
    lock.write_text(f"django==6.1.3{hashed}win32==1 ; sys_platform == 'win32'{hashed}")
    assert audit.audit(lock) == [f"{lock}: not judged: django"]


def test_setup_takes_the_models_from_the_archive_and_installs_what_is_locked_only():
    setup = (ROOT / "bin/setup").read_text()
    assert setup.count("--no-deps --require-hashes") == 2
    assert "--no-index --find-links wheels -r wheels/requirements.txt" in setup
