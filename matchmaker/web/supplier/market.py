"""What a product still needs for China, and its duty, for the day it would be shipped."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from matchmaker.catalogue.models import Product
from matchmaker.market_access.boxes import duty_box, readiness_box
from matchmaker.web.access import supplier
from matchmaker.web.supplier.products import own_product

# The words of market access → those of components/readiness.html.
MARKS = {"met": "met", "missing": "missing", "not_applicable": "none", "unknown": "unknown"}


@supplier
def show(request: HttpRequest, uid) -> HttpResponse:
    """The whole page, or its boxes alone for the product's own page."""
    product = own_product(request, uid)
    context = {"product": product, **_boxes(product, request.GET)}
    template = "supplier/market.html"
    return render(request, f"{template}#boxes" if request.htmx else template, context)


def _boxes(product: Product, asked: Mapping[str, str]) -> dict:
    day = timezone.localdate()
    sentence = ""
    if text := asked.get("on", ""):
        try:
            day = parse_date(text) or day
        except ValueError:
            sentence = _("There is no such day. Choose it from the calendar.")
    readiness = readiness_box(product, day)
    items = [
        {
            "title": line.name,
            "state": MARKS[line.status],
            "detail": line.reason,
            "source": line.legal_basis or line.authority,
            "source_url": line.source_url,
            "holds": line.holds,
            "how_to": line.how_to,
            "warning": line.lookalike_warning,
        }
        for line in readiness.items
    ]
    return {
        "day": day,
        "day_problem": sentence,
        "readiness": readiness,
        "items": items,
        "met": sum(1 for item in items if item["state"] == "met"),
        "needed": sum(1 for item in items if item["state"] != "none"),
        "duty": duty_box(product, day),
    }
