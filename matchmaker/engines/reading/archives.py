"""A cheap look at the directory of a workbook's archive: nothing is unpacked, so a web process may do it."""

import struct
import zipfile
from typing import IO

from matchmaker.engines.reading.problems import Unreadable

MAX_PARTS = 2_000
MAX_DIRECTORY = 1024 * 1024  # bytes of the list of parts
MAX_PART = 100 * 1024 * 1024  # bytes of one part after unpacking
MAX_UNPACKED = 200 * 1024 * 1024  # bytes of all parts
MAX_RATIO = 200  # how many times larger a large part may become; text of a sheet becomes 5 to 50 times larger
_LARGE = 10 * 1024 * 1024
_END = struct.Struct("<4s4H2LH")  # the record at the end of an archive


def check_archive(file: IO[bytes]) -> None:
    """Refuse an archive by what its directory says. The directory may lie: who unpacks it has limits, too.

    Raises:
        Unreadable: `damaged`, `macros`, `too_large_inside`, `not_a_workbook`.
    """
    _check_directory_size(file)
    try:
        parts = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Unreadable("damaged") from None
    names = [part.filename.casefold() for part in parts]
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise Unreadable("macros")
    if "xl/workbook.xml" not in names:
        raise Unreadable("not_a_workbook")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Unreadable("too_large_inside")
    for part in parts:
        packed_tight = part.file_size > _LARGE and part.file_size > MAX_RATIO * part.compress_size
        if part.file_size > MAX_PART or packed_tight:
            raise Unreadable("too_large_inside")


def _check_directory_size(file: IO[bytes]) -> None:
    """Python reads the whole directory into memory, so its size is looked at first."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise Unreadable("damaged")
    _mark, _disk, _start, _here, count, directory, _offset, _comment = _END.unpack_from(tail, at)
    if count > MAX_PARTS or directory > MAX_DIRECTORY:
        raise Unreadable("too_large_inside")
