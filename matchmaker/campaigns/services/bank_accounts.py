"""The campaign's team confirms bank details of a company that has no second administrator, after a call."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.models import AuditEntry, User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies import bank_accounts
from matchmaker.companies.models import CONTACT_FIELDS, BankAccount, Company
from matchmaker.core.problems import NotFound, Refused

RECENT_DAYS = 30
CHANGES_OF_PEOPLE = ("add_member", "remove_member", "change_role", "hand_over", "leave_company")


def accounts_for_team(campaign: Campaign) -> QuerySet[BankAccount]:
    """Versions of the campaign's companies that no administrator of theirs may confirm, the oldest first."""
    rows = bank_accounts.waiting_for_team().filter(company__in=campaign.companies.values("pk"))
    return rows.select_related("company", "entered_by").order_by("entered_at", "pk")


def changed_lately(company: Company) -> bool:
    """Whether people or contact data changed in RECENT_DAYS: then the call goes to a number known from elsewhere."""
    since = timezone.now() - dt.timedelta(days=RECENT_DAYS)
    entries = AuditEntry.objects.filter(organisation=str(company.uid), at__gte=since)
    if entries.filter(verb__in=CHANGES_OF_PEOPLE).exists():
        return True
    changes = entries.filter(verb__in=["update_company", "correct_contact"]).values_list("verb", "facts")
    return any(verb == "correct_contact" or set(CONTACT_FIELDS) & set(facts["changed"]) for verb, facts in changes)


@transaction.atomic
def confirm_after_call(*, by: User, account: BankAccount, campaign: Campaign, note: str) -> BankAccount:
    """Confirm what a company without a second administrator entered. `note` says who was called under which number.

    Raises:
        ValidationError: without a note.
        NotFound: for whom does not decide in the campaign, and for companies that do not take part in it.
        Refused: for one's own company and for what one entered oneself, where an administrator of the company may
            confirm, and for a version that does not wait any more.
    """
    bank_accounts.require_own_hand(by)
    require_organiser(by, campaign)
    if not campaign.companies.filter(pk=account.company_id).exists():
        raise NotFound()
    if account.company.members.filter(pk=by.pk).exists():
        raise Refused("own_company", _("Another person of the team must check your own company."), status=403)
    waits = BankAccount.objects.waiting().filter(pk=account.pk).exists()
    if waits and not bank_accounts.waiting_for_team().filter(pk=account.pk).exists():
        raise Refused("company_confirms", _("Another administrator of the company can confirm it."))
    note = " ".join(note.split())[:500]
    if not note:
        raise ValidationError({"note": _("Say whom you called, and where the number comes from.")})
    return bank_accounts.make_confirmed(by=by, account=account, call_note=note)
