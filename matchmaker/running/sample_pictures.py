"""A picture of its own for each product of the sample, drawn by rules: the kind of goods, its colours, its origin.

`data/sample/pictures.csv` says for the beginning of an HS code which shape and colours a product has. Two products of
one kind differ in background, number and label, which follow from the key of the product. The same key always gives
the same picture.
"""

import hashlib
import io
import math
import random
from functools import cache

from PIL import Image, ImageColor, ImageDraw, ImageFont

from matchmaker.core import reference

WIDTH, HEIGHT = 480, 360
FINE = 2  # drawn larger and made smaller, so that edges are smooth
Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]


def draw_picture(*, key: str, hs_code: str, origin: str, words: str = "") -> bytes:
    """A PNG of 480 × 360 pixels for a product of the sample; the first of `words` stands on its label."""
    shape, body, content = _look_of(hs_code)
    chance = random.Random(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]))
    image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), _background(chance))
    sketch = Sketch(image, chance, _shift(body, chance), _shift(content, chance), origin, words)
    sketch.table()
    getattr(sketch, shape)()
    sketch.origin_mark()
    out = io.BytesIO()
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


@cache
def _rows() -> tuple[tuple[str, str, Colour, Colour], ...]:
    """(beginning of a code, shape, two colours), the longest beginning first."""
    rows = reference.read_csv("sample/pictures.csv")
    found = [(r["hs"], r["shape"], ImageColor.getrgb(r["body"]), ImageColor.getrgb(r["content"])) for r in rows]
    return tuple(sorted(found, key=lambda row: -len(row[0])))


def _look_of(hs_code: str) -> tuple[str, Colour, Colour]:
    """Services have no code; goods of a code that no row names come in a box."""
    if not hs_code:
        return _rows()[-1][1:]
    plain = ("box", (176, 160, 140), (110, 95, 80))
    return next((row[1:] for row in _rows() if row[0] and hs_code.startswith(row[0])), plain)


def _background(chance: random.Random) -> Colour:
    return chance.choice([(238, 233, 224), (228, 235, 238), (236, 229, 232), (230, 236, 226), (240, 236, 220)])


def _shift(colour: Colour, chance: random.Random) -> Colour:
    return tuple(max(0, min(255, part + chance.randint(-14, 14))) for part in colour)  # type: ignore[return-value]


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))  # type: ignore[return-value]


class Sketch:
    """Draws one picture; lengths are shares of the height, from 0 to 1, and 4/3 across."""

    def __init__(self, image, chance: random.Random, body: Colour, content: Colour, origin: str, words: str):
        self.image, self.draw, self.chance = image, ImageDraw.Draw(image), chance
        self.body, self.content, self.origin, self.words = body, content, origin, words
        self.unit = HEIGHT * FINE
        self.dark, self.light = _mix(body, (20, 18, 16), 0.35), _mix(body, (255, 255, 255), 0.45)

    # -- parts ------------------------------------------------------------------------------------------------------
    def _px(self, box: Box) -> list[float]:
        return [value * self.unit for value in box]

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
        self.draw.ellipse(self._px((x - rx, y - ry, x + rx, y + ry)), fill=fill)

    def slab(self, x: float, y: float, w: float, h: float, fill: Colour, radius: float = 0.02) -> None:
        self.draw.rounded_rectangle(self._px((x, y, x + w, y + h)), radius * self.unit, fill=fill)

    def poly(self, points: list[tuple[float, float]], fill: Colour) -> None:
        self.draw.polygon([(x * self.unit, y * self.unit) for x, y in points], fill=fill)

    def line(self, points: list[tuple[float, float]], fill: Colour, width: float) -> None:
        self.draw.line([(x * self.unit, y * self.unit) for x, y in points], fill, round(width * self.unit), "curve")

    def ring(self, x: float, y: float, r: float, width: float, fill: Colour) -> None:
        self.draw.ellipse(self._px((x - r, y - r, x + r, y + r)), outline=fill, width=round(width * self.unit))

    def table(self) -> None:
        self.slab(0, 0.78, 4 / 3, 0.3, _mix(self.content, (250, 248, 244), 0.7), 0)

    def shadow(self, x: float, rx: float, y: float = 0.86) -> None:
        self.oval(x, y, rx, 0.03, _mix(self.content, (120, 115, 110), 0.5))

    def places(self, most: int = 3, step: float = 0.32) -> list[float]:
        count = self.chance.randint(1, most)
        return [2 / 3 + (number - (count - 1) / 2) * step for number in range(count)]

    def label(self, x: float, y: float, w: float, h: float) -> None:
        """A label with one of four patterns and, where there is room, a word."""
        paper = _mix(self.content, (255, 253, 248), 0.75)
        self.slab(x, y, w, h, paper, 0.008)
        pattern = self.chance.randrange(4)
        if pattern == 0:
            self.slab(x, y + h * 0.68, w, h * 0.18, self.content, 0)
        elif pattern == 1:
            self.oval(x + w / 2, y + h * 0.28, w * 0.16, w * 0.16, self.content)
        elif pattern == 2:
            for number in range(5):
                self.slab(x + w * (0.08 + number * 0.18), y + h * 0.74, w * 0.1, h * 0.14, self.content, 0)
        else:
            self.poly([(x, y + h), (x + w, y + h), (x + w, y + h * 0.6)], self.content)
        word = self.words.split()[0][:12] if self.words.isascii() and self.words else ""
        size = round(min(h * 0.24, w / max(len(word), 5) * 1.5) * self.unit)
        if word and size >= 12:
            middle = ((x + w / 2) * self.unit, (y + h * 0.5) * self.unit)
            self.draw.text(middle, word, fill=(60, 52, 46), font=_font(size), anchor="mm")

    def origin_mark(self) -> None:
        """The code of the country on a stamp in the corner, below what a wide card cuts off."""
        self.ring(1.2, 0.21, 0.085, 0.008, self.dark)
        self.draw.text((1.2 * self.unit, 0.21 * self.unit), self.origin, self.dark, _font(56 * FINE // 2), anchor="mm")

    def grains(self, x: float, y: float, rx: float, ry: float, size: float, count: int) -> None:
        for _number in range(count):
            angle, far = self.chance.uniform(0, 2 * math.pi), math.sqrt(self.chance.random())
            tone = _mix(self.body, (255, 255, 255), self.chance.uniform(-0.15, 0.35))
            tone = tuple(max(0, part) for part in tone)  # type: ignore[assignment]
            self.oval(x + rx * far * math.cos(angle), y + ry * far * math.sin(angle), size * 1.3, size, tone)

    # -- packed goods -----------------------------------------------------------------------------------------------
    def bottle(self) -> None:
        for x in self.places(3, 0.26):
            self.shadow(x, 0.12)
            self.slab(x - 0.09, 0.4, 0.18, 0.46, self.body, 0.035)
            self.poly([(x - 0.09, 0.44), (x - 0.032, 0.29), (x + 0.032, 0.29), (x + 0.09, 0.44)], self.body)
            self.slab(x - 0.032, 0.15, 0.064, 0.17, self.body, 0.01)
            self.slab(x - 0.036, 0.13, 0.072, 0.07, self.content, 0.008)
            self.slab(x - 0.072, 0.43, 0.016, 0.38, self.light, 0.008)
            self.label(x - 0.085, 0.54, 0.17, 0.2)

    def jar(self) -> None:
        for x in self.places(3, 0.34):
            self.shadow(x, 0.16)
            self.slab(x - 0.13, 0.42, 0.26, 0.44, self.body, 0.05)
            self.slab(x - 0.115, 0.35, 0.23, 0.09, self.dark, 0.015)
            self.slab(x - 0.11, 0.46, 0.022, 0.34, self.light, 0.01)
            self.label(x - 0.11, 0.54, 0.22, 0.2)

    def can(self) -> None:
        for x in self.places(3, 0.34):
            self.shadow(x, 0.17)
            self.slab(x - 0.14, 0.4, 0.28, 0.44, self.body, 0.01)
            self.oval(x, 0.84, 0.14, 0.035, self.body)
            self.label(x - 0.14, 0.5, 0.28, 0.24)
            self.oval(x, 0.4, 0.14, 0.04, (198, 203, 208))
            self.oval(x, 0.4, 0.115, 0.03, (222, 226, 230))

    def tin(self) -> None:
        for x in self.places(2, 0.46):
            self.shadow(x, 0.21)
            self.slab(x - 0.19, 0.56, 0.38, 0.28, self.body, 0.02)
            self.oval(x, 0.56, 0.19, 0.06, self.light)
            self.oval(x, 0.56, 0.16, 0.045, self.body)
            self.label(x - 0.14, 0.65, 0.28, 0.14)

    def sack(self) -> None:
        for x in self.places(2, 0.5):
            self.shadow(x, 0.24)
            edge = [(x - 0.2, 0.34), (x + 0.2, 0.34), (x + 0.24, 0.6), (x + 0.21, 0.86), (x - 0.21, 0.86)]
            self.poly([*edge, (x - 0.24, 0.6)], self.body)
            self.poly([(x - 0.2, 0.34), (x + 0.2, 0.34), (x + 0.15, 0.26), (x - 0.15, 0.26)], self.dark)
            self.line([(x - 0.19, 0.35), (x + 0.19, 0.35)], self.content, 0.012)
            self.label(x - 0.14, 0.46, 0.28, 0.27)
        self.grains(self.chance.uniform(0.25, 1.1), 0.91, 0.2, 0.035, 0.008, 60)

    def pouch(self) -> None:
        for x in self.places(3, 0.36):
            self.shadow(x, 0.16)
            self.poly([(x - 0.13, 0.3), (x + 0.13, 0.3), (x + 0.16, 0.86), (x - 0.16, 0.86)], self.body)
            self.slab(x - 0.14, 0.27, 0.28, 0.06, self.dark, 0.006)
            self.oval(x, 0.72, 0.1, 0.075, self.content)
            self.label(x - 0.11, 0.42, 0.22, 0.18)

    def box(self) -> None:
        for x in self.places(2, 0.5):
            self.shadow(x, 0.24)
            self.slab(x - 0.2, 0.44, 0.34, 0.42, self.body, 0.006)
            self.poly([(x + 0.14, 0.44), (x + 0.22, 0.38), (x + 0.22, 0.8), (x + 0.14, 0.86)], self.dark)
            self.poly([(x - 0.2, 0.44), (x - 0.12, 0.38), (x + 0.22, 0.38), (x + 0.14, 0.44)], self.light)
            self.label(x - 0.16, 0.54, 0.26, 0.2)

    def drum(self) -> None:
        self.can()

    def tube(self) -> None:
        for x in self.places(3, 0.3):
            self.shadow(x, 0.12)
            self.poly([(x - 0.11, 0.24), (x + 0.11, 0.24), (x + 0.08, 0.74), (x - 0.08, 0.74)], self.body)
            self.slab(x - 0.065, 0.74, 0.13, 0.12, self.content, 0.012)
            self.label(x - 0.075, 0.36, 0.15, 0.22)

    def perfume(self) -> None:
        for x in self.places(2, 0.44):
            self.shadow(x, 0.18)
            self.slab(x - 0.15, 0.5, 0.3, 0.36, self.body, 0.02)
            self.slab(x - 0.11, 0.54, 0.22, 0.28, self.light, 0.012)
            self.slab(x - 0.05, 0.42, 0.1, 0.09, (205, 190, 150), 0.005)
            self.slab(x - 0.07, 0.29, 0.14, 0.14, self.content, 0.01)
            self.label(x - 0.09, 0.6, 0.18, 0.12)

    def candle(self) -> None:
        x = 2 / 3
        self.shadow(x, 0.22)
        self.slab(x - 0.18, 0.46, 0.36, 0.4, self.body, 0.02)
        self.oval(x, 0.46, 0.18, 0.05, self.light)
        self.line([(x, 0.46), (x, 0.38)], (60, 50, 40), 0.012)
        self.oval(x, 0.33, 0.025, 0.06, (240, 170, 60))
        self.label(x - 0.11, 0.58, 0.22, 0.18)

    # -- food as it is ----------------------------------------------------------------------------------------------
    def bowl(self) -> None:
        self.shadow(2 / 3, 0.36)
        self.grains(2 / 3, 0.53, 0.31, 0.11, 0.024, 170)
        self.draw.pieslice(self._px((0.3, 0.2, 1.033, 0.88)), 8, 172, fill=self.content)
        self.oval(2 / 3, 0.86, 0.13, 0.025, _mix(self.content, (0, 0, 0), 0.2))

    def fruit(self) -> None:
        self.shadow(2 / 3, 0.42)
        size = self.chance.choice([0.09, 0.11, 0.13])
        for row, count in enumerate((3, 4, 3)):
            for place in range(count):
                x = 2 / 3 + (place - (count - 1) / 2) * size * 1.75
                y = 0.5 + row * size * 0.8
                tone = _mix(self.body, (255, 255, 255), self.chance.uniform(0, 0.15))
                self.oval(x, y, size, size * 0.95, tone)
                self.oval(x - size * 0.3, y - size * 0.35, size * 0.22, size * 0.15, _mix(tone, (255, 255, 255), 0.5))
                self.line([(x, y - size * 0.9), (x + 0.02, y - size * 1.15)], (84, 104, 52), 0.01)
        self.slab(0.24, 0.7, 0.86, 0.18, _mix(self.content, (190, 150, 100), 0.6), 0.012)
        self.label(0.5, 0.73, 0.34, 0.12)

    def fish(self) -> None:
        for row in range(self.chance.randint(1, 2)):
            y = 0.6 + row * 0.17
            self.oval(0.62, y, 0.34, 0.1, self.body)
            self.oval(0.62, y + 0.035, 0.3, 0.055, self.light)
            self.poly([(0.92, y), (1.12, y - 0.1), (1.08, y), (1.12, y + 0.1)], self.dark)
            self.poly([(0.55, y - 0.09), (0.72, y - 0.16), (0.74, y - 0.08)], self.dark)
            self.oval(0.36, y - 0.02, 0.014, 0.014, (25, 25, 28))
            self.line([(0.43, y - 0.07), (0.45, y), (0.43, y + 0.07)], self.dark, 0.008)

    def fillet(self) -> None:
        for row in range(3):
            y = 0.5 + row * 0.13
            self.oval(2 / 3 + row * 0.03, y, 0.34, 0.075, self.dark)
            self.oval(2 / 3 + row * 0.03, y - 0.015, 0.34, 0.07, self.body)
            for part in range(5):
                x = 0.45 + part * 0.1 + row * 0.03
                self.line([(x, y - 0.05), (x + 0.03, y + 0.02)], self.content, 0.006)

    def shrimp(self) -> None:
        for number in range(5):
            x, y = 0.4 + (number % 3) * 0.27, 0.5 + (number // 3) * 0.23
            box = self._px((x - 0.11, y - 0.11, x + 0.11, y + 0.11))
            self.draw.arc(box, 150, 400, fill=self.body, width=round(0.055 * self.unit))
            for angle in range(170, 390, 36):
                self.draw.arc(box, angle, angle + 6, fill=self.content, width=round(0.055 * self.unit))
            self.poly([(x + 0.08, y + 0.06), (x + 0.15, y + 0.12), (x + 0.06, y + 0.13)], self.dark)

    def octopus(self) -> None:
        self.oval(2 / 3, 0.46, 0.17, 0.15, self.body)
        for number in range(8):
            x = 0.36 + number * 0.088
            self.line([(2 / 3, 0.52), (x, 0.68), (x + 0.03 * (-1) ** number, 0.84)], self.body, 0.045)
            self.oval(x, 0.68, 0.012, 0.012, self.content)

    def meat(self) -> None:
        self.slab(0.26, 0.44, 0.82, 0.4, (236, 238, 240), 0.04)
        for number in range(self.chance.randint(2, 3)):
            x = 0.44 + number * 0.21
            self.oval(x, 0.64, 0.14, 0.15, self.content)
            self.oval(x, 0.64, 0.115, 0.125, self.body)
            self.line([(x - 0.05, 0.56), (x, 0.64), (x + 0.06, 0.7)], self.content, 0.012)
            self.line([(x - 0.06, 0.68), (x + 0.02, 0.72)], self.content, 0.009)

    def ham(self) -> None:
        self.oval(0.62, 0.6, 0.3, 0.2, self.dark)
        self.oval(0.66, 0.6, 0.24, 0.16, self.body)
        self.oval(0.7, 0.6, 0.1, 0.06, self.content)
        self.line([(0.34, 0.52), (0.16, 0.4)], self.content, 0.05)

    def cheese(self) -> None:
        self.shadow(2 / 3, 0.4)
        self.slab(0.32, 0.52, 0.7, 0.3, self.body, 0.01)
        self.oval(0.67, 0.82, 0.35, 0.06, self.body)
        self.oval(0.67, 0.52, 0.35, 0.11, self.content)
        self.poly([(0.67, 0.52), (0.9, 0.6), (0.9, 0.88), (0.67, 0.8)], _mix(self.content, (255, 255, 255), 0.3))
        for _number in range(self.chance.randint(0, 9)):
            self.oval(self.chance.uniform(0.69, 0.88), self.chance.uniform(0.63, 0.8), 0.011, 0.009, self.body)

    def block(self) -> None:
        self.shadow(2 / 3, 0.36)
        self.slab(0.34, 0.5, 0.56, 0.34, self.body, 0.008)
        self.poly([(0.34, 0.5), (0.46, 0.4), (1.02, 0.4), (0.9, 0.5)], self.light)
        self.poly([(0.9, 0.5), (1.02, 0.4), (1.02, 0.74), (0.9, 0.84)], self.dark)
        self.label(0.44, 0.58, 0.34, 0.18)

    def sticks(self) -> None:
        for number in range(9):
            x = 0.36 + number * 0.075
            self.slab(x, 0.36 + self.chance.uniform(0, 0.05), 0.06, 0.48, self.body, 0.025)
            self.oval(x + 0.03, 0.4, 0.03, 0.018, self.content)
        self.slab(0.32, 0.56, 0.74, 0.05, self.dark, 0.01)

    def flower(self) -> None:
        for x in (0.42, 0.67, 0.92):
            self.line([(x, 0.4), (2 / 3, 0.9)], self.content, 0.016)
            y = 0.34 + self.chance.uniform(-0.05, 0.05)
            for angle in range(0, 360, 60):
                far = 0.07
                self.oval(x + far * math.cos(math.radians(angle)), y + far * math.sin(math.radians(angle)), 0.06, 0.06,
                          self.body)  # fmt: skip
            self.oval(x, y, 0.055, 0.055, self.dark)

    def bulb(self) -> None:
        for number in range(5):
            x, y = 0.4 + (number % 3) * 0.26, 0.55 + (number // 3) * 0.22
            self.poly([(x - 0.05, y), (x, y - 0.2), (x + 0.05, y)], self.content)
            self.oval(x, y + 0.02, 0.09, 0.1, self.body)

    def wool(self) -> None:
        for _number in range(60):
            x, y = self.chance.uniform(0.35, 0.98), self.chance.uniform(0.42, 0.8)
            self.ring(x, y, 0.06, 0.014, _mix(self.body, self.content, self.chance.random() * 0.6))

    # -- things -----------------------------------------------------------------------------------------------------
    def machine(self) -> None:
        x, w = 0.24, self.chance.choice([0.74, 0.84, 0.9])
        h = self.chance.choice([0.42, 0.5, 0.56])
        top = 0.84 - h
        self.shadow(x + w / 2, w / 2 + 0.04, 0.88)
        for leg in (x + 0.05, x + w - 0.1):
            self.slab(leg, 0.82, 0.06, 0.06, (58, 62, 66), 0.004)
        self.slab(x, top, w, h, self.body, 0.02)
        self.slab(x + w * 0.08, top + h * 0.18, w * 0.5, h * 0.5, self.dark, 0.015)
        self.slab(x + w * 0.1, top + h * 0.21, w * 0.46, h * 0.44, _mix(self.content, (200, 220, 235), 0.5), 0.012)
        self.slab(x + w * 0.68, top + h * 0.16, w * 0.24, h * 0.24, (38, 46, 56), 0.01)
        for number in range(self.chance.randint(3, 6)):
            fill = self.chance.choice([self.content, (210, 70, 60), (90, 160, 100), (235, 190, 80)])
            self.oval(x + w * (0.7 + 0.08 * (number % 3)), top + h * (0.52 + 0.14 * (number // 3)), 0.018, 0.018, fill)
        self.slab(x, top + h * 0.84, w, h * 0.06, self.content, 0)

    def tractor(self) -> None:
        self.shadow(0.68, 0.46, 0.9)
        self.slab(0.5, 0.5, 0.5, 0.18, self.body, 0.03)
        self.slab(0.36, 0.3, 0.26, 0.36, self.body, 0.03)
        self.slab(0.4, 0.34, 0.18, 0.16, (190, 214, 226), 0.015)
        self.line([(0.86, 0.5), (0.86, 0.34)], (60, 62, 66), 0.02)
        for x, y, r in ((0.44, 0.72, 0.18), (0.94, 0.78, 0.12)):
            self.oval(x, y, r, r, (44, 44, 46))
            self.oval(x, y, r * 0.5, r * 0.5, self.content if self.content != (43, 43, 45) else self.light)

    def robot(self) -> None:
        self.slab(0.42, 0.76, 0.4, 0.1, self.content, 0.01)
        self.line([(0.62, 0.76), (0.52, 0.44), (0.84, 0.3), (1.0, 0.46)], self.body, 0.085)
        for x, y in ((0.62, 0.74), (0.52, 0.44), (0.84, 0.3), (1.0, 0.46)):
            self.oval(x, y, 0.06, 0.06, self.content)
        self.line([(0.97, 0.5), (0.94, 0.6)], self.content, 0.02)
        self.line([(1.03, 0.5), (1.06, 0.6)], self.content, 0.02)

    def valve(self) -> None:
        self.shadow(2 / 3, 0.4)
        self.slab(0.26, 0.58, 0.82, 0.16, self.body, 0.01)
        for x in (0.26, 1.0):
            self.slab(x, 0.5, 0.08, 0.32, self.dark, 0.008)
        self.oval(2 / 3, 0.66, 0.17, 0.17, self.light)
        self.slab(0.64, 0.36, 0.055, 0.16, self.dark, 0.004)
        self.slab(0.46, 0.31, 0.42, 0.06, self.content, 0.028)

    def pipe(self) -> None:
        for number in range(3):
            y = 0.44 + number * 0.15
            self.slab(0.3, y, 0.74, 0.12, self.body, 0.01)
            self.oval(0.3, y + 0.06, 0.03, 0.06, self.dark)
            self.oval(1.04, y + 0.06, 0.035, 0.06, self.content)
            self.slab(0.32, y + 0.02, 0.7, 0.02, self.light, 0.004)

    def bearing(self) -> None:
        self.shadow(2 / 3, 0.3)
        self.oval(2 / 3, 0.56, 0.3, 0.3, self.body)
        self.oval(2 / 3, 0.56, 0.235, 0.235, self.dark)
        count = self.chance.randint(9, 14)
        for number in range(count):
            angle = 2 * math.pi * number / count
            self.oval(2 / 3 + 0.195 * math.cos(angle), 0.56 + 0.195 * math.sin(angle), 0.034, 0.034, self.light)
        self.oval(2 / 3, 0.56, 0.155, 0.155, self.content)
        self.oval(2 / 3, 0.56, 0.1, 0.1, (232, 234, 236))

    def tyre(self) -> None:
        self.shadow(2 / 3, 0.3)
        self.oval(2 / 3, 0.54, 0.33, 0.33, self.body)
        for number in range(24):
            angle = 2 * math.pi * number / 24
            x, y = 2 / 3 + 0.32 * math.cos(angle), 0.54 + 0.32 * math.sin(angle)
            self.oval(x, y, 0.014, 0.014, self.light)
        self.oval(2 / 3, 0.54, 0.2, 0.2, self.content)
        for number in range(5):
            angle = 2 * math.pi * number / 5
            end = (2 / 3 + 0.18 * math.cos(angle), 0.54 + 0.18 * math.sin(angle))
            self.line([(2 / 3, 0.54), end], self.body, 0.03)

    def cylinder(self) -> None:
        self.shadow(2 / 3, 0.42)
        self.slab(0.24, 0.5, 0.56, 0.24, self.body, 0.03)
        self.slab(0.8, 0.58, 0.28, 0.08, self.content, 0.01)
        self.ring(1.12, 0.62, 0.06, 0.03, self.dark)
        for x in (0.3, 0.5, 0.68):
            self.slab(x, 0.48, 0.03, 0.28, self.dark, 0.006)

    def bolt(self) -> None:
        for number in range(self.chance.randint(3, 4)):
            x = 0.38 + number * 0.19
            self.slab(x, 0.42, 0.07, 0.42, self.body, 0.008)
            self.poly(
                [(x - 0.04, 0.36), (x + 0.035, 0.31), (x + 0.11, 0.36), (x + 0.11, 0.44), (x - 0.04, 0.44)],
                self.content,
            )
            for turn in range(6):
                self.line([(x, 0.56 + turn * 0.045), (x + 0.07, 0.54 + turn * 0.045)], self.dark, 0.008)

    def chip(self) -> None:
        for number in range(6):
            x, y = 0.36 + (number % 3) * 0.24, 0.42 + (number // 3) * 0.24
            self.slab(x, y, 0.17, 0.14, self.body, 0.008)
            for side in (x - 0.012, x + 0.152):
                self.slab(side, y, 0.03, 0.14, self.content, 0.004)

    def board(self) -> None:
        self.slab(0.3, 0.4, 0.74, 0.44, self.body, 0.03)
        for number in range(7):
            y = 0.44 + number * 0.055
            self.line([(0.34, y), (0.34 + self.chance.uniform(0.2, 0.62), y)], self.content, 0.008)
        self.oval(0.98, 0.46, 0.02, 0.02, self.light)

    def cable(self) -> None:
        for number in range(4):
            self.ring(2 / 3, 0.58, 0.27 - number * 0.05, 0.022, self.body if number % 2 else self.dark)
        self.line([(0.92, 0.62), (1.1, 0.8)], self.dark, 0.024)
        self.slab(1.06, 0.78, 0.14, 0.08, self.content, 0.012)

    def speaker(self) -> None:
        for x in (0.34, 0.74):
            self.shadow(x + 0.13, 0.16)
            self.slab(x, 0.3, 0.26, 0.56, self.body, 0.01)
            self.oval(x + 0.13, 0.44, 0.06, 0.06, self.content)
            self.oval(x + 0.13, 0.67, 0.1, 0.1, self.content)
            self.oval(x + 0.13, 0.67, 0.04, 0.04, (110, 110, 116))

    def headphones(self) -> None:
        self.draw.arc(self._px((0.4, 0.24, 0.94, 0.9)), 180, 360, fill=self.content, width=round(0.04 * self.unit))
        for x in (0.42, 0.92):
            self.oval(x, 0.66, 0.09, 0.14, self.content)
            self.oval(x, 0.66, 0.06, 0.11, self.body)

    def dryer(self) -> None:
        self.slab(0.38, 0.36, 0.5, 0.2, self.body, 0.08)
        self.slab(0.84, 0.39, 0.1, 0.14, self.content, 0.01)
        self.poly([(0.46, 0.52), (0.6, 0.52), (0.54, 0.86), (0.44, 0.86)], self.dark)

    def glass(self) -> None:
        for x in self.places(3, 0.28):
            self.shadow(x, 0.09)
            self.draw.pieslice(self._px((x - 0.1, 0.2, x + 0.1, 0.64)), 0, 180, fill=self.body)
            self.oval(x, 0.42, 0.1, 0.026, self.content)
            self.line([(x, 0.62), (x, 0.84)], self.body, 0.016)
            self.oval(x, 0.85, 0.075, 0.016, self.content)

    def lamp(self) -> None:
        self.line([(2 / 3, 0), (2 / 3, 0.3)], self.dark, 0.012)
        for row, count in ((0.36, 5), (0.52, 7), (0.66, 5)):
            self.slab(2 / 3 - count * 0.05, row - 0.04, count * 0.1, 0.02, self.body, 0.008)
            for place in range(count):
                x = 2 / 3 + (place - (count - 1) / 2) * 0.1
                self.poly(
                    [(x, row - 0.02), (x + 0.022, row + 0.04), (x, row + 0.1), (x - 0.022, row + 0.04)], self.content
                )

    def bag(self) -> None:
        self.shadow(2 / 3, 0.3)
        self.draw.arc(self._px((0.5, 0.18, 0.84, 0.7)), 180, 360, fill=self.dark, width=round(0.03 * self.unit))
        self.poly([(0.4, 0.44), (0.94, 0.44), (1.0, 0.86), (0.34, 0.86)], self.body)
        self.slab(0.4, 0.44, 0.54, 0.05, self.dark, 0.004)
        self.slab(0.63, 0.5, 0.08, 0.07, self.content, 0.008)

    def belt(self) -> None:
        for number in range(3):
            self.ring(2 / 3, 0.58, 0.26 - number * 0.055, 0.04, self.body if number % 2 else self.dark)
        self.slab(0.88, 0.52, 0.12, 0.13, self.content, 0.01)
        self.slab(0.905, 0.55, 0.07, 0.07, self.dark, 0.004)

    def shoe(self) -> None:
        for dx, dy in ((0.0, 0.0), (0.12, 0.12)):
            points = [(0.3, 0.4), (0.46, 0.4), (0.56, 0.54), (0.84, 0.6), (0.92, 0.7), (0.3, 0.7)]
            self.poly([(x + dx, y + dy) for x, y in points], self.body)
            self.slab(0.29 + dx, 0.69 + dy, 0.65, 0.05, self.content, 0.015)
            for number in range(3):
                x = 0.5 + number * 0.06 + dx
                self.line([(x, 0.5 + number * 0.025 + dy), (x + 0.05, 0.47 + number * 0.025 + dy)], self.content, 0.01)

    def watch(self) -> None:
        self.slab(0.58, 0.12, 0.17, 0.74, self.content, 0.02)
        self.oval(2 / 3, 0.5, 0.21, 0.21, self.body)
        self.oval(2 / 3, 0.5, 0.17, 0.17, (247, 246, 242))
        for number in range(12):
            angle = math.pi * number / 6
            self.oval(2 / 3 + 0.145 * math.cos(angle), 0.5 + 0.145 * math.sin(angle), 0.008, 0.008, self.content)
        self.line([(0.6, 0.42), (2 / 3, 0.5), (2 / 3, 0.37)], self.content, 0.012)

    def textile(self) -> None:
        self.shadow(2 / 3, 0.4)
        count = self.chance.randint(3, 5)
        for number in range(count):
            y = 0.82 - (number + 1) * 0.1
            tone = self.body if number % 2 else _mix(self.body, self.content, 0.35)
            self.slab(0.32, y, 0.7, 0.095, tone, 0.04)
            self.line([(0.36, y + 0.06), (0.98, y + 0.06)], self.content, 0.008)

    def chair(self) -> None:
        self.shadow(2 / 3, 0.26)
        self.slab(0.46, 0.2, 0.42, 0.3, self.body, 0.04)
        self.slab(0.5, 0.24, 0.34, 0.22, self.content, 0.03)
        self.slab(0.43, 0.55, 0.48, 0.08, self.content, 0.03)
        for x in (0.46, 0.85):
            self.slab(x, 0.2, 0.035, 0.66, self.body, 0.01)

    def toy(self) -> None:
        tones = [self.body, self.content, (86, 150, 120), (90, 130, 190)]
        for number in range(5):
            self.slab(
                0.67 - 0.2 + number * 0.035, 0.74 - number * 0.11, 0.4 - number * 0.07, 0.1, tones[number % 4], 0.04
            )
        for x in (0.5, 0.84):
            self.oval(x, 0.85, 0.05, 0.05, (120, 90, 60))

    def stroller(self) -> None:
        self.draw.pieslice(self._px((0.42, 0.26, 0.94, 0.78)), 180, 330, fill=self.body)
        self.draw.pieslice(self._px((0.42, 0.3, 0.94, 0.74)), 0, 180, fill=self.content)
        self.line([(0.94, 0.5), (1.1, 0.34)], self.dark, 0.022)
        self.line([(0.52, 0.68), (0.86, 0.84)], self.dark, 0.016)
        self.line([(0.84, 0.68), (0.5, 0.84)], self.dark, 0.016)
        for x in (0.48, 0.88):
            self.ring(x, 0.84, 0.06, 0.018, (50, 50, 54))

    def service(self) -> None:
        """A sheet with a tick: what is offered is work."""
        self.slab(0.42, 0.2, 0.5, 0.64, (252, 251, 248), 0.02)
        self.slab(0.42, 0.2, 0.5, 0.1, self.body, 0.02)
        for number in range(self.chance.randint(4, 6)):
            y = 0.36 + number * 0.065
            self.slab(0.48, y, self.chance.uniform(0.2, 0.36), 0.022, self.content, 0.006)
        self.oval(0.88, 0.76, 0.12, 0.12, self.body)
        self.line([(0.82, 0.76), (0.87, 0.81), (0.95, 0.7)], (255, 255, 255), 0.028)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)  # type: ignore[return-value]  # Pillow brings it
