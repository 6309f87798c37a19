"""A reader of pictures that needs no package: it says what a test gave it."""

from typing import ClassVar

from matchmaker.engines.reading.pictures import PictureLine
from matchmaker.engines.reading.problems import Unreadable


class FixedTextReader:
    lines: ClassVar[list[PictureLine]] = []
    problem: ClassVar[str | Exception] = ""

    def is_available(self) -> bool:
        return True

    def read(self, picture: bytes) -> list[PictureLine]:
        if isinstance(self.problem, Exception):
            raise self.problem
        if self.problem:
            raise Unreadable(self.problem)
        return list(self.lines)


class MissingTextReader(FixedTextReader):
    def is_available(self) -> bool:
        return False


PATH, MISSING = f"{__name__}.FixedTextReader", f"{__name__}.MissingTextReader"
