"""The text on a picture, read line by line: one interface, one implementation. Plain Python.

`TEXT_READER` names the class. `RapidOCRReader` needs the packages of requirements-pictures.txt. Without it, and with
an empty setting, `get_text_reader` gives None and pages say that pictures are not read here.
"""

import importlib.util
import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from matchmaker.imports.reading.problems import Unreadable

MEMORY = 2 * 1024 * 1024 * 1024  # bytes of address space; about 0.8 GB are used
SECONDS = 60  # of processor time; a photograph takes two to five
SIDE = 2_000  # pixels of the longer side that are read; more makes it slower and not better
SURE = 0.6  # lines that are read with less certainty are left out
_PROGRAM = Path(__file__).with_name("picture_process.py")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `height` in pixels says how large it is written, `sure` is from 0 to 1."""

    text: str
    height: float = 1.0
    sure: float = 1.0


class TextReader(Protocol):
    """What a class named by `TEXT_READER` does."""

    def is_available(self) -> bool:
        """Whether what it needs is installed."""

    def read(self, picture: bytes) -> list[Line]:
        """The lines on a picture (WebP, JPEG or PNG), from the top to the bottom; none for a picture without text.

        Raises:
            Unreadable: `not_a_picture` for other bytes, `too_large_inside` when a limit of memory or time is reached.
        """


class RapidOCRReader:
    """RapidOCR with the models of its wheel (PP-OCRv6): Latin letters and Chinese, in a process of its own."""

    def is_available(self) -> bool:
        return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))

    def read(self, picture: bytes) -> list[Line]:
        command = [sys.executable, "-I", str(_PROGRAM), str(MEMORY), str(SECONDS), str(SIDE)]
        try:
            answer = subprocess.run(command, input=picture, capture_output=True, timeout=3 * SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise Unreadable("too_large_inside") from None
        if answer.returncode in (-signal.SIGABRT, -signal.SIGKILL, -signal.SIGXCPU, -signal.SIGSEGV):
            raise Unreadable("too_large_inside")
        if answer.returncode:
            raise Unreadable("not_a_picture")
        return [line for line in (Line(*values) for values in json.loads(answer.stdout)) if line.sure >= SURE]


@cache
def _reader(path: str) -> TextReader:
    module, _dot, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)()


def get_text_reader(path: str) -> TextReader | None:
    """The reader that a class path names; None for "" and where what it needs is not installed."""
    if not path:
        return None
    reader = _reader(path)
    return reader if reader.is_available() else None
