"""A reader of pictures that needs no package: it says what a test gave it."""

from typing import ClassVar

from matchmaker.imports.reading.pictures import Line
from matchmaker.imports.reading.problems import Unreadable


class FixedTextReader:
    lines: ClassVar[list[Line]] = []
    problem: ClassVar[str | Exception] = ""

    def is_available(self) -> bool:
        return True

    def read(self, picture: bytes) -> list[Line]:
        if isinstance(self.problem, Exception):
            raise self.problem
        if self.problem:
            raise Unreadable(self.problem)
        return list(self.lines)


class MissingTextReader(FixedTextReader):
    def is_available(self) -> bool:
        return False


PATH, MISSING = f"{__name__}.FixedTextReader", f"{__name__}.MissingTextReader"
