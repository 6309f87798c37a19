"""The steps of an import: a file, its columns, the preview, the result."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.core.formats import capfirst
from matchmaker.core.lists import join_label, join_sentences
from matchmaker.engines.reading import MOST_SHEET_BYTES
from matchmaker.imports import sentences, services
from matchmaker.imports.kinds import KINDS
from matchmaker.imports.models import Import, ImportRow
from matchmaker.imports.tasks import start_imports
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.forms.fields import limit_upload
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages
from matchmaker.web.imports import feeds, owners
from matchmaker.web.imports.forms import ColumnsForm, FileForm, InWords, LookForm
from matchmaker.web.imports.rows import preview
from matchmaker.web.rendering.list_export import export

State = Import.State
ICONS = {"suppliers": "building", "products": "package", "buyers": "building-store", "demands": "clipboard-list"}


@signed_in
def index(request: HttpRequest) -> HttpResponse:
    starts = [
        {"owner": owner, "kinds": [{"kind": kind, "label": label(kind), "icon": ICONS[kind]} for kind in kinds]}
        for owner, kinds in owners.owners(request)
    ]
    batches = Import.objects.visible_to(request.user).select_related("company", "by").defer("content")[:50]
    rows = [{"batch": batch, "label": label(batch.kind), "state": state_of(batch)} for batch in batches]
    context = {"starts": starts, "rows": rows, "feeds": feeds.list_feeds(request)}
    return render(request, "imports/index.html", context)


def label(kind: str) -> str:
    return {
        "suppliers": _("Suppliers"),
        "products": _("Products"),
        "buyers": _("Buyers"),
        "demands": _("Demands"),
        "feed": _("Demands from a feed"),
    }[kind]


def state_of(batch: Import) -> dict:
    tone, icon = {
        State.OPENING: ("info", "clock"),
        State.MAPPING: ("missing", "columns"),
        State.READING: ("info", "clock"),
        State.PREVIEW: ("missing", "eye"),
        State.APPLYING: ("info", "clock"),
        State.DONE: ("met", "circle-check"),
        State.UNDOING: ("info", "clock"),
        State.UNDONE: ("", "arrow-back-up"),
        State.REFUSED: ("fail", "ban"),
    }[State(batch.state)]
    return {"label": batch.get_state_display(), "tone": tone, "icon": icon}


@limit_upload(MOST_SHEET_BYTES + 64 * 1024)
@signed_in
def new(request: HttpRequest, owner: str, kind: str) -> HttpResponse:
    found = owners.owner_for(request, owner, kind)
    refusal = owners.why_not(request, found, kind)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    status = 403 if refusal else 200
    if request.method == "POST" and not refusal:
        status = 422
        if request.too_large:
            form.errors.pop("file", None)  # nothing of it was stored
            form.add_error("file", _("A file may have up to 25 MB."))
            status = 413
        elif form.is_valid() and (batch := _start(request, form, found, kind)):
            return redirect("import", batch.uid)
    words = InWords()
    context = {
        "form": form,
        "owner": found,
        "refusal": refusal,
        "kind": kind,
        "label": label(kind),
        "columns": [
            {"column": column, "example": words(column.name, column.example)}
            for column in KINDS[kind].columns
            if column.name != "company" or found.company is None
        ],
    }
    return render(request, "imports/new.html", context, status=status)


def _start(request, form: FileForm, owner: owners.Owner, kind: str) -> Import | None:
    file = form.cleaned_data["file"]
    with refusals_in_form(form):
        batch = services.start_import(
            by=request.user, kind=kind, file_name=file.name, content=file.read(), **owner.takes()
        )
        transaction.on_commit(start_imports)
        return batch
    return None


def unread_columns(batch: Import) -> list[str]:
    """Names of the file's columns that nothing is read from: left out, they must not vanish without a word."""
    used = set(batch.mapping.values())
    return [head for place, head in enumerate(batch.head) if head and place not in used]


@signed_in
def show(request: HttpRequest, uid) -> HttpResponse:
    return _page(request, owners.import_for(request, uid))


def _page(
    request: HttpRequest, batch: Import, form: ColumnsForm | None = None, status: int = 200, **extra
) -> HttpResponse:
    context = {"batch": batch, "label": label(batch.kind), "state": state_of(batch), "steps": _stepper(batch), **extra}
    context["again"] = _again(batch)
    context["can_be_dropped"] = batch.state in services.DROPPABLE
    context["unread"] = unread_columns(batch)
    if batch.state == State.MAPPING:
        context["form"] = form or ColumnsForm(batch=batch, columns=KINDS[batch.kind].columns)
        context["look"] = LookForm(batch=batch)
    elif batch.is_working:
        context |= _job(batch)
    elif batch.state == State.PREVIEW:
        context |= preview(request, batch) | {"other_sheets": services.other_sheets(batch)}
    elif batch.state == State.REFUSED:
        context["problem"] = sentences.unreadable(batch.problem["code"], batch.problem["facts"])
    elif batch.state in (State.DONE, State.UNDONE):
        context["figures"] = _figures(batch)
    return render(request, "imports/show.html", context, status=status)


def _again(batch: Import) -> str:
    """Where another file of the same kind is sent; a feed is read by itself."""
    if batch.kind == Import.Kind.FEED:
        return ""
    return reverse("import_new", args=[owners.COMPANY if batch.company_id else owners.TEAM, batch.kind])


def _stepper(batch: Import) -> list[dict]:
    at = {State.OPENING: 0, State.MAPPING: 1, State.READING: 2, State.PREVIEW: 2, State.APPLYING: 3}.get(
        State(batch.state), 4
    )
    labels = [_("File"), _("Columns"), _("Check"), _("Import")]
    return [
        {"label": text, "state": "done" if n < at else "current" if n == at else "todo"}
        for n, text in enumerate(labels)
    ]


def _figures(batch: Import) -> list[dict]:
    return [
        {"label": _("new"), "value": batch.created, "first": True},
        {"label": _("changed"), "value": batch.updated},
        {"label": _("already here"), "value": batch.unchanged},
        {"label": _("refused"), "value": batch.rejected},
    ]


def _job(batch: Import) -> dict:
    done = batch.created + batch.updated + batch.unchanged
    job = {
        State.OPENING: {"state": "running", "label": _("Opening the file")},
        State.READING: {"state": "running", "label": _("Reading and checking every row")},
        State.APPLYING: {
            "state": "running",
            "label": _("Importing rows"),
            "done": done,
            "total": batch.valid,
        },
        State.UNDOING: {"state": "running", "label": _("Undoing the import")},
    }.get(State(batch.state), {"state": "done", "label": state_of(batch)["label"]})
    return {"job": job, "poll_url": reverse("import_progress", args=[batch.uid])}


@signed_in
def progress(request: HttpRequest, uid) -> HttpResponse:
    """The progress component alone: htmx asks once a second; when the work has ended the page itself comes."""
    batch = owners.import_for(request, uid)
    if not batch.is_working:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = reverse("import", args=[uid])
        return answer
    return render(request, "components/job.html", _job(batch))


@signed_in
@require_POST
def look(request: HttpRequest, uid) -> HttpResponse:
    batch = owners.import_for(request, uid)
    with refusals_in_messages(request):
        services.reread(by=request.user, batch=batch, **LookForm(request.POST, batch=batch).chosen())
        transaction.on_commit(start_imports)
    return redirect("import", uid)


@signed_in
@require_POST
def other_sheet(request: HttpRequest, uid) -> HttpResponse:
    """Begin a list for another sheet of the same workbook."""
    batch = owners.import_for(request, uid)
    with refusals_in_messages(request):
        sheet = request.POST.get("sheet", "").replace("\x00", "")
        other = services.read_other_sheet(by=request.user, batch=batch, sheet=sheet)
        transaction.on_commit(start_imports)
        return redirect("import", other.uid)
    return redirect("import", uid)


@signed_in
@require_POST
def columns(request: HttpRequest, uid) -> HttpResponse:
    batch = owners.import_for(request, uid)
    form = ColumnsForm(request.POST, batch=batch, columns=KINDS[batch.kind].columns)
    if not form.is_valid():
        return _page(request, batch, form, 422)
    with refusals_in_form(form):
        services.map_columns(by=request.user, batch=batch, **form.as_verb())
        transaction.on_commit(start_imports)
        return redirect("import", uid)
    return _page(request, batch, form, 422)


@signed_in
@require_POST
def apply(request: HttpRequest, uid) -> HttpResponse:
    return _do(request, uid, services.apply_import)


@signed_in
@require_POST
def undo(request: HttpRequest, uid) -> HttpResponse:
    return _do(request, uid, services.undo_import)


def _do(request: HttpRequest, uid, verb) -> HttpResponse:
    batch = owners.import_for(request, uid)
    with refusals_in_messages(request):
        verb(by=request.user, batch=batch)
        transaction.on_commit(start_imports)
    return redirect("import", uid)


@signed_in
@require_POST
def drop(request: HttpRequest, uid) -> HttpResponse:
    batch = owners.import_for(request, uid)
    with refusals_in_messages(request):
        services.drop_import(by=request.user, batch=batch)
        messages.success(request, _("The file is discarded. Nothing of it was imported."))
        return redirect("imports")
    return redirect("import", uid)


# Files out of an import: an example to fill in, and the rows that were refused.


@signed_in
def example(request: HttpRequest, owner: str, kind: str, form: str) -> HttpResponse:
    found = owners.owner_for(request, owner, kind)
    columns = [column for column in KINDS[kind].columns if column.name != "company" or found.company is None]
    head, words = [capfirst(str(column.label)) for column in columns], InWords()
    row = [words(column.name, column.example) for column in columns]
    return export(request, f"example-{kind}", form, lambda: (head, [row]))


@signed_in
def refused(request: HttpRequest, uid, form: str) -> HttpResponse:
    """The refused rows as they were written, with what is wrong; corrected, the file can be sent again as it is."""
    batch = owners.import_for(request, uid)
    labels = {column.name: str(column.label) for column in KINDS[batch.kind].columns}
    width = len(batch.head)

    def table():
        rows = batch.rows.filter(action=ImportRow.Action.REJECT).iterator()
        return [*batch.head, _("Row in the file"), _("What is wrong")], (
            [*row.raw[:width], *[""] * (width - len(row.raw)), row.row_no, _describe_problems(row, labels)]
            for row in rows
        )

    return export(request, f"refused-{batch.kind}", form, table)


def _describe_problems(row: ImportRow, labels: dict[str, str]) -> str:
    problems = row.problems or {}
    return join_sentences(
        join_label(capfirst(labels[name]), why) if name in labels else why for name, why in problems.items()
    )
