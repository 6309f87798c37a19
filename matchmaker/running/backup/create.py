"""Make a backup while the site runs.

Files are read before and after the database. A file that a row of the database names existed either before or after
that moment, so it is in the backup; files never change under their name. A file without a row is removed at night.
"""

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage, default_storage
from django.utils import timezone

from matchmaker import __version__
from matchmaker.core.backup_age import note_backup
from matchmaker.core.files import private_files
from matchmaker.core.storage import walk
from matchmaker.running.backup import database
from matchmaker.running.backup.archive import Writer, encrypt

SETTLED = timedelta(minutes=1)  # a younger file may still be written: it is read after the database
KEYS = ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "AUDIT_KEY")


@dataclass(frozen=True)
class BackupResult:
    path: Path
    rows: int
    files: int


def stores() -> dict[str, Storage]:
    """Where the files of the site are, by the folder that they have in a backup."""
    return {"media": default_storage, "private": private_files()}


def keys() -> str:
    """The keys as lines of a file of settings."""
    lines = []
    for name in KEYS:
        value = getattr(settings, name)
        lines.append(f'{name}="{",".join(value) if isinstance(value, list) else value}"\n')
    return "".join(lines)


def create_backup(*, target: Path, pass_phrase: str = "", keep: int = 0) -> BackupResult:
    """Write a backup to a file, or under a name with the time into a folder; the file appears when it is whole.

    With `keep`, only so many of the newest backups stay in the folder.

    Raises:
        database.DatabaseCopyFailed: with a sentence.
    """
    now, folder = timezone.now(), target if target.is_dir() else target.parent
    if target.is_dir():
        target = target / f"matchmaker-{now:%Y%m%d-%H%M%S}{'.age.tar' if pass_phrase else '.tar.gz'}"
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as place:
        whole = Path(place) / "backup.tar.gz"
        writer = Writer(whole)
        _add_files(writer, until=now - SETTLED)
        with database.snapshot(Path(place)) as (dump, rows), dump.open("rb") as file:
            writer.add(dump.name, file, dump.stat().st_size)
        _add_files(writer)
        files = len(writer.hashes) - 1
        writer.add_text("keys.env", keys())
        writer.close({"version": __version__, "made_at": now.isoformat(), "rows": rows})
        if pass_phrase:
            encrypted = Path(place) / "backup.age.tar"
            encrypt(whole, encrypted, pass_phrase)
            whole = encrypted
        whole.chmod(0o600)
        whole.replace(target)
    note_backup()
    if keep:
        for old in sorted(folder.glob("matchmaker-*.tar*"))[:-keep]:
            old.unlink()
    return BackupResult(target, sum(rows.values()), files)


def _add_files(writer: Writer, until=None) -> None:
    for folder, store in stores().items():
        for name in walk(store, ""):
            member = f"{folder}/{name}"
            if member in writer.hashes or (until and store.get_modified_time(name) > until):
                continue
            try:
                with store.open(name) as file:
                    writer.add(member, file, store.size(name))
            except FileNotFoundError:  # deleted a moment ago
                continue
