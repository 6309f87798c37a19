"""Inviting people by e-mail: an invitation is for one address, lives a week, works once, and keeps its role."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.members import add_member, require_admin
from matchmaker.companies.models import Company, Invitation, Membership
from matchmaker.core.hooks import Hook
from matchmaker.core.problems import Refused
from matchmaker.core.text import without_links
from matchmaker.notifications import mail, outbox, topics
from matchmaker.notifications.models import Promise
from matchmaker.notifications.services import notify

LIFE = dt.timedelta(days=7)
A_DAY = 30  # invitations of one company (B40), and of one person for all companies
YOUNG = dt.timedelta(days=3)  # an account of this age invites few, and its letters leave later
A_DAY_WHILE_YOUNG = 5
LATER_WHILE_YOUNG = dt.timedelta(minutes=30)  # in which the team can suspend the company
vouchers: Hook[Callable[[Company], bool]] = Hook(
    "companies.invitations.vouchers", "whether a partner vouches for a company that waits for approval"
)
SALT = "company invitation"
OTHER_ADDRESS = "other_address"  # code of a refusal: invited under another address than that of the account


def token_of(invitation: Invitation) -> str:
    """The last part of the address in the letter: signed, so that it can be neither guessed nor read from a dump."""
    return signing.dumps(invitation.pk.hex, salt=SALT)


def find(token: str) -> Invitation | None:
    """The invitation a letter's address names, whatever became of it."""
    try:
        key = uuid.UUID(signing.loads(token, salt=SALT, max_age=LIFE + dt.timedelta(days=30)))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Invitation.objects.select_related("company", "invited_by").filter(pk=key).first()


def addresses(user: User) -> QuerySet:
    """The addresses this person has shown to be hers, in lower case."""
    return EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)


def waiting_for(user: User) -> list[Invitation]:
    """Open invitations to any of her verified addresses."""
    mine = [email.lower() for email in addresses(user)]
    return list(Invitation.objects.open().filter(email__in=mine).select_related("company", "invited_by"))


@transaction.atomic
def invite(*, by: User, company: Company, email: str, role: str = Membership.Role.MEMBER) -> Invitation:
    """Promise a letter to this address. Whether it has an account here is never told to the inviter.

    Raises:
        ValidationError: for a bad address.
        Refused: by whom is no administrator, before the company is approved or a partner vouches for it, above the
            day's caps, or for who belongs already.
    """
    require_admin(by, company)
    _check_standing(company)
    _check_person_today(by)
    return _promise(by, company, email, role)


@transaction.atomic
def invite_first(*, by: User, company: Company, email: str) -> Invitation:
    """Ask the person a company names as its contact to administer it; the caller has checked that `by` may.

    Raises:
        Refused: if it has an administrator already.
    """
    if company.memberships.exists():
        raise Refused("has_people", _("This company has people of its own; they invite."), field="email")
    return _promise(by, company, email, Membership.Role.ADMIN)


def _check_standing(company: Company) -> None:
    """Letters to strangers are sent for companies that a person of the campaign or a partner has seen (X3)."""
    if company.status == Company.Status.SUSPENDED:
        raise Refused("company_suspended", _("This company is suspended; ask the organiser."))
    if not company.is_approved and not any(vouches(company) for vouches in vouchers):
        raise Refused(
            "company_not_approved",
            _("Colleagues can be invited as soon as your company is approved, or a country partner vouches for it."),
            status=403,
        )


def _is_young(person: User) -> bool:
    return timezone.now() - person.date_joined < YOUNG


def _check_person_today(by: User) -> None:
    """The cap of one person, however many companies she has; her row is locked, so it holds for two at once."""
    User.objects.select_for_update().get(pk=by.pk)
    most = A_DAY_WHILE_YOUNG if _is_young(by) else A_DAY
    since = timezone.now() - dt.timedelta(days=1)
    if Invitation.objects.filter(invited_by=by, created_at__gte=since).count() >= most:
        raise Refused(
            "too_many_invitations",
            _("You have invited %(count)d people today, which is the limit. Please continue tomorrow.")
            % {"count": most},
            field="email",
            status=429,
        )


def _promise(by: User, company: Company, email: str, role: str) -> Invitation:
    Company.objects.select_for_update().get(pk=company.pk)  # the cap holds for two who invite at once
    email = email.strip().lower()
    now = timezone.now()
    if company.status == Company.Status.SUSPENDED:
        raise Refused("company_suspended", _("This company is suspended; ask the organiser."))
    if Invitation.objects.filter(company=company, created_at__gte=now - dt.timedelta(days=1)).count() >= A_DAY:
        raise Refused(
            "too_many_invitations",
            _("A company invites at most %(count)d people a day. Please continue tomorrow.") % {"count": A_DAY},
            field="email",
            status=429,
        )
    if Membership.objects.filter(
        company=company, user__emailaddress__email__iexact=email, user__emailaddress__verified=True
    ).exists():
        raise Refused("already_member", _("This person already belongs to the company."), field="email")
    if Invitation.objects.filter(email=email, refused_at__isnull=False).exists():
        raise Refused("address_refused", _("The owner of this address does not want invitations."), field="email")
    again = Invitation.objects.filter(company=company, email=email, accepted_at__isnull=True, withdrawn_at__isnull=True)
    again.call_back()
    invitation = Invitation(
        company=company,
        email=email,
        role=role,
        language=by.language,
        invited_by=by,
        expires_at=now + LIFE,
        not_before=now + LATER_WHILE_YOUNG if _is_young(by) else now,
    )
    invitation.full_clean()
    invitation.save(force_insert=True)
    record(by=by, verb="invite", on=invitation, organisation=company, facts={"role": role})
    _tell_member_of_the_site(invitation, now)
    return invitation


def _tell_member_of_the_site(invitation: Invitation, now: dt.datetime) -> None:
    """A person with an account gets a notice in the person's language; then no separate letter is sent."""
    known = User.objects.filter(
        emailaddress__email__iexact=invitation.email, emailaddress__verified=True, is_active=True
    )
    count = notify(
        kind="company_invitation",
        to=list(known),
        about=None,
        event_key=f"company_invitation:{invitation.pk}",
        context=facts_of(invitation),
        path="/companies/",
    )
    if count:
        Invitation.objects.filter(pk=invitation.pk).update(state=Promise.State.SENT, finished_at=now)


PREFIX = "prefix"  # in the facts of an invitation: the part of the site its address stands in, such as /c/spring
# Entries for the letter of an invitation, {} for nothing.
introductions: Hook[Callable[[Invitation], dict[str, Any]]] = Hook(
    "companies.invitations.introductions", "what an invitation says of who stands behind it"
)


def facts_of(invitation: Invitation) -> dict[str, Any]:
    """What letters and notices show of an invitation."""
    introduced: dict[str, Any] = {"partner": "", "campaign": ""}
    for introduce in introductions:
        introduced |= introduce(invitation)
    return introduced | {
        "company": lambda: without_links(str(invitation.company)),
        "inviter": without_links(str(invitation.invited_by)),
        "person_uid": str(invitation.invited_by.uid),
        "until": invitation.expires_at.date().isoformat(),
    }


@transaction.atomic
def withdraw(*, by: User, invitation: Invitation) -> None:
    """Make the letter's address useless at once."""
    require_admin(by, invitation.company)
    if invitation.accepted_at:
        raise Refused("already_accepted", _("This invitation has been accepted already."))
    Invitation.objects.filter(pk=invitation.pk).call_back()
    record(by=by, verb="withdraw_invitation", on=invitation, organisation=invitation.company)


@transaction.atomic
def accept(*, by: User, invitation: Invitation) -> Membership:
    """Join with the role that was offered, if the invitation is for a verified address of this person.

    Raises:
        Refused: 410 when used, withdrawn or out of date; 403 for another address, of which the inviter is told (B39).
    """
    if invitation.email not in {email.lower() for email in addresses(by)}:
        raise Refused(
            OTHER_ADDRESS,
            _("This invitation is for another email address. Sign in with that one, or ask for a new invitation."),
            status=403,
        )
    now = timezone.now()
    taken = Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=now, accepted_by=by)
    if not taken:
        raise Refused(
            "invitation_over",
            _("This invitation was used, withdrawn or has expired. Ask the company for a new one."),
            status=410,
        )
    invitation.refresh_from_db()
    membership = add_member(by=by, company=invitation.company, user=by, role=invitation.role)
    return membership


def follow(invitation: Invitation) -> None:
    """The reader has gone on from the letter, once; programs that follow every link do not get as far as this."""
    Invitation.objects.open().filter(pk=invitation.pk, followed_at__isnull=True).update(followed_at=timezone.now())


@transaction.atomic
def refuse(invitation: Invitation) -> None:
    """Do not write to this address again: no reminder, no other invitation. The holder of the letter may do this.

    Raises:
        Refused: 410 when it was accepted.
    """
    if invitation.accepted_at:
        raise Refused("already_accepted", _("This invitation has been accepted already."), status=410)
    now = timezone.now()
    if not Invitation.objects.filter(pk=invitation.pk, refused_at__isnull=True).update(refused_at=now):
        return
    Invitation.objects.filter(email=invitation.email, accepted_at=None, withdrawn_at=None).call_back()
    record(by=None, verb="refuse_invitation", on=invitation, organisation=invitation.company)


@transaction.atomic
def tell_of_misuse(*, by: User, invitation: Invitation) -> None:
    """A person with another address tried to use it: its inviter and the audit hear of it, once for each person."""
    record(by=by, verb="invitation_misused", on=invitation, organisation=invitation.company)
    notify(
        kind="invitation_misused",
        to=[invitation.invited_by],
        about=invitation.company.uid,
        event_key=f"invitation_misused:{invitation.pk}:{by.pk}",
        context={"company": invitation.company, "email": invitation.email},
        path=f"/companies/{invitation.company.uid}/members/",
    )


def send_waiting(budget: float = outbox.BUDGET) -> int:
    """Send the letters that are due; returns how many left. Any number may run at once."""
    return mail.send_due(Invitation, _letter, budget)


def _letter(letter: Promise) -> EmailMultiAlternatives:
    invitation = Invitation.objects.select_related("company", "invited_by").get(pk=letter.pk)
    if invitation.withdrawn_at or invitation.accepted_at or invitation.expires_at <= timezone.now():
        raise outbox.NotWanted("The invitation no longer stands.")
    if invitation.company.status == Company.Status.SUSPENDED:
        raise outbox.NotWanted("The company is suspended.")
    return write_letter(invitation, "company_invitation", key=str(invitation.pk))


def write_letter(invitation: Invitation, kind: str, *, key: str) -> EmailMultiAlternatives:
    """The letter to an address, with the way to accept and the way to hear no more, also for mail programs.

    Raises:
        NotWanted: nothing is sent to the address any more.
    """
    addressee = mail.Addressee(invitation.email, invitation.language)
    mail.writable(addressee)
    facts = facts_of(invitation)
    path = f"{facts.get(PREFIX, '')}/invitations/{token_of(invitation)}/"
    stop = f"{settings.SITE_URL}{path}refuse/"
    message = mail.build(addressee, kind, topics.ACCOUNT, facts | {"path": path, "stop": stop}, key=key)
    message.extra_headers["List-Unsubscribe"] = f"<{stop}>"
    message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return message
