"""The team invites the contact persons of companies that came from a list to take their companies over.

The offer and its first letter are a `companies.Invitation`, so that accepting, misuse and the signed address are the
same for all invitations. What is added here: which companies may be invited, many at once, reminders, and refusals.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Case, Count, Exists, Max, Min, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Lower, Trim
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns import site
from matchmaker.campaigns.models import Campaign, CompanyInvitation, InvitationReminder, Participation
from matchmaker.campaigns.services.approval import require_organiser
from matchmaker.companies import invitations
from matchmaker.companies.models import Company, Invitation, Membership
from matchmaker.core import languages, reference
from matchmaker.core.problems import Refused
from matchmaker.notifications import mail, outbox, topics
from matchmaker.notifications.fanout import BELONGS_TO, Letter
from matchmaker.notifications.models import Promise, Suppression
from matchmaker.notifications.services import notify_many

MOST = 5_000  # companies in one step
A_DAY = 10_000  # letters of one campaign
A_MINUTE = 60  # letters that leave: a mail server takes thousands at once for spam
LIFE = dt.timedelta(days=35)
REMINDERS = (dt.timedelta(days=7), dt.timedelta(days=14))  # after the letter before; the second leaves on day 21
REMINDED_AT_ONCE = 500

# Why a company is left out, in the order in which the reasons are looked for.
REASONS = {
    "closed": gettext_lazy("suspended, or merged with another"),
    "has_people": gettext_lazy("has people of its own here"),
    "no_address": gettext_lazy("no email address of a contact person"),
    "refused": gettext_lazy("does not want emails"),
    "bounced": gettext_lazy("emails to this address came back"),
    "invited": gettext_lazy("invited already, and may still answer"),
}


# What is read of each of thousands of companies: whether it gets a letter, in which language, and its names.
_OF_RECEIVER = (
    *("status", "contact_email", "language", "languages", "country"),
    *("legal_name", "name_latin", "name_zh"),
)


@dataclass(frozen=True, slots=True)
class Receiver:
    company: Company
    email: str
    language: str


@dataclass(slots=True)
class Selection:
    """Who of some companies gets a letter, and why the others do not."""

    receivers: list[Receiver] = field(default_factory=list)
    left_out: dict[str, list[Company]] = field(default_factory=dict)  # key of REASONS → companies

    @property
    def count(self) -> int:
        return len(self.receivers)

    @property
    def languages(self) -> dict[str, int]:
        """Letters by the language in which they are written, most first."""
        return dict(Counter(receiver.language for receiver in self.receivers).most_common())

    @property
    def reasons(self) -> dict[str, int]:
        return {reason: len(self.left_out[reason]) for reason in REASONS if reason in self.left_out}


def letter_language(company: Company) -> str:
    """The site's language in which its contact is written to.

    The first language it speaks that the site has; else its working language, where that was chosen; else the main
    language of its country; else English.
    """
    chosen = [] if company.language == languages.ENGLISH else [company.language]
    of_country = reference.countries().get(company.country, {}).get("languages", "").split(",")[:1]
    return _first_of_site(*company.languages, *chosen, *of_country)


@lru_cache(maxsize=1024)  # thousands of companies speak the same few languages
def _first_of_site(*codes: str) -> str:
    """The first of these languages that the site has."""
    spoken = (languages.find(code) for code in codes if code)
    return next((language.code for language in spoken if language), languages.ENGLISH)


def select(*, by: User, campaign: Campaign, companies: Iterable[Company]) -> Selection:
    """Who would get a letter now. Companies outside the campaign are not looked at.

    Raises:
        Refused: `too_many` above 5,000; 404 for who does not run the campaign.
    """
    selection = Selection()
    for company in _with_reason(by, campaign, companies).only(*_OF_RECEIVER):
        if company.reason:  # type: ignore[attr-defined]  # annotated
            selection.left_out.setdefault(company.reason, []).append(company)  # type: ignore[attr-defined]
        else:
            selection.receivers.append(_receiver(company))
    return selection


def _receiver(company: Company) -> Receiver:
    return Receiver(company, company.contact_email.strip().lower(), letter_language(company))


def _with_reason(by: User, campaign: Campaign, companies: Iterable[Company]) -> QuerySet[Company]:
    """Those of the campaign, each with `reason`: a key of REASONS, "" where a letter goes out. Raises as `select`."""
    require_organiser(by, campaign)
    keys = companies.values("pk") if isinstance(companies, QuerySet) else {company.pk for company in companies}
    if (keys.count() if isinstance(keys, QuerySet) else len(keys)) > MOST:
        raise Refused(
            "too_many",
            _("At most %(count)d companies are invited in one step. Choose fewer.") % {"count": MOST},
            status=400,
        )
    letters = Invitation.objects.order_by()
    earlier = letters.open().exclude(state=Promise.State.PARKED)
    holds = {
        "closed": Q(status=Company.Status.SUSPENDED),
        "has_people": Q(pk__in=Membership.objects.values("company")),
        "no_address": Q(email=""),
        "refused": Q(email__in=letters.filter(refused_at__isnull=False).values("email")),
        "bounced": Q(email__in=Suppression.objects.values("address")),
        "invited": Exists(earlier.filter(company=OuterRef("pk"), email=OuterRef("email"))),
    }
    reasons = [When(holds[reason], then=Value(reason)) for reason in REASONS]
    here = Participation.objects.filter(campaign=campaign, company=OuterRef("pk"))
    rows = Company.objects.filter(Exists(here), pk__in=keys).annotate(email=Lower(Trim("contact_email")))
    return rows.annotate(reason=Case(*reasons, default=Value(""))).order_by("pk")


@dataclass(frozen=True, slots=True)
class Preview:
    """What `select` would answer about thousands of companies, in numbers; only those that are named are read."""

    companies: QuerySet[Company]  # each with its `reason`
    languages: dict[str, int]  # letters by the language in which they are written, most first
    reasons: dict[str, int]  # key of REASONS → companies left out
    first: dict[str, int]  # language → key of the first company that is written to in it

    @property
    def count(self) -> int:
        return sum(self.languages.values())

    def receiver(self, language: str) -> Receiver | None:
        company = self.companies.filter(pk=self.first.get(language)).first()
        return _receiver(company) if company else None

    def left_out(self, reason: str, most: int) -> list[Company]:
        """The first companies that are left out for this reason."""
        return list(self.companies.filter(reason=reason)[:most])


def preview(*, by: User, campaign: Campaign, companies: Iterable[Company]) -> Preview:
    """How many would get a letter now, and how many would not for which reason. Raises as `select`."""
    rows = _with_reason(by, campaign, companies)
    alike = rows.order_by().values("reason", "language", "languages", "country")
    letters, first, reasons = Counter[str](), dict[str, int](), Counter[str]()
    for group in alike.annotate(n=Count("pk"), first=Min("pk")):
        if group["reason"]:
            reasons[group["reason"]] += group["n"]
            continue
        language = letter_language(Company(**{name: group[name] for name in ("language", "languages", "country")}))
        letters[language] += group["n"]
        first[language] = min(group["first"], first.get(language, group["first"]))
    return Preview(
        companies=rows,
        languages=dict(letters.most_common()),
        reasons={reason: reasons[reason] for reason in REASONS if reason in reasons},
        first=first,
    )


@transaction.atomic
def invite_companies(*, by: User, campaign: Campaign, companies: Iterable[Company], note: str = "") -> Selection:
    """Ask the contact persons of these companies to take them over; the letters wait to be sent.

    Returns who is invited and who is left out. `note` is a sentence of the team that stands in each letter.

    Raises:
        ValidationError: on `note`.
        Refused: as `select`; `nobody` when all are left out; 429 above 10,000 letters a day.
    """
    Campaign.objects.select_for_update().get(pk=campaign.pk)  # two who invite the same companies at once
    if isinstance(companies, QuerySet):  # read once: who is invited meanwhile may leave the query
        companies = Company.objects.filter(pk__in=set(companies.values_list("pk", flat=True)))
    selection = select(by=by, campaign=campaign, companies=companies)
    if not selection.receivers:
        raise Refused("nobody", _("None of these companies can be invited."), status=409)
    now = timezone.now()
    today = campaign.company_invitations.filter(created_at__gte=now - dt.timedelta(days=1)).count()
    if today + selection.count > A_DAY:
        raise Refused(
            "too_many_invitations",
            _("A campaign invites at most %(count)d companies a day. Please continue tomorrow.") % {"count": A_DAY},
            status=429,
        )
    rows = _rows(by, campaign, selection.receivers, note.strip(), now)
    record(by=by, verb="invite_companies", on=campaign, facts={"companies": len(rows), "note": note.strip()})
    return selection


def _rows(
    by: User, campaign: Campaign, receivers: list[Receiver], note: str, now: dt.datetime
) -> list[CompanyInvitation]:
    """Write the invitations; who has an account under the address is told by a notice instead of a letter."""
    emails = {receiver.email for receiver in receivers}
    accounts = EmailAddress.objects.filter(verified=True, user__is_active=True).annotate(lower=Lower("email"))
    users = {row.lower: row.user for row in accounts.filter(lower__in=emails).select_related("user")}
    earlier = Invitation.objects.filter(company__in=[receiver.company.pk for receiver in receivers])
    earlier.filter(accepted_at__isnull=True, withdrawn_at__isnull=True).call_back()
    start, offers = _next_free(campaign, now), []
    for number, receiver in enumerate(receivers):
        leaves = start + dt.timedelta(minutes=number // A_MINUTE)
        sent = {"state": Promise.State.SENT, "finished_at": now} if receiver.email in users else {}
        offers.append(
            Invitation(
                company=receiver.company,
                email=receiver.email,
                role=Membership.Role.ADMIN,
                language=receiver.language,
                invited_by=by,
                not_before=leaves,
                expires_at=leaves + LIFE,
                **sent,
            )
        )
    rows = [CompanyInvitation(campaign=campaign, invitation=offer, note=note) for offer in offers]
    if rows:
        rows[0].clean_fields(exclude=["campaign", "invitation"])  # the note is the same in all
    Invitation.objects.bulk_create(offers)
    CompanyInvitation.objects.bulk_create(rows)
    notify_many(
        Letter(
            kind="company_invitation",
            to=[users[offer.email]],
            event_key=f"company_invitation:{offer.pk}",
            context=invitations.facts_of(offer) | _facts(campaign, note),
            path="/companies/",
        )
        for offer in offers
        if offer.email in users
    )
    return rows


def _next_free(campaign: Campaign, now: dt.datetime) -> dt.datetime:
    """When the next letter may leave: behind those that wait."""
    waiting = Invitation.objects.waiting().filter(of_campaign__campaign=campaign, not_before__gt=now)
    last = waiting.aggregate(last=Max("not_before"))["last"]
    return last + dt.timedelta(minutes=1) if last else now


def preview_letter(*, by: User, campaign: Campaign, receiver: Receiver, note: str = "") -> EmailMultiAlternatives:
    """The letter as this receiver would get it, without the addresses that open something."""
    offer = Invitation(company=receiver.company, email=receiver.email, invited_by=by, expires_at=timezone.now() + LIFE)
    facts = invitations.facts_of(offer) | _facts(campaign, note) | {"stop": settings.SITE_URL}
    addressee = mail.Addressee(receiver.email, receiver.language)
    return mail.build(addressee, "company_invitation", topics.ACCOUNT, facts, key=str(offer.pk))


@transaction.atomic
def correct_contact(*, by: User, campaign: Campaign, company: Company, email: str) -> Company:
    """Write another address for the contact of a company that has no people here.

    A letter to the address before opens the company no more.

    Raises:
        ValidationError: on `contact_email`.
        Refused: when it has people of its own; they look after it.
    """
    require_organiser(by, campaign)
    if company.memberships.exists():
        raise Refused("has_people", _("This company has people of its own; they invite."))
    try:
        validate_email(email := email.strip())
    except ValidationError as error:
        raise ValidationError({"contact_email": error}) from None
    if email != company.contact_email:
        company.contact_email = email
        company.save(update_fields=["contact_email", "updated_at"])
        Invitation.objects.open().filter(company=company).exclude(email=email.lower()).call_back()
        record(by=by, verb="correct_contact", on=company)
    return company


@transaction.atomic
def withdraw(*, by: User, campaign: Campaign, invitation: CompanyInvitation) -> None:
    """Make the address in the letter useless, and send no more reminders."""
    require_organiser(by, campaign)
    offer = Invitation.objects.filter(pk=invitation.invitation_id, accepted_at__isnull=True, withdrawn_at__isnull=True)
    if not offer.call_back():
        raise Refused("invitation_over", _("This invitation was answered or withdrawn before."))
    record(by=by, verb="withdraw_invitation", on=invitation, organisation=invitation.company)


def introduce_campaign(invitation: Invitation) -> dict[str, Any]:
    """For an invitation of a campaign's team: the campaign by language, who runs it, and the note of the team."""
    row = CompanyInvitation.objects.filter(invitation=invitation).select_related("campaign").first()
    if row is None:
        return {}
    return _facts(row.campaign, row.note)


def _facts(campaign: Campaign, note: str) -> dict[str, Any]:
    return {
        "partner": "",
        "campaign": campaign.name,
        "organisation": settings.SENDER_ORGANISATION,
        "note": note,
        BELONGS_TO: campaign.slug,
        invitations.PREFIX: site.prefix_of(campaign),
    }


# -- reminders --------------------------------------------------------------------------------------------------------


@transaction.atomic
def write_reminders(now: dt.datetime | None = None) -> int:
    """Write the letters that remind of invitations without an answer; returns how many. May run any number of times.

    Companies that have people by now, or are suspended, are left alone.
    """
    now, count = now or timezone.now(), 0
    people = Membership.objects.filter(company=OuterRef("invitation__company"))
    unanswered = CompanyInvitation.objects.unanswered().exclude(Exists(people))
    unanswered = unanswered.exclude(invitation__company__status=Company.Status.SUSPENDED)
    for number, wait in enumerate(REMINDERS, start=1):
        letters = InvitationReminder.objects.filter(invitation=OuterRef("pk"))
        if number == 1:
            due = unanswered.filter(invitation__finished_at__lte=now - wait)
        else:
            sent = letters.filter(number=number - 1, state=Promise.State.SENT, finished_at__lte=now - wait)
            due = unanswered.filter(Exists(sent))
        keys = due.exclude(Exists(letters.filter(number=number))).order_by("pk").values_list("pk", flat=True)
        written = [
            InvitationReminder(
                invitation_id=key, number=number, not_before=now + dt.timedelta(minutes=place // A_MINUTE)
            )
            for place, key in enumerate(keys[:REMINDED_AT_ONCE])
        ]
        InvitationReminder.objects.bulk_create(written, ignore_conflicts=True)
        count += len(written)
    return count


def send_waiting(budget: float = outbox.BUDGET) -> int:
    """Send the reminders that are due; returns how many left. Any number may run at once."""
    return mail.send_due(InvitationReminder, _reminder, budget)


def _reminder(letter: Promise) -> EmailMultiAlternatives:
    reminder = InvitationReminder.objects.get(pk=letter.pk)
    still = CompanyInvitation.objects.unanswered().filter(pk=reminder.invitation_id)
    row = still.select_related("invitation__company", "invitation__invited_by").first()
    if row is None or row.company.memberships.exists():
        raise outbox.NotWanted("The invitation was answered or no longer stands.")
    return invitations.write_letter(row.invitation, "company_invitation_reminder", key=str(reminder.pk))
