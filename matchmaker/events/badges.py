"""What stands on a badge and on a table sign. `printing` sets them; it brings fpdf and fontTools (25 MB)."""

from collections.abc import Sequence
from dataclasses import dataclass

INK, GREY, SEAL = (20, 20, 20), (90, 90, 90), (194, 51, 26)
BLUE, GREEN = (24, 78, 140), (22, 101, 72)  # of buyers, of interpreters; suppliers have that of the seal


@dataclass(frozen=True, slots=True)
class Badge:
    """`qr` is what the code holds, `code` what can be typed instead; `colour` is that of the side, `logo` a picture."""

    event: str
    name: str
    work: str
    companies: Sequence[str]
    side: str
    code: str
    qr: str
    country: str = ""
    colour: tuple[int, int, int] = INK
    logo: bytes = b""


@dataclass(frozen=True, slots=True)
class Sign:
    event: str
    table: int
    hall: str
    label: str
    companies: Sequence[str]
