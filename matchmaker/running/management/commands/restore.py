"""`manage.py restore FILE`: put a backup back; `--check` tries it in a temporary place and changes nothing."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from matchmaker.running.backup.archive import DamagedBackup
from matchmaker.running.backup.database import DatabaseCopyFailed
from matchmaker.running.backup.restore import RestoreRefused, RestoreResult, check_backup, restore_backup
from matchmaker.running.management.commands.backup import pass_phrase_of


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []  # there may be no tables yet

    def add_arguments(self, parser):
        parser.add_argument("source", type=Path, help="the file that `backup` wrote")
        parser.add_argument("--pass-phrase-file", type=Path, help="the pass phrase of an encrypted backup")
        parser.add_argument("--replace", action="store_true", help="put it in the place of what this site holds")
        parser.add_argument("--without-index", action="store_true", help="do not make the search index anew")
        parser.add_argument("--check", action="store_true", help="restore into a temporary place and compare")
        parser.add_argument("--database", default="", help="with --check: address of an empty database to use")

    def handle(self, *, source, pass_phrase_file, replace, check, database, without_index, **options):
        if not source.is_file():
            raise CommandError(f"There is no file {source}.")
        try:
            pass_phrase = pass_phrase_of(pass_phrase_file)
            if check:
                self.report_check(
                    *check_backup(source=source, pass_phrase_file=pass_phrase_file, database_url=database)
                )
            else:
                done = restore_backup(
                    source=source, pass_phrase=pass_phrase, replace=replace, with_index=not without_index
                )
                self.report(done)
        except (DamagedBackup, DatabaseCopyFailed, RestoreRefused, OSError) as problem:
            raise CommandError(str(problem)) from None

    def report_check(self, is_good: bool, output: str) -> None:
        self.stdout.write(output.rstrip())
        if not is_good:
            raise CommandError("The test restore did not end well; the lines above say why.")
        self.stdout.write(self.style.SUCCESS("The backup can be restored; this site was not changed."))

    def report(self, done: RestoreResult) -> None:
        self.stdout.write(f"Restored: version {done.version} of {done.made_at}, {done.rows} rows, {done.files} files.")
        if done.indexes:
            self.stdout.write(f"Search index made anew: {', '.join(done.indexes)}.")
        for fault in done.faults:
            self.stdout.write(self.style.ERROR(fault))
        if done.keys_file:
            self.stdout.write(
                f"The keys of the backup are not those of this site. They are in {done.keys_file}: set them, then run "
                "`manage.py check_audit`. With other keys people must sign in again."
            )
        self.stdout.write("All deliveries are held. Release them on the delivery page of the console.")
        if done.faults:
            sys.exit(1)
