"""Quotes: the supplier's form, the buyer's answer, and all quotes of a demand side by side."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.catalogue.models import Demand
from matchmaker.companies.models import Company
from matchmaker.messaging import services
from matchmaker.messaging.models import Quote
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.enquiries.forms import AnswerQuoteForm, QuoteForm
from matchmaker.web.enquiries.gate import act_and_return, enquiry_of, one_of, with_notice
from matchmaker.web.forms.refusals import refusals_in_form

CARRIED = ("price", "currency", "price_unit", "min_order", "min_order_unit", "incoterm", "incoterm_place")


@signed_in
def new(request: HttpRequest, uid) -> HttpResponse:
    enquiry, side = enquiry_of(request, uid)
    if side != "supplier":
        messages.error(request, _("The supplier makes the quote."))
        return redirect("enquiry", enquiry.uid)
    lines = list(services.lines_to_quote(enquiry).select_related("demand"))
    wanted = request.GET.get("line", "") or (str(lines[0].uid) if lines and not enquiry.demand else "")
    form = QuoteForm(
        request.POST or None, lines=lines, must_choose=enquiry.demand is not None, initial=_initial(enquiry, wanted)
    )
    if request.method == "POST" and form.is_valid():
        terms = dict(form.cleaned_data)
        chosen = terms.pop("line", "")
        line = next((row for row in lines if str(row.uid) == chosen), None)
        with refusals_in_form(form):
            services.quote(by=request.user, enquiry=enquiry, line=line, **terms)
            transaction.on_commit(start_delivery)
            messages.success(request, _("The quote is sent."))
            return redirect("enquiry", enquiry.uid)
    context = {"enquiry": enquiry, "form": form, "lines": lines, "other": enquiry.buyer}
    return render(request, "enquiries/quote.html", context, status=422 if form.errors else 200)


def _initial(enquiry, line: str) -> dict:
    """What was quoted before, or what the product says of itself."""
    before = enquiry.quotes.filter(line__uid=line).first() if line else enquiry.quotes.first()
    product = enquiry.product or (enquiry.match.product if enquiry.match else None)
    values = {"line": line}
    if before is not None:
        values |= {name: getattr(before, name) for name in (*CARRIED, "quantity", "unit", "lead_time_days", "note")}
    elif product is not None:
        values |= {name: getattr(product, name) for name in CARRIED[1:]}
        values |= {"price": product.price_low, "lead_time_days": product.lead_time_days}
    return {name: value for name, value in values.items() if value not in (None, "")}


@signed_in
def answer(request: HttpRequest, uid) -> HttpResponse:
    quote = one_of(Quote.objects.visible_to(request.user), uid)
    form = AnswerQuoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            services.answer_quote(
                by=request.user, quote=quote, answer=request.POST.get("answer", ""), note=form.cleaned_data["note"]
            )
            transaction.on_commit(start_delivery)
            told = (_("The supplier is told."), "enquiry_quote")
            messages.success(request, with_notice(request, quote.enquiry, _("Saved."), told))
            return redirect("enquiry", quote.enquiry.uid)
    context = {"quote": quote, "enquiry": quote.enquiry, "form": form, "rows": comparison([quote])}
    return render(request, "enquiries/quote_answer.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def withdraw(request: HttpRequest, uid) -> HttpResponse:
    quote = one_of(Quote.objects.visible_to(request.user), uid)
    return act_and_return(
        request,
        lambda: services.withdraw_quote(by=request.user, quote=quote),
        quote.enquiry,
        said=_("The quote is taken back."),
    )


@signed_in
@require_safe
def of_demand(request: HttpRequest, uid) -> HttpResponse:
    """All quotes of a demand, line by line; the lowest price of one currency, unit and Incoterm is marked."""
    demand = get_object_or_404(Demand.objects.filter(company__in=Company.objects.of(request.user)), uid=uid)
    quotes = Quote.objects.visible_to(request.user).for_demand(demand).of_buyer(demand.company)
    quotes = list(quotes.select_related("enquiry__supplier", "line"))
    context = {
        "demand": demand,
        "lines": [
            {"line": line, "rows": comparison([quote for quote in quotes if quote.line_id == line.pk])}
            for line in demand.lines.all()
        ],
        "count": len(quotes),
        "asked": demand.enquiries.filter(delivered_at__isnull=False).count(),
    }
    return render(request, "enquiries/demand_quotes.html", context)


def comparison(quotes: list[Quote]) -> list[dict[str, Any]]:
    """Quotes with the price for one base unit; `best` where it is the lowest among two or more in one
    currency and under one Incoterm: another term is another price."""
    rows: list[dict[str, Any]] = []
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for quote in quotes:
        row = {"quote": quote, "base": services.per_base_unit(quote), "best": False}
        rows.append(row)
        if row["base"] and quote.status in Quote.LIVE and not quote.has_run_out:
            groups.setdefault((quote.currency, row["base"][1], quote.incoterm), []).append(row)
    for group in groups.values():
        lowest = min(row["base"][0] for row in group)
        for row in group:
            row["best"] = len(group) > 1 and row["base"][0] == lowest
    return rows
