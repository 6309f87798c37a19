"""Up to six products or suppliers side by side, on a page, on paper and as a sheet."""

import datetime as dt
import io
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.core import sheets
from matchmaker.core.downloads import download
from matchmaker.core.lists import format_list, join_sentences, labelled
from matchmaker.web.access.decorators import buyer
from matchmaker.web.buyer.comparison import Comparison, of_products, of_suppliers
from matchmaker.web.rendering.list_export import FORMS
from matchmaker.web.templatetags.trade import JOINER

MOST = 6
SHIPS_IN = dt.timedelta(days=60)  # the day duty and readiness are compared for, unless another is asked for


@buyer
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    found = _compared(request)
    return render(request, "buyer/compare.html", {**found, "address": request.GET.urlencode()})


@buyer
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    found = _compared(request)
    if found["comparison"] is None:
        return redirect("buyer_compare")
    name = f"compare-{timezone.localdate():%Y-%m-%d}.xlsx"
    return download(_workbook(found["comparison"], found["day"]), name=name, content_type=FORMS["xlsx"])


def _compared(request: HttpRequest) -> dict[str, Any]:
    """Suppliers where the address names some (`s`), products otherwise (`p`); what may not be seen is left out."""
    day = _day(request)
    suppliers = _asked(request, "s")
    wanted = suppliers or _asked(request, "p")
    rows: Any = Product.objects.visible_to(request.user).for_cards()
    if suppliers:
        rows = Company.objects.visible_to(request.user).suppliers()
    found = {row.uid: row for row in rows.filter(uid__in=wanted)}
    things = [found[uid] for uid in wanted if uid in found]
    comparison = None
    if things:
        comparison = (of_suppliers if suppliers else of_products)(things, request.company, day)
    return {
        "comparison": comparison,
        "kind": "suppliers" if suppliers else "products",
        "day": day,
        "missing": len(wanted) - len(things),
    }


def _asked(request: HttpRequest, name: str) -> list[uuid.UUID]:
    """The first six well-formed identifiers, each once."""
    found: dict[uuid.UUID, None] = {}
    for text in request.GET.getlist(name)[:50]:
        try:
            found[uuid.UUID(text)] = None
        except ValueError:
            continue
    return list(found)[:MOST]


def _day(request: HttpRequest) -> dt.date:
    try:
        asked = dt.date.fromisoformat(request.GET.get("ship", ""))
    except ValueError:
        return timezone.localdate() + SHIPS_IN
    return min(max(asked, dt.date(2020, 1, 1)), dt.date(2035, 12, 31))


def _workbook(comparison: Comparison, day: dt.date) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = _("Compare")[:31]
    names = [getattr(thing, "display_name", None) or thing.name for thing in comparison.things]
    page.append(["", *map(sheets.safe, names)])
    for row in comparison.rows:
        texts = ("\n".join([cell.text, *cell.lines]).replace(JOINER, "") for cell in row.cells)  # lines of a page
        page.append([row.label, *map(sheets.safe, texts)])
    page.append([])
    for note in (_("Shipment on %(day)s.") % {"day": day.isoformat()}, *comparison.notes):
        page.append([sheets.safe(note)])
    for quota in comparison.quotas:
        said = labelled(_("Tariff quota"), join_sentences(quota.line.sentences))
        page.append([sheets.safe(labelled(format_list(quota.names), said))])
    page.freeze_panes = "B2"
    page.column_dimensions["A"].width = 26
    for at in range(len(names)):
        page.column_dimensions[chr(ord("B") + at)].width = 34
    for line in page.iter_rows():
        for one in line:
            one.alignment = Alignment(wrap_text=True, vertical="top")
            if one.row == 1 or one.column == 1:
                one.font = Font(bold=True)
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()
