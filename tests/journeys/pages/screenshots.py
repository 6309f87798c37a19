"""Every page as a picture, in both languages, at two widths, light and dark: `make screenshots`.

Into `screenshots/LANGUAGE-WIDTH-SCHEME/`, with a contact sheet of each; `ONLY=match,home` keeps the pages whose name
contains one of these words, `LANGUAGES=zh-hans` one language, `SCHEMES=light` one scheme. `KEEP=1` renews the six
pictures of the README, small, in `docs/images/`.
"""

import os
from pathlib import Path

from PIL import Image

from tests.journeys.pages.site_map import ROLES

ROOT = Path(__file__).resolve().parent.parent.parent.parent
FOLDER = ROOT / "screenshots"
WIDTHS = (1280, 320)
TALLEST = 4000  # pixels of a page; what comes below is more of the same
# (page, language, width, scheme) of the pictures in the README
BEST = [
    ("home", "en", 1280, "light"),
    ("products-searched", "zh-hans", 1280, "light"),
    ("buyer-matches", "zh-hans", 1280, "light"),
    ("buyer-compare", "en", 1280, "light"),
    ("console-company", "en", 1280, "dark"),
    ("supplier-matches", "en", 320, "light"),
]


def test_take_a_picture_of_every_page(shown):
    only = os.environ.get("ONLY", "").split(",")
    wanted = [page for page in shown.site.pages if any(word in page.name for word in only)]
    for language in os.environ.get("LANGUAGES", "en,zh-hans").split(","):
        for scheme in os.environ.get("SCHEMES", "light,dark").split(","):
            for role in ROLES:
                page = shown.browser(role, language=language, scheme=scheme)
                assert has_chinese(page), "this machine has no typeface for Chinese: install fonts-noto-cjk"
                for row in wanted:
                    if row.role == role:
                        take(page, row, f"{language}-%d-{scheme}")
                page.context.close()
            for width in WIDTHS:
                look = f"{language}-{width}-{scheme}"
                files = [FOLDER / look / f"{row.name}.png" for row in wanted]
                sheet(files, FOLDER / f"sheet-{look}.png", width=width)
                print(f"{len(files)} pages: screenshots/sheet-{look}.png")
    if os.environ.get("KEEP"):
        for name, language, width, scheme in BEST:
            keep(FOLDER / f"{language}-{width}-{scheme}" / f"{name}.png", ROOT / "docs" / "images" / f"{name}.webp")


def has_chinese(page):
    """Whether this machine draws Chinese characters, or boxes."""
    return page.evaluate(r"""() => {
        const drawn = (sign) => {
            const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
            pen.font = "40px sans-serif";
            pen.fillText(sign, 10, 60);
            return canvas.toDataURL();
        };
        return drawn("\u6d3d") !== drawn("\u{10fffd}") && drawn("\u6d3d") !== drawn("\u8c08");
    }""")


def take(page, row, look):
    page.goto(row.path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        # Pictures below the fold load when they are scrolled to.
        page.evaluate("document.querySelectorAll('img[loading=lazy]').forEach(image => image.loading = 'eager')")
        page.wait_for_function("() => [...document.images].every(image => image.complete)")
        height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        file = FOLDER / (look % width) / f"{row.name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})


def sheet(files, target, *, width):
    """The tops of all pictures on one, eight in a row."""
    across = 420 if width > 400 else 240
    down = across * 3 // 2 if width > 400 else across * 3
    whole = Image.new("RGB", (8 * across, -(-len(files) // 8) * down), "#8a8378")
    for place, file in enumerate(files):
        with Image.open(file) as picture:
            small = picture.convert("RGB").resize((across - 12, picture.height * (across - 12) // picture.width))
        spot = (place % 8 * across + 6, place // 8 * down + 6)
        whole.paste(small.crop((0, 0, small.width, min(down - 12, small.height))), spot)
    whole.save(target)


def keep(file, target):
    """The first screen of a picture, at most 960 pixels wide, as WebP."""
    with Image.open(file) as picture:
        top = picture.convert("RGB").crop(
            (0, 0, picture.width, min(picture.height, 820 if picture.width > 400 else 640))
        )
    top.thumbnail((960, 960))
    target.parent.mkdir(parents=True, exist_ok=True)
    top.save(target, quality=82)
