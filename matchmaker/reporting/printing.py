"""The report on paper: A4 broadside with the fonts of badges and signs, in the reader's language."""

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import Align

from matchmaker.core import formats
from matchmaker.core.clocks import CHINA, zone_name
from matchmaker.core.languages import is_rtl
from matchmaker.core.lists import format_list
from matchmaker.events.badges import GREY, INK, SEAL
from matchmaker.events.printing import new_paper, write_text
from matchmaker.reporting.presentation import AMOUNT, DAY, TEXT, Cell, Table, tables
from matchmaker.reporting.services.report import Report

LEFT, TOP, WIDTH, BOTTOM = 15.0, 14.0, 267.0, 196.0  # mm of A4, broadside
LINE, HEAD = 5.5, 10.5  # height of a row, of a table's head
LIGHT = (225, 220, 212)
WIDER = {AMOUNT: 1.3, DAY: 1.5, TEXT: 2.2}  # as wide as so many columns of counts
MOST_ROWS = 30  # of one split; a sheet holds them all


def report_pdf(report: Report) -> bytes:
    """The whole report."""
    parts = tables(report)
    title = pgettext("figures", "Report")
    lead = [format_list(report.campaigns), _counted(report)]
    letters = "".join([title, *lead, *(_words(table) for table in parts)])
    sheet = _Sheet(new_paper(title, letters))
    sheet.text(title, size=20, bold=True, height=10)
    for line in lead:
        sheet.text(line, size=10, colour=GREY, height=LINE)
    for table in parts:
        sheet.table(table)
    return bytes(sheet.paper.output())


def _counted(report: Report) -> str:
    """The day on the clock by which days are counted, and which clock that is."""
    values = {"day": formats.day(report.made_at.date()), "zone": zone_name(CHINA)}
    return _("Counted on %(day)s, %(zone)s.") % values


def _words(table: Table) -> str:
    return "".join([table.title, table.note, *table.head, *(cell.text for row in table.rows for cell in row)])


class _Sheet:
    """Writes downwards; begins a new page where the next thing does not fit. Right to left it is mirrored."""

    def __init__(self, paper: FPDF):
        self.paper, self.rtl = paper, is_rtl(get_language() or "en")
        self._new_page()

    def _new_page(self) -> None:
        self.paper.add_page(orientation="landscape")
        self.y = TOP

    def _fit(self, height: float) -> None:
        if self.y + height > BOTTOM:
            self._new_page()

    def text(self, text: str, *, size: float, height: float, bold: bool = False, colour=INK, lines: int = 1) -> None:
        self._fit(height * lines)
        align = Align.R if self.rtl else Align.L
        box = (LEFT, self.y, WIDTH, height * lines)
        self.y = write_text(self.paper, text, box, size=size, bold=bold, colour=colour, align=align, lines=lines)

    def table(self, table: Table) -> None:
        self._fit(12 + HEAD + 3 * LINE)
        self.y += 6
        self.text(table.title, size=13, bold=True, height=6)
        self.y += 1
        widths = _widths(table)
        self._head(table, widths)
        for row in table.rows[:MOST_ROWS]:
            if self.y + LINE > BOTTOM:
                self._new_page()
                self._head(table, widths)
            self._row(table, row, widths)
        if len(table.rows) > MOST_ROWS:
            more = _("The sheet has all %(count)s rows.") % {"count": formats.number(len(table.rows))}
            self.text(more, size=8, colour=GREY, height=LINE)
        if table.note:
            self.text(table.note, size=8, colour=GREY, height=4, lines=2)

    def _head(self, table: Table, widths: list[float]) -> None:
        for place, label in enumerate(table.head):
            self._cell(label, place, widths, is_figure=place > 0, height=HEAD, size=7, colour=GREY, lines=3)
        self._rule(self.y + HEAD, INK)
        self.y += HEAD + 0.8

    def _row(self, table: Table, row: tuple[Cell, ...], widths: list[float]) -> None:
        for place, cell in enumerate(row):
            if place == table.bar and table.most:
                self._bar((cell.value or 0) / table.most, place, widths)
            self._cell(cell.text, place, widths, is_figure=place > 0, height=LINE, size=9)
        self._rule(self.y + LINE, LIGHT)
        self.y += LINE + 0.4

    def _place(self, place: int, widths: list[float]) -> float:
        before = sum(widths[:place])
        return LEFT + WIDTH - before - widths[place] if self.rtl else LEFT + before

    def _cell(self, text, place: int, widths, *, is_figure: bool, height: float, size: float, colour=INK, lines=1):
        at_end = is_figure != self.rtl  # figures stand at the end of their column
        box = (self._place(place, widths) + 1, self.y + 0.6, widths[place] - 2, height)
        align = Align.R if at_end else Align.L
        write_text(self.paper, text, box, size=size, least=5.5, lines=lines, colour=colour, align=align)

    def _bar(self, part: float, place: int, widths: list[float]) -> None:
        """A thin bar below the figure."""
        length = (widths[place] - 2) * part
        left = self._place(place, widths) + 1
        self.paper.set_fill_color(*SEAL)
        start = left if self.rtl else left + widths[place] - 2 - length
        self.paper.rect(start, self.y + LINE - 0.9, length, 0.7, style="F")

    def _rule(self, y: float, colour: tuple[int, int, int]) -> None:
        self.paper.set_draw_color(*colour)
        self.paper.set_line_width(0.15)
        self.paper.line(LEFT, y, LEFT + WIDTH, y)


def _widths(table: Table) -> list[float]:
    """The first column has names, the others figures; amounts, days and texts are longer than counts."""
    first = 80.0 if len(table.head) <= 8 else 56.0
    first = 190.0 if len(table.head) == 2 else first
    parts = [WIDER.get(cell.kind, 1.0) for cell in table.rows[0][1:]]
    return [first, *[(WIDTH - first) * part / sum(parts) for part in parts]]
