"""How companies come into a campaign, and what its team decides about them."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.consents import give_consent
from matchmaker.accounts.models import AuditEntry, User
from matchmaker.campaigns.answer_days import answer_day_of
from matchmaker.campaigns.models import AutomaticApproval, Campaign, Enrolment, Organiser, Participation, Question
from matchmaker.companies.domains import proven_domain
from matchmaker.companies.members import require_admin
from matchmaker.companies.models import Company
from matchmaker.companies.services import change_status, companies_alike, number_once
from matchmaker.core.hooks import Hook
from matchmaker.core.lists import format_list
from matchmaker.core.problems import NotFound, Refused
from matchmaker.notifications.models import Notice
from matchmaker.notifications.services import cancel_waiting, close_notices, notify

APPROVED = "company_approved"
# What must be filled in before an organiser can decide.
NEEDED = ("legal_name", "country", "city", "contact_name", "contact_email", "about")

# Called in the transaction of an approval; each returns what the letter says of what it published.
publishes_what_waited: Hook[Callable[..., dict[str, Any]]] = Hook(
    "campaigns.services.approval.publishes_what_waited", "publishes what waited for the approval of a company"
)

# Called in the transaction in which a waiting company is sent back.
takes_back_what_waited: Hook[Callable[..., None]] = Hook(
    "campaigns.services.approval.takes_back_what_waited", "takes back what waited for the approval of a company"
)


def require_organiser(user: User, campaign: Campaign, *, reads: bool = False) -> None:
    """Refuse a person who does not decide in the campaign; an archived one can only be read."""
    decides = Organiser.objects.filter(campaign=campaign, user=user, role__in=Organiser.DECIDES).exists()
    if not decides:
        raise NotFound()
    if not reads:
        require_not_archived(campaign)


def require_not_archived(campaign: Campaign) -> None:
    if campaign.is_archived:
        raise Refused("campaign_archived", _("This campaign is archived: it can be read, nothing in it changes."))


def require_takes_new(campaign: Campaign) -> None:
    """Refuse where nothing new begins: in a campaign that is closed or archived."""
    if not campaign.takes_new:
        raise Refused("campaign_closed", _("This campaign is closed: nothing new begins in it."))


def _team(campaign: Campaign) -> list[User]:
    return list(User.objects.filter(organiser_of__campaign=campaign, organiser_of__role__in=Organiser.DECIDES))


def _people(company: Company) -> list[User]:
    return list(company.members.all())


@transaction.atomic
def submit_company(*, by: User, company: Company, campaign: Campaign, consent: str = "") -> Company:
    """Ask the campaign's team to approve the company. `consent` is the text its person agreed to, kept as she read it.

    Raises:
        ValidationError: by field, when something needed is missing or the number is taken by now.
        Refused: when the company is not in a state to be submitted.
    """
    require_admin(by, company)
    require_takes_new(campaign)
    missing = {name: _("Please fill this in before you submit.") for name in NEEDED if not getattr(company, name)}
    if company.is_buyer and company.country == "CN" and not company.identifier:
        missing["identifier"] = _("Chinese companies register with their Unified Social Credit Code.")
    open_questions = Question.objects.active().of(company).filter(campaign=campaign).unanswered_by(company)
    if open_questions:
        labels = format_list(question.label for question in open_questions)
        missing["questions"] = _("The campaign needs an answer to: %(questions)s") % {"questions": labels}
    if missing:
        raise ValidationError(missing)
    with number_once():  # returned, it had set its number free; another may have come with it since
        moved = change_status(
            company,
            Company.Status.PENDING,
            among=Company.SUBMITTABLE,
            submitted_at=timezone.now(),
            status_reason="",
        )
    if not moved:
        raise Refused("already_submitted", _("This company has already been submitted."))
    for side, takes in (("supplier", company.is_supplier), ("buyer", company.is_buyer)):
        if takes:
            Participation.objects.get_or_create(campaign=campaign, company=company, side=side)
    company.refresh_from_db()
    record(by=by, verb="submit_company", on=company)
    if consent:
        give_consent(by=by, purpose="submit_company", text=consent)
    notify(
        kind="company_submitted",
        to=_team(campaign),
        about=campaign.uid,
        event_key=_submission(company),
        context={"company": company, "country": company.country, "sides": _sides(company)},
        path="/console/companies/?status=pending",
    )
    return approve_automatically(company=company, campaign=campaign)


def approve_automatically(*, company: Company, campaign: Campaign) -> Company:
    """Approve a waiting company that a partner vouches for, or whose domain is proven, if the campaign trusts that.

    Otherwise do nothing. Call it inside the transaction of what changed. Look-alikes of registered companies wait for a
    person all the same, and so do companies whose automatic approval was withdrawn. A campaign decides about the
    companies that take part in it, until it is archived.
    """
    if company.status != Company.Status.PENDING or campaign.is_archived:
        return company
    if not company.participations.filter(campaign=campaign).exists():
        return company
    if AutomaticApproval.objects.filter(company=company, withdrawn_at__isnull=False).exists():
        return company
    enrolment, domain = _trusted_vouch(company, campaign), ""
    if enrolment is None and campaign.trusts_domains:
        domain = proven_domain(company)
    if not (enrolment or domain) or companies_alike(company, Company.objects.filter(campaigns=campaign)):
        return company
    approval = AutomaticApproval(
        campaign=campaign,
        company=company,
        ground=AutomaticApproval.Ground.VOUCHED if enrolment else AutomaticApproval.Ground.DOMAIN,
        partner=enrolment.partner if enrolment else None,
        domain=domain,
    )
    approval.save()
    return _apply_decision(
        by=enrolment.vouched_by if enrolment else None,
        company=company,
        status=Company.Status.APPROVED,
        kind="company_approved",
        facts={
            "campaign": str(campaign.uid),
            **({"partner": str(enrolment.partner.uid)} if enrolment else {"domain": domain}),
        },
    )


def _trusted_vouch(company: Company, campaign: Campaign) -> Enrolment | None:
    """The oldest vouch of a partner whose word the campaign takes.

    A word approves once: it says nothing of the name or number by which an approved company waits again.
    """
    if not campaign.trusts_partners:
        return None
    word = Enrolment.objects.vouched().filter(company=company, partner__campaign=campaign, partner__is_trusted=True)
    decided = AuditEntry.objects.filter(organisation=str(company.uid), verb=APPROVED).order_by("-id")
    if last := decided.values_list("at", flat=True).first():
        word = word.filter(vouched_at__gt=last)
    return word.select_related("partner", "vouched_by").order_by("vouched_at").first()


@transaction.atomic
def withdraw_automatic_approval(*, by: User, approval: AutomaticApproval, reason: str) -> Company:
    """Take back what no member of the team decided: the company is hidden at once and waits for the team.

    Raises:
        ValidationError: without a reason.
        Refused: for one's own company (403), and where the approval does not stand any more.
    """
    require_organiser(by, approval.campaign)
    company = Company.objects.select_for_update().get(pk=approval.company_id)
    if company.members.filter(pk=by.pk).exists():
        raise Refused("own_company", _("Another person of the team must decide about your own company."), status=403)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: the company reads it.")})
    standing = AutomaticApproval.objects.filter(pk=approval.pk, withdrawn_at__isnull=True)
    now = timezone.now()
    if company.status != Company.Status.APPROVED or not standing.update(
        withdrawn_at=now, withdrawn_by=by, reason=reason.strip()[:500]
    ):
        raise Refused("not_standing", _("This approval does not stand any more."))
    change_status(company, Company.Status.PENDING, submitted_at=now)
    facts = {"reason": reason.strip()[:500], "ground": approval.ground}
    record(by=by, verb="withdraw_automatic_approval", on=approval, organisation=company, facts=facts)
    notify(
        kind="company_waits_again",
        to=_people(company),
        about=company.uid,
        event_key=f"company_waits_again:{approval.uid}",
        context={"company": company, "reason": reason.strip()[:500]},
        path=f"/{_sides(company)[0]}/company/",
    )
    return company


@transaction.atomic
def remind_of_answers(today: dt.date | None = None) -> int:
    """Tell the team which companies must get their answer by tomorrow, and which are late; each step once.

    Returns:
        How many notices were written.
    """
    today, count = today or timezone.localdate(), 0
    for campaign in Campaign.objects.filter(answer_days__gt=0):
        for company in Company.objects.waiting().filter(campaigns=campaign).distinct():
            due = answer_day_of(company, campaign)
            if due is None or today < due - dt.timedelta(days=1):
                continue
            count += notify(
                kind="company_answer_due",
                to=_team(campaign),
                about=campaign.uid,
                event_key=_reminder(company, late=today > due),
                context={"company": company, "day": due.isoformat(), "late": today > due},
                path=f"/console/companies/{company.uid}/",
            )
    return count


def _reminder(company: Company, *, late: bool) -> str:
    return f"company_answer_due:{company.uid}:{_submission_time(company)}:{'late' if late else 'soon'}"


def _submission_time(company: Company) -> str:
    return company.submitted_at.isoformat() if company.submitted_at else ""


def _submission(company: Company) -> str:
    """One submission is one piece of news; sent in again after a return, it is another."""
    return f"company_submitted:{company.uid}:{_submission_time(company)}"


def _sides(company: Company) -> list[str]:
    return [side for side, takes in (("supplier", company.is_supplier), ("buyer", company.is_buyer)) if takes]


def _decide(
    *,
    by: User,
    company: Company,
    campaign: Campaign,
    status: str,
    reason: str,
    kind: str,
    at: dt.datetime | None = None,
) -> Company:
    require_organiser(by, campaign)
    if company.members.filter(pk=by.pk).exists():
        raise Refused("own_company", _("Another person of the team must decide about your own company."), status=403)
    facts = {"reason": reason, "campaign": str(campaign.uid)}
    return _apply_decision(by=by, company=company, status=status, reason=reason, kind=kind, facts=facts, at=at)


def _apply_decision(
    *,
    by: User | None,
    company: Company,
    status: str,
    kind: str,
    facts: dict,
    reason: str = "",
    at: dt.datetime | None = None,
) -> Company:
    """Write the decision, tell the company (not before `at`), and take the news off the team's lists."""
    if not change_status(company, status, among=[Company.Status.PENDING], status_reason=reason):
        raise Refused("not_waiting", _("This company is no longer waiting: it is decided already."))
    company.refresh_from_db()
    for key in (_submission(company), _reminder(company, late=False), _reminder(company, late=True)):
        close_notices(event_key=key)  # decided: the rest of the team has nothing left to do
    record(by=by, verb=kind, on=company, facts=facts)
    published: dict[str, Any] = {}
    if status == Company.Status.APPROVED:  # what waits to be published belongs to a layer above
        for publish in publishes_what_waited:
            published |= publish(company=company)
    if status == Company.Status.RETURNED:
        for take_back in takes_back_what_waited:
            take_back(company=company)
    notify(
        kind=kind,
        to=_people(company),
        about=company.uid,
        event_key=decision_key(company, kind),
        at=at,
        context={"company": company, "reason": reason, "sides": _sides(company), **published},
        path="/desk/" if kind == "company_approved" else f"/{_sides(company)[0]}/company/",
    )
    return company


def decision_key(company: Company, kind: str = APPROVED) -> str:
    """The key of the notices that tell of a decision about this submission."""
    return f"{kind}:{company.uid}:{_submission_time(company)}"


def not_told_yet() -> QuerySet[Company]:
    """Approved companies whose approval the team can still take back: nothing of them goes out yet."""
    untold = Notice.objects.filter(kind=APPROVED, not_before__gt=timezone.now(), about__isnull=False)
    return Company.objects.filter(uid__in=untold.values("about"))


@transaction.atomic
def approve_company(*, by: User, company: Company, campaign: Campaign, told_at: dt.datetime | None = None) -> Company:
    """Let the company be seen, publish and be matched. Two decisions at once: the first one counts.

    With `told_at` its people are told then, and until then `undo_approval` can take it back.
    """
    return _decide(by=by, company=company, campaign=campaign, status="approved", reason="", kind=APPROVED, at=told_at)


@transaction.atomic
def undo_approval(*, by: User, company: Company, campaign: Campaign) -> Company:
    """Let the company wait again, while none of its people was told and no one has done anything with it.

    Raises:
        Refused: it was told, or has gone on.
    """
    require_organiser(by, campaign)
    key = decision_key(company)
    has_notice = Notice.objects.filter(event_key=key).exclude(not_before__gt=timezone.now()).exists()
    entries = AuditEntry.objects.filter(organisation=str(company.uid)).order_by("-id")
    last = entries.values_list("verb", flat=True).first()
    if has_notice or last != APPROVED:
        raise Refused("gone_on", _("This company has gone on since then."))
    cancel_waiting(event_key=key)
    if not change_status(company, Company.Status.PENDING, among=[Company.Status.APPROVED]):
        raise Refused("gone_on", _("This company has gone on since then."))
    record(by=by, verb="undo_approval", on=company)
    return company


@transaction.atomic
def return_company(*, by: User, company: Company, campaign: Campaign, reason: str) -> Company:
    """Send it back with the sentence that says what to change."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say what is missing, so that it can be put right.")})
    return _decide(
        by=by,
        company=company,
        campaign=campaign,
        status="returned",
        reason=reason.strip(),
        kind="company_returned",
    )
