"""What the venue prints: badges and table signs as PDF, in whatever script a name is written.

Only the glyphs that are used are embedded. Latin, Cyrillic, Greek and Vietnamese come from Noto Sans, everything else
from the font of its script; Arabic, Thai and Khmer are shaped by HarfBuzz. One weight a font is loaded (a second one
costs two seconds of processor time), so names are made bold by a thin line around their letters.
"""

import datetime as dt
import importlib.resources
import io
import logging
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pylopdf_fonts_ko
import pylopdf_fonts_zh_cn
import segno
from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue

from matchmaker.events.badges import GREY, INK, SEAL, Badge, Sign

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every glyph it leaves out

BADGE = (90.0, 65.0)  # mm; eight to a sheet of A4
MARGIN = (15.0, 18.5)
COLUMNS, ROWS = 2, 4


def badges(rows: Iterable[Badge], *, title: str) -> bytes:
    """Sheets of A4 with eight badges each, 90 × 65 mm, with lines to cut along."""
    rows = list(rows)
    paper = new_paper(
        title, "".join(f"{row.event}{row.name}{row.work}{row.companies}{row.side}{row.country}" for row in rows)
    )
    for number, badge in enumerate(rows):
        place = number % (COLUMNS * ROWS)
        if place == 0:
            paper.add_page()
        left = MARGIN[0] + BADGE[0] * (place % COLUMNS)
        _badge(paper, badge, left, MARGIN[1] + BADGE[1] * (place // COLUMNS))
    if paper.page == 0:
        paper.add_page()
    return bytes(paper.output())


def signs(rows: Iterable[Sign], *, title: str) -> bytes:
    """Two signs to a sheet of A4, read from across the hall."""
    rows = list(rows)
    paper = new_paper(title, "".join(f"{row.event}{row.hall}{row.label}{row.companies}" for row in rows))
    for number, sign in enumerate(rows):
        if number % 2 == 0:
            paper.add_page()
        _sign(paper, sign, 148.5 * (number % 2))
    if paper.page == 0:
        paper.add_page()
    return bytes(paper.output())


def _noto(script: str) -> Path:
    folder = importlib.resources.files(f"fontpkg_noto_sans{script}") / "files"
    upright = (file for file in folder.iterdir() if file.name.endswith(".ttf") and "Italic" not in file.name)
    return Path(str(next(upright)))


# Which letters (a class of regular expressions) need which font beside Noto Sans.
SCRIPTS = {
    "han": ("\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff", lambda: pylopdf_fonts_zh_cn.sans_path()),
    "hangul": ("\u1100-\u11ff\u3130-\u318f\uac00-\ud7af", lambda: pylopdf_fonts_ko.sans_path()),
    "arabic": ("\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff", lambda: _noto("_arabic")),
    "thai": ("\u0e00-\u0e7f", lambda: _noto("_thai")),
    "khmer": ("\u1780-\u17ff", lambda: _noto("_khmer")),
    "devanagari": ("\u0900-\u097f", lambda: _noto("_devanagari")),
}


def new_paper(title: str, written: str) -> FPDF:
    """A document with the fonts that `written`, all its text, needs; `reporting/printing.py` uses it, too."""
    paper = FPDF(format="A4", unit="mm")
    paper.set_auto_page_break(False)
    paper.set_margin(0)
    paper.c_margin = 0
    paper.set_title(title)
    paper.set_creation_date(dt.datetime.now(dt.UTC))
    paper.add_font("latin", "", _noto(""))
    needed = [name for name, (letters, _path) in SCRIPTS.items() if re.search(f"[{letters}]", written)]
    for name in needed:
        paper.add_font(name, "", SCRIPTS[name][1]())
    paper.set_fallback_fonts(needed, exact_match=False)
    paper.set_text_shaping(True)
    return paper


def write_text(
    paper: FPDF,
    text: str,
    box: tuple[float, float, float, float],
    *,
    size: float,
    least: float = 7,
    lines: int = 1,
    bold: bool = False,
    colour: tuple[int, int, int] = INK,
    align: Align = Align.L,
) -> float:
    """Write into (left, top, width, height) in mm, as large as fits into `lines`; returns where the text ends.

    What is too long even at `least` points is cut: a badge has one size.
    """
    left, top, width, height = box
    while True:
        paper.set_font("latin", size=size)
        leading = size * 0.3528 * 1.25
        wrapped = _wrap(paper, text, width, leading)
        if (len(wrapped) <= lines and leading * len(wrapped) <= height) or size <= least:
            break
        size -= 0.5
    shown = "\n".join(wrapped[: max(1, min(lines, int(height / leading)))])
    _set_font_on_page(paper, size)
    paper.set_xy(left, top)
    paper.set_text_color(*colour)
    style = {"text_mode": "FILL_STROKE", "line_width": size * 0.009, "draw_color": colour} if bold else {}
    with paper.local_context(**style):
        paper.multi_cell(width, leading, shown, align=align)
    return top + leading * (shown.count("\n") + 1)


def _set_font_on_page(paper: FPDF, size: float) -> None:
    """Write a space in the font.

    fpdf2 2.8.9 sets the font of a line that mixes scripts between q and Q, where it ends with the line, and takes it
    for set afterwards: the first letters of the next line would have no font and be left out. Wrapping without writing
    does the same.
    """
    paper.set_font("latin", size=size + 1)  # the same font and size again would do nothing
    paper.set_font("latin", size=size)
    paper.cell(text=" ")


def _wrap(paper: FPDF, text: str, width: float, leading: float) -> list[str]:
    lines: Any = paper.multi_cell(width, leading, text, dry_run=True, output=MethodReturnValue.LINES)
    return lines  # with this `output` it is a list of lines


def _badge(paper: FPDF, badge: Badge, left: float, top: float) -> None:
    width, height = BADGE
    paper.set_draw_color(170, 170, 170)
    paper.set_line_width(0.1)
    paper.set_dash_pattern(dash=1.5, gap=1.5)
    paper.rect(left, top, width, height)
    paper.set_dash_pattern()
    inner, pad = width - 12, 6
    rtl = _is_rtl(badge.name)  # then the badge is mirrored: text at the right edge, the QR code at the left
    align = Align.R if rtl else Align.L
    paper.set_fill_color(*badge.colour)
    paper.rect(left + 0.3, top + 0.3, width - 0.6, 3, style="F")
    beside_logo = 0
    if badge.logo:
        beside_logo = 24
        edge = left + pad if rtl else left + width - pad - 22
        paper.image(io.BytesIO(badge.logo), x=edge, y=top + 4.5, w=22, h=7, keep_aspect_ratio=True)
    head = (left + pad + beside_logo * rtl, top + 5, inner - beside_logo, 5)
    write_text(paper, badge.event, head, size=8, colour=GREY, align=align)
    end = write_text(
        paper, badge.name, (left + pad, top + 12, inner, 17), size=22, least=11, lines=2, bold=True, align=align
    )
    if badge.work:
        end = write_text(paper, badge.work, (left + pad, end, inner, 5), size=9, colour=GREY, align=align)
    end += 1.5
    for company in badge.companies[:2]:
        room = top + height - 18 - end
        if room > 3:  # beside the QR code, above the side
            beside = 22 * (end > top + 33)
            box = (left + pad + beside * rtl, end, inner - beside, min(room, 9))
            end = write_text(paper, company, box, size=10.5, least=7, lines=2, align=align)
    if badge.country and top + height - 18 - end > 4:
        beside = 22 * (end > top + 33)
        line = (left + pad + beside * rtl, end, inner - beside, 4.0)
        write_text(paper, badge.country, line, size=8, least=6, colour=GREY, align=align)
    paper.set_fill_color(*badge.colour)
    paper.set_font("latin", size=9)
    label = paper.get_string_width(badge.side) + 5
    edge = left + width - pad - label if rtl else left + pad
    paper.rect(edge, top + height - 17, label, 6, style="F")
    write_text(paper, badge.side, (edge + 2.5, top + height - 16.1, label, 5), size=9, colour=(255, 255, 255))
    code = (left + width - pad - 45 if rtl else left + pad, top + height - 9, 45, 5)
    write_text(paper, badge.code, code, size=9, align=align)
    _qr(paper, badge.qr, left + pad if rtl else left + width - pad - 20, top + height - 26, 20)


def _is_rtl(text: str) -> bool:
    """Whether the first letter that has a direction is Arabic, Hebrew or of another script from right to left."""
    strong = (unicodedata.bidirectional(char) for char in text)
    return next((kind != "L" for kind in strong if kind in ("L", "R", "AL")), False)


def _qr(paper: FPDF, text: str, left: float, top: float, side: float) -> None:
    """A QR code (ISO/IEC 18004, error level M); dark runs of a row are drawn as one rectangle."""
    matrix = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    step = side / len(matrix)
    paper.set_fill_color(0, 0, 0)
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            run = next((n for n, dark in enumerate(row[x:]) if not dark), len(row) - x)
            if run:
                # A hair wider than the grid, so that viewers draw no light lines between rows.
                paper.rect(left + x * step, top + y * step, run * step, step * 1.02, style="F")
            x += max(run, 1)


def _sign(paper: FPDF, sign: Sign, top: float) -> None:
    if top:
        paper.set_draw_color(170, 170, 170)
        paper.set_dash_pattern(dash=2, gap=2)
        paper.line(0, top, 210, top)
        paper.set_dash_pattern()
    centre = Align.C
    write_text(paper, sign.event, (15, top + 12, 180, 8), size=14, colour=GREY, align=centre)
    write_text(paper, sign.label, (15, top + 26, 180, 12), size=24, align=centre)
    is_alone = not sign.hall and not sign.companies  # then the number has the whole sign
    size, height = (220, 98) if is_alone else (150, 62)
    write_text(paper, str(sign.table), (15, top + 36, 180, height), size=size, align=centre, bold=True)
    end = top + 101
    if sign.hall:
        end = write_text(paper, sign.hall, (15, end, 180, 12), size=22, colour=SEAL, align=centre)
    for company in sign.companies[:2]:
        end = write_text(paper, company, (15, end + 1, 180, 18), size=18, least=10, align=centre)
