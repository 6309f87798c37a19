"""What the team decides about who a company is: suspending it, letting it back, merging duplicates.

Taking a person off the site is urgent and one person may do it; letting them back and joining two companies' people
give access, so they need a second person.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.members import admins
from matchmaker.companies.merging import merge_into
from matchmaker.companies.models import Company, Merge, Suspension
from matchmaker.companies.services import change_status
from matchmaker.core.problems import Refused
from matchmaker.notifications.services import notify


def _may_decide(by: User, campaign: Campaign, *companies: Company) -> None:
    require_organiser(by, campaign)
    if any(company.members.filter(pk=by.pk).exists() for company in companies):
        raise Refused("own_company", _("Another person of the team must decide about your own company."), status=403)


def _reason(text: str) -> str:
    if not text.strip():
        raise ValidationError({"reason": _("Say why, for those who read the record.")})
    return text.strip()[:500]


@transaction.atomic
def suspend_company(*, by: User, company: Company, campaign: Campaign, reason: str) -> Suspension:
    """Take a company off the site at once: its pages, products and demands are seen by no one else."""
    _may_decide(by, campaign, company)
    why = _reason(reason)
    company = Company.objects.select_for_update().get(pk=company.pk)
    if company.status == Company.Status.SUSPENDED:
        raise Refused("already_suspended", _("This company is suspended already."))
    row = Suspension(company=company, reason=why, status_before=company.status, suspended_by=by)
    row.full_clean()
    row.save()
    change_status(company, Company.Status.SUSPENDED, status_reason=why)
    record(by=by, verb="suspend_company", on=company, facts={"reason": why})
    _tell(company, "company_suspended", str(row.uid), reason=why)
    return row


@transaction.atomic
def lift_suspension(*, by: User, suspension: Suspension, campaign: Campaign, reason: str = "") -> Suspension:
    """The first yes, with its reason, is kept; the second, of another person, lets the company back.

    Raises:
        Refused: for one's own company, or a second yes by the same person.
    """
    suspension = Suspension.objects.select_for_update().select_related("company").get(pk=suspension.pk)
    company = suspension.company
    _may_decide(by, campaign, company)
    if suspension.lifted_at:
        raise Refused("already_lifted", _("This company is back already."))
    if suspension.first_yes_by_id is None:
        suspension.first_yes_by, suspension.lift_reason = by, _reason(reason)
        suspension.full_clean()
        suspension.save(update_fields=["first_yes_by", "lift_reason"])
        facts = {"yes": 1, "reason": suspension.lift_reason}
        record(by=by, verb="lift_suspension", on=suspension, organisation=company, facts=facts)
        return suspension
    if suspension.first_yes_by_id == by.pk:
        raise Refused("second_person", _("You agreed already. A second person of the team must agree, too."))
    suspension.second_yes_by, suspension.lifted_at = by, timezone.now()
    suspension.save(update_fields=["second_yes_by", "lifted_at"])
    change_status(company, suspension.status_before, status_reason="")
    record(by=by, verb="lift_suspension", on=suspension, organisation=company, facts={"yes": 2})
    _tell(company, "company_back", str(suspension.uid))
    return suspension


@transaction.atomic
def propose_merge(*, by: User, survivor: Company, duplicate: Company, campaign: Campaign, reason: str) -> Merge:
    """`duplicate` is the same company as `survivor`: the people of both are told, and a second person decides."""
    _may_decide(by, campaign, survivor, duplicate)
    if survivor.pk == duplicate.pk or survivor.merged_into_id or duplicate.merged_into_id:
        raise Refused("not_two", _("These are not two companies any more."))
    if Merge.objects.filter(duplicate=duplicate, done_at__isnull=True, declined_at__isnull=True).exists():
        raise Refused("already_proposed", _("This was proposed already. A second person of the team must agree, too."))
    merge = Merge(survivor=survivor, duplicate=duplicate, reason=_reason(reason), proposed_by=by)
    merge.full_clean()
    merge.save()
    facts = {"kept": str(survivor.uid), "gone": str(duplicate.uid), "reason": merge.reason}
    for company in (survivor, duplicate):
        record(by=by, verb="propose_merge", on=merge, organisation=company, facts=facts)
        _tell(company, "company_merge", f"{merge.uid}:{company.uid}", kept=survivor, gone=duplicate, done=False)
    return merge


@transaction.atomic
def agree_to_merge(*, by: User, merge: Merge, campaign: Campaign) -> Company:
    """The second person's yes: the duplicate goes up in the survivor, whose address it leads to from then on.

    Raises:
        Refused: for one's own company, or by the person who proposed it.
    """
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    locked = Company.objects.select_for_update().filter(pk__in=(merge.survivor_id, merge.duplicate_id)).order_by("pk")
    both = {company.pk: company for company in locked}
    survivor, duplicate = both[merge.survivor_id], both[merge.duplicate_id]
    _may_decide(by, campaign, survivor, duplicate)
    if merge.done_at or merge.declined_at or survivor.merged_into_id or duplicate.merged_into_id:
        raise Refused("already_answered", _("This has been answered already."))
    if merge.proposed_by_id == by.pk:
        raise Refused("second_person", _("You proposed it. A second person of the team must agree, too."))
    admins_before = {company.pk: list(admins(company)) for company in (survivor, duplicate)}
    merge.moved = merge_into(duplicate=duplicate, survivor=survivor)
    merge.agreed_by, merge.done_at = by, timezone.now()
    merge.save(update_fields=["moved", "agreed_by", "done_at"])
    facts = {
        "kept": str(survivor.uid),
        "gone": str(duplicate.uid),
        "rows": {table: len(rows["moved"]) for table, rows in merge.moved.items()},
    }
    for company in (survivor, duplicate):
        record(by=by, verb="merge_companies", on=merge, organisation=company, facts=facts)
    people = {person.pk: person for person in admins_before[survivor.pk] + admins_before[duplicate.pk]}
    _tell(
        survivor,
        "company_merge",
        f"{merge.uid}:done",
        to=list(people.values()),
        kept=survivor,
        gone=duplicate,
        done=True,
    )
    return survivor


@transaction.atomic
def decline_merge(*, by: User, merge: Merge, campaign: Campaign) -> None:
    _may_decide(by, campaign, merge.survivor, merge.duplicate)
    open_merge = Merge.objects.filter(pk=merge.pk, done_at__isnull=True, declined_at__isnull=True)
    if not open_merge.update(declined_at=timezone.now()):
        raise Refused("already_answered", _("This has been answered already."))
    for company in (merge.survivor, merge.duplicate):
        record(by=by, verb="decline_merge", on=merge, organisation=company)


def _tell(company: Company, kind: str, key: str, to=None, **context) -> None:
    notify(
        kind=kind,
        to=list(admins(company)) if to is None else to,
        about=company.uid,
        event_key=f"{kind}:{key}",
        context={"company": company, **context},
        path=f"/companies/{company.uid}/members/",
    )
