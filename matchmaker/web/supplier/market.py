"""What a product still needs for China, and its duty, for the day it would be shipped."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.catalogue.models import Product
from matchmaker.catalogue.services import save_product
from matchmaker.companies.services import update_company
from matchmaker.core import reference
from matchmaker.core.languages import base_of
from matchmaker.engines.language import format_number, parse_number
from matchmaker.market_access import sentences
from matchmaker.market_access.brands import probable_class
from matchmaker.market_access.plant_categories import FOOD, categories
from matchmaker.market_access.precheck.presentation import precheck_box
from matchmaker.market_access.presentation import Line, changes_between, duty_box, readiness_box
from matchmaker.market_access.services import answer_question, national_lines, precheck_product
from matchmaker.matching.tasks import start_matching
from matchmaker.web.access.decorators import supplier
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.supplier.products import brand_context, own_product

# The words of market access → those of components/readiness.html.
MARKS = {"met": "met", "stated": "stated", "missing": "missing", "not_applicable": "none", "unknown": "unknown"}
MAX_CUSTOMS_VALUE = 10**14  # CNY


@supplier
def show(request: HttpRequest, uid) -> HttpResponse:
    """The whole page, or its boxes alone for the product's own page."""
    return _page(request, own_product(request, uid))


def _page(request: HttpRequest, product: Product) -> HttpResponse:
    context = {"product": product, **_boxes(product, request.GET)}
    if context["advice"]:
        context |= brand_context(request) | {"nice_class": probable_class(product.hs_code)}
    day = context["day"]
    shipped = day if "on" in request.GET else None
    dossier = precheck_product(reader=request.user, product=product, day=shipped)
    context["precheck"] = precheck_box(dossier, day)
    template = "supplier/market.html"
    return render(request, f"{template}#boxes" if request.htmx else template, context)


@supplier
def answer(request: HttpRequest, uid) -> HttpResponse:
    """Yes or no to a question that decides a rule, or "we have this" beside one that is missing."""
    product = own_product(request, uid)
    choice = request.POST.get("said", "")
    if request.method == "POST" and choice in ("yes", "no"):
        with refusals_in_messages(request):
            answer_question(
                by=request.user, product=product, question=request.POST.get("question", ""), answer=choice == "yes"
            )
            transaction.on_commit(start_matching)
    if request.htmx:
        return _page(request, product)
    return back_to_market(request, product)


@supplier
@require_POST
def choose_line(request: HttpRequest, uid) -> HttpResponse:
    """The line of the Chinese tariff below the product's code, or none: duty is shown for it from then on."""
    product = own_product(request, uid)
    with refusals_in_messages(request):
        line = request.POST.get("national_line", "").strip()
        save_product(by=request.user, company=product.company, product=product, national_line=line)
        transaction.on_commit(start_matching)
    if request.htmx:
        return _page(request, product)
    return back_to_market(request, product)


@supplier
@require_POST
def state_brand(request: HttpRequest, uid) -> HttpResponse:
    """Whether the company's brand is filed in China; counts for all its products."""
    product = own_product(request, uid)
    with refusals_in_messages(request):
        update_company(by=request.user, company=product.company, brand_in_china=request.POST.get("brand_in_china", ""))
        messages.success(request, _("Saved."))
        transaction.on_commit(start_matching)
    return back_to_market(request, product)


def back_to_market(request: HttpRequest, product: Product) -> HttpResponse:
    """The page as it was shown: the forms on it carry its days and its value in their address."""
    return redirect(reverse("supplier_product_market", args=[product.uid], query=request.GET))


def _day(text: str) -> tuple[dt.date, str]:
    """The day that was asked for, or today with the sentence that says why not."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day or not text:
        return day or timezone.localdate(), ""
    return timezone.localdate(), _("There is no such day. Choose it from the calendar.")


def _later(text: str) -> tuple[dt.date | None, str]:
    """The second day to compare with, or None; and what is wrong with it."""
    if not text:
        return None, ""
    day, problem = _day(text)
    return (None, problem) if problem else (day, "")


def _locale() -> str:
    return get_language() or "en"


def _value(text: str) -> Decimal | None:
    """The customs value in CNY for which the saving is wanted; None where none or nonsense is given."""
    try:
        value = parse_number(text, _locale()).value
    except ValueError:
        return None
    return value if 0 <= value < MAX_CUSTOMS_VALUE else None


def _item(line: Line) -> dict:
    """A requirement as the page shows it. How and where to fulfil it is said only of what is missing."""
    state = MARKS[line.status]
    is_missing = state == "missing"
    return {
        "title": line.name,
        "language": line.language,
        "state": state,
        "detail": line.reason,
        "how_to": line.how_to if is_missing else "",
        "warning": line.lookalike_warning if is_missing else "",
        "address": line.where_to_apply if is_missing else "",
        "source": line.legal_basis or line.authority,
        "source_url": line.source_url,
        "website": line.website,
        "holds": line.holds,
        "declares": line.declares,
        "step": line.declares.removeprefix("has:"),
        "raises": line.raises,
        "registers": line.registers,
        "categories": reference.choices(categories()) if line.registers in FOOD else [],
        "next_rule": line.next_rule,
        "next_names": [line.next_name] if line.next_name and base_of(line.language) != base_of(_locale()) else [],
        "sure": line.confidence_label,
    }


def _lines(product: Product, day: dt.date) -> dict:
    """The lines of the tariff that the product can stand on, and whether the chosen one is not among them."""
    lines = [
        {"code": line.code, "rate": sentences.national_rate(line), "is_chosen": line.code == product.national_line}
        for line in national_lines(product, day)
    ]
    is_other = bool(product.national_line) and not any(line["is_chosen"] for line in lines)
    return {"national": lines, "is_other_line": is_other}


def _boxes(product: Product, values: Mapping[str, str]) -> dict:
    day, problem = _day(values.get("on", ""))
    readiness = readiness_box(product, day)
    items = [_item(line) for line in readiness.items]
    later, later_problem = _later(values.get("to", ""))
    value = _value(values.get("value", ""))
    return {
        "later": later,
        "later_problem": later_problem,
        "changes": [one for one in changes_between(product, day, later) if one.applies] if later else None,
        "papers": readiness.papers,
        "value_text": values.get("value", "")[:40] if value is None else format_number(value, _locale()),
        "day": day,
        "day_problem": problem,
        "readiness": readiness,
        "items": items,
        "advice": [_item(line) for line in readiness.advice],
        "met": sum(1 for item in items if item["state"] == "met"),
        "needed": sum(1 for item in items if item["state"] != "none"),
        "duty": duty_box(product, day, value=value),
        **_lines(product, day),
    }
