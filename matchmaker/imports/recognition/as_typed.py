"""Values that were read in cleaned lines, in the characters that people typed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matchmaker.engines.language import clean, tidy
from matchmaker.engines.reading import PictureLine


def as_typed(fields: Mapping[str, Any], names: Iterable[str], lines: Sequence[PictureLine]) -> dict[str, Any]:
    """The fields, those of `names` with full-width signs, Arabic vowels and the like as they stand in the lines.

    A value that is neither a line nor the beginning or end of one stays as it was read.
    """
    typed = [(clean(line.text), tidy(line.text)) for line in lines]
    shown = {
        name: "\n".join(_typed(part, typed) for part in fields[name].split("\n")) for name in names if name in fields
    }
    return {**fields, **shown}


def _typed(part: str, lines: Sequence[tuple[str, str]]) -> str:
    for cleaned, text in lines:
        if part and cleaned != text and (cleaned.endswith(part) or cleaned.startswith(part)):
            ends = (text[place:] for place in range(len(text)))
            beginnings = (text[: place + 1] for place in range(len(text)))
            pieces = ends if cleaned.endswith(part) else beginnings
            return next((piece.strip() for piece in pieces if clean(piece) == part), part)
    return part
