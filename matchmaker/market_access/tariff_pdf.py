"""Read the printed tariff, the PDF that the Tariff Commission publishes each year, by the places of its words.

The table has seven columns on upright pages of 595 by 842 points: running number, line (0101.2100), name, most-favoured
rate (``10△0``: 0 is the provisional one), agreement rates with the marks of partners, special preferential rates
with theirs, general rate. A line begins where a number and a code stand; its rates may go on over several rows and onto
the next page. A duty that is no percentage stands in a note at the foot of the page.

Nothing is guessed: a line of which one cell cannot be read gives no rate at all and is named with its page, its number
and the reason. Running numbers that are missing, and lines out of order, are named too. Plain Python: rows of words in,
lines and faults out, one page at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import groupby

from matchmaker.core.pdf_words import UNKNOWN, Row, Word
from matchmaker.market_access.duty import MFN, PROVISIONAL
from matchmaker.market_access.schedules import GENERAL
from matchmaker.market_access.tariff_marks import AGREEMENT, SPECIAL, Marks, find

# Where each column begins, in points from the left edge; a word belongs to the column in which it begins.
COLUMNS = (
    ("number", 0),
    ("line", 60),
    ("name", 100),
    ("mfn", 225),
    ("agreement_rate", 280),
    ("agreement", 303),
    ("special", 468),
    ("general", 512),
)
TOP, BOTTOM = 75, 765  # the table stands between; above and below are page heads and numbers
RATE_COLUMNS = ("mfn", "agreement_rate", "agreement", "special", "general")
MOST_PERCENT = Decimal(100)
MOST_GENERAL = Decimal(300)  # general rates go above 100
MOST_TEXT = 200  # characters of a wording, as the table of rates holds
LABELS = {MFN: "最惠国税率", PROVISIONAL: "暂定税率", AGREEMENT: "协定税率", SPECIAL: "特惠税率", GENERAL: "普通税率"}
_QUOTA = "关税配额税率"
_HEAD = set("序号税则号列货商品名称最惠国协定特普通率()%")
_NUMBER, _LINE = re.compile(r"\d{1,5}"), re.compile(r"\d{4}\.\d{4}")
_HEADING = re.compile(r"\d{2}\.\d{2}")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)%?")
_PART = re.compile(r"ex", re.IGNORECASE)
_TRIANGLE = re.compile(r"[△▲∆Δ]")
_SIGN = r"[①-⑳㉑-㉟※]|\*{1,3}|\[\d{1,2}\]|注\d{1,2}"
_SIGNED = re.compile(rf"(?P<rate>.*?)(?P<sign>{_SIGN})")
_LABEL = re.compile("|".join([*LABELS.values(), _QUOTA]))
_NOTE = re.compile(rf"(?P<sign>{_SIGN})?[:：]?(?P<text>.*(?:{_LABEL.pattern}|对配额外进口).*)")
_NEW_NOTE = re.compile(rf"(?P<sign>{_SIGN})[:：]?(?P<text>.+)")
_AMOUNT = re.compile(r"\d+(?:\.\d+)?元/[\u4e00-\u9fff]+")
_TITLE = re.compile(r"第[一二三四五六七八九十]+[类章].*|.*注释[：:]?")
_EXPORT = re.compile("(?<!进)出口税(?:则|率)")
_YEAR = re.compile(r"进出口税则[(（](20\d\d)[)）]")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x3001: ","}


# After one of these, a line that was not read may still be in the tariff.
_HIDE_LINES = {"numbers_missing", "number_out_of_order", "row_unclear", "no_letters", "line_twice", "line_out_of_order"}


class NotATariff(ValueError):
    """The PDF holds no import tariff; the text says so to a person."""


@dataclass(frozen=True, slots=True)
class PrintedRate:
    """A rate of a line. ``percent`` is None for a duty that is no percentage; then ``text`` has it."""

    regime: str
    percent: Decimal | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A national line of eight digits with all its rates."""

    page: int
    number: int
    hs_code: str
    rates: tuple[PrintedRate, ...]


@dataclass(frozen=True, slots=True)
class PrintedFault:
    """What could not be read. ``number`` 0 and an empty ``hs_code`` mean the page; ``code`` says what is wrong."""

    page: int
    number: int
    hs_code: str
    column: str
    code: str
    value: str = ""


@dataclass(slots=True)
class PrintedTariff:
    """What was read. ``parts`` are reduced rates of a part of a line, and ``left_out`` marks without an agreement."""

    lines: list[PrintedLine] = field(default_factory=list)
    faults: list[PrintedFault] = field(default_factory=list)
    parts: list[PrintedFault] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    pages: int = 0
    year: int | None = None  # of the cover, where it has one

    @property
    def is_whole(self) -> bool:
        """No line is missing, so that a line which is not there is no longer in the tariff."""
        return not any(fault.code in _HIDE_LINES for fault in self.faults)


class _Unreadable(Exception):
    def __init__(self, column: str, code: str, value: str = ""):
        super().__init__(code)
        self.column, self.code, self.value = column, code, value


@dataclass(slots=True)
class _Line:
    """A line while its rows are collected: the text of each column, row by row."""

    page: int
    number: int
    hs_code: str
    notes: Mapping[str, str]
    cells: list[dict[str, str]] = field(default_factory=list)
    fault: _Unreadable | None = None

    def joined(self, column: str) -> str:
        return "".join(row.get(column, "") for row in self.cells)

    def one(self, column: str) -> str:
        """A cell with one rate: only a wording may go on in the next row, a figure never does."""
        texts = [row[column] for row in self.cells if column in row]
        if len(texts) > 1 and not re.search("[\u4e00-\u9fff]", texts[0]):
            raise _Unreadable(column, "cell_twice", " ".join(texts))
        return "".join(texts)


def read_printed_tariff(pages: Iterable[tuple[int, Sequence[Row]]], marks: Marks) -> PrintedTariff:
    """Read all pages in their order; ``pages`` gives the number and the rows of words of each.

    Raises:
        NotATariff: when no page has the head of the import tariff, or none of its lines stands where it should.
    """
    reader = _Reader(marks)
    for number, rows in pages:
        reader.page(number, rows)
        if reader.is_over:
            break
    return reader.end()


class _Reader:
    def __init__(self, marks: Marks):
        self.marks = marks
        self.found = PrintedTariff()
        self.is_begun = self.is_over = self.has_letters = False
        self.line: _Line | None = None
        self.goes_on = False  # the next row may belong to the line
        self.last_number, self.last_code, self.last_page = 0, "", 0
        self.seen: set[str] = set()
        self.skipped: list[str] = []  # marks of the line without a record

    def page(self, number: int, rows: Sequence[Row]) -> None:
        self.found.pages = number
        self.has_letters = self.has_letters or bool(rows)
        texts = [plain("".join(word.text for word in row)) for row in rows]
        whole = "".join(texts)
        if self.found.year is None and not self.is_begun and (cover := _YEAR.search(whole)):
            self.found.year = int(cover[1])
        if self.is_begun and _EXPORT.search("".join(texts[:4])):
            self.is_over = True
            return
        self.is_begun = self.is_begun or ("最惠国" in whole and any(_has_head(row) for row in rows))
        if not self.is_begun:
            return
        if not rows:
            self._fault(number, "no_letters")
        table, notes = self._notes(number, rows, texts)
        for row, text in table:
            self._row(number, row, text, notes)
        for sign in notes.keys() - self._signs_of(table):
            self._fault(number, "note_unused", value=f"{sign}{notes[sign]}"[:MOST_TEXT])

    def end(self) -> PrintedTariff:
        self._close()
        if not self.has_letters:
            raise NotATariff("No page of this PDF has letters, only pictures: take the PDF of the Tariff Commission.")
        if not self.is_begun:
            raise NotATariff("This PDF is not the import tariff: no page has the columns 税则号列 and 最惠国税率.")
        if not self.seen:
            raise NotATariff(
                "This PDF has the head of the import tariff, but no line stands where its columns should be: "
                "its layout is another one, and nothing was read."
            )
        return self.found

    # -- rows ----------------------------------------------------------------------------------------------------------
    def _notes(
        self, page: int, rows: Sequence[Row], texts: Sequence[str]
    ) -> tuple[list[tuple[Row, str]], dict[str, str]]:
        """Rows of the table, and the notes at the foot of the page by their signs."""
        table: list[tuple[Row, str]] = []
        notes: dict[str, str] = {}
        sign = ""
        for row, text in zip(rows, texts, strict=True):
            if not TOP <= row[0].top <= BOTTOM:
                continue
            begins = None if _is_head(text) or _starts(_cells(row)) else _NOTE.fullmatch(text)
            if not begins and sign and not _starts(_cells(row)):
                begins = _NEW_NOTE.fullmatch(text)
            if begins:
                sign = begins["sign"] or ""
                if not sign or sign in notes:
                    self._fault(page, "note_without_sign", value=text[:MOST_TEXT])
                    sign = sign or "?"
                else:
                    notes[sign] = begins["text"]
            elif _starts(_cells(row)) or not sign:
                sign = ""
                table.append((row, text))
            elif sign in notes:
                notes[sign] += text
        return table, notes

    def _signs_of(self, table: Sequence[tuple[Row, str]]) -> set[str]:
        cells = (text for row, _text in table for name, text in _cells(row).items() if name in RATE_COLUMNS)
        return {found["sign"] for text in cells for found in _SIGNED.finditer(text)}

    def _row(self, page: int, row: Row, text: str, notes: Mapping[str, str]) -> None:
        if _is_head(text):
            return
        cells = _cells(row)
        if _starts(cells):
            self._close()
            self._begin(page, cells, notes)
            self._add(page, row, cells)
        elif _is_part(cells):
            self._part(page, cells)
            self._add(page, row, {name: text for name, text in cells.items() if name != "mfn"})
        elif self._is_outside(row, text, cells):
            self.goes_on = False
        elif _is_unclear(cells):
            self._fault(page, "row_unclear", value=text[:MOST_TEXT])
            self.goes_on = False
        elif self.goes_on:
            self._add(page, row, cells)

    def _is_outside(self, row: Row, text: str, cells: Mapping[str, str]) -> bool:
        """A heading, a title, or running text: nothing that belongs to the rates of the line before."""
        if _TITLE.fullmatch(text) or _HEADING.fullmatch(cells.get("line", "")):
            return True
        return any(word.x < COLUMNS[3][1] and word.right > COLUMNS[3][1] + 15 for word in row)

    def _begin(self, page: int, cells: Mapping[str, str], notes: Mapping[str, str]) -> None:
        number, code = int(cells["number"]), cells["line"].replace(".", "")
        if number not in (1, self.last_number + 1):
            missing = f"{self.last_number + 1}–{number - 1}" if number > self.last_number + 1 else str(number)
            code_of = "numbers_missing" if number > self.last_number + 1 else "number_out_of_order"
            self._fault(page, code_of, value=missing)
        self.line = _Line(page, number, code, notes)
        self.last_number = number
        self.goes_on = True

    def _add(self, page: int, row: Row, cells: Mapping[str, str]) -> None:
        if self.line is None:
            return
        readable = {name: cells[name] for name in RATE_COLUMNS if cells.get(name)}
        if readable:
            self.line.cells.append(readable)
        if column := _mixed(row):
            self.line.fault = self.line.fault or _Unreadable(column, "sizes_mixed", cells[column])
        for column, text in readable.items():
            # The notes of a line stand on the page where it begins; the same sign means another note on the next.
            if page != self.line.page and _SIGNED.search(text):
                self.line.fault = self.line.fault or _Unreadable(column, "note_missing", text)

    def _part(self, page: int, cells: Mapping[str, str]) -> None:
        line = self.line
        number, code = (line.number, line.hs_code) if line else (0, "")
        if cells.get("mfn"):
            self.found.parts.append(PrintedFault(page, number, code, "mfn", "part_only", cells["mfn"]))

    def _fault(self, page: int, code: str, *, value: str = "") -> None:
        self.found.faults.append(PrintedFault(page, 0, "", "", code, value))

    # -- a whole line --------------------------------------------------------------------------------------------------
    def _close(self) -> None:
        line, self.line, self.goes_on = self.line, None, False
        if line is None:
            return
        self.skipped = []
        try:
            if line.hs_code in self.seen:
                raise _Unreadable("line", "line_twice", line.hs_code)
            self.seen.add(line.hs_code)
            if line.hs_code <= self.last_code:
                raise _Unreadable("line", "line_out_of_order", self.last_code)
            self.last_code = line.hs_code
            rates = tuple(self._rates(line))
        except _Unreadable as bad:
            fault = PrintedFault(line.page, line.number, line.hs_code, bad.column, bad.code, bad.value[:MOST_TEXT])
            self.found.faults.append(fault)
        else:
            self.found.lines.append(PrintedLine(line.page, line.number, line.hs_code, rates))
            for name in self.skipped:
                self.found.left_out[name] = self.found.left_out.get(name, 0) + 1

    def _rates(self, line: _Line) -> Iterator[PrintedRate]:
        for column in RATE_COLUMNS:
            if UNKNOWN in line.joined(column):
                raise _Unreadable(column, "letters_unknown", line.joined(column))
        if line.fault is not None:
            raise line.fault
        yield from self._open_rates(line)
        regimes: set[str] = set()
        for mark_column, groups in ((AGREEMENT, self._agreements(line)), (SPECIAL, self._specials(line))):
            for printed, marked in groups:
                yield from self._group(line, mark_column, printed, marked, regimes)
        if general := line.one("general"):
            yield rate_of(GENERAL, GENERAL, "general", general, line.notes)

    def _open_rates(self, line: _Line) -> Iterator[PrintedRate]:
        written = line.one("mfn")
        mfn, *provisional = _TRIANGLE.split(written)
        if len(provisional) > 1:
            raise _Unreadable("mfn", "rate_not_a_number", written)
        if not mfn:
            raise _Unreadable("mfn", "rate_missing", written)
        yield rate_of(MFN, MFN, "mfn", mfn, line.notes)
        if provisional:
            yield rate_of(PROVISIONAL, PROVISIONAL, "mfn", provisional[0], line.notes)

    def _agreements(self, line: _Line) -> list[tuple[str, str]]:
        """Rate and marks of each group, joined over the rows."""
        groups: list[list[str]] = []
        for row in line.cells:
            if rate := row.get("agreement_rate"):
                groups.append([rate, ""])
            if marked := row.get("agreement"):
                if not groups:
                    raise _Unreadable("agreement", "marks_without_rate", marked)
                groups[-1][1] += marked
        return [(rate, marked) for rate, marked in groups]

    def _specials(self, line: _Line) -> list[tuple[str, str]]:
        groups: list[list[str]] = []
        for row in line.cells:
            written = row.get("special", "")
            figure = re.match(r"\d[\d.]*%?", written)
            if figure:
                groups.append([figure[0], written[figure.end() :]])
            elif written and groups:
                groups[-1][1] += written
            elif written:
                raise _Unreadable("special", "marks_without_rate", written)
        return [(rate, marked) for rate, marked in groups]

    def _group(self, line: _Line, column: str, printed: str, marked: str, regimes: set[str]) -> Iterator[PrintedRate]:
        if not marked.strip(","):
            raise _Unreadable(column, "rate_without_marks", printed)
        for name in marked.strip(",").split(","):
            mark = find(self.marks, column, name)
            if mark is None:
                raise _Unreadable(column, "mark_unknown", name)
            key = mark.regime or f"{column} {mark.code}"
            if key in regimes:
                raise _Unreadable(column, "mark_twice", name)
            regimes.add(key)
            rate = rate_of(mark.regime, column, column, printed, line.notes)
            if mark.regime:
                yield rate
            else:
                self.skipped.append(name)


def rate_of(regime: str, label: str, column: str, written: str, notes: Mapping[str, str]) -> PrintedRate:
    """A cell as a rate: a percentage, a wording, or a sign that leads to a note at the foot of the page.

    Raises: _Unreadable: the cell, as it is printed, and why.
    """
    limit = MOST_GENERAL if regime == GENERAL else MOST_PERCENT
    if figure := _PERCENT.fullmatch(written):
        percent = _decimal(figure[1])
        if percent > limit:
            raise _Unreadable(column, "rate_too_high", written)
        return PrintedRate(regime, percent)
    if _AMOUNT.search(written):
        return PrintedRate(regime, None, _wording(column, written))
    signed = _SIGNED.fullmatch(written)
    if signed is None:
        raise _Unreadable(column, "rate_not_a_number", written)
    note = notes.get(signed["sign"])
    if note is None:
        raise _Unreadable(column, "note_missing", written)
    return _by_note(regime, label, column, signed["rate"], note, notes)


def _by_note(regime: str, label: str, column: str, figure: str, note: str, notes: Mapping[str, str]) -> PrintedRate:
    parts = _parts_of_note(note)
    if worded := parts.get(LABELS[label]):
        if _SIGNED.fullmatch(worded):
            raise _Unreadable(column, "note_unclear", note)
        return rate_of(regime, label, column, worded, {})
    if not figure:
        raise _Unreadable(column, "note_unclear", note)
    rate = rate_of(regime, label, column, figure, {})
    if parts.keys() == {_QUOTA}:
        return PrintedRate(regime, rate.percent, _shortened(f"{_QUOTA}：{parts[_QUOTA]}"))
    # The note changes the rate in a way that only its words say.
    return PrintedRate(regime, None, _shortened(f"{figure}%；{note}"))


def _parts_of_note(note: str) -> dict[str, str]:
    """Label → what stands after it: 最惠国税率：0.6元/千克；普通税率：4.2元/千克."""
    starts = [*_LABEL.finditer(note)]
    ends = [*(one.start() for one in starts[1:]), len(note)]
    return {
        one[0]: re.sub(r"^[为:：]+", "", note[one.end() : end]).strip(" :：;；,，。.")
        for one, end in zip(starts, ends, strict=False)
    }


def _wording(column: str, written: str) -> str:
    if len(written) > MOST_TEXT:
        raise _Unreadable(column, "text_too_long", written)
    return written


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"


@lru_cache(maxsize=1000)
def _decimal(figure: str) -> Decimal:
    return Decimal(figure)


def plain(text: str) -> str:
    """Full-width figures and signs as ASCII, no spaces; ① stays ①, which NFKC would make a figure of the rate."""
    return re.sub(r"\s", "", text.translate(_FULL_WIDTH))


def _cells(row: Row) -> dict[str, str]:
    return {name: plain("".join(word.text for word in words)) for name, words in groupby(row, key=_column)}


def _column(word: Word) -> str:
    return next(name for name, begins in reversed(COLUMNS) if word.x >= begins or begins == 0)


def _starts(cells: Mapping[str, str]) -> bool:
    return bool(_NUMBER.fullmatch(cells.get("number", "")) and _LINE.fullmatch(cells.get("line", "")))


def _is_part(cells: Mapping[str, str]) -> bool:
    """A reduced rate for a part of the goods of the line above: `ex` before it, or a triangle without a line."""
    is_named = any(_PART.match(cells.get(name, "")) for name in ("number", "line", "name"))
    return is_named or bool(_TRIANGLE.search(cells.get("mfn", "")))


def _is_unclear(cells: Mapping[str, str]) -> bool:
    """It looks like the first row of a line, but its number or its code cannot be read."""
    has_rates = any(cells.get(name) for name in RATE_COLUMNS)
    return has_rates and bool(re.search(r"\d{4}|\d\.\d|\.\d{2}", cells.get("line", "")) or cells.get("number"))


def _has_head(row: Row) -> bool:
    return any(plain(word.text) == "税则号列" and 45 <= word.x < 110 for word in row)


def _is_head(text: str) -> bool:
    return bool(text) and set(text) <= _HEAD


def _mixed(row: Row) -> str:
    """The first column in which a letter is much smaller than the figure beside it, or an empty string."""
    for name, words in groupby(row, key=_column):
        sizes = [word.size for word in words]
        if name in RATE_COLUMNS and min(sizes) < 0.8 * max(sizes):
            return name
    return ""
