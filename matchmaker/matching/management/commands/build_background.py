"""Learn the background that a site without a full run matches with, and write it to `data/engine`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from matchmaker.engines.matching import BACKGROUND_FILE, background_inputs, learn_shipped, read_shipped, save_shipped
from matchmaker.matching.services.vectors import encoder


class Command(BaseCommand):
    help = "Learn the shipped background of matching from files of data and write data/engine/background.npz."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether the file fits its inputs")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self.check_file()
            return
        save_shipped(settings.DATA_DIR, learn_shipped(settings.DATA_DIR, encoder()))
        self.stdout.write(f"data/{BACKGROUND_FILE} written")

    def check_file(self) -> None:
        try:
            is_current = read_shipped(settings.DATA_DIR).inputs == background_inputs(settings.DATA_DIR)
        except (OSError, ValueError) as problem:
            raise CommandError(f"data/{BACKGROUND_FILE} cannot be read: {problem}") from None
        if not is_current:
            raise CommandError(f"What data/{BACKGROUND_FILE} was learned from has changed. Run it without --check.")
        self.stdout.write(f"data/{BACKGROUND_FILE} is whole and up to date.")
