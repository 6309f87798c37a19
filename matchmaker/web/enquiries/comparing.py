"""Quotes side by side in one currency, with landed cost: of a request, and of each line of a demand."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.catalogue.models import Demand, DemandLine
from matchmaker.companies.models import Company
from matchmaker.core import reference
from matchmaker.core.downloads import download
from matchmaker.core.formats import day, money, quantity
from matchmaker.core.lists import format_list, join_label
from matchmaker.directory.rates import as_yuan, current_rates
from matchmaker.market_access import sentences
from matchmaker.messaging import services
from matchmaker.messaging.models import Quote, QuoteRequest
from matchmaker.messaging.payment import payment_facts
from matchmaker.messaging.services import ComparedQuote, Scope
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.enquiries.facts import facts_of
from matchmaker.web.enquiries.forms import CRITERION_WORDS, CostsForm
from matchmaker.web.enquiries.quotes import comparison
from matchmaker.web.forms.refusals import refusals_in_form
from matchmaker.web.rendering.cost_cells import PART_WORDS, CostInWords
from matchmaker.web.rendering.list_export import FORMS
from matchmaker.web.rendering.match_terms import format_days
from matchmaker.web.rendering.reading_ahead import read_ahead_notes
from matchmaker.web.rendering.side_by_side import Cell, Page, Row, rate_notes, workbook
from matchmaker.web.templatetags.trade import certificate, for_one


@signed_in
@require_safe
def of_request(request: HttpRequest, uid) -> HttpResponse:
    found = _request(request, uid)
    return render(request, "enquiries/request_quotes.html", _request_context(request, found))


@signed_in
@require_safe
def of_demand(request: HttpRequest, uid) -> HttpResponse:
    """All quotes of a demand, line by line."""
    return render(request, "enquiries/demand_quotes.html", _demand_context(request, _demand(request, uid)))


@signed_in
@require_safe
def request_export(request: HttpRequest, uid) -> HttpResponse:
    found = _request(request, uid)
    return _workbook("quotes", [_page(_scope(request, of_request=found), _("Quotes"))])


@signed_in
@require_safe
def demand_export(request: HttpRequest, uid) -> HttpResponse:
    demand = _demand(request, uid)
    quoted = _read_quoted_lines(demand)
    lines = demand.lines.filter(pk__in=quoted).select_related("demand")
    return _workbook("quotes", [_page(_scope(request, line=line), line.text) for line in lines])


@signed_in
@require_POST
def request_costs(request: HttpRequest, uid) -> HttpResponse:
    found = _request(request, uid)
    scope = _scope(request, of_request=found)
    form = _save_costs(request, scope)
    if form is None:
        return redirect("quote_request", found.uid)
    return render(request, "enquiries/request_quotes.html", _request_context(request, found, form), status=422)


@signed_in
@require_POST
def line_costs(request: HttpRequest, uid) -> HttpResponse:
    rows = DemandLine.objects.filter(demand__in=_own_demands(request)).select_related("demand__company")
    line = get_object_or_404(rows, uid=uid)
    form = _save_costs(request, _scope(request, line=line))
    if form is None:
        response = redirect("demand_quotes", line.demand.uid)
        response["Location"] += f"#line-{line.number}"
        return response
    context = _demand_context(request, line.demand, (line, form))
    return render(request, "enquiries/demand_quotes.html", context, status=422)


def _own_demands(request: HttpRequest) -> QuerySet[Demand]:
    return Demand.objects.filter(company__in=Company.objects.of(request.user))


def _demand(request: HttpRequest, uid) -> Demand:
    return get_object_or_404(_own_demands(request), uid=uid)


def _request(request: HttpRequest, uid) -> QuoteRequest:
    return get_object_or_404(QuoteRequest.objects.visible_to(request.user).select_related("line__demand"), uid=uid)


def _save_costs(request: HttpRequest, scope: Scope) -> CostsForm | None:
    """The form where it has errors; None where the costs were saved."""
    form = CostsForm(request.POST, quotes=scope.quotes(), prefix=_prefix(scope))
    if form.is_valid():
        with refusals_in_form(form):
            names = ("currency", "regime", "vat_percent", "fees")
            services.save_costs(
                by=request.user,
                scope=scope,
                costs=form.costs(),
                order=form.order(),
                **{name: form.cleaned_data[name] for name in names},
            )
            messages.success(request, _("Saved."))
            return None
    return form


def _scope(request: HttpRequest, *, of_request: QuoteRequest | None = None, line: DemandLine | None = None) -> Scope:
    """With what the campaign of this address assumes of freight and insurance."""
    shares = services.shares_of(request.site_campaign)  # type: ignore[attr-defined]  # set by the middleware
    return Scope(request=of_request, line=line, shares=shares)


def _prefix(scope: Scope) -> str:
    return f"line{scope.line.number}" if scope.line else "costs"


def _request_context(request: HttpRequest, found: QuoteRequest, form: CostsForm | None = None) -> dict[str, Any]:
    lines = list(
        found.lines.select_related("enquiry__supplier", "product", "message").prefetch_related("product__texts")
    )
    quotes = list(Quote.objects.for_request(found))
    answered = {quote.enquiry_id for quote in quotes}
    read_ahead_notes([found.text, *(quote.note for quote in quotes)], [found.line] if found.line else [])
    return {
        "quote_request": found,
        "facts": facts_of(found),
        "sentences": lines[0].message.sentences if lines else "",
        "sent": [{"line": line, "has_answered": line.enquiry_id in answered} for line in lines],
        "table": _table(_scope(request, of_request=found), form),
    }


def _demand_context(
    request: HttpRequest, demand: Demand, posted: tuple[DemandLine, CostsForm] | None = None
) -> dict[str, Any]:
    quoted, lines = _read_quoted_lines(demand), []
    for line in demand.lines.select_related("demand__company"):
        form = posted[1] if posted and posted[0].pk == line.pk else None
        table = _table(_scope(request, line=line), form) if line.pk in quoted else {"quotes": []}
        lines.append({"line": line, "table": table})
    return {
        "demand": demand,
        "lines": lines,
        "count": sum(len(row["table"]["quotes"]) for row in lines),
        "asked": demand.enquiries.filter(delivered_at__isnull=False).count(),
    }


def _read_quoted_lines(demand: Demand) -> set[int]:
    """The lines with a quote; the notes of all quotes are read ahead, for all lines in one query."""
    quotes = list(Quote.objects.for_demand(demand).of_buyer(demand.company).select_related("line"))
    read_ahead_notes([quote.note for quote in quotes], [quote.line for quote in quotes if quote.line])
    return {quote.line_id for quote in quotes if quote.line_id}


def _table(scope: Scope, form: CostsForm | None = None) -> dict[str, Any]:
    """What the page shows of one comparison."""
    sheet, rates = scope.sheet, current_rates()
    compared = services.compare_quotes(scope, sheet, as_yuan(rates))
    quotes = [row.quote for row in compared]
    read_ahead_notes(quote.note for quote in quotes)
    used = {sheet.currency, *(quote.currency for quote in quotes)} if quotes else set()
    notes = rate_notes(used, rates)
    if quotes:
        notes.append(_("Duty for %(day)s; reference, not legal advice.") % {"day": day(scope.day)})
        if any(row.cost.optional_part("consumption") is None for row in compared):
            notes.append(_("Consumption tax, where the goods bear it, belongs into the fees."))
    return {
        "quotes": quotes,
        "compared": [{"row": row, "word": CRITERION_WORDS.get(row.decided_by, "")} for row in compared],
        "rows": _rows(compared, scope),
        "notes": notes,
        "form": form or CostsForm(quotes=quotes, prefix=_prefix(scope), initial=_initial(scope, compared)),
        "is_open": form is not None or not all(row.cost.is_complete for row in compared),
    }


def _initial(scope: Scope, compared: Sequence[ComparedQuote]) -> dict[str, Any]:
    sheet = scope.sheet
    values: dict[str, Any] = {name: getattr(sheet, name) for name in ("currency", "regime", "vat_percent", "fees")}
    values |= {f"order_{place}": code for place, code in enumerate(services.criteria_of(sheet)[:3], 1)}
    for row in compared:
        if row.typed is not None:
            for name in ("freight", "insurance", "duty_percent"):
                values[f"{name}_{row.quote.uid}"] = getattr(row.typed, name)
    return values


# -- rows --------------------------------------------------------------------------------------------------------------
def _rows(compared: Sequence[ComparedQuote], scope: Scope) -> list[Row]:
    if not compared:
        return []
    quotes = [row.quote for row in compared]
    wanted = quantity(scope.wanted.quantity, scope.wanted.unit)
    goods = format_list(filter(None, [str(PART_WORDS["goods"]), wanted]))
    rows = [
        _prices(quotes),
        Row(_("Incoterm"), [Cell(f"{q.incoterm} {reference.place(q.incoterm_place)}") for q in quotes]),
        Row(_("National line"), [Cell(q.national_line) for q in quotes]),
        Row(goods, [_part(row, "goods") for row in compared]),
        *(Row(str(PART_WORDS[name]), [_part(row, name) for row in compared]) for name in list(PART_WORDS)[1:]),
        Row(_("Landed cost"), _totals(compared), best_word=_("lowest")),
        Row(_("Lead time"), _least([q.lead_time_days for q in quotes]), best_word=_("shortest")),
        Row(_("Certificates"), [_certificates(row, scope) for row in compared]),
        Row(_("Payment"), [_payment(q) for q in quotes]),
        Row(_("Price of a sample"), [_sample(q) for q in quotes]),
        Row(_("One unit holds"), [Cell(quantity(q.holds, q.holds_unit), [_of_unit(q)]) for q in quotes]),
        Row(_("Minimum order"), [Cell(quantity(q.min_order, q.min_order_unit)) for q in quotes]),
        Row(_("Valid until"), [Cell(day(q.valid_until)) for q in quotes]),
        Row(_("State"), [_state(q) for q in quotes]),
    ]
    return [row for row in rows if any(cell.text for cell in row.cells)]


def _prices(quotes: Sequence[Quote]) -> Row:
    """As quoted, with the price for one base unit; the lowest of one currency and Incoterm is marked."""
    cells, terms = [], set()
    for found in comparison(list(quotes)):
        quote = found["quote"]
        lines = [quantity(quote.quantity, quote.unit)] if quote.quantity is not None else []
        if found["base"] and found["base"][1] != quote.price_unit:
            lines.append(for_one(money(found["base"][0], quote.currency), found["base"][1]))
        if found["best"]:
            terms.add(quote.incoterm)
        price = for_one(money(quote.price, quote.currency), quote.price_unit)
        cells.append(Cell(price, lines, is_best=found["best"]))
    word = _("lowest under %(incoterm)s") % {"incoterm": terms.pop()} if len(terms) == 1 else _("lowest")
    return Row(_("Price"), cells, best_word=word)


def _in_words(row: ComparedQuote) -> CostInWords:
    return CostInWords(row.cost, row.duty, row.regime, row.typed_costs)


def _part(row: ComparedQuote, name: str) -> Cell:
    cell = _in_words(row).cell(name)
    if name == "duty" and row.duty_inside is not None and row.duty_inside.best_rate is not None and not row.regime:
        inside = join_label(_("Inside the quota"), sentences.percent(row.duty_inside.best_rate))
        return replace(cell, lines=[*cell.lines, inside])
    return cell


def _totals(compared: Sequence[ComparedQuote]) -> list[Cell]:
    """The whole sums are compared; one that lacks a part, of whatever kind, is never called the lowest."""
    comparable = [row.cost.high for row in compared if row.cost.is_complete]
    lowest = min(comparable) if len(comparable) > 1 else None
    return [_total(row, lowest) for row in compared]


def _total(row: ComparedQuote, lowest: Decimal | None) -> Cell:
    cell = _in_words(row).total(lowest)
    if row.cost_inside is None or row.cost_inside == row.cost:
        return cell
    inside = CostInWords(row.cost_inside, row.duty_inside, row.regime, row.typed_costs).total()
    return replace(cell, lines=[_("Outside the quota"), *cell.lines, join_label(_("Inside the quota"), inside.text)])


def _least(values: Sequence[int | None]) -> list[Cell]:
    given = [value for value in values if value is not None]
    best = min(given) if len(given) > 1 and len(set(given)) > 1 else None
    return [Cell(format_days(value), is_best=value is not None and value == best) for value in values]


def _certificates(row: ComparedQuote, scope: Scope) -> Cell:
    held = format_list(map(certificate, row.certificates))
    missing = [code for code in scope.certificates if code not in row.certificates]
    lines = [join_label(_("missing"), format_list(map(certificate, missing)))] if missing else []
    return Cell(held or (_("none stated") if missing else ""), lines)


def _payment(quote: Quote) -> Cell:
    found = payment_facts(quote)
    return Cell(found[0], found[1:]) if found else Cell("")


def _sample(quote: Quote) -> Cell:
    if quote.sample_price is None:
        return Cell("")
    return Cell(money(quote.sample_price, quote.currency) if quote.sample_price else _("free of charge"))


def _of_unit(quote: Quote) -> str:
    return quantity(1, quote.unit) if quote.holds is not None else ""


def _state(quote: Quote) -> Cell:
    text = _("ran out") if quote.has_run_out else quote.get_status_display()
    return Cell(text, note=quote.note)


# -- a sheet -----------------------------------------------------------------------------------------------------------
def _page(scope: Scope, title: str) -> Page:
    found = _table(scope)
    names = [row["row"].quote.supplier.display_name for row in found["compared"]]
    notes = [
        _("Best by your order: %(supplier)s (%(criterion)s).")
        % {"supplier": row["row"].quote.supplier.display_name, "criterion": row["word"]}
        for row in found["compared"]
        if row["row"].is_best
    ]
    return Page(title, names, found["rows"], [*notes, *found["notes"]])


def _workbook(name: str, pages: Sequence[Page]) -> HttpResponse:
    file_name = f"{name}-{timezone.localdate():%Y-%m-%d}.xlsx"
    content = workbook(pages or [Page(_("No quote yet."), [], [])])
    return download(content, name=file_name, content_type=FORMS["xlsx"])
