"""The promises of docs/design.md that a machine can keep."""

import csv
import gzip
import hashlib
import re
from pathlib import Path

import pytest
from django.test.signals import template_rendered
from django.urls import reverse

from tests import factories

ROOT = Path(__file__).resolve().parents[2]
STATIC, TEMPLATES = ROOT / "static", ROOT / "templates"
CSS = "".join(file.read_text() for file in sorted((STATIC / "css").glob("*.css")))
TONES = "met|missing|fail|info|now|quiet|success|warning|error"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "notifications" not in path.parts)


def test_every_category_has_a_drawing_of_its_own():
    with (ROOT / "data" / "campaign" / "campaign_categories.csv").open(encoding="utf-8") as file:
        codes = {row["category_code"] for row in csv.DictReader(file)}
    drawn = {path.stem for path in (STATIC / "img" / "categories").glob("*.svg")}
    assert len(codes) == 70
    assert codes - drawn == set()


def test_every_icon_a_template_names_is_in_the_sprite():
    known = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "img" / "icons.svg").read_text()))
    named = {}
    for page in PAGES:
        for name in re.findall(r"""{% icon "([\w-]+)"|icon="([\w-]+)\"""", page.read_text()):
            named.setdefault(next(filter(None, name)), page.name)
    assert {name: page for name, page in named.items() if name not in known} == {}


def test_no_template_carries_inline_style_or_script():
    inline = re.compile(
        r"""\sstyle=|\son(click|change|submit|load|input)=|<style|<script(?![^>]*(\bsrc=|application/(ld\+)?json))"""
    )
    assert [page.relative_to(TEMPLATES).as_posix() for page in PAGES if inline.search(page.read_text())] == []


def test_every_component_is_named_in_the_design_page_and_says_its_parameters():
    page = (ROOT / "docs" / "design.md").read_text()
    parts = {
        "wordmark",
        "site_header",
        "site_footer",
        "language_switch",
        "language_offer",
        "page_addresses",
    }  # of base.html, not for pages
    for component in (TEMPLATES / "components").glob("*.html"):
        assert component.read_text().startswith("{% comment %}"), component.name
        assert component.stem in parts or f"`{component.stem}`" in page, component.name


@pytest.mark.django_db
def test_the_gallery_shows_every_component(client):
    """A component that is not in it is changed without anybody seeing what becomes of it."""
    client.force_login(factories.user(is_staff=True))
    shown = set()

    def meet(template, **_signal):
        shown.add(template.name)

    template_rendered.connect(meet)
    response = client.get(reverse("styleguide"))
    template_rendered.disconnect(meet)
    assert response.status_code == 200
    components = {f"components/{file.name}" for file in (TEMPLATES / "components").glob("*.html")}
    assert sorted(components - shown) == []
    tones = {f"{kind}-{tone}" for kind, tone in re.findall(rf"\.(pill|note|toast)-({TONES})\b", CSS)}
    classes = set(re.findall(r"[\w-]+", " ".join(re.findall(r'class="([^"]*)"', response.text))))
    assert sorted(tones - classes) == []


def test_the_first_page_has_three_style_sheets_at_most_and_weighs_less_than_80_kb_compressed():
    base = (TEMPLATES / "base.html").read_text()
    files = set(re.findall(r"{% static '([^']+\.(?:css|js))' %}", base)) - {"vendor/tabler.rtl.min.css"}
    weight = sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in files)
    sheets = re.findall(r'<link\s+rel="stylesheet"', base)
    assert len(sheets) - 1 == 3  # Tabler from left to right or from right to left, ours, and the colour of the campaign
    assert len(files) == 5
    assert weight < 80_000


def test_vendored_files_are_those_of_the_notice():
    listed = dict(
        reversed(line.split()) for line in (STATIC / "NOTICE").read_text().split("SHA-256\n")[1].strip().splitlines()
    )
    here = {
        path.relative_to(STATIC / "vendor").as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (STATIC / "vendor").rglob("*")
        if path.suffix in {".js", ".css", ".cjs"}
    }
    assert here == listed
