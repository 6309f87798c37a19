"""Writing a demand: several lines, typed or pasted from a sheet, with codes suggested for each."""

import datetime as dt
from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matchmaker.catalogue import wording
from matchmaker.catalogue.models import Demand, Product
from matchmaker.catalogue.services import keep_as_draft, publish_demand, publish_when_approved, save_demand
from matchmaker.catalogue.services.demands import LineErrors
from matchmaker.core import reference
from matchmaker.core.problems import Refused
from matchmaker.engines.language import detect_typed
from matchmaker.engines.reading import suggest_columns
from matchmaker.imports.columns import heads
from matchmaker.matching.services import WORTH_SHOWING, certificates_in_text, code_question, suggest_codes
from matchmaker.matching.tasks import start_matching
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import buyer
from matchmaker.web.buyer.forms import LINE_FIELDS, MOST_LINES, DemandForm, LineFormSet, as_data, typed_lines
from matchmaker.web.forms.refusals import add_to_form, refusals_in_messages

SUGGESTED = 4
USUALLY_OPEN = dt.timedelta(days=30)  # what a new demand proposes
MOST_SUGGESTED_LINES = 10  # more lines than this are asked for one by one


@buyer
def new(request: HttpRequest) -> HttpResponse:
    return _write(request, None)


@buyer
def edit(request: HttpRequest, uid) -> HttpResponse:
    demand = get_object_or_404(Demand.objects.of(request.company), uid=uid)
    return _write(request, demand)


def _write(request: HttpRequest, demand: Demand | None) -> HttpResponse:
    if request.method != "POST":
        return _show(request, demand, DemandForm(initial=_initial(request, demand)), _lines(request, demand))
    step = request.POST.get("do", "save")
    if step in ("save", "publish"):
        return _save(request, demand, publish=step == "publish")
    rows = typed_lines(request.POST, with_empty=step != "paste")
    _step(request, step, rows)
    # Nothing is checked in between: what was typed is shown again as it is.
    several = ("wanted_sizes", "wanted_languages")
    initial = {
        name: request.POST.getlist(name) if name in several else request.POST.get(name, "")
        for name in DemandForm.base_fields
    }
    lines = LineFormSet(initial=rows or [{}], prefix="lines")
    return _show(request, demand, DemandForm(initial=initial), lines, _suggestions_for(request, rows))


def _initial(request, demand: Demand | None) -> dict:
    if demand:
        return {name: getattr(demand, name) for name in DemandForm.base_fields}
    return {"closing_on": timezone.localdate() + USUALLY_OPEN}


def _lines(request, demand: Demand | None):
    """The lines of the demand; a new one may begin with a product that was looked at or words that were searched."""
    if demand:
        rows = [
            {
                **{name: getattr(line, name, "") for name in LINE_FIELDS},
                "category": line.category_id,
                "is_origin_read": line.is_origin_read,
            }
            for line in demand.lines.all()
        ]
    else:
        rows = [_first_line(request)]
    return LineFormSet(initial=rows or [{}], prefix="lines")


def _first_line(request) -> dict:
    uid = request.GET.get("product", "")
    product = None
    if len(uid) == 36:
        try:
            product = Product.objects.visible_to(request.user).for_cards().filter(uid=uid).first()
        except ValidationError:
            product = None
    if product:
        return {"text": product.name, "category": product.category_id, "hs_code": product.hs_code}
    return {"text": request.GET.get("text", "")[:1000].replace("\x00", "")}


# -- steps that save nothing ------------------------------------------------------------------------------------------
def _step(request, step: str, rows: list[dict]) -> None:
    """Change the typed lines in place."""
    verb, _sep, rest = step.partition(":")
    if verb == "add" and len(rows) < MOST_LINES:
        rows.append({})
    elif verb == "remove" and rest.isdigit() and int(rest) < len(rows):
        rows.pop(int(rest))
    elif verb == "paste":
        _paste(request, rows)
    elif verb == "use":
        _use(rest, rows)
    elif verb == "suggest":
        for row in rows:
            row["suggested"] = "1"


def _suggestions_for(request, rows: list[dict]) -> dict[int, dict]:
    """Suggestions of each line that shows some, by the line's place: whatever button was pressed, they stay."""
    shown = [(at, row) for at, row in enumerate(rows) if row.get("suggested") and row.get("text")]
    language = request.POST.get("language", "")
    return {
        at: _suggestions(row["text"], language, row.get("narrowed", ""), row.get("certificates_required", ""))
        for at, row in shown[:MOST_SUGGESTED_LINES]
    }


def _paste(request, rows: list[dict]) -> None:
    found, left_out = read_lines(request.POST.get("pasted", "")[:200_000], MOST_LINES - len(rows))
    rows += found
    if found:
        sentence = ngettext(
            "%(count)d line was read. Look it over, then save.",
            "%(count)d lines were read. Look them over, then save.",
            len(found),
        )
        messages.info(request, sentence % {"count": len(found)})
    else:
        messages.warning(request, _("There was nothing to read. Copy the rows in your sheet and paste them here."))
    if left_out:
        messages.warning(
            request, _("A demand can have up to 100 lines: %(count)d were left out.") % {"count": left_out}
        )


def _use(rest: str, rows: list[dict]) -> None:
    """`use:2:category:AGRI-06`: take a suggestion for the third line; `use:2:narrowed:1006,none` answers a question
    about it, and `use:2:certificates_required:HALAL` adds a certificate."""
    at, _sep, choice = rest.partition(":")
    field, _sep, code = choice.partition(":")
    if not (at.isdigit() and int(at) < len(rows)):
        return
    row = rows[int(at)]
    if field in ("category", "hs_code"):
        row[field] = code
    elif field == "narrowed":
        row[field], row["suggested"] = code, "1"
    elif field == "certificates_required" and code in reference.certificates():
        row[field] = ", ".join(filter(None, [row.get(field, "").strip(), code]))


def _suggestions(text: str, language: str, narrowed: str = "", certificates: str = "") -> dict:
    """Codes of a line after the answers so far, the next question, and certificates that prove what its words ask."""
    language = language if language in ("zh", "en") else ""
    found = suggest_codes(text, language, top=SUGGESTED, least=WORTH_SHOWING)
    question = code_question(text, language, narrowed, SUGGESTED)
    return {
        "categories": [row for row, _share in found.categories[:3]],
        "hs_codes": [row for row, _share in question.codes or found.hs_codes],
        "question": question,
        "certificates": [code for code in certificates_in_text(text, language) if code not in certificates],
        "asked": True,
    }


@buyer
def suggest(request: HttpRequest) -> HttpResponse:
    """The fragment below a line while it is typed: `at` is its place, the text comes under the field's own name."""
    place = request.GET.get("at", "0")
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else 0
    text = request.GET.get(f"lines-{at}-text", request.GET.get("text", ""))
    context = {"at": at, "found": _suggestions(text.replace("\x00", ""), request.GET.get("language", ""))}
    return render(request, "buyer/suggested.html", context)


# -- saving -----------------------------------------------------------------------------------------------------------
def _save(request: HttpRequest, demand: Demand | None, *, publish: bool) -> HttpResponse:
    form = DemandForm(request.POST)
    lines = LineFormSet(as_data(typed_lines(request.POST) or [dict.fromkeys(LINE_FIELDS, "")]), prefix="lines")
    is_good = form.is_valid()
    if lines.is_valid() and is_good:
        try:
            with transaction.atomic():
                saved = save_demand(
                    by=request.user,
                    company=request.company,
                    demand=demand,
                    lines=[line.as_line() for line in lines],
                    **form.cleaned_data | {"title": _title(form, lines), "language": _language(form, lines)},
                )
        except LineErrors as problem:
            for at, errors in problem.by_line.items():
                add_to_form(lines.forms[at], ValidationError(errors), {"category_id": "category"})
        except (ValidationError, Refused) as problem:
            add_to_form(form, problem)
        else:
            _publish(request, saved) if publish else _say_saved(request, saved)
            transaction.on_commit(start_matching)
            transaction.on_commit(start_delivery)
            return redirect("buyer_demand", saved.uid)
    if demand:
        demand.refresh_from_db()
    suggestions = _suggestions_for(request, typed_lines(request.POST))
    return _show(request, demand, form, lines, suggestions, status=422)


def _title(form: DemandForm, lines) -> str:
    """The one that was typed, or the beginning of the first line."""
    longest = DemandForm.base_fields["title"].max_length
    return form.cleaned_data["title"] or " ".join(lines.forms[0].cleaned_data["text"].split())[:longest]


def _language(form: DemandForm, lines) -> str:
    """The language that was chosen, or the one the words are in."""
    texts = [form.cleaned_data["title"], *(line.cleaned_data["text"] for line in lines)]
    return form.cleaned_data["language"] or detect_typed("\n".join(texts))


def _publish(request: HttpRequest, demand: Demand) -> None:
    with refusals_in_messages(request):
        if not request.company.is_approved:
            publish_when_approved(by=request.user, row=demand)
            messages.success(request, _("Saved. It is published by itself as soon as your company is approved."))
            return
        demand = publish_demand(by=request.user, demand=demand)
        if demand.status == Demand.Status.SUBMITTED:
            messages.info(request, _("The campaign's team looks at it first; the reason stands below."))
        else:
            messages.success(request, _("It is open. The first matches are here within a few seconds."))
    return


def _say_saved(request: HttpRequest, demand: Demand) -> None:
    if demand.publishes_when_approved:
        keep_as_draft(by=request.user, row=demand)
    if demand.is_open:
        messages.success(request, _("Saved. Its matches are being worked out anew."))
    else:
        messages.success(request, _("Kept as a draft. Nobody else sees it until you publish it."))


def _show(request, demand, form, lines, suggestions=None, status: int = 200) -> HttpResponse:
    wrong = [(at, line) for at, line in enumerate(lines.forms, 1) if line.is_bound and line.errors]
    listed = [(line, (suggestions or {}).get(at)) for at, line in enumerate(lines.forms)]
    context = {
        "demand": demand,
        "form": form,
        "lines": lines,
        "listed": listed,
        "wrong_lines": wrong,
        "has_room": len(listed) < MOST_LINES,
        "company": request.company,
    }
    part = "#lines" if request.htmx and status == 200 and request.method == "POST" else ""
    return render(request, f"buyer/demand_form.html{part}", context, status=status)


# Lines pasted from a sheet: one row a line, cells parted by tabs, with or without a head.


# Without a head the cells stand in this order.
ORDER: tuple[str, ...] = ("text", "quantity", "unit", "target_price", "currency", "price_unit")
ORDER += ("hs_code", "origins_wanted", "certificates_required", "capacity_wanted", "capacity_period")


def read_lines(pasted: str, most: int = 100) -> tuple[list[dict[str, str]], int]:
    """Lines as they would be typed, and how many rows were left out because there is no room.

    Nothing is guessed: a cell that cannot be read is kept as it is, and the form says what is wrong with it.
    """
    rows = [row.split("\t") for row in pasted.replace("\r\n", "\n").replace("\r", "\n").split("\n") if row.strip()]
    if not rows:
        return [], 0
    columns = _columns(rows[0])
    body = rows[1:] if columns else rows
    columns = columns or dict(enumerate(ORDER))
    found = [line for row in body if (line := _line(row, columns))]
    return found[:most], max(0, len(found) - most)


def _columns(head: list[str]) -> dict[int, str] | None:
    """Column → field when the first row is a head: when it names the goods, in whichever language, and more."""
    called = heads("demands")
    named = suggest_columns(head, {field: called[field] for field in ORDER}, nearly=False)
    is_head = "text" in named and (len(head) == 1 or len(named) > 1)
    return {at: field for field, at in named.items()} if is_head else None


def _line(row: list[str], columns: Mapping[int, str]) -> dict[str, str]:
    read = {
        "unit": wording.unit,
        "price_unit": wording.unit,
        "currency": wording.currency,
        "capacity_period": lambda text: reference.spellings("period").get(wording.fold(text), text),
    }
    line = {field: row[at].strip() for at, field in columns.items() if at < len(row) and row[at].strip()}
    wording.split_amount(line, "quantity", "unit")
    return {field: read[field](text) if field in read else text for field, text in line.items()}
