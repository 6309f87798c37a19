"""Load the tariff: the PDF that is published each year, a table with a column for each rate, or a file with a row for
each."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from matchmaker.accounts.models import User
from matchmaker.core.pdf_words import NotAPdf
from matchmaker.core.problems import Refused
from matchmaker.market_access import sentences
from matchmaker.market_access.services import import_printed_tariff, import_tariff
from matchmaker.market_access.services.printed_tariff import MARKS, LineChange, PrintedEdition, PrintedImport
from matchmaker.market_access.tariff_pdf import NotATariff, PrintedFault
from matchmaker.market_access.tariff_table import Edition

SHOWN = 50  # faults, and changed lines of each kind, that are printed
SIGNS = {"added": "+", "removed": "-", "changed": "~"}
WHY = {
    "cell_twice": "two figures stand one below the other: {value}",
    "letters_unknown": "the font does not explain all letters: {value}",
    "line_out_of_order": "this line stands after {value}",
    "line_twice": "{value} has been read before",
    "mark_twice": "the mark {value} stands twice",
    "mark_unknown": "the mark “{value}” is not known; marks are listed in tariff_marks.csv",
    "marks_without_rate": "no rate stands before {value}",
    "no_letters": "the page has no letters",
    "note_missing": "“{value}” leads to a note that the page does not have",
    "note_unclear": "the note does not say the rate: {value}",
    "note_unused": "no rate of the page leads to this note: {value}",
    "note_without_sign": "a note without a sign, or with one that stands twice: {value}",
    "number_out_of_order": "the running number {value} stands where another one is due",
    "numbers_missing": "the lines with the running numbers {value} are missing before this page or on it",
    "overlaps_loaded": "a loaded rate holds on the same days and has another value or its own end: {value}",
    "part_only": "a reduced rate for a part of the line is not loaded: {value}",
    "rate_missing": "the most-favoured rate is missing",
    "rate_not_a_number": "“{value}” is no rate",
    "rate_too_high": "{value} percent is more than a rate can be",
    "rate_without_marks": "no mark of a partner stands beside the rate {value}",
    "row_unclear": "a row with rates whose number or code cannot be read: {value}",
    "sizes_mixed": "figures of two sizes stand together, one may be the sign of a note: {value}",
    "text_too_long": "the wording is too long: {value}",
}


class Command(BaseCommand):
    help = (
        "Load a tariff as CSV, or with --pdf the tariff as the Tariff Commission publishes it. Without --apply it only "
        "says what it would do. A PDF and a published table need --valid-from and --source, for their rows have "
        "neither; docs/market_access.md lists the columns."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument("--pdf", type=Path, help="the printed tariff, instead of a CSV file")
        parser.add_argument("--by", required=True, help="email address of an organiser, for the record")
        parser.add_argument("--valid-from", type=date.fromisoformat, help="first day of the edition, 2026-01-01")
        parser.add_argument("--valid-until", type=date.fromisoformat, help="last day, where the edition has one")
        parser.add_argument("--source", default="", help="where the table was published, or the name of the edition")
        parser.add_argument("--provisional-until", type=date.fromisoformat, help="PDF: default is the end of the year")
        parser.add_argument("--marks", type=Path, default=MARKS, help="PDF: marks of partners, instead of ours")
        parser.add_argument("--report", type=Path, help="PDF: write all changes and all that was not read, as CSV")
        parser.add_argument("--apply", action="store_true", help="write the rates")
        parser.add_argument("--accept-partial", action="store_true", help="leave faulty rows out and load the others")

    def handle(self, *args, **options):
        if (options["file"] is None) == (options["pdf"] is None):
            raise CommandError("Give either a CSV file or --pdf FILE.")
        user = User.objects.filter(email=options["by"].lower()).first()
        if user is None:
            raise CommandError("No person has this email address.")
        try:
            if options["pdf"] is not None:
                self._pdf(user, options)
            else:
                self._csv(user, options)
        except OSError as error:
            raise CommandError(f"The file could not be read: {error.strerror}.") from error
        except (Refused, NotAPdf, NotATariff, ValueError) as refusal:
            raise CommandError(str(refusal)) from refusal

    def _csv(self, user: User, options) -> None:
        done = import_tariff(
            by=user,
            content=options["file"].read_bytes(),
            apply=options["apply"],
            accept_partial=options["accept_partial"],
            edition=_edition(options),
        )
        self._some(f"row {one.row} {one.column}: {sentences.about_fault(one)}" for one in done.faults)
        self.stdout.write(
            f"Tariff: {done.created} new, {done.unchanged} loaded already, {done.ended} ended, "
            f"{len(done.faults)} faults; {'written' if done.applied else 'nothing written'}."
        )
        if options["apply"] and done.faults and not done.applied:
            raise CommandError("Correct the rows, or leave them out with --accept-partial.")

    def _pdf(self, user: User, options) -> None:
        if not options["valid_from"] or not options["source"]:
            raise CommandError('A PDF needs --valid-from and --source, such as "Tariff 2026".')
        begins = options["valid_from"]
        edition = PrintedEdition(
            begins, options["source"][:280], options["provisional_until"] or begins.replace(month=12, day=31)
        )
        done = import_printed_tariff(
            by=user,
            path=options["pdf"],
            edition=edition,
            apply=options["apply"],
            accept_partial=options["accept_partial"],
            marks=options["marks"],
        )
        for kind in SIGNS:
            self._some((_in_words(one) for one in done.changes if one.kind == kind), f"lines {kind}")
        self._some((f"not read: {_where(one)}: {why(one)}" for one in done.faults), "faults")
        self._some((f"left out: {_where(one)}: {why(one)}" for one in done.reading.parts), "reduced rates of parts")
        for mark, count in sorted(done.reading.left_out.items()):
            self.stdout.write(f"left out: {count} rates with the mark {mark}: no agreement of this site")
        self.stdout.write(_summary(done))
        if options["report"]:
            _write_report(options["report"], done)
        if options["apply"] and done.faults and not done.applied:
            raise CommandError("Look at what was not read, or leave these lines out with --accept-partial.")

    def _some(self, lines: Iterable[str], what: str = "faults") -> None:
        """The first of many lines, and how many follow."""
        listed = list(lines)
        for line in listed[:SHOWN]:
            self.stdout.write(line)
        if len(listed) > SHOWN:
            self.stdout.write(f"and {len(listed) - SHOWN} more {what}")


def why(fault: PrintedFault) -> str:
    """What is wrong, in words."""
    return WHY[fault.code].format(value=fault.value)


def _where(fault: PrintedFault) -> str:
    line = f"no. {fault.number} {fault.hs_code}" if fault.hs_code else ""
    return " ".join(part for part in (f"page {fault.page}", line, fault.column) if part)


def _in_words(change: LineChange) -> str:
    sign, code = SIGNS[change.kind], change.hs_code
    if change.kind != "changed":
        rates = change.after or change.before
        return f"{sign} {code} " + ", ".join(f"{regime} {rate}" for regime, rate in rates.items())
    return f"{sign} {code} " + "; ".join(_differences(change))


def _differences(change: LineChange) -> Iterator[str]:
    for regime in dict.fromkeys([*change.after, *change.before]):
        before, after = change.before.get(regime, "none"), change.after.get(regime, "none")
        if before != after:
            yield f"{regime} {before} → {after}"


def _summary(done: PrintedImport) -> str:
    counts = [f"{sum(one.kind == kind for one in done.changes)} {kind}" for kind in SIGNS]
    reading = done.reading
    return (
        f"Tariff: {reading.pages} pages, {len(reading.lines)} lines read; lines {', '.join(counts)}; rates "
        f"{done.created} new, {done.unchanged} loaded already, {done.ended} ended; {len(done.faults)} faults; "
        f"{'written' if done.applied else 'nothing written'}."
    )


def _write_report(path: Path, done: PrintedImport) -> None:
    rows: list[Sequence[object]] = [(one.kind, one.page or "", "", one.hs_code, _in_words(one)) for one in done.changes]
    rows += [("not read", one.page, one.number or "", one.hs_code, why(one)) for one in done.faults]
    rows += [("left out", one.page, one.number or "", one.hs_code, why(one)) for one in done.reading.parts]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["what", "page", "number", "hs_code", "detail"])
        writer.writerows(rows)


def _edition(options) -> Edition | None:
    if not options["valid_from"] or not options["source"]:
        return None
    return Edition(options["valid_from"], options["source"][:300], options["valid_until"])
