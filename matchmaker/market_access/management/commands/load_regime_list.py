"""Load the list of goods of a way into China: those of cross-border retail, or those that Hainan taxes."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from matchmaker.accounts.models import User
from matchmaker.core.problems import Refused
from matchmaker.market_access import sentences
from matchmaker.market_access.models import ImportRegime
from matchmaker.market_access.services import import_regime_list

SHOWN = 50  # faults that are printed


class Command(BaseCommand):
    help = (
        "Load the list of goods of a regime as CSV with a column hs_code. Without --apply it only says what it would "
        "do; docs/market_access.md describes the file."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--regime", required=True, help="its code, such as CBEC-2019 or HAINAN-2025")
        parser.add_argument("--by", required=True, help="email address of an organiser, for the record")
        parser.add_argument("--source", required=True, help="where and in which edition the list was published")
        parser.add_argument("--complete", action="store_true", help="it is the whole list")
        parser.add_argument("--apply", action="store_true", help="write the list")

    def handle(self, *args, **options):
        user = User.objects.filter(email=options["by"].lower()).first()
        regime = ImportRegime.objects.filter(code=options["regime"].upper()).first()
        if user is None:
            raise CommandError("No person has this email address.")
        if regime is None:
            codes = ", ".join(ImportRegime.objects.values_list("code", flat=True))
            raise CommandError(f"No regime has this code. There are: {codes}.")
        try:
            content = options["file"].read_bytes()
            given = {name: options[name] for name in ("source", "complete", "apply")}
            done = import_regime_list(by=user, regime=regime, content=content, **given)
        except OSError as error:
            raise CommandError(f"The file could not be read: {error.strerror}.") from error
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for fault in done.faults[:SHOWN]:
            self.stdout.write(f"row {fault.row} {fault.column}: {sentences.about_fault(fault)}")
        if len(done.faults) > SHOWN:
            self.stdout.write(f"and {len(done.faults) - SHOWN} more faults")
        self.stdout.write(
            f"{regime.code}: {done.codes} codes, {done.new} new, {done.gone} gone, {len(done.faults)} faults; "
            f"{'written' if done.applied else 'nothing written'}."
        )
        if options["apply"] and not done.applied:
            raise CommandError("Correct the rows, then load the list again.")
