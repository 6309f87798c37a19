"""A badge is set in the direction of its name."""

import io

import pikepdf

from matchmaker.events import printing

VALUES = {"event": "Food in Wuhan", "work": "", "companies": ["Al Wadi"], "side": "supplier", "code": "AB12", "qr": "x"}


def left_edges(name: str) -> list[float]:
    """Where filled rectangles begin, in points: the runs of the QR code and the ground of the side."""
    pdf = pikepdf.open(io.BytesIO(printing.badges([printing.Badge(name=name, **VALUES)], title="t")))
    drawn = pikepdf.parse_content_stream(pdf.pages[0])
    return sorted(float(one.operands[0]) for one in drawn if str(one.operator) == "re")


def test_badge_of_an_arabic_name_is_mirrored():
    middle = (printing.MARGIN[0] + printing.BADGE[0] / 2) * 72 / 25.4
    latin, arabic = left_edges("Malee Srisai"), left_edges("ليلى حداد")
    assert sum(edge > middle for edge in latin) > len(latin) * 0.9
    assert sum(edge < middle for edge in arabic) > len(arabic) * 0.9
    assert printing._is_rtl("12 ليلى Haddad")
    assert not printing._is_rtl("2026")
