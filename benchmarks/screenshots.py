"""The main pages as pictures, from a running site with the sample campaign: `make run` in one window, this in another.

English and Chinese, 320 and 1280 pixels, light and dark, into `screenshots/`, with a contact sheet for each.
`SITE` names the address (http://127.0.0.1:8000), `ONLY` keeps the pages whose address contains it.
"""

import os
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "screenshots"
SITE = os.environ.get("SITE", "http://127.0.0.1:8000")
PASSWORD = "sample-campaign"
PUBLIC = [
    "/",
    "/products/",
    "/products/?q=茉莉香米",
    "/suppliers/",
    "/demands/",
    "/categories/",
    "/events/",
    "/events/wuhan-food/",
    "/about/",
    "/join/",
    "/accounts/login/",
    "/accounts/signup/",
]
DESKS = {
    "pimchanok@thungmalithong.example": "/supplier/ /supplier/matches/ /supplier/products/ /supplier/products/new/ "
    "/supplier/company/ /meetings/ /notices/ /account/",
    "chengyaqin@chuyuan-mart.example": "/buyer/ /buyer/matches/ /buyer/demands/ /buyer/demands/new/ /buyer/shortlist/ "
    "/buyer/company/ /meetings/wuhan-food/",
    "organiser@matchmaker.example": "/console/ /console/companies/ /console/demands/ /console/matching/ "
    "/console/events/ /console/events/wuhan-food/ /console/events/wuhan-food/plan/ /console/campaign/ "
    "/console/delivery/",
}


def take(browser: Browser, language: str, width: int, scheme: str) -> list[Path]:
    """All pages of one language, width and scheme; whatever answers badly or is too wide is said."""
    taken = []
    for person, paths in (("", PUBLIC), *((person, paths.split()) for person, paths in DESKS.items())):
        wanted = [path for path in paths if os.environ.get("ONLY", "") in path]
        if not wanted:
            continue
        context = browser.new_context(
            base_url=SITE, color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
        )
        page = context.new_page()
        if person:
            page.goto("/accounts/login/")
            page.fill("input[name=login]", person)
            page.fill("input[name=password]", PASSWORD)
            page.locator("main form button[type=submit]").first.click()
            page.wait_for_url(lambda address: "login" not in address)
        context.add_cookies([{"name": "django_language", "value": language, "url": SITE}])
        for path in wanted:
            response = page.goto(path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if response is None or response.status != 200 or wide > width:
                print(f"{path} ({language}, {width}): {response and response.status}, {wide} pixels wide")
            # Pictures below the fold load when they are scrolled to.
            page.evaluate("document.querySelectorAll('img[loading=lazy]').forEach(image => image.loading = 'eager')")
            page.wait_for_load_state("networkidle")
            name = path.strip("/").replace("/", "-").replace("?", "-") or "home"
            file = FOLDER / f"{language}-{width}-{scheme}" / f"{name}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=file, full_page=True)
            taken.append(file)
        context.close()
    return taken


def sheet(files: list[Path], target: Path, columns: int = 6, width: int = 420, height: int = 900) -> None:
    """The tops of all pictures on one."""
    rows = -(-len(files) // columns)
    whole = Image.new("RGB", (columns * width, rows * height), "white")
    for place, file in enumerate(files):
        with Image.open(file) as picture:
            small = picture.convert("RGB").resize((width - 12, int(picture.height * (width - 12) / picture.width)))
            whole.paste(
                small.crop((0, 0, width - 12, min(height - 12, small.height))),
                (place % columns * width, place // columns * height),
            )
    whole.save(target)


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or None, args=["--no-sandbox"])
        for language in ("en", "zh-hans"):
            for width in (320, 1280):
                for scheme in ("light", "dark"):
                    files = take(browser, language, width, scheme)
                    target = FOLDER / f"sheet-{language}-{width}-{scheme}.png"
                    sheet(files, target)
                    print(f"{len(files)} pages: {target.relative_to(ROOT)}")
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
