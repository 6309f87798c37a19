"""What partners do: hand out codes, enrol companies, vouch for them; and what the team allows them.

Country partners and trading groups of buyers work in the same way; a trading group brings buyers only. A partner
follows only the companies it brought. The quota counts both ways of bringing one, by code and at the desk, also those
that the partners below it brought. It holds for two who use the last place at once: the rows of the partner and of
those above it are locked.
"""

import datetime as dt
import secrets

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Enrolment, Partner, PartnerCode, PartnerSeat
from matchmaker.campaigns.models.partners import LEVELS, within
from matchmaker.campaigns.services import approve_automatically, require_organiser, seats
from matchmaker.campaigns.services.approval import require_not_archived
from matchmaker.companies import invitations
from matchmaker.companies.members import admins, require_admin
from matchmaker.companies.models import Company
from matchmaker.companies.services import start_company
from matchmaker.core import reference
from matchmaker.core.problems import NotFound, Refused
from matchmaker.notifications.services import notify, take_back

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is taken for another on paper
LONGEST_DAYS = 365
PARTNER_FIELDS = ("name", "country", "quota", "is_trusted", "parent")


def require_partner(user: User, partner: Partner) -> None:
    """Raise 404 for anyone who does not sit at this partner's desk, 409 where the campaign is archived."""
    if not Partner.objects.open().of(user).filter(pk=partner.pk).exists():
        raise NotFound()
    require_not_archived(partner.campaign)


# -- the team's side --------------------------------------------------------------------------------------------------


@transaction.atomic
def save_partner(
    *, by: User, campaign: Campaign, partner: Partner | None = None, kind: str = Partner.Kind.COUNTRY, **fields
) -> Partner:
    """Admit a partner or a trading group, or change what it may do. The kind of one that is there does not change.

    Raises:
        ValidationError: by field.
        Refused: for whom does not run the campaign, for a parent that cannot be one, and for a quota below what was
            brought already.
    """
    require_organiser(by, campaign)
    partner = partner or Partner(campaign=campaign, kind=kind)
    fields = {"parent": partner.parent, "country": "", "is_trusted": partner.is_trusted, **fields}
    for name in PARTNER_FIELDS:
        setattr(partner, name, fields[name])
    _require_parent(partner)
    if partner.country and partner.country not in reference.countries():
        raise Refused("unknown_country", _("Choose a country or region from the list."), field="country", status=400)
    brought = companies_brought(partner) if partner.pk else 0
    if partner.quota is not None and partner.quota < brought:
        raise Refused(
            "quota_below_use",
            _("This partner has brought %(count)d companies already.") % {"count": brought},
            field="quota",
            status=400,
        )
    partner.full_clean()
    partner.save()
    facts = fields | {"kind": partner.kind, "parent": str(partner.parent.uid) if partner.parent else ""}
    record(by=by, verb="save_partner", on=partner, organisation=campaign, facts=facts)
    return partner


def possible_parents(campaign: Campaign, kind: str, partner: Partner | None = None) -> list[Partner]:
    """Those of the kind under which a partner, or a new one, can stand, as a tree in the order of their names."""
    rows = Partner.objects.open().filter(campaign=campaign, kind=kind).with_parents()
    below = _levels_below(partner) if partner else 0
    if partner:
        rows = rows.exclude(pk__in=Partner.objects.within(partner).values("pk"))
    fit = [row for row in rows if len(row.chain()) + 1 + below <= LEVELS]
    return sorted(fit, key=lambda row: row.full_name)


def _levels_below(partner: Partner) -> int:
    children = Partner.objects.filter(parent=partner.pk)
    if not children.exists():
        return 0
    return 2 if Partner.objects.filter(parent__in=children).exists() else 1


def _require_parent(partner: Partner) -> None:
    """Raise for a parent of another campaign or kind, one that stands below it, and a tree that gets too high."""
    if partner.parent is None:
        return
    list(Partner.objects.select_for_update(of=("self",)).filter(campaign=partner.campaign).order_by("pk"))
    known = partner if partner.pk else None
    if partner.parent not in possible_parents(partner.campaign, partner.kind, known):
        raise Refused("wrong_parent", _("This one cannot be its parent."), field="parent", status=400)
    own = within(partner, "partner__") if partner.pk else Q()
    for above in partner.parent.chain():
        brought = Enrolment.objects.order_by().filter(within(above, "partner__") | own)
        if brought.values("company").distinct().count() > above.quota:
            sentence = _("With its companies %(parent)s would have more than its quota of %(quota)d.")
            facts = {"parent": above, "quota": above.quota}
            raise Refused("above_parents_quota", sentence % facts, field="parent", status=400)


@transaction.atomic
def close_partner(*, by: User, partner: Partner) -> None:
    """End it and all below it: their desks and codes open nothing any more, and their word counts no longer."""
    require_organiser(by, partner.campaign)
    for one in Partner.objects.open().within(partner).select_for_update(of=("self",)).order_by("pk"):
        Partner.objects.filter(pk=one.pk).update(closed_at=timezone.now())
        record(by=by, verb="close_partner", on=one, organisation=partner.campaign)


@transaction.atomic
def give_seat(*, by: User, partner: Partner, email: str) -> PartnerSeat:
    """Let anyone who owns this address sit at the partner's desk, and tell her."""
    require_organiser(by, partner.campaign)
    seat = PartnerSeat(partner=partner, email=email, language=by.language, given_by=by)
    seats.offer(seat)
    record(by=by, verb="give_seat", on=seat, organisation=partner.campaign, facts={"partner": str(partner.uid)})
    return seat


@transaction.atomic
def withdraw_seat(*, by: User, seat: PartnerSeat) -> None:
    """It holds at the next request: pages read the seat every time."""
    require_organiser(by, seat.partner.campaign)
    if seats.withdraw(seat):
        if seat.user:
            take_back(person=seat.user, about=seat.partner.uid)
        record(by=by, verb="withdraw_seat", on=seat, organisation=seat.partner.campaign)


@transaction.atomic
def take_seats(*, by: User) -> int:
    """Accept all invitations to desks that were sent to the user's confirmed addresses; returns how many."""
    taken = list(seats.take(PartnerSeat.objects.select_related("partner__campaign"), by))
    for seat in taken:
        record(by=by, verb="take_seat", on=seat, organisation=seat.partner.campaign)
    return len(taken)


# -- the partner's side -----------------------------------------------------------------------------------------------


@transaction.atomic
def make_code(*, by: User, partner: Partner, label: str, quota: int, days: int, vouches: bool = False) -> PartnerCode:
    """A code that lets so many companies register as this partner's, for so many days.

    Raises:
        ValidationError: by field.
        Refused: for more companies than the partner may still bring, or more than a year.
    """
    require_partner(by, partner)
    left = places_left(partner)
    if not 1 <= quota <= left:
        raise Refused(
            "above_quota",
            _("You may still bring %(count)d companies.") % {"count": left},
            field="quota",
            status=400,
        )
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused("too_long", _("A code lives between one day and a year."), field="days", status=400)
    code = PartnerCode(
        partner=partner,
        code="-".join("".join(secrets.choice(LETTERS) for _place in range(5)) for _part in range(2)),
        label=label.strip(),
        quota=quota,
        vouches=vouches,
        made_by=by,
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    code.full_clean()
    code.save()
    facts = {"partner": str(partner.uid), "quota": quota, "days": days, "vouches": vouches}
    record(by=by, verb="make_code", on=code, organisation=partner.campaign, facts=facts)
    return code


@transaction.atomic
def withdraw_code(*, by: User, code: PartnerCode) -> None:
    require_partner(by, code.partner)
    if PartnerCode.objects.filter(pk=code.pk, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now()):
        record(by=by, verb="withdraw_code", on=code, organisation=code.partner.campaign)


def companies_brought(partner: Partner) -> int:
    """By it and by all below it, each once."""
    return Enrolment.objects.order_by().within(partner).values("company").distinct().count()


def places_left(partner: Partner) -> int:
    """How many it may still bring: its own quota, and that of each one above it."""
    return max(0, min(one.quota - companies_brought(one) for one in partner.chain()))


def open_code(text: str) -> PartnerCode | None:
    """The code as it was typed, in any case and with or without its dash, if it still lets a person in."""
    plain = "".join(char for char in text.upper() if char in LETTERS)[:10]
    return PartnerCode.objects.open().select_related("partner").filter(code=f"{plain[:5]}-{plain[5:]}").first()


def _enrol(partner: Partner, company: Company, by: User, code: PartnerCode | None = None) -> Enrolment:
    """Write the row under the lock of the partner and those above it, so that the quota holds for two at once."""
    chain = [one.pk for one in partner.chain()]
    list(Partner.objects.select_for_update(of=("self",)).filter(pk__in=chain).order_by("pk"))
    if partner.is_group and not company.is_buyer:
        raise Refused("buyers_only", _("A trading group brings buyers. Ask a country partner."), field="code")
    if Enrolment.objects.filter(partner=partner, company=company).exists():
        raise Refused("already_enrolled", _("This partner follows the company already."), field="code")
    if places_left(partner) < 1 or (code and PartnerCode.objects.counted().get(pk=code.pk).used >= code.quota):
        raise Refused(
            "quota_used",
            _("All places of this code are taken. Ask the person who gave it to you for another."),
            field="code",
        )
    enrolment = Enrolment.objects.create(partner=partner, company=company, code=code, enrolled_by=by)
    facts = {"partner": str(partner.uid), "code": code.code if code else ""}
    record(by=by, verb="enrol_company", on=enrolment, organisation=company, facts=facts)
    return enrolment


@transaction.atomic
def use_code(*, by: User, company: Company, text: str) -> Enrolment:
    """A company's administrator lets the partner who gave her the code follow it.

    Raises:
        Refused: for a code that is unknown, used up, run out or withdrawn (one sentence for all: no one learns which).
    """
    require_admin(by, company)
    code = open_code(text)
    if code is None:
        raise Refused(
            "code_unknown",
            _("This code is not known, has expired or is used up. Ask the person who gave it to you."),
            field="code",
            status=400,
        )
    enrolment = _enrol(code.partner, company, by, code)
    notify(
        kind="partner_enrolled",
        to=_people(code.partner),
        about=code.partner.uid,
        event_key=f"partner_enrolled:{enrolment.uid}",
        context={"partner": code.partner.name, "company": company, "label": code.label},
        path=f"/partner/{code.partner.uid}/companies/{enrolment.uid}/",
    )
    if code.vouches and not _is_own_company(code, company):
        sentence = _("Registered with our code for: %(label)s") % {"label": code.label}
        _write_vouch(code.made_by, enrolment, sentence)
    return enrolment


def _is_own_company(code: PartnerCode, company: Company) -> bool:
    """Whether one of the desk belongs to the company: a colleague of the desk must vouch for it, see `vouch`."""
    desk = {person.pk for person in _people(code.partner)} | {code.made_by_id}
    return company.memberships.filter(user__in=desk - {None}).exists()


def _people(partner: Partner) -> list[User]:
    return list(User.objects.filter(partnerseats__in=partner.seats.standing(), is_active=True).distinct())


@transaction.atomic
def enrol_company(*, by: User, partner: Partner, side: str = "buyer", **fields) -> Enrolment:
    """Open a draft for a company of one's own and ask its contact person by mail to take it over.

    A trading group enrols buyers, whatever `side` says.

    The draft has no administrator until she accepts: the partner creates it and has no rights in it.

    Raises:
        ValidationError: by field.
        Refused: when all places are taken.
    """
    require_partner(by, partner)
    side = "buyer" if partner.is_group else side
    company = start_company(by=by, side=side, administered=False, **fields)
    enrolment = _enrol(partner, company, by)
    invitations.invite_first(by=by, company=company, email=company.contact_email)
    return enrolment


@transaction.atomic
def vouch(*, by: User, enrolment: Enrolment, text: str) -> Enrolment:
    """Say that one knows this company and answers for what it says of itself.

    Raises:
        Refused: for one's own company (403), or without a sentence.
    """
    require_partner(by, enrolment.partner)
    if enrolment.company.members.filter(pk=by.pk).exists():
        raise Refused("own_company", _("Another person of your desk must vouch for your own company."), status=403)
    if not text.strip():
        raise Refused("vouch_empty", _("Say in a sentence what you know of it."), field="vouch", status=400)
    return _write_vouch(by, enrolment, text.strip())


def _write_vouch(by: User | None, enrolment: Enrolment, text: str) -> Enrolment:
    enrolment.vouch, enrolment.vouched_at, enrolment.vouched_by = text[:500], timezone.now(), by
    enrolment.full_clean()
    enrolment.save(update_fields=["vouch", "vouched_at", "vouched_by"])
    partner, company = enrolment.partner, enrolment.company
    record(by=by, verb="vouch", on=enrolment, organisation=company, facts={"partner": str(partner.uid), "text": text})
    notify(
        kind="partner_vouched",
        to=admins(company),
        about=company.uid,
        event_key=f"partner_vouched:{enrolment.uid}:{enrolment.vouched_at.isoformat()}",
        context={"partner": partner.name, "company": company},
        path=f"/companies/{company.uid}/members/",
    )
    approve_automatically(company=company, campaign=partner.campaign)
    return enrolment


@transaction.atomic
def withdraw_vouch(*, by: User, enrolment: Enrolment, reason: str) -> None:
    """Take one's word back. What was approved on it stays approved until the team decides otherwise; it is told."""
    require_partner(by, enrolment.partner)
    if not reason.strip():
        raise Refused("reason_missing", _("Say why, for those who read the record."), field="reason", status=400)
    standing = Enrolment.objects.filter(pk=enrolment.pk, vouched_at__isnull=False)
    if standing.update(vouched_at=None, vouched_by=None, vouch=""):
        facts = {"partner": str(enrolment.partner.uid), "reason": reason.strip()[:500]}
        record(by=by, verb="withdraw_vouch", on=enrolment, organisation=enrolment.company, facts=facts)


@transaction.atomic
def leave_partner(*, by: User, enrolment: Enrolment) -> None:
    """A company's administrator ends it: the partner follows and vouches no longer. Twice is once.

    The place of the code stays used: otherwise a code for one company would let in any number, one after the other.
    """
    require_admin(by, enrolment.company)
    facts = {"partner": str(enrolment.partner.uid)}
    if Enrolment.objects.filter(pk=enrolment.pk).delete()[0]:
        record(by=by, verb="leave_partner", on=enrolment, organisation=enrolment.company, facts=facts)
        PartnerCode.objects.filter(pk=enrolment.code_id).update(ended=F("ended") + 1)


def is_vouched_for(company: Company) -> bool:
    """Whether a company that is not approved yet may do what costs others something, on a country partner's word."""
    waits = company.status in (Company.Status.DRAFT, Company.Status.PENDING)
    return waits and Enrolment.objects.vouched().filter(company=company).exists()
