"""Repeat a draw of vouchers from its published file."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from matchmaker.first_orders.draw import problems_of


class Command(BaseCommand):
    help = "Repeat a draw from its published file (docs/first_orders.md) and say whether it holds; reads no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="draw.json, as the page of the programme gives it")

    def handle(self, *, file, **options):
        try:
            problems = problems_of(json.loads(file.read_text()))
        except (OSError, ValueError, KeyError, TypeError, ArithmeticError):
            raise CommandError("This is not the file of a draw that took place.") from None
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write("The draw holds: list, seed, order and vouchers agree.")
