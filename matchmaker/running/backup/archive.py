"""The file of a backup: a compressed tar, in which `manifest.json` stands last.

    database.sqlite3 or database.sql
    media/…, private/…
    keys.env         SECRET_KEY, SECRET_KEY_FALLBACKS and AUDIT_KEY
    manifest.json    format, version, time, rows of each table, SHA-256 of each member

With a pass phrase the file is a tar of two files of the age format (https://age-encryption.org): `key.age` is a new
key, encrypted with the pass phrase, and `backup.tar.gz.age` is the tar above, encrypted for that key. The library
encrypts a stream for a key only, and a pass phrase only in memory. The program `age` reads both.
"""

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import IO, Any

import pyrage

MANIFEST, KEY, ENCRYPTED = "manifest.json", "key.age", "backup.tar.gz.age"
FORMAT = 1


class DamagedBackup(Exception):
    """The file is no backup, is not whole, or the pass phrase is wrong."""


class _Hashing:
    """A file that is read once, with the SHA-256 of what was read."""

    def __init__(self, file: IO[bytes]):
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self.file.read(size)
        self.digest.update(content)
        return content


class Writer:
    """Writes one backup; `close` adds the manifest."""

    def __init__(self, path: Path):
        self.tar = tarfile.open(path, "w:gz", compresslevel=3)  # noqa: SIM115 - closed by close()
        self.hashes: dict[str, str] = {}

    def add(self, name: str, file: IO[bytes], size: int) -> None:
        info, content = tarfile.TarInfo(name), _Hashing(file)
        info.size, info.mode = size, 0o600
        self.tar.addfile(info, content)  # type: ignore[arg-type]
        self.hashes[name] = content.digest.hexdigest()

    def add_text(self, name: str, text: str) -> None:
        content = text.encode()
        self.add(name, io.BytesIO(content), len(content))

    def close(self, facts: dict[str, Any]) -> None:
        members = dict(self.hashes)
        self.add_text(MANIFEST, json.dumps({"format": FORMAT, **facts, "members": members}, indent=1))
        self.tar.close()


def encrypt(plain: Path, target: Path, pass_phrase: str) -> None:
    """Write the encrypted form of a backup; `plain` stays."""
    key, inner = pyrage.x25519.Identity.generate(), target.with_name(ENCRYPTED)
    pyrage.encrypt_file(str(plain), str(inner), [key.to_public()])
    small = pyrage.passphrase.encrypt(str(key).encode(), pass_phrase)
    with tarfile.open(target, "w") as tar:
        info = tarfile.TarInfo(KEY)
        info.size = len(small)
        tar.addfile(info, io.BytesIO(small))
        tar.add(inner, ENCRYPTED)
    inner.unlink()


def unpack(source: Path, folder: Path, pass_phrase: str | None = None) -> dict[str, Any]:
    """Unpack a backup into an empty folder and return its manifest, after every member was compared with it.

    Raises:
        DamagedBackup: with a sentence.
    """
    try:
        if _is_encrypted(source):
            source = _decrypt(source, folder, pass_phrase)
        with tarfile.open(source) as tar:
            tar.extractall(folder, filter="data")
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except pyrage.DecryptError:
        raise DamagedBackup("The pass phrase is wrong, or the backup was changed.") from None
    except (tarfile.TarError, EOFError, OSError, ValueError) as problem:
        raise DamagedBackup(f"{source.name} is not a whole backup: {problem}") from None
    if source.name == f"inner-{ENCRYPTED}":
        source.unlink()
    _compare(folder, manifest)
    return manifest


def _is_encrypted(source: Path) -> bool:
    with tarfile.open(source) as tar:
        first = tar.next()
    return first is not None and first.name == KEY


def _decrypt(source: Path, folder: Path, pass_phrase: str | None) -> Path:
    if not pass_phrase:
        raise DamagedBackup("This backup is encrypted: give its pass phrase with --pass-phrase-file.")
    plain = folder / f"inner-{ENCRYPTED}"
    with tarfile.open(source) as tar:
        tar.extractall(folder, filter="data")
    key = pyrage.passphrase.decrypt((folder / KEY).read_bytes(), pass_phrase).decode()
    pyrage.decrypt_file(str(folder / ENCRYPTED), str(plain), [pyrage.x25519.Identity.from_str(key)])
    for name in (KEY, ENCRYPTED):
        (folder / name).unlink()
    return plain


def _compare(folder: Path, manifest: dict[str, Any]) -> None:
    if manifest.get("format") != FORMAT:
        raise DamagedBackup(f"The backup has format {manifest.get('format')}; this version reads format {FORMAT}.")
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    for name in sorted(there ^ set(manifest["members"])):
        raise DamagedBackup(f"{name} is {'not in the manifest' if name in there else 'missing'}.")
    for name, digest in manifest["members"].items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise DamagedBackup(f"{name} was changed or damaged.")
