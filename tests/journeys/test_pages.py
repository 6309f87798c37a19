"""Every page of the site, for everybody who opens it: it answers, is silent, fits 320 pixels, and axe finds nothing.

English and light at 320 pixels and, for what axe looks at, at 1280; `ALL_PAGES=1` adds Chinese and dark.
"""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.site_map import SiteMap

pytestmark = [pytest.mark.journey, pytest.mark.slow]
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def complaints(response):
    """Rule and element of each violation."""
    for row in response["violations"]:
        for node in row["nodes"]:
            yield row["id"], node["html"][:160]


def test_every_page_answers_fits_a_phone_and_passes_axe(chromium, live_server, transactional_db):
    site = SiteMap()
    languages = ("en", "zh-hans") if os.environ.get("ALL_PAGES") else ("en",)
    schemes = ("light", "dark") if os.environ.get("ALL_PAGES") else ("light",)
    faults = []
    for scheme in schemes:
        for language in languages:
            for role in ("anonymous", "supplier", "buyer", "organiser", "staff"):
                context = chromium.new_context(base_url=live_server.url, color_scheme=scheme)
                cookies = [{"name": "django_language", "value": language, "url": live_server.url}]
                if role != "anonymous":
                    cookies.append({"name": "sessionid", "value": site.cookie(role), "url": live_server.url})
                context.add_cookies(cookies)
                page = context.new_page()
                said = []
                page.on("console", lambda line, said=said: said.append(line.text) if line.type == "error" else None)
                for wanted in (row for row in site.pages if row.role == role):
                    said.clear()
                    page.set_viewport_size({"width": 1280, "height": 900})
                    response = page.goto(wanted.path)
                    where = f"{wanted.path} ({role}, {language}, {scheme})"
                    if response is None or response.status != 200:
                        faults.append(f"{where}: answered {response and response.status}")
                        continue
                    found = Axe().run(page, options=WCAG)
                    faults += [f"{where}: axe {name}: {html}" for name, html in complaints(found.response)]
                    page.set_viewport_size({"width": 320, "height": 900})
                    if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
                        faults.append(f"{where}: {width} pixels wide at 320")
                    faults += [f"{where}: console: {line[:160]}" for line in said]
                context.close()
    assert not faults, "\n".join(faults)
