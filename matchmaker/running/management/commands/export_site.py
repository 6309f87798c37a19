"""`manage.py export_site FOLDER`: companies, products, demands, matches, events and deals as tables and files."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from matchmaker.running.site_export import NotEmpty, export_site


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="an empty folder, or one that does not exist yet")

    def handle(self, *, folder, **options):
        try:
            made = export_site(by=None, folder=folder.absolute())
        except NotEmpty:
            raise CommandError(f"{folder} is not empty.") from None
        except OSError as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{made.folder}: {len(made.rows)} tables, {sum(made.rows.values())} rows, {made.files} files")
        for name in made.missing:
            self.stdout.write(f"This file is missing: {name}")
        self.stdout.write("It is not encrypted, and it holds personal data.")
