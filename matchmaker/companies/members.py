"""Who belongs to a company: roles, leaving, removal, handing over, and requests to be let in.

A company always keeps an administrator. Functions that could remove the last one lock the company's row first, so
that two administrators who remove each other at the same moment cannot both succeed.
"""

import datetime as dt

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.identifiers import check_identifier
from matchmaker.companies.models import Company, Invitation, JoinRequest, Membership, RequestStatus
from matchmaker.core.problems import NotFound, Refused
from matchmaker.notifications.services import notify, take_back

JOIN_REQUESTS_A_DAY = 10  # of one person, so that a person cannot ask every company


def is_admin(user: User, company: Company) -> bool:
    return Membership.objects.filter(company=company, user=user, role=Membership.Role.ADMIN).exists()


def require_admin(user: User, company: Company) -> None:
    """Raise 404 for whom the company does not exist, 403 for members who are no administrators."""
    role = Membership.objects.filter(company=company, user=user).values_list("role", flat=True).first()
    if role is None:
        raise NotFound()
    if role != Membership.Role.ADMIN:
        raise Refused("admin_only", _("Ask an administrator of your company to do this."), status=403)


def admins(company: Company):
    return User.objects.filter(
        memberships__company=company, memberships__role=Membership.Role.ADMIN, is_active=True
    ).distinct()


def add_member(*, by: User, company: Company, user: User, role: str) -> Membership:
    """Add a member and notify the administrators; call it inside the transaction of what allowed it."""
    membership, new = Membership.objects.get_or_create(company=company, user=user, defaults={"role": role})
    if not new:
        raise Refused("already_member", _("This person already belongs to the company."))
    record(by=by, verb="add_member", on=user, organisation=company, facts={"role": role})
    notify(
        kind="member_joined",
        to=[person for person in admins(company) if person.pk not in (user.pk, by.pk)],
        about=company.uid,
        event_key=f"member_joined:{company.uid}:{user.uid}:{membership.pk}",
        context={"company": company, "person": str(user), "person_uid": str(user.uid), "role": role},
        path=f"/companies/{company.uid}/members/",
    )
    return membership


def _keep_an_admin(company: Company, membership: Membership) -> None:
    """Lock the company and refuse when this is its last administrator."""
    Company.objects.select_for_update().get(pk=company.pk)
    current = Membership.objects.filter(pk=membership.pk).first()
    if current is None:
        raise NotFound()
    others = Membership.objects.filter(company=company, role=Membership.Role.ADMIN, user__is_active=True)
    if current.role == Membership.Role.ADMIN and not others.exclude(pk=membership.pk).exists():
        raise Refused(
            "last_admin", _("A company keeps at least one administrator. Make another person administrator first.")
        )


@transaction.atomic
def change_role(*, by: User, membership: Membership, role: str) -> Membership:
    """Make a member administrator or the other way round."""
    require_admin(by, membership.company)
    if role not in Membership.Role.values:
        raise Refused("unknown_role", _("Choose one of the roles."), field="role", status=400)
    if role == Membership.Role.MEMBER:
        _keep_an_admin(membership.company, membership)
    before = membership.role
    if role != before:
        membership.role, membership.role_since = role, timezone.now()
        membership.save(update_fields=["role", "role_since"])
    facts = {"from": before, "to": role}
    record(by=by, verb="change_role", on=membership.user, organisation=membership.company, facts=facts)
    return membership


@transaction.atomic
def remove_member(*, by: User, membership: Membership) -> None:
    """Remove a member, from the next request on: pages, API and keys read the membership every time (B36).

    Invitations that this person sent, or that wait at one of her addresses, end with it: they would be a way back.
    """
    require_admin(by, membership.company)
    _keep_an_admin(membership.company, membership)
    record(by=by, verb="remove_member", on=membership.user, organisation=membership.company)
    mine = EmailAddress.objects.filter(user=membership.user).values_list("email", flat=True)
    ways_back = Q(invited_by=membership.user) | Q(email__in=[email.lower() for email in mine])
    Invitation.objects.open().filter(ways_back, company=membership.company).call_back()
    _delete_membership(membership)


@transaction.atomic
def leave_company(*, by: User, company: Company) -> None:
    membership = Membership.objects.filter(company=company, user=by).first()
    if membership is None:
        raise NotFound()
    _keep_an_admin(company, membership)
    record(by=by, verb="leave_company", on=by, organisation=company)
    _delete_membership(membership)


def _delete_membership(membership: Membership) -> None:
    membership.delete()
    take_back(person=membership.user, about=membership.company.uid)  # letters on their way stay here


@transaction.atomic
def hand_over(*, by: User, membership: Membership) -> None:
    """Give the company to another member: she becomes administrator and `by` an ordinary member."""
    company = membership.company
    require_admin(by, company)
    if membership.user_id == by.pk:
        raise Refused("already_yours", _("Choose another person to hand over to."))
    Company.objects.select_for_update().get(pk=company.pk)
    now = timezone.now()
    if membership.role != Membership.Role.ADMIN:
        Membership.objects.filter(pk=membership.pk).update(role=Membership.Role.ADMIN, role_since=now)
    Membership.objects.filter(company=company, user=by).update(role=Membership.Role.MEMBER, role_since=now)
    record(by=by, verb="hand_over", on=membership.user, organisation=company)


@transaction.atomic
def ask_to_join(*, by: User, company: Company, message: str = "") -> JoinRequest:
    """Ask a visible company for membership; its administrators are notified.

    Raises:
        Refused: for a member, a second request while the first waits, or the eleventh in a day.
    """
    if not Company.objects.visible_to(by).filter(pk=company.pk).exists():
        raise NotFound()
    if Membership.objects.filter(company=company, user=by).exists():
        raise Refused("already_member", _("You already belong to this company."))
    _check_requests_today(by)
    if JoinRequest.objects.filter(user=by, company=company, status=RequestStatus.OPEN).exists():
        raise Refused(
            "already_asked", _("Your request is there already. The company's administrators have been notified.")
        )
    return _write_join_request(by, company, message)


@transaction.atomic
def ask_to_join_by_number(*, by: User, country: str, kind: str, number: str, message: str = "") -> None:
    """Ask the company that registered a number for membership. Who it is, or whether there is one, is not told.

    The request is stored for any number, so that lists, copies and limits are the same for both. Its entry stands in
    the record of the person who asks, not in that of the company.

    Raises:
        ValidationError: for a number that can be none.
        Refused: for the eleventh request in a day.
    """
    number = check_identifier(country=country, kind=kind, number=number)
    _check_requests_today(by)
    requests = JoinRequest.objects.filter(user=by, status=RequestStatus.OPEN)
    if requests.filter(by_number=number).update(asks=F("asks") + 1):
        return
    same = Company.objects.filter(country=country, identifier_kind=kind, identifier=number).exclude(identifier="")
    company = same.exclude(status__in=[Company.Status.RETURNED, Company.Status.SUSPENDED]).first()
    is_member = Membership.objects.filter(company=company, user=by).exists()
    knows = company is None or is_member or requests.filter(company=company).exists()
    _write_join_request(by, None if knows else company, message, by_number=number)


def _check_requests_today(by: User) -> None:
    """Count what she asked since yesterday; her row is locked, so that two requests at once are counted, too."""
    User.objects.select_for_update().get(pk=by.pk)
    today = JoinRequest.objects.filter(user=by, created_at__gte=timezone.now() - dt.timedelta(days=1))
    if (today.aggregate(n=Sum("asks"))["n"] or 0) >= JOIN_REQUESTS_A_DAY:
        sentence = _("You have reached the limit of today. Please ask again tomorrow.")
        raise Refused("too_many_requests", sentence, status=429)


def _write_join_request(by: User, company: Company | None, message: str, by_number: str = "") -> JoinRequest:
    request = JoinRequest(company=company, user=by, message=message.strip(), by_number=by_number)
    request.full_clean()
    request.save()
    record(by=by, verb="ask_to_join", on=request, organisation=by if by_number else company)
    if company is None:
        return request
    notify(
        kind="join_requested",
        to=admins(company),
        about=company.uid,
        event_key=f"join_requested:{request.uid}",
        context={"company": company, "person": str(by), "person_uid": str(by.uid), "message": request.message},
        path=f"/companies/{company.uid}/members/",
    )
    return request


@transaction.atomic
def answer_join_request(*, by: User, request: JoinRequest, accept: bool) -> JoinRequest:
    """Let the person in as a member, or not. Two answers at once: the first counts."""
    if request.company is None:  # nobody here has the number that was asked for
        raise NotFound()
    require_admin(by, request.company)
    status = RequestStatus.ACCEPTED if accept else RequestStatus.DECLINED
    moved = JoinRequest.objects.filter(pk=request.pk, status=RequestStatus.OPEN).update(
        status=status, decided_at=timezone.now(), decided_by=by
    )
    if not moved:
        raise Refused("already_answered", _("This request is answered already."))
    request.refresh_from_db()
    if accept:
        add_member(by=by, company=request.company, user=request.user, role=Membership.Role.MEMBER)
    else:
        record(by=by, verb="decline_join_request", on=request, organisation=request.company)
    notify(
        kind="join_answered",
        to=[request.user],
        about=None,
        event_key=f"join_answered:{request.uid}",
        context={"company": lambda: request.company_name, "accepted": accept},
        path="/desk/" if accept else "/companies/",
    )
    return request


@transaction.atomic
def withdraw_join_request(*, by: User, request: JoinRequest) -> None:
    if request.user_id != by.pk:
        raise NotFound()
    rows = JoinRequest.objects.filter(pk=request.pk, status=RequestStatus.OPEN)
    if rows.update(status=RequestStatus.WITHDRAWN, decided_at=timezone.now()):
        organisation = by if request.by_number else request.company
        record(by=by, verb="withdraw_join_request", on=request, organisation=organisation)
