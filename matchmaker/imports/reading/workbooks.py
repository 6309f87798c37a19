"""XLSX, read as a stream by expat: values only, nothing calculated, nothing fetched, sizes counted while unpacking.

openpyxl is not used for reading: it believes the size a sheet claims, and takes a minute over a million rows that are
formatted but empty. What its files mean (dates, built-in formats) is taken from it.
"""

import datetime as dt
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from matchmaker.imports.reading.problems import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Unreadable, check_row

MAX_UNPACKED = 400 * 1024 * 1024  # bytes of one part after unpacking
MAX_PARTS = 2_000
PIECE = 65_536
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def sheets(file: IO[bytes]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the visible and of the hidden sheets.

    Raises:
        Unreadable: `damaged`, `macros`, `too_large_inside`, `doctype`, `no_sheet`.
    """
    with _opened(file) as book:
        _parts, visible, hidden, _old = _contents(book)
    if not visible:
        raise Unreadable("no_sheet")
    return tuple(visible), tuple(hidden)


def rows(file: IO[bytes], sheet: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold any text, under the number they have in the workbook."""
    with _opened(file) as book:
        parts, _visible, _hidden, old_calendar = _contents(book)
        epoch = CALENDAR_MAC_1904 if old_calendar else CALENDAR_WINDOWS_1900
        reader = _Sheet(_shared_texts(book), _date_styles(book), epoch)
        yield from reader.read(book, parts[sheet])


def _opened(file: IO[bytes]) -> zipfile.ZipFile:
    try:
        book = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError):
        raise Unreadable("damaged") from None
    names = [entry.filename for entry in book.infolist()]
    if len(names) > MAX_PARTS or any(entry.file_size > MAX_UNPACKED for entry in book.infolist()):
        raise Unreadable("too_large_inside")
    if any(name.casefold().endswith("vbaproject.bin") or "/macrosheets/" in name.casefold() for name in names):
        raise Unreadable("macros")
    if "xl/workbook.xml" not in names:
        raise Unreadable("not_a_workbook")
    return book


def _feed(book: zipfile.ZipFile, part: str, parser) -> Iterator[None]:
    """Push one part through a parser piece by piece; control comes back after each."""

    def no_doctype(*_declared):
        raise Unreadable("doctype")

    parser.StartDoctypeDeclHandler = no_doctype  # without one there are no entities, external or nested (B53)
    parser.buffer_text = True
    unpacked = 0
    try:
        with book.open(part) as stream:
            while piece := stream.read(PIECE):
                unpacked += len(piece)
                if unpacked > MAX_UNPACKED:  # the archive's list may lie about sizes (B49)
                    raise Unreadable("too_large_inside")
                parser.Parse(piece, False)
                yield
        parser.Parse(b"", True)
        yield
    except (expat.ExpatError, zipfile.BadZipFile, KeyError, EOFError, RuntimeError, NotImplementedError):
        raise Unreadable("damaged") from None
    except Exception as error:
        if type(error).__module__ == "zlib":
            raise Unreadable("damaged") from None
        raise


def _elements(book: zipfile.ZipFile, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Start tags of a small part, without their namespaces' prefixes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append((name.rpartition(":")[2], attributes))
    for _piece in _feed(book, part, parser):
        yield from found
        found.clear()


def _contents(book: zipfile.ZipFile) -> tuple[dict[str, str], list[str], list[str], bool]:
    """Sheet name → part, names of visible sheets, of hidden ones, and whether days count from 1904."""
    targets = {}
    for name, attributes in _elements(book, "xl/_rels/workbook.xml.rels"):
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")
    parts: dict[str, str] = {}
    visible: list[str] = []
    hidden: list[str] = []
    old_calendar = False
    for name, attributes in _elements(book, "xl/workbook.xml"):
        if name == "workbookPr":
            old_calendar = attributes.get("date1904") in ("1", "true")
        if name != "sheet":
            continue
        target = targets.get(next((v for k, v in attributes.items() if k.endswith(":id")), ""), "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        if path not in book.namelist() or not path.startswith("xl/worksheets/"):
            continue  # a chart sheet, or a part that is not there
        parts[attributes["name"]] = path
        (visible if attributes.get("state", "visible") == "visible" else hidden).append(attributes["name"])
    return parts, visible, hidden, old_calendar


def _shared_texts(book: zipfile.ZipFile) -> list[str]:
    part = "xl/sharedStrings.xml"
    if part not in book.namelist():
        return []
    texts: list[str] = []
    pieces: list[str] = []
    state = {"in_text": False, "phonetic": False}

    def start(name, _attributes):
        name = name.rpartition(":")[2]
        if name == "si":
            pieces.clear()
        elif name == "rPh":  # the reading of a Japanese word is not part of it
            state["phonetic"] = True
        state["in_text"] = name == "t" and not state["phonetic"]

    def end(name):
        name = name.rpartition(":")[2]
        if name == "si":
            texts.append("".join(pieces))
        elif name == "rPh":
            state["phonetic"] = False
        state["in_text"] = False

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: pieces.append(text) if state["in_text"] else None
    for _piece in _feed(book, part, parser):
        if len(texts) > MAX_ROWS * 20:
            raise Unreadable("too_large_inside")
    return texts


def _date_styles(book: zipfile.ZipFile) -> set[int]:
    """Numbers of the cell formats that show a number as a day or a moment."""
    if "xl/styles.xml" not in book.namelist():
        return set()
    formats = dict(BUILTIN_FORMATS)
    dates: set[int] = set()
    inside, number = False, 0
    for name, attributes in _elements(book, "xl/styles.xml"):
        if name == "numFmt":
            formats[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
        elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            code = formats.get(int(attributes.get("numFmtId", 0)), "")
            if is_date_format(code):
                dates.add(number)
            number += 1
    return dates


class _Sheet:
    """One worksheet on its way through expat: cells are collected, rows with any text are handed on."""

    def __init__(self, texts: list[str], dates: set[int], epoch):
        self._texts, self._dates, self._epoch = texts, dates, epoch
        self._ready: list[tuple[int, list[str]]] = []
        self._row: dict[int, str] = {}
        self._number = self._column = 0
        self._kind, self._style, self._value, self._is_value = "", 0, "", False

    def read(self, book: zipfile.ZipFile, part: str) -> Iterator[tuple[int, list[str]]]:
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        for _piece in _feed(book, part, parser):
            yield from self._ready
            self._ready.clear()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            at = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._column = _column(at[1]) if at else self._column + 1
            self._kind, self._style, self._value = attributes.get("t", "n"), int(attributes.get("s", 0)), ""
        elif name == "row":
            given = attributes.get("r", "")
            self._number = int(given) if given.isdecimal() and len(given) < 8 else self._number + 1
            self._column, self._row = -1, {}
        self._is_value = name in ("v", "t")

    def _text(self, text: str) -> None:
        if self._is_value:
            self._value += text
            if len(self._value) > MAX_CELL:
                raise Unreadable("cell_too_long", row=self._number, limit=MAX_CELL)

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        self._is_value = False
        if name == "c" and self._value:
            if self._column >= MAX_COLUMNS:
                raise Unreadable("too_many_columns", row=self._number, count=self._column + 1, limit=MAX_COLUMNS)
            self._row[self._column] = self._shown()
        elif name == "row" and any(self._row.values()):
            cells = [self._row.get(at, "") for at in range(max(self._row) + 1)]
            self._ready.append((self._number, check_row(cells, self._number)))

    def _shown(self) -> str:
        """The cell as a person reads it: a shared text, a day in ISO 8601, a number without a trailing .0."""
        value = self._value
        if self._kind == "s":
            place = int(value) if value.isdecimal() else -1
            return self._texts[place] if 0 <= place < len(self._texts) else ""
        if self._kind == "b":
            return "true" if value == "1" else "false"
        if self._kind in ("str", "inlineStr", "e", "d"):
            return value
        try:
            number = float(value)
        except ValueError:
            return value
        if self._style in self._dates:
            return self._day(number)
        if number == int(number) and abs(number) < 1e15:
            return str(int(number))
        return f"{number:.12g}" if abs(number) < 1e12 else value

    def _day(self, number: float) -> str:
        try:
            found = from_excel(number, self._epoch)
        except (ValueError, OverflowError, TypeError):
            return self._value
        if isinstance(found, dt.datetime):
            return found.date().isoformat() if found.time() == dt.time() else found.isoformat(" ", "minutes")
        return str(found)


def _column(letters: str) -> int:
    """A → 0, Z → 25, AA → 26."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1
