"""Reports of receivers and held messages, and what the campaign's team decides about each: about that message alone."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.core.problems import NotFound, Refused
from matchmaker.messaging.models import Enquiry, Message, Report, Side
from matchmaker.messaging.services.contact_rules import require_reviewer
from matchmaker.messaging.services.notices import excerpt_for, notify_side
from matchmaker.messaging.services.writing import deliver, lock_enquiry


@transaction.atomic
def report_message(*, by: User, message: Message, reason: str, note: str = "") -> Report:
    """Say that a message of the other side is junk or worse; until the team decides, this side does not see it.

    Raises:
        Refused: 403 `own_message`; the same report twice is one report.
        ValidationError: for an unknown reason.
    """
    enquiry, side = lock_enquiry(by, message.enquiry)
    found = Message.objects.visible_to(by).filter(pk=message.pk, enquiry=enquiry).first()
    if found is None:
        earlier = Report.objects.visible_to(by).filter(message=message).first()
        if earlier is None:
            raise NotFound()
        return earlier
    if found.side == side:
        raise Refused("own_message", _("This is your own side's message."), status=403)
    if earlier := Report.objects.filter(message=found).first():
        return earlier
    report = Report(message=found, side=side, reported_by=by, reason=reason, note=note.strip())
    report.full_clean()
    report.save()
    found.state, found.hold = Message.State.HELD, Message.Hold.REPORTED
    found.save(update_fields=["state", "hold"])
    record(
        by=by,
        verb="report_message",
        on=found,
        organisation=enquiry.company_of(side),
        facts={"reason": reason, "note": report.note},
    )
    return report


@transaction.atomic
def decide_report(*, by: User, report: Report, uphold: bool, note: str = "") -> Report:
    """Take the reported message out, or let it stand; both sides are told."""
    campaign = require_reviewer(by, report.message.enquiry)
    report = Report.objects.select_for_update(of=("self",)).select_related("message__enquiry").get(pk=report.pk)
    if report.decision:
        raise Refused("decided_already", _("This report was decided already."))
    enquiry = _lock(report.message.enquiry)
    message = enquiry.messages.get(pk=report.message_id)
    report.decision = Report.Decision.UPHELD if uphold else Report.Decision.DISMISSED
    report.decided_by, report.decided_at, report.decision_note = by, timezone.now(), note.strip()
    report.full_clean()
    report.save()
    message.state = Message.State.REFUSED if uphold else Message.State.SENT
    message.reviewed_by, message.reviewed_at = by, timezone.now()
    message.save(update_fields=["state", "reviewed_by", "reviewed_at"])
    facts = {"decision": report.decision, "reason": report.reason, "note": report.decision_note}
    record(by=by, verb="decide_report", on=message, organisation=campaign, facts=facts)
    for side in Side:
        notify_side(
            "enquiry_review",
            enquiry,
            side,
            report,
            outcome=("taken_out" if uphold else "stays"),
            own=side == message.side,
            note=report.decision_note,
            text=excerpt_for(message, side) if side == message.side else "",
        )
    return report


@transaction.atomic
def review_held(*, by: User, message: Message, release: bool, note: str = "") -> Message:
    """Deliver a held first message, or refuse it for good; its sender is told why."""
    campaign = require_reviewer(by, message.enquiry)
    enquiry = _lock(message.enquiry)
    found = enquiry.messages.get(pk=message.pk)
    if found.state != Message.State.HELD or found.hold == Message.Hold.REPORTED or found.deleted_at is not None:
        raise Refused("decided_already", _("This message does not wait for a decision."))
    found.state = Message.State.SENT if release else Message.State.REFUSED
    found.reviewed_by, found.reviewed_at = by, timezone.now()
    found.save(update_fields=["state", "reviewed_by", "reviewed_at"])
    if not release:
        enquiry.status = Enquiry.Status.DECLINED
        enquiry.save(update_fields=["status"])
    record(
        by=by,
        verb="review_held",
        on=found,
        organisation=campaign,
        facts={"released": release, "hold": found.hold, "note": note},
    )
    found.enquiry = enquiry
    if release:
        deliver(found)
    notify_side(
        "enquiry_review",
        enquiry,
        found.side,
        found,
        outcome="delivered" if release else "refused",
        own=True,
        note=note.strip(),
        text=excerpt_for(found, found.side),
    )
    return found


def _lock(enquiry: Enquiry) -> Enquiry:
    return Enquiry.objects.select_for_update(of=("self",)).get(pk=enquiry.pk)


def held_messages(campaign: Campaign) -> QuerySet[Message]:
    """First messages of its companies that wait for a decision, oldest first; reported ones stand in their reports."""
    waiting = Message.objects.filter(
        state=Message.State.HELD, deleted_at__isnull=True, enquiry__in=Enquiry.objects.in_campaign(campaign)
    )
    rows = waiting.exclude(hold=Message.Hold.REPORTED).select_related("enquiry__supplier", "enquiry__buyer")
    return rows.order_by("created_at")


def open_reports(campaign: Campaign) -> QuerySet[Report]:
    """Reports about messages of its companies that wait, each with the one message it is about."""
    rows = Report.objects.open().filter(message__enquiry__in=Enquiry.objects.in_campaign(campaign))
    return rows.select_related("message__enquiry__supplier", "message__enquiry__buyer").order_by("created_at")
