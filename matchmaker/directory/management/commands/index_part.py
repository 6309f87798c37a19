"""A part of a directory for its index, called by the process that makes all of it (directory/array_backend.py)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from matchmaker.directory.index_service import index_service
from matchmaker.directory.rows import DIRECTORIES


class Command(BaseCommand):
    help = "Write the rows of some ranges of primary keys (first:last) as segments; `index_directory` calls it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=list(DIRECTORIES))
        parser.add_argument("folder", type=Path)
        parser.add_argument("ranges", nargs="+", metavar="first:last")

    def handle(self, *args: Any, **options: Any) -> None:
        directory = DIRECTORIES[options["kind"]]
        for one in options["ranges"]:
            first, last = map(int, one.split(":"))
            rows = directory.rows().filter(pk__gte=first, pk__lte=last)
            index_service().backend.write_part(options["folder"], first, directory.entries(rows))
