"""Load the tariff: the published table with a column for each rate, or a tariff file with a row for each."""

from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from matchmaker.accounts.models import User
from matchmaker.core.problems import Refused
from matchmaker.market_access import sentences
from matchmaker.market_access.services import import_tariff
from matchmaker.market_access.tariff_table import Edition

SHOWN = 50  # faults that are printed


class Command(BaseCommand):
    help = (
        "Load a tariff as CSV. Without --apply it only says what it would do. A published table needs --valid-from and "
        "--source, for its rows have neither; docs/market_access.md lists the columns."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, help="email address of an organiser, for the record")
        parser.add_argument("--valid-from", type=date.fromisoformat, help="first day of the edition, 2026-01-01")
        parser.add_argument("--valid-until", type=date.fromisoformat, help="last day, where the edition has one")
        parser.add_argument("--source", default="", help="where the table was published")
        parser.add_argument("--apply", action="store_true", help="write the rates")
        parser.add_argument("--accept-partial", action="store_true", help="leave faulty rows out and load the others")

    def handle(self, *args, **options):
        user = User.objects.filter(email=options["by"].lower()).first()
        if user is None:
            raise CommandError("No person has this email address.")
        try:
            content = options["file"].read_bytes()
            done = import_tariff(
                by=user,
                content=content,
                apply=options["apply"],
                accept_partial=options["accept_partial"],
                edition=_edition(options),
            )
        except OSError as error:
            raise CommandError(f"The file could not be read: {error.strerror}.") from error
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for fault in done.faults[:SHOWN]:
            self.stdout.write(f"row {fault.row} {fault.column}: {sentences.about_fault(fault)}")
        if len(done.faults) > SHOWN:
            self.stdout.write(f"and {len(done.faults) - SHOWN} more faults")
        self.stdout.write(
            f"Tariff: {done.created} new, {done.unchanged} loaded already, {done.ended} ended, "
            f"{len(done.faults)} faults; {'written' if done.applied else 'nothing written'}."
        )
        if options["apply"] and done.faults and not done.applied:
            raise CommandError("Correct the rows, or leave them out with --accept-partial.")


def _edition(options) -> Edition | None:
    if not options["valid_from"] or not options["source"]:
        return None
    return Edition(options["valid_from"], options["source"][:300], options["valid_until"])
