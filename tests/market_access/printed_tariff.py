"""Made-up pages with the geometry of the printed tariff; every figure is TEST DATA.

A line is laid out as the Tariff Commission prints it: columns at the same distances from the left edge, marks of
partners wrapped over rows, a line that goes on over the next page, notes at the foot of the page where they are needed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import cycle, islice

import pikepdf
import pylopdf_fonts_zh_cn
from fpdf import FPDF

SIZE = 7.5
PITCH = 11.0
FIRST, LAST = 112.0, 700.0  # tops of the first and the last row of a page; notes stand below
LEFT = {
    "number": 40.0,
    "line": 61.6,
    "name": 102.0,
    "mfn": 242.0,
    "agreement_rate": 285.0,
    "agreement": 305.0,
    "special": 471.0,
    "general": 524.0,
}
HEAD = {
    "number": "序号",
    "line": "税则号列",
    "name": "货品名称",
    "mfn": "最惠国",
    "agreement": "协定税率(%)",
    "special": "特惠税率",
    "general": "普通税率",
}
COVER = "中华人民共和国进出口税则（2026）"
# Mark as it is printed → regime under which it is loaded.
MARKS = {
    "东盟AS": "ACFTA",
    "智CL": "CHL",
    "新西兰NZ": "NZL",
    "新加坡SG": "SGP",
    "秘PE": "PER",
    "哥CR": "CRI",
    "瑞CH": "CHE",
    "冰IS": "ISL",
    "韩KR": "KOR",
    "澳AU": "AUS",
    "格GE": "GEO",
    "毛里求斯MU": "MUS",
    "柬KH": "KHM",
    "港HK": "CEPA-HK",
    "澳门MO": "CEPA-MO",
    "东盟RASR": "RCEP-AS",
    "澳RAUR": "RCEP-AU",
    "日RJPR": "RCEP-JP",
    "韩RKRR": "RCEP-KR",
    "新西兰RNZR": "RCEP-NZ",
    "巴PK": "PAK",
    "塞RS": "SRB",
    "亚太AP": "APTA",
    "尼NI": "NIC",
    "厄EC": "ECU",
}


@dataclass(frozen=True)
class Made:
    """A line to print. `groups` and `specials` are rates with the marks to which each belongs."""

    code: str
    mfn: str
    general: str = "70"
    name: str = "其他"
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    specials: tuple[tuple[str, tuple[str, ...]], ...] = ()
    notes: tuple[str, ...] = ()
    number: str | None = None  # instead of the running number
    part: str = ""  # reduced rate of a part of the line, printed after ex

    @property
    def hs_code(self) -> str:
        return self.code.replace(".", "")


@dataclass
class Layout:
    left: dict[str, float] = field(default_factory=lambda: dict(LEFT))
    head: dict[str, str] = field(default_factory=lambda: dict(HEAD))
    cover: str = COVER
    is_embedded: bool = False  # with the shapes of a Chinese font, as published; without them a page takes milliseconds


def print_tariff(path, lines: Sequence[Made], layout: Layout | None = None, after: Sequence[str] = ()) -> None:
    """Write the PDF: a cover, the table, and `after`, pages of text that follow it."""
    _Paper(layout or Layout()).write(lines, after).output(str(path))


def _with_shapes() -> FPDF:
    pdf = FPDF(unit="pt", format=(595, 842))
    pdf.set_auto_page_break(False)
    pdf.add_font("han", "", pylopdf_fonts_zh_cn.sans_path())
    pdf.set_font("han", size=SIZE)
    return pdf


class _Plain:
    """As much of FPDF as is needed here, with a font that is only named: Latin letters half as wide as Chinese ones."""

    def __init__(self):
        self.pages: list[list[str]] = []

    def add_page(self) -> None:
        self.pages.append([])

    def get_string_width(self, text: str) -> float:
        return sum(0.5 if letter.isascii() else 1.0 for letter in text) * SIZE

    def text(self, x: float, y: float, text: str) -> None:
        letters = text.encode("utf-16-be").hex()
        self.pages[-1].append(f"BT /F1 {SIZE} Tf {x} {842 - y} Td <{letters}> Tj ET")

    def output(self, path: str) -> None:
        with pikepdf.new() as pdf:
            font = pdf.make_indirect(_named_font(pdf))
            for drawn in self.pages:
                pdf.add_blank_page(page_size=(595, 842))
                page = pdf.pages[-1]
                page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
                page.Contents = pdf.make_stream("\n".join(drawn).encode())
            pdf.save(path)


def _named_font(pdf: pikepdf.Pdf) -> pikepdf.Dictionary:
    name = pikepdf.Name
    shapes = pikepdf.Dictionary(
        Type=name.Font, Subtype=name.CIDFontType2, BaseFont=name.Made, DW=1000, W=[32, 126, 500]
    )
    letters = b"1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <0020> <ffff> <0020> endbfrange"
    return pikepdf.Dictionary(
        Type=name.Font,
        Subtype=name.Type0,
        BaseFont=name.Made,
        Encoding=name("/Identity-H"),
        DescendantFonts=[pdf.make_indirect(shapes)],
        ToUnicode=pdf.make_stream(letters),
    )


class _Paper:
    def __init__(self, layout: Layout):
        self.layout = layout
        self.pdf = _with_shapes() if layout.is_embedded else _Plain()
        self.top = LAST + 1
        self.notes: list[str] = []

    def write(self, lines: Sequence[Made], after: Sequence[str]) -> "FPDF | _Plain":
        self.pdf.add_page()
        self.put(180, 200, self.layout.cover)
        self.put(180, 300, "使用说明：税则号列栏列出八位数，税率栏列出最惠国税率。")
        for number, line in enumerate(lines, start=1):
            self.line(str(number) if line.number is None else line.number, line)
        self.foot()
        for text in after:
            self.pdf.add_page()
            self.put(180, 90, text)
        return self.pdf

    def line(self, number: str, line: Made) -> None:
        rows = list(self.rows(number, line))
        if line.notes and self.top + 2 * PITCH > LAST:
            self.page()
        if self.top + PITCH > LAST:
            self.page()
        self.notes += line.notes
        for row in rows:
            if self.top > LAST:
                self.page()
            for column, text in row.items():
                self.put(self.layout.left[column], self.top, text)
            self.top += PITCH

    def page(self) -> None:
        self.foot()
        self.pdf.add_page()
        self.put(250, 50, "进口税则 第 7 页")
        for column, text in self.layout.head.items():
            self.put(self.layout.left[column], 84, text)
        for column in ("mfn", "special", "general"):
            self.put(self.layout.left[column], 95, "税率(%)" if column == "mfn" else "(%)")
        self.top = FIRST

    def foot(self) -> None:
        top = LAST + 2 * PITCH
        for note in self.notes:
            for part in range(0, len(note), 60):
                self.put(61.6, top, note[part : part + 60])
                top += PITCH
        self.notes = []
        self.put(290, 790, "7")

    def put(self, x: float, top: float, text: str) -> None:
        self.pdf.text(x, top + 0.8 * SIZE, text)

    def rows(self, number: str, line: Made) -> Iterator[dict[str, str]]:
        name = [line.name[at : at + 15] for at in range(0, len(line.name), 15)]
        marked = [
            (rate if at == 0 else "", row)
            for rate, marks in line.groups
            for at, row in enumerate(self.wrap(marks, 155))
        ]
        special = [
            (rate if at == 0 else "") + row
            for rate, marks in line.specials
            for at, row in enumerate(self.wrap(marks, 30))
        ]
        mfn = self.cut(line.mfn, 36)
        for at in range(max(1, len(name), len(marked), len(special), len(mfn))):
            row = {"number": number, "line": line.code, "general": line.general} if at == 0 else {}
            row["mfn"] = mfn[at] if at < len(mfn) else ""
            row["name"] = name[at] if at < len(name) else ""
            if at < len(marked):
                row["agreement_rate"], row["agreement"] = marked[at]
            row["special"] = special[at] if at < len(special) else ""
            yield {column: text for column, text in row.items() if text}
        if line.part:
            yield {"line": "ex" + line.code, "name": "其中一部分", "mfn": line.part}

    def cut(self, text: str, width: float) -> list[str]:
        rows = [""]
        for letter in text:
            if self.pdf.get_string_width(rows[-1] + letter) > width:
                rows.append("")
            rows[-1] += letter
        return rows

    def wrap(self, marks: Sequence[str], width: float) -> list[str]:
        rows = [""]
        for at, mark in enumerate(marks):
            text = mark + ("," if at < len(marks) - 1 else "")
            if rows[-1] and self.pdf.get_string_width(rows[-1] + text) > width:
                rows.append("")
            rows[-1] += text
        return rows


def made_lines(count: int, *, notes: bool = True) -> list[Made]:
    """Lines of every kind that the tariff prints, in the order of their codes."""
    marks = list(MARKS)
    figures = cycle(["0", "5", "6.5", "10", "13", "20", "65"])
    lines = []
    for at, mfn in enumerate(islice(figures, count)):
        heading, rest = divmod(at, 90)
        code = f"{heading + 101:04}.{10 + rest:02}{(at * 7) % 100:02}"
        few = marks[at % 5 : at % 5 + 3]
        others = tuple(mark for mark in marks if mark not in few)
        line = Made(
            code,
            mfn,
            general=("70", "270", "14", "8.5")[at % 4],
            name=("其他", "按重量计脂肪含量不超过百分之一点五的粉状产品", "---改良种用")[at % 3],
            groups=(("0", others), (("2.5", "4.9")[at % 2], tuple(few))) if at % 6 else (),
            specials=(("0", ("受惠国LD",)),) if at % 3 else (),
        )
        lines.append(replace(line, **_other_kind(at, mfn, notes)))
    return lines


def _other_kind(at: int, mfn: str, notes: bool) -> dict:
    if at % 7 == 3:
        return {"mfn": f"{mfn}{'△▲∆'[at % 3]}1"}
    if at % 11 == 5:
        return {"mfn": "1.3元/千克", "general": "5.6元/千克"}
    if at % 13 == 6:
        return {"part": f"△{at % 4}"}
    if notes and at % 41 == 8:
        return {"mfn": "①", "general": "①", "notes": ("①最惠国税率：0.6元/千克；普通税率：4.2元/千克。",)}
    if notes and at % 41 == 20:
        return {"mfn": "65②", "notes": ("②关税配额税率：1%。",)}
    if notes and at % 41 == 30:
        return {"mfn": "40③", "notes": ("③对配额外进口的一定数量货品，适用滑准税形式暂定关税，按公式计算。",)}
    if at % 17 == 9:
        return {"mfn": "20%或2000元/吨,两者从低"}
    return {}


def expected(line: Made) -> set[tuple[str, Decimal | None, str]]:
    """The rates of a sound line: regime, percentage, wording."""
    rates: set[tuple[str, Decimal | None, str]] = set()
    if line.general == "①":
        rates.add(("GENERAL", None, "4.2元/千克"))
    elif "元" in line.general:
        rates.add(("GENERAL", None, line.general))
    else:
        rates.add(("GENERAL", Decimal(line.general), ""))
    if line.mfn == "①":
        rates.add(("MFN", None, "0.6元/千克"))
    elif line.mfn == "65②":
        rates.add(("MFN", Decimal(65), "关税配额税率：1%"))
    elif line.mfn == "40③":
        rates.add(("MFN", None, "40%；" + line.notes[0][1:].replace("，", ",")))
    elif "元" in line.mfn:
        rates.add(("MFN", None, line.mfn))
    else:
        mfn, *provisional = line.mfn.replace("▲", "△").replace("∆", "△").split("△")
        rates.add(("MFN", Decimal(mfn), ""))
        rates |= {("PROVISIONAL", Decimal(one), "") for one in provisional}
    for rate, marks in line.groups:
        rates |= {(MARKS[mark], Decimal(rate), "") for mark in marks}
    for rate, _marks in line.specials:
        rates.add(("LDC-ZERO", Decimal(rate), ""))
    return rates
