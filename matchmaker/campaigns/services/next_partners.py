"""Partners and trading groups that go on into another campaign, with their desks and the companies they follow."""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Q

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Enrolment, Partner, PartnerSeat
from matchmaker.campaigns.models.partners import LEVELS
from matchmaker.campaigns.services import seats
from matchmaker.campaigns.services.partners import places_left
from matchmaker.core import languages


def count_new(target: Campaign, chosen: Iterable[Partner]) -> int:
    """How many partners would be added, with those below the chosen ones."""
    return sum(1 for partner in _trees(chosen) if _same(target, partner) is None)


@transaction.atomic
def carry_partners(*, by: User, source: Campaign, target: Campaign, chosen: Collection[Partner]) -> int:
    """Let partners of `source` work in `target`, too; returns how many are new there. Twice is once.

    Quota, country and trust are as before. Codes and words given for companies are not: they were for that campaign.
    A partner follows those of its companies that take part in `target`, up to its quota. The caller checks the rights.
    """
    added = 0
    for partner in _trees(chosen):
        one = _same(target, partner)
        if one is None:
            one, added = _copy(target, partner), added + 1
        _give_seats(by, partner, one)
        _follow(by, partner, one)
    if chosen:
        facts = {"from": source.slug, "partners": added}
        record(by=by, verb="take_over_partners", on=target, organisation=target, facts=facts)
    return added


def _trees(chosen: Iterable[Partner]) -> list[Partner]:
    """The chosen ones and all below them that are open, each behind the one above it."""
    level, rows = list(chosen), []
    for _step in range(LEVELS):
        rows += level
        level = list(Partner.objects.open().filter(parent__in=level).select_related("parent__parent"))
    return rows


def _same(target: Campaign, partner: Partner) -> Partner | None:
    """The partner of the same name at the same place of the tree of `target`."""
    place = Q(parent__isnull=True)
    if partner.parent is not None:
        above = _same(target, partner.parent)
        if above is None:
            return None
        place = Q(parent=above)
    rows = Partner.objects.filter(place, campaign=target, kind=partner.kind).with_parents()
    return rows.filter(name__en__iexact=partner.name.text(languages.ENGLISH)).first()


def _copy(target: Campaign, partner: Partner) -> Partner:
    copied = Partner(
        campaign=target,
        kind=partner.kind,
        parent=_same(target, partner.parent) if partner.parent else None,
        name=partner.name,
        country=partner.country,
        quota=partner.quota,
        is_trusted=partner.is_trusted,
    )
    copied.full_clean()
    copied.save()
    return copied


def _give_seats(by: User, before: Partner, now: Partner) -> None:
    """A seat for each person at the desk, who is told of it."""
    there = {email.lower() for email in now.seats.standing().values_list("email", flat=True)}
    for seat in before.seats.standing():
        if seat.email.lower() not in there:
            seats.offer(PartnerSeat(partner=now, email=seat.email, language=seat.language, given_by=by))


def _follow(by: User, before: Partner, now: Partner) -> None:
    here = now.campaign.participations.values("company")
    rows = before.enrolments.filter(company__in=here).exclude(company__in=now.enrolments.values("company"))
    companies = list(rows.order_by("pk").values_list("company", flat=True)[: places_left(now)])
    Enrolment.objects.bulk_create(Enrolment(partner=now, company_id=one, enrolled_by=by) for one in companies)
