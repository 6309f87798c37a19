"""Charts as SVG, drawn on the server: this module computes, `components/columns.html` draws, CSS colours."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT, STEP, WIDTH = 40, 10, 7  # units of the drawing; it stretches to its place on the page


@dataclass(frozen=True, slots=True)
class Column:
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns side by side, one a period. The figures themselves stand in a table beside the chart."""

    label: str
    first: str
    last: str
    most: int
    columns: tuple[Column, ...]
    width: int
    height: int = HEIGHT
    column: int = WIDTH


def columns(label: str, periods: Sequence[str], values: Sequence[int]) -> Columns:
    """A chart of one figure by period."""
    most = max(values, default=0)
    heights = [round(HEIGHT * value / most, 2) if most else 0 for value in values]
    drawn = tuple(
        Column((STEP - WIDTH) / 2 + STEP * place, round(HEIGHT - height, 2), height)
        for place, height in enumerate(heights)
    )
    return Columns(label, periods[0], periods[-1], most, drawn, STEP * len(values))
