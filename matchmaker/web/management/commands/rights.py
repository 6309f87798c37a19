"""Print who may do what, as docs/security.md shows it."""

from django.core.management.base import BaseCommand

from matchmaker.web.access.rights_table import as_markdown


class Command(BaseCommand):
    help = "print the table of rights as it stands in docs/security.md"

    def handle(self, *args, **options):
        self.stdout.write(as_markdown())
