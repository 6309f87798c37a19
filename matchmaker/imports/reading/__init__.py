"""Sheets as people send them, read row by row: CSV in any usual encoding, and XLSX. Plain Python."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from matchmaker.imports.reading import text_files, workbooks
from matchmaker.imports.reading.problems import Unreadable

__all__ = ["Seen", "Unreadable", "below_head", "look", "rows"]


@dataclass(frozen=True, slots=True)
class Seen:
    """How a file is read: what was found out by looking, or what a person chose instead."""

    format: str  # csv or xlsx
    encoding: str = ""  # csv only, a Python codec
    delimiter: str = ""  # csv only
    sheet: str = ""  # xlsx only: the sheet that is read
    sheets: tuple[str, ...] = field(default=())  # xlsx only: those one can see in the workbook
    hidden: tuple[str, ...] = field(default=())  # xlsx only: hidden ones, which are not read
    head_row: int = 0  # the row that names the columns; 0 is the first that holds any text


def look(file: IO[bytes], *, encoding: str = "", sheet: str = "") -> Seen:
    """Find out how to read a file.

    Raises:
        Unreadable: when it is neither, damaged, or something we do not open.
    """
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    if start.startswith(b"PK\x03\x04"):
        visible, hidden = workbooks.sheets(file)
        chosen = sheet if sheet in visible else visible[0]
        return Seen("xlsx", sheet=chosen, sheets=visible, hidden=hidden)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("old_workbook")
    if start.startswith((b"%PDF", b"MZ", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf")):
        raise Unreadable("not_a_sheet")
    found = encoding or text_files.encoding_of(file)
    return Seen("csv", encoding=found, delimiter=text_files.delimiter_of(file, found))


def rows(file: IO[bytes], seen: Seen) -> Iterator[tuple[int, list[str]]]:
    """Row numbers from 1 as a spreadsheet shows them, with the cells as text; rows without any text are left out.

    Raises:
        Unreadable: at the row that breaks a limit or cannot be read.
    """
    file.seek(0)
    if seen.format == "xlsx":
        yield from workbooks.rows(file, seen.sheet)
    else:
        yield from text_files.rows(file, seen.encoding, seen.delimiter)


def below_head(file: IO[bytes], seen: Seen) -> Iterator[tuple[int, list[str]]]:
    """The rows of goods: those behind the one that names the columns, and behind what stands above it."""
    found = rows(file, seen)
    for number, _cells in found:
        if number >= seen.head_row:
            break
    return found
