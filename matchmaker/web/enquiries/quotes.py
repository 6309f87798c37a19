"""Quotes: the supplier's form and the buyer's answer."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.core import reference
from matchmaker.core.formats import money
from matchmaker.messaging import services
from matchmaker.messaging.models import Message, Quote, QuoteRequest, QuoteRequestLine
from matchmaker.messaging.models.requests import PAYMENT
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.enquiries.composing import Composer, languages_read_by, refusals_in_message
from matchmaker.web.enquiries.facts import facts_of
from matchmaker.web.enquiries.forms import AnswerQuoteForm, QuoteForm
from matchmaker.web.enquiries.prechecks import prechecks_of
from matchmaker.web.enquiries.view_steps import act_and_return, enquiry_of, one_of, with_notice

CARRIED = ("price", "currency", "price_unit", "min_order", "min_order_unit", "incoterm", "incoterm_place")
QUOTED = ("quantity", "unit", "holds", "holds_unit", "lead_time_days", "sample_price", "note")


@signed_in
def new(request: HttpRequest, uid) -> HttpResponse:
    enquiry, side = enquiry_of(request, uid)
    if side != "supplier":
        messages.error(request, _("The supplier makes the quote."))
        return redirect("enquiry", enquiry.uid)
    lines = list(services.lines_to_quote(enquiry).select_related("demand", "category"))
    request_line = (
        enquiry.request_lines.filter(message__state=Message.State.SENT).select_related("request__line").last()
    )
    named = request.GET.get("line", "")
    is_known = named in [str(line.uid) for line in lines]
    wanted = named if is_known else _line_of(request_line, lines, enquiry)
    initial, why_no_price = _initial(enquiry, wanted, request_line)
    composer = Composer(request, initial=initial.pop("phrases", ()))
    if composer.is_step and request.htmx:
        return render(request, "enquiries/phrases.html", {"composer": composer})
    given = None if composer.is_step else request.POST or None
    typed = request.POST.dict() if composer.is_step else initial
    form = QuoteForm(given, lines=lines, must_choose=enquiry.demand is not None, initial=typed)
    form.fields["price"].help_text = why_no_price
    if form.is_bound and all([form.is_valid(), composer.is_valid()]):
        terms = dict(form.cleaned_data)
        chosen = terms.pop("line", "")
        line = next((row for row in lines if str(row.uid) == chosen), None)
        with refusals_in_message(form, composer):
            services.quote(by=request.user, enquiry=enquiry, line=line, phrases=composer.values(), **terms)
            transaction.on_commit(start_delivery)
            messages.success(request, _("The quote is sent."))
            return redirect("enquiry", enquiry.uid)
    facts = facts_of(request_line.request) if request_line else []
    context = {
        "enquiry": enquiry,
        "form": form,
        "composer": composer,
        "languages": languages_read_by(enquiry.buyer),
        "lines": lines,
        "other": enquiry.buyer,
        "facts": facts,
    }
    is_refused = form.errors or (form.is_bound and composer.has_errors)
    return render(request, "enquiries/quote.html", context, status=422 if is_refused else 200)


def _line_of(request_line: QuoteRequestLine | None, lines: list, enquiry) -> str:
    """The line that the form begins with: that of the buyer's request, or the first that matches the product."""
    wished = request_line.request.line if request_line is not None else None
    if wished is not None and wished in lines:
        return str(wished.uid)
    has_choice = lines and not enquiry.demand and (request_line is None or wished is not None)
    return str(lines[0].uid) if has_choice else ""


def _initial(enquiry, line: str, request_line: QuoteRequestLine | None) -> tuple[dict, str]:
    """What the form begins with, and a sentence where it begins without the price that is known.

    It begins with what was quoted before, or what the product says of itself; then what the buyer's request asks for. A
    price holds under its own Incoterm and place: where the buyer asks for others, it is left out.
    """
    before = enquiry.quotes.filter(line__uid=line).first() if line else enquiry.quotes.first()
    product = enquiry.product or (enquiry.match.product if enquiry.match else None)
    values: dict = {"line": line}
    if before is not None:
        values |= {name: getattr(before, name) for name in (*CARRIED, *QUOTED, *PAYMENT)}
        values["phrases"] = before.note_phrases
    elif product is not None:
        values |= {name: getattr(product, name) for name in CARRIED[1:]}
        values |= {"price": product.price_low, "lead_time_days": product.lead_time_days}
    why = ""
    if request_line is not None and (before is None or before.request_line_id != request_line.pk):
        wished = _of_request(request_line.request)
        if values.get("price") and _is_other_term(values, wished):
            why = _why_no_price(values, wished)
            values["price"] = None
        values |= wished
    return {name: value for name, value in values.items() if value not in (None, "")}, why


def _of_request(row: QuoteRequest) -> dict:
    """The terms of a request under the names of a quote's, as far as they are stated; a place only with its term."""
    term = {"incoterm": row.incoterm, "incoterm_place": row.place} if row.incoterm else {}
    wished = {**term, **{name: getattr(row, name) for name in PAYMENT}}
    stated = {name: value for name, value in wished.items() if value not in (None, "")}
    return {"quantity": row.quantity, "unit": row.unit, **stated}


def _is_other_term(known: dict, wished: dict) -> bool:
    """Whether the buyer asks for another Incoterm or place than the known price holds under."""
    if "incoterm" not in wished:
        return False
    place, own = (reference.place(terms.get("incoterm_place") or "").casefold() for terms in (wished, known))
    same_place = not place or place == own
    return wished["incoterm"] != known.get("incoterm") or not same_place


def _why_no_price(known: dict, wished: dict) -> str:
    price = money(known["price"], known["currency"])
    asked = f"{wished['incoterm']} {reference.place(wished.get('incoterm_place', ''))}".strip()
    own = f"{known.get('incoterm') or ''} {reference.place(known.get('incoterm_place') or '')}".strip()
    if not own:
        return _(
            "Your price of %(price)s names no Incoterm; the buyer asks for %(asked)s. Write your price for it."
        ) % {
            "price": price,
            "asked": asked,
        }
    return _("Your price of %(price)s is %(own)s; the buyer asks for %(asked)s. Write your price for it.") % {
        "price": price,
        "own": own,
        "asked": asked,
    }


@signed_in
def answer(request: HttpRequest, uid) -> HttpResponse:
    quote = one_of(Quote.objects.visible_to(request.user), uid)
    composer = Composer(request)
    if composer.is_step and request.htmx:
        return render(request, "enquiries/phrases.html", {"composer": composer})
    typed = {"note": request.POST.get("note", "")}
    form = AnswerQuoteForm(None if composer.is_step else request.POST or None, initial=typed)
    if form.is_bound and all([form.is_valid(), composer.is_valid()]):
        with refusals_in_message(form, composer):
            services.answer_quote(
                by=request.user,
                quote=quote,
                answer=request.POST.get("answer", ""),
                note=form.cleaned_data["note"],
                phrases=composer.values(),
            )
            transaction.on_commit(start_delivery)
            notice_sentence = (_("The supplier is notified."), "enquiry_quote")
            messages.success(request, with_notice(request, quote.enquiry, _("Saved."), notice_sentence))
            return redirect("enquiry", quote.enquiry.uid)
    context = {
        "quote": quote,
        "enquiry": quote.enquiry,
        "form": form,
        "composer": composer,
        "languages": languages_read_by(quote.enquiry.supplier),
        "rows": comparison([quote]),
        "prechecks": prechecks_of(request.user, [quote]),
    }
    is_refused = form.errors or (form.is_bound and composer.has_errors)
    return render(request, "enquiries/quote_answer.html", context, status=422 if is_refused else 200)


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
