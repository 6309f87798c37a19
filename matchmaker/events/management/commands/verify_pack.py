"""Check that a venue's pack is as this site sealed it."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from matchmaker.events.services.pack import find_damage, fingerprint


class Command(BaseCommand):
    help = "Check the signature and the files of a venue's pack (a ZIP made on the console's page of an event)."

    def add_arguments(self, parser):
        parser.add_argument("pack", type=Path)

    def handle(self, *, pack, **options):
        try:
            data = pack.read_bytes()
        except OSError as error:
            raise CommandError(f"{pack} cannot be read: {error.strerror}.") from None
        fault = find_damage(data)
        if fault:
            raise CommandError(fault)
        self.stdout.write(f"{pack.name}: as it was sealed, key {fingerprint()}")
