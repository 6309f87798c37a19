"""Sheets as people send them, read row by row: CSV in any usual encoding, and XLSX. Plain Python."""

import csv
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import IO

from matchmaker.engines.reading import text_files, workbooks
from matchmaker.engines.reading.archives import check_archive
from matchmaker.engines.reading.problems import MAX_CELLS, MAX_TEXT, Unreadable, check_row


@dataclass(frozen=True, slots=True)
class FileLayout:
    """How a file is read: what was found out by looking, or what a person chose instead."""

    format: str  # csv or xlsx
    encoding: str = ""  # csv only, a Python codec
    delimiter: str = ""  # csv only
    sheet: str = ""  # xlsx only: the sheet that is read
    sheets: tuple[str, ...] = field(default=())  # xlsx only: those one can see in the workbook
    hidden: tuple[str, ...] = field(default=())  # xlsx only: hidden ones, which are not read
    head_row: int = 0  # the row that names the columns; 0 is the first that holds any text


def check_upload(file: IO[bytes]) -> str:
    """What can be said of a file without reading it: its format, csv or xlsx. Cheap enough for a web process.

    Raises:
        Unreadable: when it is neither, or an archive whose directory breaks a limit.
    """
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    if not start:
        raise Unreadable("empty")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("old_workbook")
    if start.startswith((b"%PDF", b"MZ", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf")):
        raise Unreadable("not_a_sheet")
    if not start.startswith(b"PK\x03\x04"):
        return "csv"
    check_archive(file)
    return "xlsx"


def look(file: IO[bytes], *, encoding: str = "", sheet: str = "") -> FileLayout:
    """Find out how to read a file. It unpacks: only for a worker.

    Raises:
        Unreadable: when it is neither CSV nor XLSX, damaged, or something we do not open.
    """
    with every_error_is_damage():
        if check_upload(file) == "xlsx":
            visible, hidden = workbooks.sheets(file)
            chosen = sheet if sheet in visible else visible[0]
            return FileLayout("xlsx", sheet=chosen, sheets=visible, hidden=hidden)
        codec = encoding or text_files.encoding_of(file)
        return FileLayout("csv", encoding=codec, delimiter=text_files.delimiter_of(file, codec))


def rows(file: IO[bytes], seen: FileLayout) -> Generator[tuple[int, list[str]]]:
    """Row numbers from 1 as a spreadsheet shows them, with the cells as text; rows without any text are left out.

    Raises:
        Unreadable: at the row that breaks a limit or cannot be read.
    """
    file.seek(0)
    if seen.format == "xlsx":
        source = workbooks.rows(file, seen.sheet)
    else:
        source = text_files.rows(file, seen.encoding, seen.delimiter)
    cells_so_far = text_so_far = 0
    with every_error_is_damage(), closing(source):
        for number, cells in source:
            check_row(cells, number)
            cells_so_far += len(cells)
            text_so_far += sum(map(len, cells))
            if cells_so_far > MAX_CELLS or text_so_far > MAX_TEXT:
                raise Unreadable("too_many_cells", limit=MAX_CELLS, row=number)
            yield number, cells


@contextmanager
def every_error_is_damage() -> Iterator[None]:
    """Whatever goes wrong while a file is read is the file's fault, and one sentence to its owner."""
    try:
        yield
    except Unreadable:
        raise
    except (ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, OSError, RecursionError) as error:
        raise Unreadable("damaged") from error
    except (TypeError, ValueError, csv.Error) as error:
        raise Unreadable("damaged") from error


def below_head(file: IO[bytes], seen: FileLayout) -> Iterator[tuple[int, list[str]]]:
    """The rows of goods: those behind the one that names the columns, and behind what stands above it."""
    found = rows(file, seen)
    for number, _cells in found:
        if number >= seen.head_row:
            break
    return found
