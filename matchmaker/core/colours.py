"""Colours that people choose, and whether text on them can be read (WCAG 2.2, success criterion 1.4.3)."""

import re

WHITE, BLACK = "#ffffff", "#000000"
READABLE = 4.5  # the least contrast of text and its ground
VISIBLE = 3.0  # of a shape and its ground


def is_colour(text: str) -> bool:
    return re.fullmatch(r"#[0-9a-f]{6}", text) is not None


def channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in channels(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mix(colour: str, other: str, share: float) -> str:
    """`share` of `other` in the colour: 0 is the colour, 1 the other."""
    pairs = zip(channels(colour), channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def adjust_contrast(colour: str, toward: str, ground: str, least: float) -> str:
    """The colour, as little changed as needed for this contrast with the ground."""
    steps = (mix(colour, toward, step / 50) for step in range(51))
    return next((found for found in steps if contrast(found, ground) >= least), toward)
