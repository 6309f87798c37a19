"""A file leaves under its name, is never guessed at and, behind a sign-in, never kept on the way: said in one place."""

import io
import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tests import factories
from tests.events.conftest import hall

__all__ = ["hall"]

pytestmark = pytest.mark.django_db
HOUSE = Path(__file__).resolve().parent.parent.parent / "matchmaker"
PRIVATE, ANYBODY = "private", "anybody"


def headers_of(answer) -> tuple:
    assert answer.status_code == 200
    caches = set(answer.get("Cache-Control", "").split(", "))
    kept = PRIVATE if caches >= {"private", "no-store"} else ANYBODY
    return answer["Content-Disposition"], answer["X-Content-Type-Options"], kept


def test_only_the_one_helper_names_the_file_that_leaves():
    writes = re.compile(r"Content-Disposition|content_disposition_header|nosniff", re.IGNORECASE)
    paths = [path for room in ("core", "web", "api") for path in (HOUSE / room).rglob("*.py")]
    found = {path.relative_to(HOUSE).as_posix() for path in paths if writes.search(path.read_text())}
    assert found == {"core/downloads.py"}


def test_what_is_made_for_a_person_signed_in_is_private(client):
    maker = factories.member_of(factories.product().company)
    client.force_login(maker)
    today = timezone.localdate().isoformat()
    assert headers_of(client.get(reverse("account_download"))) == (
        'attachment; filename="my-data.json"',
        "nosniff",
        PRIVATE,
    )
    assert headers_of(client.get(reverse("supplier_products_export", args=["csv"]))) == (
        f'attachment; filename="products-{today}.csv"',
        "nosniff",
        PRIVATE,
    )
    client.force_login(factories.member_of(factories.buyer()))
    product = factories.product(name="＝cmd|rice")
    sheet = client.get(reverse("buyer_compare_sheet"), {"p": str(product.uid)})
    assert headers_of(sheet) == (f'attachment; filename="compare-{today}.xlsx"', "nosniff", PRIVATE)
    names = [cell.value for cell in load_workbook(io.BytesIO(sheet.content)).active[1]]
    assert names == [None, "'＝cmd|rice"]  # full-width, which the sheet's own list did not know


def test_what_is_made_for_the_team_is_private_and_a_pdf_may_be_looked_at(client, hall):
    client.force_login(hall.organiser)
    hall.comes("supplier")
    slug = hall.event.slug

    def page(name):
        return headers_of(client.get(reverse(name, args=[slug])))

    assert page("console_event_pack") == (f'attachment; filename="{slug}-venue.zip"', "nosniff", PRIVATE)
    assert page("console_event_signs") == (f'inline; filename="{slug}-tables.pdf"', "nosniff", PRIVATE)
    assert page("console_event_badges") == (f'inline; filename="{slug}-badges.pdf"', "nosniff", PRIVATE)


def test_the_date_of_a_public_event_may_be_kept(client, hall):
    answer = client.get(reverse("event_calendar", args=[hall.event.slug]))
    assert headers_of(answer) == (f'attachment; filename="{hall.event.slug}.ics"', "nosniff", ANYBODY)
