"""What buyers do with their demands."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue import rules
from matchmaker.catalogue.models import Demand, DemandInvitation, DemandLine
from matchmaker.catalogue.models.demands import LINE_TERMS, TERMS
from matchmaker.catalogue.origins import origins_in
from matchmaker.catalogue.services import moderation
from matchmaker.catalogue.services.moderation import open_demand
from matchmaker.catalogue.services.translations import request_demand_translations
from matchmaker.catalogue.versions import save_version
from matchmaker.companies.members import require_admin
from matchmaker.companies.models import Company
from matchmaker.companies.services import require_member
from matchmaker.core.fields import validate
from matchmaker.core.problems import NotFound, Refused
from matchmaker.notifications.services import notify

MAX_LINES = 100
REMIND = dt.timedelta(days=7)


class LineErrors(ValidationError):
    """Problems of lines by position (0-based): `by_line[2]["hs_code"]` is a list of sentences."""

    def __init__(self, by_line: dict[int, dict]):
        self.by_line = by_line
        first = min(by_line)
        _field, messages = next(iter(by_line[first].items()))
        super().__init__({"lines": [f"{first + 1}: {messages[0]}"]})


@transaction.atomic
def save_demand(
    *,
    by: User,
    company: Company,
    demand: Demand | None = None,
    lines: Sequence[Mapping] | None = None,
    **fields,
) -> Demand:
    """Write a demand and its lines, numbered in the order given. `None` leaves the lines as they are.

    A line that carries the `uid` of an existing one changes it; lines not named any more are removed.

    Raises:
        ValidationError: by field; LineErrors by line and field.
        Refused: `wrong_role` for a company that does not buy, `not_found` for a stranger.
    """
    require_member(by, company)
    if not company.is_buyer:
        raise Refused("wrong_role", _("Only buyers post demands."), status=403)
    is_new = demand is None
    demand = demand or Demand(company=company)
    if demand.company_id != company.pk:
        raise NotFound()
    set_terms(demand, fields, TERMS)
    _check(demand)
    demand.save()
    if lines is not None:
        _write_lines(demand, lines)
    elif not is_new:
        demand.lines.update(revision=F("revision") + 1)
    note_change(by, demand)
    record(
        by=by,
        verb="save_demand",
        on=demand,
        organisation=company,
        facts={"changed": sorted(fields), "new": is_new},
    )
    if demand.status == Demand.Status.PUBLISHED:
        request_demand_translations(demand)
    return demand


def set_terms(row: Demand | DemandLine, values: Mapping[str, Any], terms: Iterable[str]) -> None:
    for name, value in values.items():
        if name not in terms:
            raise ValueError(f"{name} is not for buyers to write")
        setattr(row, name, value)


def note_change(by: User, demand: Demand) -> None:
    """Keep a version of a demand that was shown before, and screen an open one again."""
    if demand.status != Demand.Status.DRAFT:
        save_version(by, demand)
    if demand.status == Demand.Status.PUBLISHED and (findings := moderation.look_at(demand)):
        moderation.hold(by, demand, findings)


def _check(demand: Demand) -> None:
    problems: dict = {}
    if demand.closing_on:
        rules.check_closing(demand.closing_on, problems)
    check_terms(demand, problems)


def check_terms(demand: Demand, problems: dict) -> None:
    """Check a demand by every rule but that of its closing day.

    Raises:
        ValidationError: by field.
    """
    rules.check_demand(demand, problems)
    validate(demand, problems)


def check_count(lines: int) -> None:
    if lines > MAX_LINES:
        raise ValidationError({"lines": _("A demand can have up to 100 lines.")})


def _write_lines(demand: Demand, lines: Sequence[Mapping]) -> None:
    check_count(len(lines))
    present = {str(line.uid): line for line in demand.lines.all()}
    # Numbers are unique within a demand: move the old ones out of the way before the new ones are given.
    demand.lines.update(number=F("number") + 1000)
    written, by_line = [], {}
    for place, given in enumerate(lines):
        line = present.get(str(given.get("uid") or "")) or DemandLine(demand=demand, language=demand.language)
        line.number = place + 1
        set_terms(line, {name: value for name, value in given.items() if name in LINE_TERMS}, LINE_TERMS)
        if {"hs_code", "category_id"} & given.keys():
            line.code_is_confirmed = given.get("code_is_confirmed", True)
        read_origins(line)
        line.revision += 1
        try:
            check_line(line)
        except ValidationError as error:
            by_line[place] = error.message_dict
        written.append(line)
    if by_line:
        raise LineErrors(by_line)
    line_keys = {line.pk for line in written if line.pk}
    demand.lines.exclude(pk__in=line_keys).delete()
    for line in written:
        line.save()


def read_origins(line: DemandLine) -> None:
    """Make the countries that the text asks for the origins wanted, unless the buyer has set others.

    They are read again only when the text asks for others: a condition that the buyer took away stays away.
    """
    read = [code for code in origins_in(line.text, line.language) if code not in line.origins_excluded]
    if read == line.origins_in_text:
        return
    if not line.origins_wanted or sorted(line.origins_wanted) == line.origins_in_text:
        line.origins_wanted = read
    line.origins_in_text = read


def check_line(line: DemandLine) -> None:
    """Check one line by every rule.

    Raises:
        ValidationError: by field.
    """
    problems: dict = {}
    rules.check_line(line, problems)
    validate(line, problems, exclude=["demand", "category", "number"], validate_constraints=False)


@transaction.atomic
def publish_demand(*, by: User, demand: Demand) -> Demand:
    """Open the demand: matching sees it now, suppliers as its visibility says.

    When screening finds contact data, links or goods that may not be imported, the campaign's team looks first.

    Raises:
        ValidationError: without a line, or with a closing date that has passed.
        Refused: when the company is not approved yet.
    """
    require_admin(by, demand.company)
    return show_demand(by=by, demand=demand)


@transaction.atomic
def show_demand(*, by: User, demand: Demand) -> Demand:
    """What `publish_demand` does, for a feed: who may bring demands in is asked once by the caller."""
    if not demand.company.is_approved:
        raise Refused(
            "company_not_approved",
            _("Saved as a draft. Your company is not approved yet; once it is, publish the demand here."),
        )
    check_publishable(demand)
    save_version(by, demand)
    if findings := moderation.look_at(demand):
        moderation.hold(by, demand, findings)
        return demand
    open_demand(by, demand)
    return demand


def check_publishable(demand: Demand) -> None:
    """Whether it has all that an open demand has.

    Raises:
        ValidationError: by field.
    """
    if not demand.lines.exists():
        raise ValidationError({"lines": _("Add at least one line that says what you want to buy.")})
    _check(demand)


def _end(by: User | None, demand: Demand, status: str, verb: str) -> Demand:
    demand.status = status
    demand.save(update_fields=["status", "updated_at"])
    demand.lines.update(revision=F("revision") + 1)
    record(by=by, verb=verb, on=demand, organisation=demand.company)
    return demand


@transaction.atomic
def extend_demand(*, by: User, demand: Demand, closing_on: dt.date) -> Demand:
    """Give an open demand more time, or open a closed one again until that day.

    Raises:
        ValidationError: on `closing_on`, for a day that does not come later than today's.
        Refused: for a demand that was never open, or was withdrawn.
    """
    require_admin(by, demand.company)
    if demand.status not in (Demand.Status.PUBLISHED, Demand.Status.CLOSED):
        raise Refused("not_open", _("Only an open or a closed demand can be given more time."))
    was_closed = demand.status == Demand.Status.CLOSED
    before, demand.closing_on = demand.closing_on, closing_on
    _check(demand)
    demand.save(update_fields=["closing_on", "updated_at"])
    save_version(by, demand)
    facts = {"from": before.isoformat(), "to": closing_on.isoformat()}
    record(by=by, verb="extend_demand", on=demand, organisation=demand.company, facts=facts)
    return publish_demand(by=by, demand=demand) if was_closed else demand


def remind_of_closing() -> int:
    """Tell buyers a week ahead that a demand closes; once for each closing day. Returns how many demands."""
    today = timezone.localdate()
    due = Demand.objects.open().filter(closing_on__lte=today + REMIND, closing_on__gt=today)
    reminders = 0
    for demand in due.select_related("company"):
        reminders += bool(
            notify(
                kind="demand_closing",
                to=demand.company.members.all(),
                about=demand.company.uid,
                event_key=f"demand_closing:{demand.uid}:{demand.closing_on}",
                context={"demand": demand.title, "closes_on": demand.closing_on.isoformat()},
                path=f"/buyer/demands/{demand.uid}/",
            )
        )
    return reminders


@transaction.atomic
def close_demand(*, by: User, demand: Demand) -> Demand:
    """The buyer has what was needed; answers already given are kept."""
    require_admin(by, demand.company)
    return _end(by, demand, Demand.Status.CLOSED, "close_demand")


@transaction.atomic
def withdraw_demand(*, by: User, demand: Demand) -> Demand:
    """The demand should not have been there."""
    require_admin(by, demand.company)
    return take_back_demand(by=by, demand=demand)


@transaction.atomic
def take_back_demand(*, by: User | None, demand: Demand) -> Demand:
    """What `withdraw_demand` does, for a feed that no longer has it."""
    return _end(by, demand, Demand.Status.WITHDRAWN, "withdraw_demand")


def close_expired_demands() -> int:
    """Close what is past its date and tell its owners; safe to run any number of times."""
    closed = 0
    for demand in Demand.objects.expired().select_related("company"):
        with transaction.atomic():
            if not Demand.objects.expired().filter(pk=demand.pk).exists():
                continue
            _end(None, demand, Demand.Status.CLOSED, "close_expired_demand")
            notify(
                kind="demand_closed",
                to=demand.company.members.all(),
                about=demand.company.uid,
                event_key=f"demand_closed:{demand.uid}:{demand.closing_on}",
                context={"demand": demand.title, "closed_on": demand.closing_on.isoformat()},
                path=f"/buyer/demands/{demand.uid}/",
            )
            closed += 1
    return closed


@transaction.atomic
def invite_to_demand(*, by: User, demand: Demand, company: Company) -> DemandInvitation:
    """Let one supplier see a demand that is not public."""
    require_member(by, demand.company)
    invitation, _made = DemandInvitation.objects.get_or_create(demand=demand, company=company)
    record(
        by=by,
        verb="invite_to_demand",
        on=demand,
        organisation=demand.company,
        facts={"company": str(company.uid)},
    )
    return invitation
