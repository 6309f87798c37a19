"""Load a list of duties on top of the tariff: anti-dumping, countervailing, safeguard, retaliatory."""

from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from matchmaker.accounts.models import User
from matchmaker.core.problems import Refused
from matchmaker.market_access import sentences
from matchmaker.market_access.services import import_additional_duties

SHOWN = 50  # faults that are printed


class Command(BaseCommand):
    help = (
        "Load additional duties as CSV, one a row. Without --apply it only says what it would do; "
        "docs/market_access.md lists the columns."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, help="email address of an organiser, for the record")
        parser.add_argument("--source", required=True, help="where and in which edition the list was published")
        parser.add_argument("--as-of", required=True, type=date.fromisoformat, help="the day for which it speaks")
        parser.add_argument("--complete", action="store_true", help="it is the whole list: goods not on it bear none")
        parser.add_argument("--apply", action="store_true", help="write the duties")

    def handle(self, *args, **options):
        user = User.objects.filter(email=options["by"].lower()).first()
        if user is None:
            raise CommandError("No person has this email address.")
        try:
            given = {name: options[name] for name in ("source", "as_of", "complete", "apply")}
            done = import_additional_duties(by=user, content=options["file"].read_bytes(), **given)
        except OSError as error:
            raise CommandError(f"The file could not be read: {error.strerror}.") from error
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for fault in done.faults[:SHOWN]:
            self.stdout.write(f"row {fault.row} {fault.column}: {sentences.about_fault(fault)}")
        if len(done.faults) > SHOWN:
            self.stdout.write(f"and {len(done.faults) - SHOWN} more faults")
        self.stdout.write(
            f"Additional duties: {done.created} new, {done.changed} changed, {done.unchanged} loaded already, "
            f"{done.ended} ended, {len(done.faults)} faults; {'written' if done.applied else 'nothing written'}."
        )
        if options["apply"] and not done.applied:
            raise CommandError("Correct the rows, then load the list again.")
