"""XLSX, read by calamine in a process of its own: values only, nothing calculated, nothing fetched.

calamine holds a whole sheet in memory and asks for what a file claims to need, so a small file can ask for terabytes.
The process has a limit of memory and of processor time; whatever ends it is one sentence to the owner of the file
(docs/decisions/0012-workbooks-in-a-process-of-their-own.md).
"""

import json
import signal
import subprocess
import sys
import zipfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import IO, Any

from matchmaker.engines.reading.archives import check_archive
from matchmaker.engines.reading.problems import Unreadable

MEMORY = 1024 * 1024 * 1024  # bytes of address space
SECONDS = 60  # of processor time
MAX_SHEETS = 500
_PROLOGUE = 4_096  # bytes of a part in which a document type would be declared
_PROGRAM = Path(__file__).with_name("workbook_process.py")


def sheets(file: IO[bytes]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the visible and of the hidden sheets.

    Raises:
        Unreadable: `damaged`, `macros`, `too_large_inside`, `not_a_workbook`, `doctype`, `no_sheet`.
    """
    check_archive(file)
    _check_document_types(file)
    visible, hidden = next(_answers(file), [(), ()])
    if not visible:
        raise Unreadable("no_sheet")
    if len(visible) + len(hidden) > MAX_SHEETS:
        raise Unreadable("too_large_inside")
    return tuple(visible), tuple(hidden)


def rows(file: IO[bytes], sheet: str) -> Generator[tuple[int, list[str]]]:
    """Rows that hold any text, under the number they have in the workbook."""
    check_archive(file)
    yield from _answers(file, sheet)


def _check_document_types(file: IO[bytes]) -> None:
    """No spreadsheet declares entities. calamine does not resolve them either; who sends some is told."""
    try:
        book = zipfile.ZipFile(file)
        for part in book.infolist():
            if part.filename.endswith((".xml", ".rels")):
                with book.open(part) as stream:
                    if b"<!DOCTYPE" in stream.read(_PROLOGUE):
                        raise Unreadable("doctype")
    except (zipfile.BadZipFile, zipfile.zlib.error, OSError, EOFError, ValueError, RuntimeError, NotImplementedError):
        raise Unreadable("damaged") from None


def _answers(file: IO[bytes], *sheet: str) -> Iterator[Any]:
    """The lines of the process as values; it is ended when the caller stops reading."""
    file.seek(0)
    command = [sys.executable, "-I", str(_PROGRAM), str(MEMORY), str(SECONDS), *sheet]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        try:
            process.stdin.write(file.read())  # type: ignore[union-attr]  # it is a pipe
            process.stdin.close()  # type: ignore[union-attr]
        except BrokenPipeError:
            pass  # it ended before it had read everything, and its end says why
        for line in process.stdout or ():
            yield json.loads(line)
        _check_end(process.wait())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]


def _check_end(code: int) -> None:
    """An error of Python is a damaged file; a signal is a limit that was reached."""
    if code in (-signal.SIGABRT, -signal.SIGKILL, -signal.SIGXCPU, -signal.SIGSEGV):
        raise Unreadable("too_large_inside")
    if code:
        raise Unreadable("damaged")
