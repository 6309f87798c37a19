"""Make the index of the directories now, in place of whatever lies there; a worker does it by itself when needed."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from matchmaker.directory.index_service import index_service
from matchmaker.directory.rows import DIRECTORIES


class Command(BaseCommand):
    help = "Make this machine's index of a directory, or of all, anew from the database."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kinds", nargs="*", metavar="kind", help=", ".join(DIRECTORIES))
        parser.add_argument(
            "--refresh",
            action="store_true",
            help="bring the index up to date: fetch the published one, or build it, only where there is none",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for kind in options["kinds"] or DIRECTORIES:
            began = time.monotonic()
            entries = self.refresh(kind) if options["refresh"] else index_service().rebuild(kind)
            self.stdout.write(f"{kind}: {entries:,} entries in {time.monotonic() - began:.0f} s")

    def refresh(self, kind: str) -> int:
        service = index_service()
        if service.is_large(kind):
            service.refresh(kind)
        return service.backend.stats(kind).entries
