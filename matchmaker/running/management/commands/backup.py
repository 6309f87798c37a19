"""`manage.py backup FOLDER`: database, files and keys as one file, while the site runs."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from matchmaker.running.backup.create import create_backup
from matchmaker.running.backup.database import DatabaseCopyFailed


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []  # the database may be older than the code

    def add_arguments(self, parser):
        parser.add_argument("target", type=Path, help="a folder, or the name of the file")
        parser.add_argument("--pass-phrase-file", type=Path, help="encrypt with the pass phrase in this file")
        parser.add_argument("--keep", type=int, default=0, help="delete all but so many of the newest in the folder")

    def handle(self, *, target, pass_phrase_file, keep, **options):
        if not (target if target.is_dir() else target.parent).is_dir():
            raise CommandError(f"There is no folder {target.parent}.")
        try:
            pass_phrase = pass_phrase_of(pass_phrase_file)
            made = create_backup(target=target, pass_phrase=pass_phrase, keep=keep)
        except (DatabaseCopyFailed, OSError) as problem:
            raise CommandError(str(problem)) from None
        size = made.path.stat().st_size / 1e6
        self.stdout.write(f"{made.path}: {made.rows} rows, {made.files} files, {size:.1f} MB")
        if not pass_phrase:
            self.stdout.write("It is not encrypted, and it holds all personal data and the keys of this site.")


def pass_phrase_of(file: Path | None) -> str:
    """The pass phrase in a file; empty without one."""
    if file is None:
        return ""
    text = file.read_text(encoding="utf-8").strip()
    if len(text) < 12:
        raise CommandError(f"The pass phrase in {file} is shorter than 12 characters.")
    return text
