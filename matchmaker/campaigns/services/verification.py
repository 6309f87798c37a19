"""What the campaign's team has seen of a company's evidence."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.models import Check, Company, Document
from matchmaker.companies.verification import refresh_level
from matchmaker.core.problems import Refused

LONGEST_YEARS = 3


@transaction.atomic
def verify_company(
    *,
    by: User,
    company: Company,
    campaign: Campaign,
    level: int,
    evidence: str,
    expires_on: dt.date | None,
    document: Document | None = None,
    confirmed_by: str = "",
) -> Check:
    """Write down what was seen, in which of its documents, and show the company at the highest level that counts today.

    `confirmed_by` names the register or the auditor that says the same.

    Raises:
        ValidationError: by field; an end must lie between tomorrow and three years from now.
        Refused: for whom does not run the campaign, and for one's own company (403).
    """
    require_organiser(by, campaign)
    if company.members.filter(pk=by.pk).exists():
        raise Refused("own_company", _("Another person of the team must check your own company."), status=403)
    today = timezone.localdate()
    if expires_on is not None and not today < expires_on <= today + dt.timedelta(days=366 * LONGEST_YEARS):
        raise ValidationError({"expires_on": _("Choose a day between tomorrow and three years from now.")})
    if not evidence.strip():
        raise ValidationError({"evidence": _("Say what you saw, so that others can rely on it.")})
    if document is not None and (document.company_id != company.pk or document.state == Document.State.REFUSED):
        raise ValidationError({"document": _("Choose one of the company's documents.")})
    check = Check(
        company=company,
        document=document,
        level=level,
        evidence=evidence.strip(),
        confirmed_by=confirmed_by.strip(),
        checked_by=by,
        checked_on=today,
        expires_on=expires_on,
    )
    check.full_clean()
    check.save()
    if document is not None:
        Document.objects.filter(pk=document.pk).update(state=Document.State.SEEN)
    refresh_level(company, today)
    facts: dict[str, Any] = {"document": document.sha256} if document else {}
    facts |= {"level": level, "expires_on": expires_on and expires_on.isoformat()}
    record(by=by, verb="verify_company", on=check, organisation=company, facts=facts)
    return check


@transaction.atomic
def withdraw_check(*, by: User, check: Check, campaign: Campaign, reason: str) -> None:
    """Take a check back; the shown level falls at once."""
    require_organiser(by, campaign)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, for those who read the record.")})
    if Check.objects.filter(pk=check.pk, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now()):
        refresh_level(check.company)
        facts = {"level": check.level, "reason": reason.strip()[:500]}
        record(by=by, verb="withdraw_check", on=check, organisation=check.company, facts=facts)


def papers_for(user: User | AnonymousUser, campaign: Campaign | None) -> QuerySet[Document]:
    """Papers of the campaign's companies, for who decides about them; none for anybody else."""
    if campaign is None or not user.is_authenticated:
        return Document.objects.none()
    decides = Organiser.objects.filter(campaign=campaign, user=user, role__in=Organiser.DECIDES)
    rows = Document.objects.filter(Exists(decides), company__in=Company.objects.filter(campaigns=campaign))
    return rows.select_related("company")


@transaction.atomic
def open_document(*, by: User, document: Document, campaign: Campaign) -> Document:
    """For the team to read; that a person did stands in the company's record."""
    require_organiser(by, campaign, reads=True)
    record(by=by, verb="read_document", on=document, organisation=document.company, facts={"sha256": document.sha256})
    return document


@transaction.atomic
def refuse_document(*, by: User, document: Document, campaign: Campaign, reason: str) -> None:
    """Say that a paper shows nothing; its company reads why and can send another.

    Raises:
        ValidationError: without a reason.
        Refused: a check relies on it.
    """
    require_organiser(by, campaign)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, in a sentence the company will read.")})
    undecided = Document.objects.exclude(state=Document.State.REFUSED).filter(pk=document.pk, checks__isnull=True)
    if not Document.objects.filter(pk__in=undecided.values("pk")).update(
        state=Document.State.REFUSED, refusal=reason.strip()[:500]
    ):
        raise Refused("already_decided", _("This document is decided already."))
    facts = {"reason": reason.strip()[:500], "sha256": document.sha256}
    record(by=by, verb="refuse_document", on=document, organisation=document.company, facts=facts)
