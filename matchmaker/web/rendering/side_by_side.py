"""Things compared question by question: rows of cells that a page and a sheet show alike."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from matchmaker.core import formats, sheets
from matchmaker.core.formats import isolate
from matchmaker.core.lists import format_list
from matchmaker.directory.models import ExchangeRate
from matchmaker.web.templatetags.trade import JOINER
from matchmaker.web.templatetags.ui import language_of, reading


@dataclass(frozen=True)
class Cell:
    text: str
    lines: Sequence[str] = ()  # smaller, below
    is_best: bool = False
    url: str = ""
    note: str = ""  # what a person wrote, in any language


@dataclass(frozen=True)
class Row:
    label: str
    cells: list[Cell]
    is_mark: bool = False  # yes or nothing
    best_word: str = ""  # what the best of them is


@dataclass(frozen=True)
class Page:
    """A page of a workbook: a head of names, the rows, and notes below them."""

    title: str
    names: Sequence[str]
    rows: Sequence[Row]
    notes: Sequence[str] = ()


def workbook(pages: Iterable[Page]) -> bytes:
    """Pages as XLSX; what a person typed is never a formula."""
    from openpyxl import Workbook

    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    for number, page in enumerate(pages, 1):
        _add(book.create_sheet(_title(page.title, number)), page)
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def rate_notes(currencies: Iterable[str], rates: Mapping[str, ExchangeRate]) -> list[str]:
    """What the figures rest on: each rate with its day and source, and which rates are missing."""
    used = sorted({code for code in currencies if code and code != "CNY"})
    notes = [_rate_note(code, rates[code]) for code in used if code in rates]
    missing = [code for code in used if code not in rates]
    if missing:
        notes.append(_("The organiser has set no rate for %(codes)s.") % {"codes": format_list(missing)})
    return notes


def _rate_note(currency: str, rate: ExchangeRate) -> str:
    figures = isolate(f"1 {currency} = ¥{formats.number(rate.yuan.normalize())}")
    facts = {"rate": figures, "day": formats.day(rate.as_of), "source": isolate(rate.source_name)}
    return _("%(rate)s on %(day)s, %(source)s.") % facts


def _title(title: str, number: int) -> str:
    """Excel refuses some characters in the name of a sheet, long names, and two of the same."""
    plain = "".join(" " if char in "\\/*?:[]" else char for char in title).strip("' ")
    return (plain if number == 1 else f"{number} {plain}")[:31] or str(number)


def _lines(cell: Cell) -> list[str]:
    """As on a page: a note as its reader can read it, then as it was written."""
    note = reading(cell.note, language_of(cell.note))
    return [cell.text, *cell.lines, *filter(None, [note.text, note.original])]


def _add(sheet, page: Page) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet.append(["", *map(sheets.safe, page.names)])
    for row in page.rows:
        texts = ("\n".join(_lines(cell)).replace(JOINER, "") for cell in row.cells)
        sheet.append([sheets.safe(row.label), *map(sheets.safe, texts)])
    sheet.append([])
    for note in page.notes:
        sheet.append([sheets.safe(note)])
    sheet.freeze_panes = "B2"
    sheet.column_dimensions["A"].width = 26
    for at in range(len(page.names)):
        sheet.column_dimensions[get_column_letter(at + 2)].width = 34
    for line in sheet.iter_rows():
        for one in line:
            one.alignment = Alignment(wrap_text=True, vertical="top")
            if one.row == 1 or one.column == 1:
                one.font = Font(bold=True)
