"""The words of a PDF page with their positions, read from its drawing commands and the maps of its fonts.

A PDF has no words and no tables, only letters at places. This module follows the text commands of a page, turns codes
into letters by the font's own map to Unicode, joins letters to words and words to rows. A letter that the font does
not explain becomes U+FFFD, never a guess. Only upright text is read; pictures of text hold none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

UNKNOWN = "\ufffd"
MOST_FONTS = 64  # held at one time; a document may have fonts of its own on every page
MOST_DEPTH = 5  # of drawings inside drawings
SAME_ROW = 3.0  # points between letters of one row
GAP = 0.3  # of the size of a letter: a wider gap begins a new word
OVER = 0.5  # of the size: letters that stand nearer are two texts printed over each other
SMALLER = 0.8  # a letter smaller than this beside the one before it begins a new word: a raised mark is no figure
_BLOCK = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_SHAPES = re.compile(rb"begin(cidchar|cidrange)(.*?)end\1", re.DOTALL)
_ITEM = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")
_SPACES = re.compile(r"begincodespacerange\s*<([0-9A-Fa-f]+)>")
_CODECS = {"/GBK-EUC-H": "gbk", "/GBKp-EUC-H": "gbk", "/GBK2K-H": "gb18030", "/GB-EUC-H": "gb2312"}
_FIGURES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NAMES = {name: str(figure) for figure, name in enumerate(_FIGURES)}
_NAMES |= {"period": ".", "comma": ",", "space": " ", "hyphen": "-", "percent": "%", "slash": "/", "asterisk": "*"}
_UNICODE = {"/UniGB-UCS2-H", "/UniGB-UTF16-H"}

Matrix = tuple[float, float, float, float, float, float]
_START: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class NotAPdf(ValueError):
    """The file cannot be opened as a PDF; the text says why, for a person."""


@dataclass(frozen=True, slots=True)
class Word:
    """Letters without a gap. ``x`` to ``right`` from the left edge, ``top`` from the upper edge, in points."""

    x: float
    right: float
    top: float
    size: float
    text: str


Row = list[Word]


@dataclass(slots=True)
class _Glyph:
    """A letter, or several of one word."""

    x: float
    right: float
    top: float
    size: float
    text: str


@dataclass(slots=True)
class _Font:
    """How bytes become letters and how wide each is, in thousandths of the size."""

    letters: dict[int, str] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)  # by the number of the shape
    shapes: dict[int, int] = field(default_factory=dict)  # code → number of the shape, where they differ
    default: float = 0.0
    length: int = 1  # bytes of a code
    codec: str = ""
    is_unicode: bool = False

    def read(self, raw: bytes) -> Iterator[tuple[str, float, bool]]:
        """Letter, width, and whether it is the one-byte space that word spacing widens."""
        if self.codec:
            for letter in raw.decode(self.codec, "replace"):
                yield letter, 500.0 if letter.isascii() else 1000.0, letter == " "
            return
        for at in range(0, len(raw) - self.length + 1, self.length):
            code = int.from_bytes(raw[at : at + self.length])
            letter = self.letters.get(code, chr(code) if self.is_unicode else UNKNOWN)
            yield letter, self.widths.get(self.shapes.get(code, code), self.default), self.length == 1 and code == 32


def pages(path: Path) -> Iterator[tuple[int, list[Row]]]:
    """Number (from 1) and rows of each page, one page at a time, so that memory does not grow with the document.

    Raises:
        NotAPdf: when the file cannot be opened, or needs a password.
    """
    import pikepdf  # held by no web process: only who reads a PDF pays for it

    try:
        pdf = pikepdf.open(path)
    except pikepdf.PasswordError:
        raise NotAPdf("The PDF needs a password.") from None
    except (pikepdf.PdfError, ValueError) as error:
        raise NotAPdf("The file is not a PDF, or it is damaged.") from error
    with pdf:
        fonts: dict[Any, _Font] = {}
        for number, page in enumerate(pdf.pages, start=1):
            if len(fonts) > MOST_FONTS:
                fonts.clear()
            try:
                yield number, rows(_glyphs(page, fonts))
            except pikepdf.PdfError as error:
                raise NotAPdf(f"Page {number} of the PDF is damaged.") from error


def rows(glyphs: Iterable[_Glyph]) -> list[Row]:
    """Letters to rows from top to bottom, each a list of words from left to right.

    Letters that are drawn one after the other are a word first, so that two texts printed over each other stay two.
    """
    lines: list[list[_Glyph]] = []
    for word in sorted(_joined(glyphs), key=lambda one: one.top):
        if lines and word.top - lines[-1][0].top < SAME_ROW:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [[_word(one) for one in _joined(sorted(line, key=lambda one: one.x))] for line in lines]


def _joined(parts: Iterable[_Glyph]) -> list[_Glyph]:
    """Each part put to the one before it where no gap is between them; spaces are left out."""
    words: list[_Glyph] = []
    is_open = False
    for part in parts:
        if part.text.isspace():
            is_open = False
        elif is_open and _continues(words[-1], part):
            words[-1] = _Glyph(words[-1].x, part.right, words[-1].top, part.size, words[-1].text + part.text)
        else:
            words.append(part)
            is_open = True
    return words


def _continues(before: _Glyph, part: _Glyph) -> bool:
    size = max(before.size, part.size)
    is_near = -OVER * size <= part.x - before.right <= GAP * size and abs(part.top - before.top) < SAME_ROW
    return is_near and min(before.size, part.size) >= SMALLER * size


def _word(part: _Glyph) -> Word:
    return Word(part.x, part.right, part.top, part.size, part.text)


@dataclass(slots=True)
class _State:
    """What the text commands change; saved and restored with the rest of the graphics state."""

    place: Matrix = _START
    font: _Font = field(default_factory=_Font)
    size: float = 0.0
    letter_gap: float = 0.0
    word_gap: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0

    def copy(self) -> _State:
        values = (self.place, self.font, self.size, self.letter_gap, self.word_gap)
        return _State(*values, self.stretch, self.leading, self.rise)


class _Drawing:
    """Follows the commands of one page and collects its letters."""

    def __init__(self, height: float, left: float, fonts: dict[Any, _Font]):
        self.height, self.left, self.fonts = height, left, fonts
        self.glyphs: list[_Glyph] = []
        self.state = _State()
        self.saved: list[_State] = []
        self.line: Matrix = _START  # start of the line of text
        self.at: Matrix = _START  # where the next letter goes

    def follow(self, drawn: Any, resources: Any, depth: int = 0) -> None:
        import pikepdf

        for operands, operator in pikepdf.parse_content_stream(drawn):
            name = str(operator)
            if name == "Tf":
                self.state.font, self.state.size = self._font(resources, operands[0]), float(operands[1])
            elif name == "Do":
                self._draw(resources, operands[0], depth)
            elif (act := _COMMANDS.get(name)) is not None:
                act(self, operands)

    def _draw(self, resources: Any, name: Any, depth: int) -> None:
        form = resources.get("/XObject", {}).get(str(name)) if resources is not None else None
        if form is None or form.get("/Subtype") != "/Form" or depth >= MOST_DEPTH:
            return
        self.save()
        if "/Matrix" in form:
            self.state.place = _times(_matrix(list(form["/Matrix"])), self.state.place)
        self.follow(form, form.get("/Resources", resources), depth + 1)
        self.restore()

    def _font(self, resources: Any, name: Any) -> _Font:
        found = resources.get("/Font", {}).get(str(name)) if resources is not None else None
        if found is None:
            return _Font()
        key = found.objgen if found.is_indirect else None
        font = self.fonts.get(key) if key else None
        if font is None:
            font = _read_font(found)
            if key:
                self.fonts[key] = font
        return font

    def save(self, operands: Any = ()) -> None:
        self.saved.append(self.state.copy())

    def restore(self, operands: Any = ()) -> None:
        if self.saved:
            self.state = self.saved.pop()

    def move(self, operands: Any) -> None:
        self.state.place = _times(_matrix(operands), self.state.place)

    def begin(self, operands: Any) -> None:
        self.line = self.at = _START

    def set_line(self, operands: Any) -> None:
        self.line = self.at = _matrix(operands)

    def next_line(self, operands: Any) -> None:
        self.line = self.at = _times((1.0, 0.0, 0.0, 1.0, float(operands[0]), float(operands[1])), self.line)

    def next_line_with_leading(self, operands: Any) -> None:
        self.state.leading = -float(operands[1])
        self.next_line(operands)

    def feed(self, operands: Any = ()) -> None:
        self.next_line((0.0, -self.state.leading))

    def show(self, operands: Any) -> None:
        self._letters(bytes(operands[0]))

    def show_spaced(self, operands: Any) -> None:
        import pikepdf

        for part in operands[0]:
            if isinstance(part, pikepdf.String):
                self._letters(bytes(part))
            else:
                self._shift(-float(part) / 1000 * self.state.size * self.state.stretch)

    def feed_and_show(self, operands: Any) -> None:
        self.feed()
        self.show(operands)

    def feed_and_show_spaced(self, operands: Any) -> None:
        self.state.word_gap, self.state.letter_gap = float(operands[0]), float(operands[1])
        self.feed_and_show(operands[2:])

    def _shift(self, by: float) -> None:
        a, b, c, d, e, f = self.at
        self.at = (a, b, c, d, e + by * a, f + by * b)

    def _letters(self, raw: bytes) -> None:
        state = self.state
        for letter, width, is_space in state.font.read(raw):
            a, b, _c, d, e, f = _times(self.at, state.place)
            advance = width / 1000 * state.size
            if abs(b) < 0.01 and a > 0:  # upright and from left to right
                size = abs(d) * state.size
                top = self.height - (f + state.rise * d) - 0.8 * size
                x = e - self.left
                self.glyphs.append(_Glyph(x, x + advance * state.stretch * a, top, size, letter))
            gap = state.letter_gap + (state.word_gap if is_space else 0.0)
            self._shift((advance + gap) * state.stretch)


def _set(name: str, scale: float = 1.0) -> Any:
    return lambda drawing, operands: setattr(drawing.state, name, float(operands[0]) * scale)


_COMMANDS = {
    "q": _Drawing.save,
    "Q": _Drawing.restore,
    "cm": _Drawing.move,
    "BT": _Drawing.begin,
    "Tm": _Drawing.set_line,
    "Td": _Drawing.next_line,
    "TD": _Drawing.next_line_with_leading,
    "T*": _Drawing.feed,
    "Tj": _Drawing.show,
    "TJ": _Drawing.show_spaced,
    "'": _Drawing.feed_and_show,
    '"': _Drawing.feed_and_show_spaced,
    "Tc": _set("letter_gap"),
    "Tw": _set("word_gap"),
    "Tz": _set("stretch", 0.01),
    "TL": _set("leading"),
    "Ts": _set("rise"),
}


def _glyphs(page: Any, fonts: dict[Any, _Font]) -> list[_Glyph]:
    left, low, right, high = (float(edge) for edge in page.mediabox)
    drawing = _Drawing(max(low, high), min(left, right), fonts)
    drawing.follow(page, page.obj.get("/Resources"))
    return drawing.glyphs


def _matrix(operands: Any) -> Matrix:
    a, b, c, d, e, f = (float(one) for one in operands)
    return (a, b, c, d, e, f)


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _read_font(found: Any) -> _Font:
    font = _Font()
    encoding = found.get("/Encoding")
    if found.get("/Subtype") == "/Type0":
        _read_wide(font, found, str(encoding))
    else:
        _read_simple(font, found, encoding)
    if "/ToUnicode" in found:
        _read_map(font, found["/ToUnicode"].read_bytes())
    return font


def _read_wide(font: _Font, found: Any, encoding: str) -> None:
    import pikepdf

    font.length = 2
    font.is_unicode = encoding in _UNICODE
    if isinstance(found.get("/Encoding"), pikepdf.Stream):
        font.shapes = dict(_shapes(found["/Encoding"].read_bytes()))
    elif "/ToUnicode" not in found:
        font.codec = _CODECS.get(encoding, "")
    below = found["/DescendantFonts"][0]
    font.default = float(below.get("/DW", 1000))
    listed = list(below.get("/W", []))
    while len(listed) >= 2:
        first = int(listed.pop(0))
        following = listed.pop(0)
        if isinstance(following, pikepdf.Array):
            font.widths.update({first + step: float(width) for step, width in enumerate(following)})
        elif listed:
            width = float(listed.pop(0))
            font.widths.update(dict.fromkeys(range(first, int(following) + 1), width))


def _shapes(content: bytes) -> Iterator[tuple[int, int]]:
    """Code and number of the shape, from a map inside the document."""
    for kind, body in _SHAPES.findall(content):
        items = body.split()
        width = 2 if kind == b"cidchar" else 3
        for *codes, shape in zip(*(items[at::width] for at in range(width)), strict=False):
            first, last = (int(code.strip(b"<>"), 16) for code in (codes[0], codes[-1]))
            for code in range(first, min(last, first + 0xFFFF) + 1):
                yield code, int(shape) + code - first


def _read_simple(font: _Font, found: Any, encoding: Any) -> None:
    import pikepdf

    font.default = 500.0
    first = int(found.get("/FirstChar", 0))
    font.widths = {first + step: float(width) for step, width in enumerate(found.get("/Widths", []))}
    codec = "mac_roman" if str(encoding) == "/MacRomanEncoding" else "cp1252"
    font.letters = {code: bytes([code]).decode(codec, "replace") for code in range(32, 256)}
    if isinstance(encoding, pikepdf.Dictionary):
        _read_differences(font, encoding.get("/Differences", []))


def _read_differences(font: _Font, listed: Any) -> None:
    code = 0
    for one in listed:
        name = str(one)
        if name.startswith("/"):
            font.letters[code] = _letter_of(name[1:])
            code += 1
        else:
            code = int(one)


def _letter_of(name: str) -> str:
    """The letter of a glyph name: those of figures and Latin letters, and `uni0031`; others are unknown."""
    if len(name) == 1:
        return name
    if re.fullmatch(r"uni[0-9A-F]{4}", name):
        return chr(int(name[3:], 16))
    return _NAMES.get(name, UNKNOWN)


def _read_map(font: _Font, content: bytes) -> None:
    """Add the letters of a ToUnicode map."""
    if spaces := _SPACES.search(content.decode("latin-1")):
        font.length = min(2, max(1, len(spaces[1]) // 2))
    for kind, body in _BLOCK.findall(content):
        items = [(bytes.fromhex(hexed.decode("latin-1")) if not (opened or closed) else (opened or closed))
                 for hexed, opened, closed in _ITEM.findall(body)]  # fmt: skip
        if kind == b"bfchar":
            for code, letters in zip(items[::2], items[1::2], strict=False):
                font.letters[int.from_bytes(code)] = _text(letters)
        else:
            _read_ranges(font, items)


def _read_ranges(font: _Font, items: list[bytes]) -> None:
    at = 0
    while at + 2 < len(items):
        first, last, target = int.from_bytes(items[at]), int.from_bytes(items[at + 1]), items[at + 2]
        if target == b"[":
            end = items.index(b"]", at)
            for step, letters in enumerate(items[at + 3 : end]):
                font.letters[first + step] = _text(letters)
            at = end + 1
            continue
        start = int.from_bytes(target)
        for code in range(first, min(last, first + 0xFFFF) + 1):
            font.letters[code] = _text((start + code - first).to_bytes(max(2, len(target))))
        at += 3


def _text(letters: bytes) -> str:
    return letters.decode("utf-16-be", "replace") if len(letters) > 1 else letters.decode("latin-1")
