"""The preview: what will come in, what is refused and why, and mending it on the spot."""

from collections import Counter
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, F, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from matchmaker.companies.models import Company
from matchmaker.imports.columns import as_text
from matchmaker.imports.kinds import KINDS
from matchmaker.imports.models import Import, ImportRow
from matchmaker.imports.services import choose_alike, correct_row
from matchmaker.imports.services.correcting import cell
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.imports import owners
from matchmaker.web.imports.forms import InWords, choices_for
from matchmaker.web.rendering.look_alikes import why_alike

Action = ImportRow.Action
NAMES = ("name", "legal_name", "text", "title")  # the column that says what a row is about, by kind
SAMPLE = 8  # sound rows that are shown
A_PAGE = 25  # refused rows a page
COUNTED = 5_000  # refused rows whose sentences are counted


def preview(request: HttpRequest, batch: Import) -> dict:
    """Context of the preview."""
    labels = {column.name: str(column.label) for column in KINDS[batch.kind].columns}
    words = InWords()
    counts = batch.actions()
    refused = batch.rows.filter(action=Action.REJECT)
    page = Paginator(refused, A_PAGE).get_page(request.GET.get("page"))
    shown = [_refused_row(batch, row, labels) for row in page]
    return {
        "counts": [
            {"label": _("new"), "value": counts[Action.CREATE], "first": True},
            {"label": _("changes to what is here"), "value": counts[Action.UPDATE]},
            {"label": _("already here"), "value": counts[Action.SAME]},
            {"label": _("refused"), "value": counts[Action.REJECT]},
            *([{"label": _("perhaps the same"), "value": counts[Action.ALIKE]}] if counts[Action.ALIKE] else []),
        ],
        "ready": batch.valid - counts[Action.ALIKE],
        "undecided": counts[Action.ALIKE],
        **_likely(batch, batch.rows.filter(alike__isnull=False).exclude(action=Action.REJECT)),
        "page": page,
        "refused": shown,
        "choices": choices_for({cell["name"] for one in shown for cell in one["cells"]}),
        "reasons": _reasons(refused, labels),
        **_left_empty(batch, labels),
        "sound": [_sound(batch, row, labels, words) for row in _sample(batch)],
        "hidden_sheets": batch.seen.get("hidden", []),
    }


def _title(batch: Import, row: ImportRow) -> str:
    """What a row is about: its name, or whatever it says first."""
    name = next((text for key in NAMES if (text := cell(batch, row, key).strip())), "")
    return Truncator(name or " · ".join([text.strip() for text in row.raw if text.strip()][:3])).chars(80)


def _names(row: ImportRow) -> str:
    """Every name of a company in a row, because any of them may be alike."""
    values = row.values or {}
    names = dict.fromkeys(values.get(name) or "" for name in ("legal_name", "name_latin", "name_zh"))
    return " · ".join(filter(None, names))


def _refused_row(batch: Import, row: ImportRow, labels: dict[str, str]) -> dict:
    return {
        "row": row,
        "title": _title(batch, row),
        "cells": [
            {"name": name, "label": labels.get(name, ""), "text": cell(batch, row, name), "why": why}
            for name, why in (row.problems or {}).items()
        ],
    }


def _likely(batch: Import, rows) -> dict:
    """Rows that are perhaps the same as a company: those no one has decided about first, the surest before others."""
    undecided_first = Case(When(action=Action.ALIKE, then=0), default=1)
    shown = list(rows.order_by(undecided_first, F("alike__score").desc(nulls_last=True), "row_no")[:A_PAGE])
    uids = [row.alike["uid"] for row in shown if not row.alike["row"]]
    of_campaign = Company.objects.filter(uid__in=uids, campaigns=batch.campaign_id)
    ours = set(of_campaign.values_list("uid", flat=True)) if uids else set()
    likely = [
        {
            "row": row,
            "title": _names(row) or _title(batch, row),
            "why": why_alike(row.alike["why"]),
            "opens": UUID(row.alike["uid"]) in ours,
            "choices": [
                {"value": value, "label": label, "chosen": row.action == action}
                for value, label, action in (
                    ("skip", _("Leave it out"), Action.SAME),
                    ("update", _("Fill in what is empty there"), Action.UPDATE),
                    ("another", _("Import it as another one"), Action.CREATE),
                )
            ],
        }
        for row in shown
    ]
    return {"likely": likely, "likely_more": max(0, rows.count() - len(likely))}


@signed_in
@require_POST
def likely(request: HttpRequest, uid) -> HttpResponse:
    """What becomes of one row, or of all no one has decided about."""
    batch = owners.import_for(request, uid)
    number = request.POST.get("row", "")
    with refusals_in_messages(request):
        choose_alike(
            by=request.user,
            batch=batch,
            choice=request.POST.get("choice", ""),
            row_no=int(number) if number.isdecimal() and len(number) < 10 else None,
        )
    return redirect(f"{reverse('import', args=[uid])}#likely")


def _left_empty(batch: Import, labels: dict[str, str]) -> dict:
    """Cells that could not be read and stay empty, in rows that come in without them."""
    rows = batch.rows.filter(problems__isnull=False).exclude(action=Action.REJECT)
    shown = [
        {
            "row": row,
            "title": _title(batch, row),
            "cells": [
                (labels.get(name, ""), cell(batch, row, name), why) for name, why in (row.problems or {}).items()
            ],
        }
        for row in rows[:A_PAGE]
    ]
    return {"left_empty": shown, "left_empty_count": rows.count(), "left_empty_reasons": _reasons(rows, labels)}


def _reasons(refused, labels: dict[str, str]) -> list[dict]:
    """The same sentence about many rows is read once."""
    found = Counter(
        (labels.get(name, ""), why)
        for problems in refused.values_list("problems", flat=True)[:COUNTED]
        for name, why in (problems or {}).items()
    )
    return [{"label": name, "why": why, "count": count} for (name, why), count in found.most_common(12) if count > 1]


def _sample(batch: Import) -> list[ImportRow]:
    """The first rows that can come in."""
    return list(batch.rows.exclude(action__in=[Action.REJECT, Action.ALIKE])[:SAMPLE])


def _sound(batch: Import, row: ImportRow, labels: dict[str, str], words: InWords) -> dict:
    """A row that can come in, with what was put right in it. That a country became its code is no news to anybody."""
    notes = row.notes or {}
    changes = [
        (labels[name], cell(batch, row, name) or batch.defaults.get(name, ""), words(name, as_text(text)))
        for name, text in notes.items()
        if name in labels
    ]
    return {
        "row": row,
        "title": _title(batch, row),
        "becomes": Action(row.action).label,
        "notes": [
            {"label": label, "from": old, "to": new}
            for label, old, new in changes
            if old.strip().casefold() != new.casefold()
        ],
        "says": notes.get("", ""),
    }


@signed_in
@require_POST
def correct(request: HttpRequest, uid, row_no: int) -> HttpResponse:
    batch = owners.import_for(request, uid)
    row = get_object_or_404(batch.rows, row_no=row_no)
    cells = {
        name.removeprefix("cell_"): str(text).replace("\x00", "")[:5000]
        for name, text in request.POST.items()
        if name.startswith("cell_")
    }
    with refusals_in_messages(request):
        mended = correct_row(
            by=request.user, batch=batch, row=row, cells=cells, everywhere="everywhere" in request.POST
        )
        if mended:
            sentence = ngettext("%(n)d row is in order now.", "%(n)d rows are in order now.", mended)
            messages.success(request, sentence % {"n": mended})
        else:
            messages.warning(request, _("Row %(row)d is still refused; the reason stands beside it.") % {"row": row_no})
    page = request.POST.get("page", "")
    return redirect(f"{request.path.partition('rows/')[0]}{'?page=' + page if page.isdecimal() else ''}#refused")
