"""A file comes in: kept as it is, looked at, its columns guessed."""

import io
import zlib
from dataclasses import asdict, replace
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.members import require_admin
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.core.text import one_line
from matchmaker.imports import columns, headers, reading, sentences
from matchmaker.imports.kinds import KINDS
from matchmaker.imports.models import Feed, Import
from matchmaker.imports.reading.problems import MAX_BYTES

LOOKED_AT = 10  # rows among which the one that names the columns is looked for
# What a company brings in itself.
OWN = {Import.Kind.PRODUCTS: "is_supplier", Import.Kind.DEMANDS: "is_buyer", Import.Kind.FEED: "is_buyer"}


def may_import(by: User, kind: str, *, company: Company | None, campaign: Campaign | None) -> None:
    """The team for everything; a company's administrator for her own products or demands.

    Raises:
        Refused: `not_found` for a stranger, `wrong_side` for what the company does not do.
    """
    if company is None:
        if campaign is None:
            raise Refused("no_campaign", _("No campaign is open at the moment."))
        require_organiser(by, campaign)
        return
    require_admin(by, company)
    if kind not in OWN or not getattr(company, OWN[kind]):
        raise Refused("wrong_side", _("A company brings in its own products or demands."), status=403)


@transaction.atomic
def start_import(
    *,
    by: User,
    kind: str,
    file_name: str,
    content: bytes,
    company: Company | None = None,
    campaign: Campaign | None = None,
    feed: Feed | None = None,
    encoding: str = "",
    sheet: str = "",
) -> Import:
    """Keep a file and look at its head; nothing of it is believed yet.

    Raises:
        ValidationError: on `file`, with the reason it cannot be read.
        Refused: for who may not import this.
    """
    may_import(by, kind, company=company, campaign=campaign)
    if len(content) > MAX_BYTES:
        raise ValidationError({"file": ValidationError(_("A file may have up to 25 MB."), "too_large")})
    batch = Import(
        kind=kind,
        company=company,
        campaign=None if company else campaign,
        feed=feed,
        by=by,
        language=get_language() or "en",
        file_name=_tidy(file_name),
        content=zlib.compress(content, 1),
    )
    _look(batch, io.BytesIO(content), encoding, sheet)
    batch.save()
    facts = {"kind": kind, "file": batch.file_name, "bytes": len(content)}
    record(by=by, verb="start_import", on=batch, organisation=batch.owner, facts=facts)
    return batch


@transaction.atomic
def reread(*, by: User, batch: Import, encoding: str = "", sheet: str = "", head_row: int = 0) -> Import:
    """Look at the same file with another encoding, another sheet, or another row as the one that names the columns."""
    may_import(by, batch.kind, company=batch.company, campaign=batch.campaign)
    if batch.state != Import.State.MAPPING or batch.content is None:
        raise Refused("already_read", _("This file has been read already."))
    _look(batch, io.BytesIO(zlib.decompress(bytes(batch.content))), encoding, sheet, head_row)
    batch.save(update_fields=["seen", "head", "mapping"])
    return batch


def first_rows(batch: Import) -> list[tuple[int, list[str]]]:
    """The first rows of a file whose columns are still to be confirmed, with their numbers; [] once it is put away."""
    if batch.content is None:
        return []
    return _top(io.BytesIO(zlib.decompress(bytes(batch.content))), reading.Seen(**batch.seen))


def _top(file: io.BytesIO, seen: reading.Seen) -> list[tuple[int, list[str]]]:
    """As many as can be read: what is wrong further down is said when the rows are checked."""
    top: list[tuple[int, list[str]]] = []
    try:
        top.extend(islice(reading.rows(file, seen), LOOKED_AT))
    except reading.Unreadable:
        if not top:
            raise
    if not top:
        raise reading.Unreadable("empty")
    return top


def _look(batch: Import, file: io.BytesIO, encoding: str, sheet: str, head_row: int = 0) -> None:
    names = columns.heads(KINDS[batch.kind].heads)
    try:
        seen = reading.look(file, encoding=encoding, sheet=sheet)
        top = _top(file, seen)
    except reading.Unreadable as problem:
        sentence = sentences.unreadable(problem.code, problem.facts)
        raise ValidationError({"file": ValidationError(sentence, problem.code)}) from None
    heads = dict(top)
    if batch.feed is not None:  # nobody looks a feed over: its first row is the head, as it is documented
        head_row = top[0][0]
    elif head_row not in heads:
        head_row = headers.head_among(top, names)
    batch.seen = asdict(replace(seen, head_row=head_row))
    batch.head = [cell.strip()[:100].replace("\x00", "") for cell in heads[head_row]]
    batch.mapping = headers.suggest(batch.head, names, nearly=batch.feed is None)


def _tidy(name: str) -> str:
    """The last part of the path, in one line; shown, never used as a path (B54)."""
    name = name.replace("\\", "/").rpartition("/")[2].strip()[:200]
    try:
        one_line(name)
    except ValidationError:
        return _("a file")
    return name or _("a file")


@transaction.atomic
def drop_import(*, by: User, batch: Import) -> None:
    """Put a file away that nothing was brought in from."""
    may_import(by, batch.kind, company=batch.company, campaign=batch.campaign)
    droppable = (Import.State.MAPPING, Import.State.PREVIEW, Import.State.REFUSED)
    row = Import.objects.select_for_update().get(pk=batch.pk)
    if row.state not in droppable:
        raise Refused("import_used", _("Rows of this file were brought in. Undo it instead."))
    record(by=by, verb="drop_import", on=row, organisation=row.owner, facts={"file": row.file_name})
    row.delete()
