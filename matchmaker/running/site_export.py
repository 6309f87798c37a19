"""Everything that the owner of a campaign would take away, as tables, files and a description.

Each table is a CSV for spreadsheets and a JSON file with the same rows; the values of the JSON file are exact. TABLES
says what is exported and LEFT_OUT what is not: a test has both name every table of the site. What signs a person in, or
gives access, is left out of every table.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.storage import Storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone

from matchmaker import __version__
from matchmaker.accounts.audit import record
from matchmaker.campaigns.models import Campaign
from matchmaker.core.sheets import csv_lines

# Folder of the export → labels of models.
TABLES: dict[str, tuple[str, ...]] = {
    "people": ("accounts.User", "accounts.Consent", "notifications.Preference", "notifications.Attention"),
    "companies": (
        "companies.Company",
        "companies.Membership",
        "companies.Document",
        "companies.Check",
        "companies.Claim",
        "companies.JoinRequest",
        "companies.ListedFields",
        "companies.Suspension",
        "companies.Merge",
        "market_access.Registration",
    ),
    "campaigns": (
        "campaigns.Campaign",
        "campaigns.CampaignLogo",
        "campaigns.Organiser",
        "campaigns.Participation",
        "campaigns.Partner",
        "campaigns.Enrolment",
        "campaigns.AutomaticApproval",
        "campaigns.Crossing",
        "campaigns.Question",
        "campaigns.Answer",
        "campaigns.Tag",
        "campaigns.CompanyTag",
        "notifications.Announcement",
        "reporting.Target",
    ),
    "products": (
        "catalogue.Product",
        "catalogue.ProductText",
        "catalogue.ProductVariant",
        "catalogue.ProductCertificate",
        "catalogue.ProductFile",
        "catalogue.ProductImage",
        "catalogue.ProductVideo",
        "market_access.ReadinessAnswer",
        "market_access.LabelVersion",
        "catalogue.ShortlistItem",
        "directory.ShortlistDetail",
    ),
    "demands": (
        "catalogue.Demand",
        "catalogue.DemandLine",
        "catalogue.DemandInvitation",
        "catalogue.DemandVersion",
        "catalogue.DemandComment",
    ),
    "matches": ("matching.Match", "matching.NeverAgain", "matching.EarlyMatch"),
    "enquiries": (
        "messaging.Enquiry",
        "messaging.Message",
        "messaging.PreparedEnquiry",
        "messaging.Attachment",
        "messaging.QuoteRequest",
        "messaging.QuoteRequestLine",
        "messaging.Quote",
        "messaging.QuoteEvent",
        "messaging.CostSheet",
        "messaging.QuoteCost",
        "messaging.Sample",
        "messaging.Report",
        "messaging.Obstacle",
        "messaging.ObstacleAnswer",
    ),
    "deals": ("messaging.DealStep", "messaging.StepPaper", "messaging.FollowUp"),
    "first_orders": (
        "first_orders.Programme",
        "first_orders.Draw",
        "first_orders.TrialLot",
        "first_orders.LotConfirmation",
        "first_orders.VoucherApplication",
        "first_orders.VoucherDocument",
        "first_orders.Posting",
    ),
    "events": (
        "events.Event",
        "events.EventBrand",
        "events.Hall",
        "events.EventParticipation",
        "events.EventInvitation",
        "events.Attendee",
        "events.SavedContact",
        "events.Interpreter",
        "events.Wish",
        "reporting.Survey",
    ),
    "meetings": ("events.Meeting", "events.MeetingRequest", "events.MeetingMove"),
    "reference": (
        "catalogue.Category",
        "catalogue.HSCode",
        "directory.ExchangeRate",
    ),
}
# Why a table is not exported → labels of models.
LEFT_OUT: dict[str, tuple[str, ...]] = {
    "programs read their lists anew": ("accounts.SyncedList", "accounts.SyncedRow"),
    "bank details leave the site only on the page of an enquiry; a backup has them": ("companies.BankAccount",),
    "the figures of reports are counted again": ("reporting.ReportCount",),
    "machine translations are made again from the originals": (
        "translation.Translation",
        "translation.KindPolicy",
        "translation.Usage",
    ),
    "mails and other deliveries, and how this site sends them": (
        "notifications.Suppression",
        "notifications.ChannelAddress",
        "notifications.Notice",
        "notifications.Digest",
        "notifications.Delivery",
        "notifications.Hold",
        "notifications.Heartbeat",
        "notifications.Lease",
        "notifications.Outage",
        "notifications.Wording",
        "notifications.MutedKind",
        "notifications.WebhookEndpoint",
        "notifications.WebhookDelivery",
        "notifications.WebhookAttempt",
        "accounts.AccountLetter",
        "events.InterpreterLetter",
        "events.AgendaReminder",
        "campaigns.InvitationReminder",
    ),
    "keys, codes and addresses that give access": (
        "accounts.ApiToken",
        "accounts.StoredAnswer",
        "companies.DomainProof",
        "campaigns.PartnerCode",
        "events.CalendarAddress",
        "events.GateDevice",
        "events.RevokedBadge",
    ),
    "the audit log can be verified only in a backup": ("accounts.AuditEntry", "accounts.AuditChain"),
    "invitations and mass actions under way": (
        "companies.Invitation",
        "campaigns.CompanyInvitation",
        "campaigns.PartnerSeat",
        "campaigns.TeamSeat",
        "campaigns.BulkAction",
        "campaigns.BulkItem",
        "events.BulkChange",
        "events.PlanDraft",
        "events.Scan",
    ),
    "rules and tariffs come with the program": (
        "market_access.EntryRule",
        "market_access.ImportRegime",
        "market_access.EntryQuestion",
        "market_access.AccessNotice",
        "market_access.Agreement",
        "market_access.AgreementPartner",
        "market_access.TariffRate",
        "market_access.AdditionalDuty",
        "market_access.AdditionalDutyList",
    ),
    "state and settings of the engine": (
        "matching.MatchSettings",
        "matching.OfferState",
        "matching.WantState",
        "matching.MatchRun",
        "matching.MatchBlock",
    ),
    "products and demands that came of a sheet are exported": (
        "imports.Import",
        "imports.ImportRow",
        "imports.Feed",
        "imports.FeedLine",
        "imports.Reading",
    ),
    "private lists, limits and traces of single people": (
        "campaigns.SavedView",
        "directory.NotForUs",
        "directory.SavedSearch",
        "directory.Alerted",
        "directory.Visit",
        "directory.ShowsVisits",
        "messaging.ReadMark",
        "messaging.ContactLimit",
        "messaging.ContactUse",
        "messaging.ContactPreference",
        "messaging.Block",
    ),
}
# Columns that sign a person in, give access, or only steer the work of this machine.
SECRET = {"password", "secret", "digest", "token"}
TECHNICAL = {
    "lease_until",
    "lease_token",
    "attempts",
    "crashes",
    "opened_at",
    "tried_since",
    "not_before",
    "last_error",
}
OTHERS = {
    "accounts.User": {"is_superuser", "last_login"},
    "events.Attendee": {"code"},  # it is on the badge and opens the gate
    "events.Interpreter": {"code", "told"},
    "first_orders.Programme": {"secret_seed"},  # nobody knows it before the draw; then it stands in `Draw`
}


class NotEmpty(Exception):
    """There is something in the folder already."""


@dataclass(frozen=True)
class ExportResult:
    folder: Path
    rows: dict[str, int]  # name of a table → rows
    files: int
    missing: tuple[str, ...]  # files that a row names and that are not there


@dataclass(frozen=True)
class Table:
    name: str  # such as companies/company
    model: type[models.Model]

    @property
    def fields(self) -> list[models.Field]:
        """The columns, in the order of the model."""
        hidden = SECRET | TECHNICAL | OTHERS.get(self.model._meta.label, set())
        return [field for field in self.model._meta.concrete_fields if field.name not in hidden]


def tables() -> list[Table]:
    """Every table of the export."""
    pairs = [(folder, apps.get_model(label)) for folder, labels in TABLES.items() for label in labels]
    return [Table(f"{folder}/{model._meta.model_name}", model) for folder, model in pairs]


def export_site(*, by: None, folder: Path) -> ExportResult:
    """Write the site into a folder that is empty or missing; it appears when it is whole.

    Only a person with a shell on the server can ask for it, and the audit log records it.

    Raises:
        NotEmpty: something is in the folder already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=folder.parent) as place:
        target = Path(place) / "site"
        target.mkdir()
        with _one_moment():
            rows = {table.name: _write_table(table, target) for table in tables()}
            named = [pair for table in tables() for pair in _files_of(table)]
        missing = [name for name, storage in named if not _copy_file(name, storage, target)]
        (target / "README.md").write_text(_description(rows, missing), encoding="utf-8")
        with transaction.atomic():
            for campaign in Campaign.objects.all():
                record(by=by, verb="export_site", on=campaign, facts={"rows": sum(rows.values())})
        if folder.exists():
            folder.rmdir()
        target.replace(folder)
    return ExportResult(folder, rows, len(named) - len(missing), tuple(missing))


@contextmanager
def _one_moment() -> Iterator[None]:
    """All tables as they were at one moment, while the site goes on."""
    is_first = not connection.in_atomic_block
    with transaction.atomic():
        if is_first and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        yield


def _write_table(table: Table, target: Path) -> int:
    """Write one table as CSV and as JSON; returns the number of rows."""
    fields, path = table.fields, target / table.name
    path.parent.mkdir(exist_ok=True)
    names = [field.name for field in fields]
    count = 0

    def cells() -> Iterator[list[Any]]:
        nonlocal count
        with _private(path.with_suffix(".json")) as file:
            for row in table.model._base_manager.order_by("pk").iterator(chunk_size=2000):
                values = {field.name: _value(field, row) for field in fields}
                text = json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False)
                file.write(("[\n" if not count else ",\n") + text)
                count += 1
                yield [_cell(value) for value in values.values()]
            file.write("\n]\n" if count else "[]\n")

    with _private(path.with_suffix(".csv")) as file:
        file.writelines(csv_lines(names, cells()))
    return count


def _private(path: Path):
    """A text file that only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")


def _value(field: models.Field, row: models.Model) -> Any:
    """A value for JSON: the key of a row that is pointed to, the name of a file in `files/`."""
    value = getattr(row, field.attname)
    if isinstance(field, models.FileField):
        return str(value)
    return value


def _cell(value: Any) -> Any:
    """A value for a cell: lists and mappings as JSON, yes and no as in JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return value


def _files_of(table: Table) -> Iterator[tuple[str, Storage]]:
    """Name and storage of each file that a row of the table names."""
    for field in table.fields:
        if isinstance(field, models.FileField):
            names = table.model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
            for name in names.order_by("pk").iterator():
                if name:
                    yield name, field.storage


def _copy_file(name: str, storage: Storage, target: Path) -> bool:
    """Copy one file; False if it is not there."""
    path = target / "files" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with storage.open(name) as source, path.open("wb") as file:
            for chunk in source.chunks():
                file.write(chunk)
    except FileNotFoundError:
        path.unlink(missing_ok=True)
        return False
    path.chmod(0o600)
    return True


def _description(rows: dict[str, int], missing: list[str]) -> str:
    """The README of the export: each table with its columns."""
    parts = [
        "# Export of a site\n",
        f"Made on {timezone.now():%Y-%m-%d %H:%M} UTC by matchmaker {__version__}. It holds personal data.\n",
        "Each table is a CSV (UTF-8, commas) and a JSON file with the same rows. In the CSV, a text that a spreadsheet",
        "would take for a formula begins with an apostrophe, and lists are written as JSON; the JSON file has the",
        "exact values. Moments are in UTC. A column of the kind `→ table` holds the key of a row there. Files are in",
        "`files/` under the name in their column.\n",
        "Not exported: "
        + "; ".join(f"{', '.join(labels)} ({why})" for why, labels in LEFT_OUT.items())
        + "; passwords and the codes of badges.\n",
    ]
    places = {table.model: table.name for table in tables()}
    for table in tables():
        parts.append(f"## {table.name}\n\n{rows[table.name]} rows.\n\n| column | kind | meaning |\n|---|---|---|")
        parts += [_line(field, places) for field in table.fields]
        parts.append("")
    if missing:
        parts.append("## Files that are missing\n")
        parts += [f"- `{name}`" for name in missing]
    return "\n".join(parts) + "\n"


def _line(field: models.Field, places: dict[type[models.Model], str]) -> str:
    """One column as a line of the README."""
    kind = field.get_internal_type().removesuffix("Field")
    related = field.related_model
    if isinstance(related, type):
        kind = f"→ {places.get(related, related._meta.label)}"
    elif field.choices:
        kind = ", ".join(f"`{value}`" for value, _label in field.flatchoices if value not in ("", None))
    meaning = str(field.help_text or field.verbose_name).replace("|", "/").replace("\n", " ")
    return f"| `{field.name}` | {kind} | {meaning} |"
