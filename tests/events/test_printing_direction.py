"""A badge is set in the direction of its name."""

import io

import pikepdf
import pytest

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


def letters_without_font(paper) -> int:
    """How often text is shown on the first page while no font is set; `q` remembers the font, `Q` brings it back."""
    pdf = pikepdf.open(io.BytesIO(bytes(paper.output())))
    font, remembered, missing = None, [], 0
    for operands, operator in pikepdf.parse_content_stream(pdf.pages[0]):
        if str(operator) == "q":
            remembered.append(font)
        elif str(operator) == "Q":
            font = remembered.pop()
        elif str(operator) == "Tf":
            font = str(operands[0])
        elif str(operator) in ("Tj", "TJ") and font is None:
            missing += 1
    return missing


@pytest.mark.parametrize(
    ("texts", "lines"),
    [
        (["تقييم الاجتماعات من 1 إلى 5"], 3),  # wrapped between "من" and "1", so that a line begins in another font
        (["شركة نخيل", "Nakheel 5"], 1),
        (["Nakheel 5", "شركة نخيل 5", "5"], 1),
        (["茉莉香米 50 kg", "25 kg"], 1),
    ],
)
def test_each_line_of_mixed_scripts_is_shown_in_a_font(texts, lines):
    paper = printing.new_paper("t", "".join(texts))
    paper.add_page()
    for at, text in enumerate(texts):
        box = (20, 20 + 12 * at, 18 if lines > 1 else 60, 10.5)
        printing.write_text(paper, text, box, size=7, least=5.5, lines=lines)
    assert letters_without_font(paper) == 0
