"""CSV in the encodings and with the separators that spreadsheets of different countries write."""

import codecs
import csv
import io
import re
from collections.abc import Generator
from typing import IO

from matchmaker.engines.reading.problems import MAX_CELL, Unreadable

ENCODINGS = (
    "utf-8-sig",
    "gb18030",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "big5",
    "cp1252",
    "cp1251",
    "shift_jis",
    "euc-kr",
)
DELIMITERS = ",;\t|"
_LOOK = 1024 * 1024  # bytes looked at to tell an encoding
csv.field_size_limit(MAX_CELL)


def encoding_of(file: IO[bytes]) -> str:
    """The codec the file is written in: its mark, valid UTF-8, zero bytes of UTF-16, common Chinese, Western.

    Raises:
        Unreadable: `binary` for something that is no text.
    """
    file.seek(0)
    start = file.read(_LOOK)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in start:
        even, odd = start[::2].count(0), start[1::2].count(0)
        if max(even, odd) > 10 * min(even, odd) and max(even, odd) > len(start) // 20:
            return "utf-16-be" if even > odd else "utf-16-le"
        raise Unreadable("binary")
    if _decodes(start, "utf-8"):
        return "utf-8-sig"  # reads files without the mark too
    return "gb18030" if _is_chinese(start) else "cp1252"


def _decodes(start: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(start)  # a letter cut at the end of the look is no fault
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese(start: bytes) -> bool:
    """GB18030 can decode nearly anything, so it counts only when most of what is beyond ASCII is a common character."""
    if not _decodes(start, "gb18030"):
        return False
    beyond = re.sub(rb"[\x00-\x7f]+", b"", start)
    common = len(re.findall(rb"[\xa1-\xa9\xb0-\xf7][\xa1-\xfe]", start))
    return 2 * common > 0.7 * len(beyond)


def delimiter_of(file: IO[bytes], encoding: str) -> str:
    """The separator that stands most evenly outside quotes in the first rows."""
    file.seek(0)
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(file.read(65_536))
    except UnicodeDecodeError as error:
        raise Unreadable("wrong_encoding", encoding=encoding, at=error.start) from None
    lines = [line for line in re.split(r"\r\n|\r|\n", re.sub(r'"[^"]*"', "", text)) if line.strip()][:20]
    if not lines:
        raise Unreadable("empty")

    def evenness(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines]
        return (sum(1 for count in counts if count and count == counts[0]), counts[0])

    best = max(DELIMITERS, key=evenness)
    return best if evenness(best)[0] else ","


def rows(file: IO[bytes], encoding: str, delimiter: str) -> Generator[tuple[int, list[str]]]:
    text = io.TextIOWrapper(_KeepOpen(file), encoding=encoding, errors="strict", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            if any(cells):
                yield number, cells
    except csv.Error as error:
        raise Unreadable(_code_of(str(error)), row=number + 1, limit=MAX_CELL) from None
    except UnicodeDecodeError:
        raise Unreadable("wrong_encoding", encoding=encoding, row=number + 1) from None


def _code_of(message: str) -> str:
    if "field limit" in message:
        return "cell_too_long"
    return "quote_not_closed" if "unexpected end" in message else "quote_inside"


class _KeepOpen(io.BufferedReader):
    """The file for TextIOWrapper, which closes what it wraps: ours stays open."""

    def __init__(self, file: IO[bytes]):
        super().__init__(_Raw(file), 65_536)


class _Raw(io.RawIOBase):
    def __init__(self, file: IO[bytes]):
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)
