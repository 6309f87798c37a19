"""A file comes in: stored as it is by the web process, opened by a worker, which guesses its columns."""

import datetime as dt
import io
import zlib
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import AuditEntry, User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser, require_takes_new
from matchmaker.campaigns.services.partners import is_vouched_for
from matchmaker.companies.members import require_admin
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.core.text import validate_one_line
from matchmaker.engines import reading
from matchmaker.engines.reading import MOST_SHEET_BYTES
from matchmaker.imports import columns, sentences
from matchmaker.imports.kinds import KINDS
from matchmaker.imports.models import Feed, Import

LOOKED_AT = 10  # rows among which the one that names the columns is looked for
SHOWN = 80  # characters of a cell that are stored to show the first rows
MB = 1024 * 1024
HOUR = dt.timedelta(hours=1)
DROPPABLE = (
    *(Import.State.OPENING, Import.State.MAPPING, Import.State.READING),
    *(Import.State.PREVIEW, Import.State.REFUSED, Import.State.UNDONE),
)


@dataclass(frozen=True, slots=True)
class Quota:
    files_an_hour: int
    bytes_stored: int  # of files and of rows that can still be undone


QUOTAS = {Company: Quota(20, 100 * MB), Campaign: Quota(200, 1000 * MB)}
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
        require_takes_new(campaign)
        return
    require_admin(by, company)
    if kind not in OWN or not getattr(company, OWN[kind]):
        raise Refused("wrong_side", _("A company imports its own products or demands."), status=403)


def may_bring_in(by: User, kind: str, *, company: Company | None, campaign: Campaign | None) -> None:
    """The same, and the company is approved, or waits for it and a country partner vouches for it.

    Raises:
        Refused: as `may_import`, and `company_not_approved`.
    """
    may_import(by, kind, company=company, campaign=campaign)
    if company is None or company.is_approved:
        return
    if not is_vouched_for(company):
        raise Refused(
            "company_not_approved",
            _(
                "Your company is not approved yet. Sheets and addresses are read for approved companies, and for those"
                " a country partner vouches for."
            ),
            status=403,
        )


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
) -> Import:
    """Store a file after a cheap check; a worker opens it. Nothing is unpacked here.

    Raises:
        ValidationError: on `file`, with the reason it cannot be read.
        Refused: for who may not import this, and `too_many_files` or `too_much_kept`.
    """
    may_bring_in(by, kind, company=company, campaign=campaign)
    if len(content) > MOST_SHEET_BYTES:
        raise ValidationError({"file": ValidationError(_("A file may have up to 25 MB."), "too_large")})
    if feed is None:
        _check_quota(company or campaign, len(content))
    try:
        reading.check_upload(io.BytesIO(content))
    except reading.Unreadable as problem:
        sentence = sentences.unreadable(problem.code, problem.facts)
        raise ValidationError({"file": ValidationError(sentence, problem.code)}) from None
    batch = Import.objects.create(
        kind=kind,
        company=company,
        campaign=None if company else campaign,
        feed=feed,
        by=by,
        language=get_language() or "en",
        file_name=_tidy(file_name),
        content=zlib.compress(content, 1),
        size=len(content),
    )
    facts = {"kind": kind, "file": batch.file_name, "bytes": len(content)}
    record(by=by, verb="start_import", on=batch, organisation=batch.owner, facts=facts)
    return batch


def _check_quota(owner: Company | Campaign | None, size: int) -> None:
    """How much one owner may send in an hour and have stored. Its row is locked, so the count is exact."""
    if owner is None:
        return
    quota = QUOTAS[type(owner)]
    type(owner).objects.select_for_update().get(pk=owner.pk)
    own = Import.objects.filter(feed=None, **{"company": owner} if isinstance(owner, Company) else {"campaign": owner})
    if isinstance(owner, Company) and own.filter(state__in=Import.WORKING).exists():
        raise Refused(
            "file_under_way",
            _("Another file of your company is being worked on. Send this one when that is done."),
            field="file",
        )
    if _files_of_last_hour(owner) >= quota.files_an_hour:
        raise Refused(
            "too_many_files",
            _("Up to %(n)d files can be sent in an hour. Wait a little, or put several sheets into one.")
            % {"n": quota.files_an_hour},
            field="file",
            status=429,
        )
    _check_stored(owner, size)


def _check_stored(owner: Company | Campaign, size: int) -> None:
    """Whether a file of this many bytes fits beside what the owner has stored."""
    quota = QUOTAS[type(owner)]
    own = Import.objects.filter(feed=None, **{"company": owner} if isinstance(owner, Company) else {"campaign": owner})
    if (own.aggregate(bytes=Sum("size"))["bytes"] or 0) + size > quota.bytes_stored:
        raise Refused(
            "too_much_kept",
            _("Files of up to %(n)d MB are stored. Discard old ones below “Files so far”, then send this one again.")
            % {"n": quota.bytes_stored // MB},
            field="file",
            status=409,
        )


def _files_of_last_hour(owner: Company | Campaign) -> int:
    """Counted in the record of acts: a file that was discarded counts, too (X5)."""
    sent = AuditEntry.objects.of(owner).filter(verb="start_import", at__gt=timezone.now() - HOUR)
    return sent.exclude(facts__kind=Import.Kind.FEED).count()


@transaction.atomic
def reread(*, by: User, batch: Import, encoding: str = "", sheet: str = "", head_row: int = 0) -> Import:
    """Have the same file opened with another encoding, another sheet, or another row of column names."""
    may_bring_in(by, batch.kind, company=batch.company, campaign=batch.campaign)
    choice = {**batch.seen, "encoding": encoding, "sheet": sheet, "head_row": head_row}
    opened = Import.objects.filter(pk=batch.pk, state=Import.State.MAPPING, content__isnull=False)
    if not opened.update(state=Import.State.OPENING, seen=choice):
        raise Refused("already_read", _("This file has been read already."))
    batch.refresh_from_db()
    return batch


@transaction.atomic
def read_other_sheet(*, by: User, batch: Import, sheet: str) -> Import:
    """Begin a list of its own for another sheet of the same workbook, so that the file is sent once.

    Raises:
        Refused: `sheet_unknown` where the workbook has no such sheet, `already_read` where the file is gone, and as
            `may_import`; `too_much_kept` where it does not fit beside what is stored.
    """
    may_bring_in(by, batch.kind, company=batch.company, campaign=batch.campaign)
    source = Import.objects.select_for_update().filter(pk=batch.pk, content__isnull=False).first()
    if source is None or source.state not in (Import.State.MAPPING, Import.State.PREVIEW):
        raise Refused("already_read", _("This file has been read already."))
    if sheet not in other_sheets(source):
        raise Refused("sheet_unknown", _("This workbook has no such sheet that waits. Load the page again."))
    _check_stored(source.company or source.campaign, source.size)
    other = Import.objects.create(
        kind=source.kind,
        company=source.company,
        campaign=source.campaign,
        by=by,
        language=get_language() or "en",
        file_name=source.file_name,
        content=source.content,
        size=source.size,
        seen={"sheet": sheet},
    )
    facts = {"kind": other.kind, "file": other.file_name, "bytes": other.size, "sheet": sheet}
    record(by=by, verb="start_import", on=other, organisation=other.owner, facts=facts)
    return other


def other_sheets(batch: Import) -> list[str]:
    """The visible sheets of a workbook that no other list of the same file was begun for."""
    own = Import.objects.filter(company=batch.company_id, campaign=batch.campaign_id, kind=batch.kind)
    begun = own.filter(file_name=batch.file_name, size=batch.size).values_list("seen", flat=True)
    taken = {seen.get("sheet", "") for seen in begun}
    return [sheet for sheet in batch.seen.get("sheets", ()) if sheet not in taken]


def open_file(batch: Import) -> None:
    """Find out how a stored file is read, store its first rows and guess its columns. Only a worker does this.

    Raises:
        reading.Unreadable: with the reason.
    """
    file = io.BytesIO(zlib.decompress(bytes(batch.content or b"")))
    chosen = batch.seen
    seen = reading.look(file, encoding=chosen.get("encoding", ""), sheet=chosen.get("sheet", ""))
    top = _first_rows(file, seen)
    names = columns.heads(KINDS[batch.kind].heads)
    own = columns.own_heads(KINDS[batch.kind].columns)
    heads = dict(top)
    head_row = chosen.get("head_row", 0)
    if batch.feed_id is not None:  # no person checks a feed: its first row is the head, as documented
        head_row = top[0][0]
    elif head_row not in heads:
        head_row = reading.head_among(top, names, own)
    batch.seen = asdict(replace(seen, head_row=head_row))
    batch.head = [cell.strip()[:100].replace("\x00", "") for cell in heads[head_row]]
    batch.mapping = reading.suggest_columns(batch.head, names, nearly=batch.feed_id is None, own=own)
    batch.top = [[number, [cell[:SHOWN].replace("\x00", "") for cell in cells]] for number, cells in top]
    batch.state, batch.attempts, batch.lease_until = Import.State.MAPPING, 0, None
    batch.save(update_fields=["seen", "head", "mapping", "top", "state", "attempts", "lease_until"])


def _first_rows(file: io.BytesIO, seen: reading.FileLayout) -> list[tuple[int, list[str]]]:
    """As many as can be read: what is wrong further down is said when the rows are checked."""
    top: list[tuple[int, list[str]]] = []
    try:
        with closing(reading.rows(file, seen)) as rows:
            top.extend(islice(rows, LOOKED_AT))
    except reading.Unreadable:
        if not top:
            raise
    if not top:
        raise reading.Unreadable("empty")
    return top


def _tidy(name: str) -> str:
    """The last part of the path, in one line; shown, never used as a path (B54)."""
    name = name.replace("\\", "/").rpartition("/")[2].strip()[:200]
    try:
        validate_one_line(name)
    except ValidationError:
        return _("a file")
    return name or _("a file")


@transaction.atomic
def drop_import(*, by: User, batch: Import) -> None:
    """Put a file away that nothing was brought in from."""
    may_import(by, batch.kind, company=batch.company, campaign=batch.campaign)
    row = Import.objects.select_for_update().get(pk=batch.pk)
    if row.state not in DROPPABLE:
        raise Refused("import_used", _("Rows of this file were imported. Undo it instead."))
    record(by=by, verb="drop_import", on=row, organisation=row.owner, facts={"file": row.file_name})
    row.delete()
