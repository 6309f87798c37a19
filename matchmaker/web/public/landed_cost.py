"""What goods cost until they are in China: a tool without sign-in. All that it rests on stands in its address."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matchmaker.catalogue.models import HSCode, Product
from matchmaker.core import languages
from matchmaker.core.formats import money
from matchmaker.core.lists import join_label
from matchmaker.directory.rates import as_yuan, current_rates
from matchmaker.market_access import sentences
from matchmaker.market_access.duty import DutyAnswer
from matchmaker.market_access.presentation import box_of
from matchmaker.market_access.readiness import SHIPS_IN
from matchmaker.market_access.services import duty_of
from matchmaker.matching.services import WORTH_SHOWING, suggest_codes
from matchmaker.messaging.landed_cost import LandedCost
from matchmaker.messaging.services import EntryCost, EntrySum, QuotaSide, entry_cost, shares_of
from matchmaker.web.access.decorators import everyone
from matchmaker.web.public.landed_cost_form import LandedCostForm, address_of
from matchmaker.web.rendering.cost_cells import PART_WORDS, CostInWords, band
from matchmaker.web.rendering.side_by_side import Cell, Row, rate_notes

SUGGESTED = 5
YUAN = "CNY"


@everyone
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The form; with a price, the sum. A sum whose address is written otherwise leads to its own address."""
    is_asked = "value" in request.GET and not _is_looking_for_code(request)
    initial = {"ship": timezone.localdate() + SHIPS_IN, "currency": "USD", "incoterm": "FOB"}
    form = LandedCostForm(request.GET if is_asked else None, initial=initial | request.GET.dict())
    cost = None
    if is_asked and form.is_valid():
        address = form.address()
        if address != request.META.get("QUERY_STRING", ""):
            return redirect(f"{reverse('landed_cost')}?{address}")
        cost = _cost(request, form)
    duty = cost.duty if cost else _duty_asked_for(request)
    context = {
        "form": form,
        "codes": _codes(request),
        "sums": _table(cost) if cost else None,
        "notes": _notes(cost) if cost else [],
        "open": _open_questions(cost) if cost else [],
        "cost": cost,
        **_about_duty(duty, request),
    }
    return render(request, "public/landed_cost.html", context)


def _cost(request: HttpRequest, form: LandedCostForm) -> EntryCost | None:
    """None where the service refuses the input; the form then says why."""
    try:
        return entry_cost(form.shipment(), as_yuan(current_rates()), shares_of(request.site_campaign))
    except ValidationError as error:
        form.add_error(None, error)
        return None


def _is_looking_for_code(request: HttpRequest) -> bool:
    """Words without a code ask for codes; the rest may still be empty."""
    return bool(request.GET.get("q", "").strip()) and not request.GET.get("hs_code", "").strip()


def _duty_asked_for(request: HttpRequest) -> DutyAnswer | None:
    """Of a code, before a price is given: as the link of a product leads here."""
    code, origin = request.GET.get("hs_code", ""), request.GET.get("origin", "")[:2].upper()
    if not (code.isascii() and code.isdigit() and len(code) in (6, 8, 10)):
        return None
    return duty_of(Product(hs_code=code, origin=origin), _day(request.GET.get("ship", "")))


def _day(text: str) -> dt.date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    return day or timezone.localdate() + SHIPS_IN


# -- codes -------------------------------------------------------------------------------------------------------------
def _codes(request: HttpRequest) -> list[dict[str, Any]]:
    """The codes that the words suggest, each with the address that chooses it; none where a code is given."""
    if not _is_looking_for_code(request):
        return []
    suggested = suggest_codes(request.GET["q"], get_language() or "", top=SUGGESTED, least=WORTH_SHOWING)
    return [
        {"code": row, **_path(row), "percent": round(100 * share), "address": _with_code(request, row.code)}
        for row, share in suggested.hs_codes
    ]


def _path(code: HSCode) -> dict[str, str]:
    if not code.path.has(languages.current()) and code.everyday_names:
        return {"path": code.description, "path_lang": code.description_tag}
    return {"path": str(code.path), "path_lang": languages.tag_of(code.path.language())}


def _with_code(request: HttpRequest, code: str) -> str:
    values = {name: value for name, value in request.GET.items() if name in LandedCostForm.base_fields}
    return f"?{address_of({**values, 'hs_code': code})}"


def _about_duty(duty: DutyAnswer | None, request: HttpRequest) -> dict[str, Any]:
    """The box of the duty with its ways into China, and the national lines one may choose."""
    if duty is None:
        return {"duty": None}
    lines = [
        {"code": line.code, "rate": sentences.national_rate(line), "address": _with_code(request, line.code)}
        for line in duty.national
    ]
    names = HSCode.objects.filter(code=duty.hs_code[:6])
    code = next(({"code": row, **_path(row)} for row in names), None)
    return {
        "duty": box_of(duty),
        "national": lines if len(lines) > 1 else [],
        "code": code,
    }


# -- the sum -----------------------------------------------------------------------------------------------------------
def _table(cost: EntryCost) -> dict[str, Any]:
    words = {QuotaSide.NONE: "", QuotaSide.INSIDE: _("Inside the quota"), QuotaSide.OUTSIDE: _("Outside the quota")}
    columns = [(entry, *_both(cost, entry)) for entry in cost.sums]
    rows = [
        Row(str(PART_WORDS[name]), [_cell(first, second, name) for _entry, first, second in columns])
        for name in PART_WORDS
    ]
    values = Row(_("Customs value"), [_customs_value(first, second) for _entry, first, second in columns])
    position = 1 + list(PART_WORDS).index("insurance")
    rows = [*rows[:position], values, *rows[position:]]
    totals = [_total(first, second) for _entry, first, second in columns]
    heads = [words[entry.side] for entry in cost.sums]
    return {
        "heads": heads if len(heads) > 1 else [],
        "rows": [row for row in rows if any(cell.text for cell in row.cells)],
        "totals": totals,
        # Said before the table, of which a telephone shows one column.
        "by_side": [{"head": head, "text": cell.text} for head, cell in zip(heads, totals, strict=True)],
    }


def _both(cost: EntryCost, entry: EntrySum) -> tuple[CostInWords, CostInWords | None]:
    """The sum in yuan and in the currency of the shipment; in the second alone where no exchange rate is set."""
    typed = cost.shipment.typed
    in_yuan = CostInWords(entry.in_yuan, entry.duty, entry.regime, typed)
    if cost.shipment.currency == YUAN:
        return in_yuan, None
    in_currency = CostInWords(entry.in_currency, entry.duty, entry.regime, typed)
    has_rate = "goods" not in entry.in_yuan.missing
    return (in_yuan, in_currency) if has_rate else (in_currency, None)


def _cell(first: CostInWords, second: CostInWords | None, name: str) -> Cell:
    """The amount in yuan; below it that in the other currency, then the rates."""
    cell = first.cell(name)
    if second is None or not cell.text:
        return cell
    beside = second.cell(name).text
    return Cell(cell.text, [*([beside] if beside != cell.text else []), *cell.lines])


def _customs_value(first: CostInWords, second: CostInWords | None) -> Cell:
    values = [(words.cost.customs_value, words.cost.currency) for words in (first, second) if words]
    texts = [money(value, currency) for value, currency in values if value is not None]
    return Cell(texts[0], texts[1:]) if texts else Cell("")


def _total(first: CostInWords, second: CostInWords | None) -> Cell:
    cell = first.total()
    beside = [second.total().text] if second else []
    return Cell(cell.text, [*beside, *cell.lines])


def _open_questions(cost: EntryCost) -> list[str]:
    """What is not known, each once: missing parts, agreements whose rate is not loaded, lines that differ."""
    questions: list[str] = []
    for entry in cost.sums:
        words = CostInWords(entry.in_currency, entry.duty, entry.regime, cost.shipment.typed)
        parts = map(entry.in_currency.part, entry.in_currency.missing)
        questions += [join_label(PART_WORDS[part.name], words.amount(part)) for part in parts]
        if entry.may_be_lower:
            questions += [sentences.may_be_lower(option) for option in entry.duty.may_be_lower]
        if _is_span(entry.in_currency):
            questions.append(_("The sum depends on the national line: choose yours below."))
    return list(dict.fromkeys(questions))


def _is_span(cost: LandedCost) -> bool:
    return band(cost.low, cost.high, cost.currency) != band(cost.low, cost.low, cost.currency)


def _notes(cost: EntryCost) -> Sequence[str]:
    """The exchange rate that the sum rests on, with its day and source."""
    shipment = cost.shipment
    if shipment.currency == YUAN:
        return []
    if shipment.yuan_rate is not None:
        figures = f"1 {shipment.currency} = {money(shipment.yuan_rate)}"
        return [_("%(rate)s, typed by you") % {"rate": figures}]
    return rate_notes({shipment.currency}, current_rates())
