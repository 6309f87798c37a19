"""WCAG 2.2 contrast of every pair of tokens the pages use, in light and dark."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
TEXT = [
    *(("ink", ground) for ground in ("paper", "paper-2", "paper-3")),
    *(("ink", f"{tone}-tint") for tone in ("seal", "met", "missing", "fail", "info")),
    *(("ink-2", ground) for ground in ("paper", "paper-2", "paper-3", "seal-tint", "met-tint")),
    *(("ink-3", ground) for ground in ("paper", "paper-2")),
    *((tone, f"{tone}-tint") for tone in ("met", "missing", "fail", "info")),
    *((tone, "paper") for tone in ("met", "missing", "fail", "info", "seal-ink")),
    *((tone, "paper-2") for tone in ("met", "missing", "fail", "seal-ink")),
    ("on-seal", "seal"), ("on-seal", "seal-hover"), ("paper", "ink"), ("paper", "ink-2"),
]  # fmt: skip
SHAPES = [
    *(("rule-strong", ground) for ground in ("paper", "paper-2")),
    *(("focus", ground) for ground in ("paper", "paper-2", "paper-3")),
    ("seal", "paper"), ("ink", "paper-3"), ("met-solid", "paper"), ("met-solid", "paper-3"), ("missing-solid", "paper"),
]  # fmt: skip


def tokens(theme: str) -> dict[str, str]:
    """Name to #rrggbb of one theme."""
    section = (CSS / "site.css").read_text().split("/* == base == */", 1)[0]
    blocks = re.split(r'\[data-bs-theme="dark"\] \{', section, maxsplit=1)
    block = blocks[1].split("}")[0] if theme == "dark" else blocks[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2), 0 to 1."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_twenty_one():
    assert contrast("#000000", "#ffffff") == 21


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_readable_on_every_ground_it_stands_on(theme):
    colours = tokens(theme)
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in TEXT}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_borders_focus_and_bars_stand_out_from_their_ground(theme):
    colours = tokens(theme)
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in SHAPES}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}


@pytest.mark.parametrize("theme", ["", '[data-bs-theme="dark"] '])
def test_initials_are_readable_on_each_tint(theme):
    css = (CSS / "site.css").read_text()
    found = re.findall(rf"{re.escape(theme)}\.tint-\d \{{\s*background: (#\w+);\s*color: (#\w+);\s*\}}", css)
    assert len(found) >= 8
    assert [pair for pair in found if contrast(*pair) < 4.5] == []
