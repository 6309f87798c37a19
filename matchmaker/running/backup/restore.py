"""Put a backup back, and try one in a temporary place."""

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import File
from django.core.management import call_command
from django.db import DatabaseError, connection

from matchmaker import __version__
from matchmaker.accounts.audit import broken_chains
from matchmaker.accounts.models import User
from matchmaker.core.storage import file_fields, walk
from matchmaker.directory.index_service import index_service
from matchmaker.notifications.models import Hold
from matchmaker.running.backup import database
from matchmaker.running.backup.archive import unpack
from matchmaker.running.backup.create import keys, stores

REASON = "A backup was put back. Look at what waits, then let everything leave."


class RestoreRefused(Exception):
    """Why nothing was changed."""


@dataclass
class RestoreResult:
    """What was put back, and what is wrong with it; `faults` are sentences."""

    version: str
    made_at: str
    rows: int
    files: int
    faults: list[str] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)  # directories whose index was made anew
    keys_file: Path | None = None  # keys of the backup, where they differ from those of this site


def restore_backup(
    *, source: Path, pass_phrase: str = "", replace: bool = False, with_index: bool = True
) -> RestoreResult:
    """Load database and files, migrate, hold all deliveries and verify. A site with people needs `replace`.

    The search index is made anew: an index of this machine that is younger than the backup would not see that older
    rows have other texts again.

    Raises:
        RestoreRefused, archive.DamagedBackup, database.DatabaseCopyFailed: with a sentence; the database is as it was.
    """
    with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.VAR_DIR) as place:
        folder = Path(place)
        manifest = unpack(source, folder, pass_phrase)
        _refuse_wrong_place(manifest, replace)
        database.load(folder)
        faults = _different_rows(manifest["rows"])
        files = _load_files(folder)
        call_command("migrate", verbosity=0, interactive=False)
        Hold.objects.get_or_create(pk=1, defaults={"reason": REASON})
        cache.clear()
        faults += _missing_files()
        indexes = index_service().rebuild_large() if with_index else []
        done = RestoreResult(manifest["version"], manifest["made_at"], sum(manifest["rows"].values()), files, faults)
        done.indexes = indexes
        backup_keys = (folder / "keys.env").read_text(encoding="utf-8")
    if backup_keys == keys():  # with other keys no chain of the audit log can be verified
        faults += [f"The audit log of {owner} does not hold: {why}." for owner, why in broken_chains()]
    else:
        done.keys_file = Path(settings.VAR_DIR) / "keys-of-the-backup.env"
        done.keys_file.touch(mode=0o600)
        done.keys_file.write_text(backup_keys, encoding="utf-8")
    return done


def check_backup(*, source: Path, pass_phrase_file: Path | None = None, database_url: str = "") -> tuple[bool, str]:
    """Restore into a temporary folder and database, with the keys of the backup; whether it went well, and its output.

    On PostgreSQL the database is made and dropped, unless the address of an empty one is given.
    """
    with tempfile.TemporaryDirectory(prefix="check-", dir=settings.VAR_DIR) as place:
        pass_phrase = pass_phrase_file.read_text().strip() if pass_phrase_file else ""
        (Path(place) / "unpacked").mkdir()
        unpack(source, Path(place) / "unpacked", pass_phrase)
        backup_keys = (Path(place) / "unpacked" / "keys.env").read_text(encoding="utf-8")
        environment = {**os.environ, **_values(backup_keys), "VAR_DIR": place, "LOG_LEVEL": "ERROR"}
        environment |= {"MEDIA_ROOT": f"{place}/media", "PRIVATE_ROOT": f"{place}/private"}
        environment |= {"REDIS_URL": "redis://127.0.0.1:1/0"}  # the cache of the running site is left alone
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "restore", str(source.resolve())]
        command += ["--without-index"]
        command += ["--pass-phrase-file", str(pass_phrase_file.resolve())] if pass_phrase_file else []
        with _empty_database(Path(place), database_url) as url:
            environment["DATABASE_URL"] = url
            run = subprocess.run(command, env=environment, capture_output=True, check=False, text=True)
    return run.returncode == 0, run.stdout + run.stderr


def _refuse_wrong_place(manifest: dict, replace: bool) -> None:
    if _number(manifest["version"]) > _number(__version__):
        raise RestoreRefused(f"The backup is of version {manifest['version']}, newer than this one ({__version__}).")
    if database.NAMES[connection.vendor] not in manifest["members"]:
        raise RestoreRefused(f"The backup is of another kind of database; this site has {connection.vendor}.")
    if not replace and not _is_empty():
        raise RestoreRefused("This site has people or files. Nothing was changed; --replace replaces them.")


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _is_empty() -> bool:
    try:
        with connection.cursor() as cursor:
            there = connection.introspection.table_names(cursor)
    except DatabaseError as problem:
        raise RestoreRefused(f"The database does not answer: {str(problem).splitlines()[0]}") from None
    if User._meta.db_table in there and User.objects.exists():
        return False
    return not any(next(walk(store, ""), None) for store in stores().values())


def _different_rows(expected: dict[str, int]) -> list[str]:
    rows = database.count_rows()
    return [
        f"{table} has {rows[table]} rows instead of {count}."
        for table, count in expected.items()
        if table in rows and rows[table] != count
    ]


def _load_files(folder: Path) -> int:
    count = 0
    for name, store in stores().items():
        for path in (folder / name).rglob("*"):
            if not path.is_file():
                continue
            inner = str(path.relative_to(folder / name))
            if store.exists(inner):
                store.delete(inner)
            with path.open("rb") as file:
                store.save(inner, File(file))
            count += 1
    return count


def _missing_files() -> list[str]:
    faults = []
    for place in file_fields():
        names = place.model._base_manager.exclude(**{place.name: ""}).values_list(place.name, flat=True)
        missing = [name for name in names.iterator() if not place.storage.exists(name)]
        if missing:
            faults.append(f"{len(missing)} files of {place.model._meta.label} are missing, the first is {missing[0]}.")
    return faults


def _values(text: str) -> dict[str, str]:
    pairs = (line.split("=", 1) for line in text.splitlines())
    return {name: value[1:-1] for name, value in pairs}


@contextmanager
def _empty_database(folder: Path, given: str) -> Iterator[str]:
    if given or connection.vendor == "sqlite":
        yield given or f"sqlite:///{folder / 'matchmaker.sqlite3'}"
        return
    name = f"check_{uuid.uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"CREATE DATABASE {name}")
        except DatabaseError as problem:
            reason = str(problem).splitlines()[0]
            raise RestoreRefused(f"No database could be made ({reason}): give an empty one with --database.") from None
        try:
            yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
