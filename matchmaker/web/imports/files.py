"""Files out of an import: an example to fill in, and the rows that were refused."""

from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from matchmaker.core.lists import join_sentences, labelled
from matchmaker.imports.kinds import KINDS
from matchmaker.imports.models import ImportRow
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.imports import owners
from matchmaker.web.imports.words import InWords
from matchmaker.web.rendering.list_export import export


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
            [*row.raw[:width], *[""] * (width - len(row.raw)), row.row_no, _said(row, labels)] for row in rows
        )

    return export(request, f"refused-{batch.kind}", form, table)


def _said(row: ImportRow, labels: dict[str, str]) -> str:
    problems = row.problems or {}
    return join_sentences(
        labelled(capfirst(labels[name]), why) if name in labels else why for name, why in problems.items()
    )
