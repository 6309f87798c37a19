"""The campaign's team looks at a demand before strangers do, when screening has found a reason to."""

from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.campaigns.services import require_organiser
from matchmaker.catalogue.models import Demand, DemandComment
from matchmaker.catalogue.screening import Finding, screen
from matchmaker.catalogue.services.translations import request_demand_translations
from matchmaker.companies.services import is_member
from matchmaker.core.problems import NotFound, Refused
from matchmaker.notifications.services import close_notices, notify


def look_at(demand: Demand) -> list[Finding]:
    """What screening finds in a demand that was not passed already; a private one may name contacts."""
    lines = list(demand.lines.values_list("text", "hs_code"))
    findings = screen(
        [demand.title, demand.description, *(text for text, _code in lines)],
        [code for _text, code in lines if code],
        contacts=demand.visibility != Demand.Visibility.PRIVATE,
    )
    passed = [entry for entry in demand.findings if entry.get("passed")]
    return [finding for finding in findings if {**asdict(finding), "passed": True} not in passed]


def hold(by: User, demand: Demand, findings: list[Finding]) -> None:
    """Put the demand before the team; what was passed before stays passed."""
    passed = [entry for entry in demand.findings if entry.get("passed")]
    demand.findings = [*passed, *(asdict(finding) for finding in findings)]
    demand.status, demand.submitted_at = Demand.Status.SUBMITTED, timezone.now()
    demand.save(update_fields=["status", "findings", "submitted_at", "updated_at"])
    demand.lines.update(revision=F("revision") + 1)
    facts = {"kinds": sorted({finding.kind for finding in findings})}
    record(by=by, verb="submit_demand", on=demand, organisation=demand.company, facts=facts)
    for campaign in demand.company.campaigns.all():
        notify(
            kind="demand_waiting",
            to=User.objects.filter(organiser_of__campaign=campaign, organiser_of__role__in=Organiser.DECIDES),
            about=campaign.uid,
            event_key=_submission(demand),
            context={"demand": demand.title, "company": demand.company},
            path=f"/console/demands/{demand.uid}/",
        )


def _submission(demand: Demand) -> str:
    return f"demand_waiting:{demand.uid}:{demand.submitted_at.isoformat() if demand.submitted_at else ''}"


def open_demand(by: User, demand: Demand) -> None:
    """Show it, as far as its visibility says, and let matching see it."""
    demand.status, demand.status_reason = Demand.Status.PUBLISHED, ""
    demand.published_at = demand.published_at or timezone.now()
    demand.save(update_fields=["status", "status_reason", "published_at", "updated_at"])
    demand.lines.update(revision=F("revision") + 1)
    record(by=by, verb="publish_demand", on=demand, organisation=demand.company)
    request_demand_translations(demand)


def _decide(by: User, demand: Demand, campaign: Campaign) -> Demand:
    """The demand, held for this decision alone."""
    require_organiser(by, campaign)
    row = Demand.objects.select_for_update().select_related("company").get(pk=demand.pk)
    if not row.company.campaigns.filter(pk=campaign.pk).exists():
        raise NotFound()
    if is_member(by, row.company):
        raise Refused("own_company", _("Another person of the team must decide about your own company."), status=403)
    if row.status != Demand.Status.SUBMITTED:
        raise Refused("not_waiting", _("This demand is no longer waiting: it is decided already."))
    close_notices(event_key=_submission(row))
    return row


@transaction.atomic
def pass_demand(*, by: User, demand: Demand, campaign: Campaign) -> Demand:
    """Let a held demand be shown; what was found in it is not asked about again."""
    row = _decide(by, demand, campaign)
    row.findings = [{**entry, "passed": True} for entry in row.findings]
    row.save(update_fields=["findings"])
    open_demand(by, row)
    _tell(row, "demand_passed", {"demand": row.title})
    return row


@transaction.atomic
def return_demand(*, by: User, demand: Demand, campaign: Campaign, reason: str) -> Demand:
    """Send a held demand back with the sentence that says what to change."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say what to change, so that it can be put right.")})
    row = _decide(by, demand, campaign)
    row.status, row.status_reason = Demand.Status.RETURNED, reason.strip()[:500]
    row.save(update_fields=["status", "status_reason", "updated_at"])
    DemandComment.objects.create(demand=row, by=by, is_team=True, text=reason.strip()[:1000])
    record(by=by, verb="return_demand", on=row, organisation=row.company, facts={"reason": row.status_reason})
    _tell(row, "demand_returned", {"demand": row.title, "reason": row.status_reason})
    return row


@transaction.atomic
def comment_on_demand(*, by: User, demand: Demand, text: str, campaign: Campaign | None = None) -> DemandComment:
    """Say something about a demand: the team when a campaign is given, otherwise a member of the buyer."""
    if campaign is not None:
        require_organiser(by, campaign)
    elif not is_member(by, demand.company):
        raise NotFound()
    comment = DemandComment(demand=demand, by=by, is_team=campaign is not None, text=text.strip())
    comment.full_clean()
    comment.save()
    return comment


def _tell(demand: Demand, kind: str, context: dict[str, Any]) -> None:
    notify(
        kind=kind,
        to=demand.company.members.all(),
        about=demand.company.uid,
        event_key=f"{kind}:{demand.uid}:{demand.submitted_at.isoformat() if demand.submitted_at else ''}",
        context=context,
        path=f"/buyer/demands/{demand.uid}/",
    )
