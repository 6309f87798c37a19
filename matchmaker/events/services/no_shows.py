"""Companies that do not come: how likely that is by earlier events, and who could meet instead."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from matchmaker.companies.models import Company
from matchmaker.events.models import Event, Meeting
from matchmaker.events.services.outcomes import AttendanceRate, attendance_rates, average_attendance
from matchmaker.events.services.participations import away_slots
from matchmaker.events.services.weights import worths

# The average of all companies counts like this many meetings of the company itself (the mean of a beta distribution;
# Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, ch. 2).
PRIOR_MEETINGS = 5
AT_RISK = 0.2  # from these odds on, a meeting has a replacement prepared


@dataclass(frozen=True, slots=True)
class NoShow:
    """The `odds` that a company does not keep a meeting, and what they rest on: its own record and that of all."""

    odds: float
    own: AttendanceRate
    all: AttendanceRate

    @property
    def percent(self) -> int:
        return round(100 * self.odds)


def no_shows(event: Event, companies: Collection[int]) -> dict[int, NoShow]:
    """The odds for each company, from meetings of earlier events; empty where there was none to learn from."""
    total = average_attendance(event.campaign_id, event.starts_on)
    if not total.of:
        return {}
    rates = attendance_rates(companies, before=event.starts_on)
    average = 1 - total.kept / total.of
    found = {}
    for key in companies:
        own = rates.get(key, AttendanceRate(0, 0))
        odds = (own.of - own.kept + PRIOR_MEETINGS * average) / (own.of + PRIOR_MEETINGS)
        found[key] = NoShow(odds, own, total)
    return found


@dataclass(frozen=True, slots=True)
class FillIn:
    """If `absent` does not come, `waiting` could meet `instead` at the same time and table; None where no one can."""

    meeting: Meeting
    absent: Company
    no_show: NoShow
    waiting: Company
    instead: Company | None


def fill_ins(event: Event, when: dt.datetime) -> list[FillIn]:
    """For each meeting of a slot that is at risk, whom the other side could meet instead, the likeliest first.

    Only companies that are free then, that one of the two wishes for or that match, and each for one meeting.
    """
    planned = Meeting.objects.of(event).filter(starts_at=when, status=Meeting.Status.PLANNED)
    pairs = planned.order_by().values_list("supplier", "buyer")
    odds = no_shows(event, {key for pair in pairs for key in pair})
    likely = [key for key, one in odds.items() if one.odds >= AT_RISK]
    if not likely:
        return []
    at_risk = planned.filter(Q(supplier__in=likely) | Q(buyer__in=likely)).select_related("supplier", "buyer")
    risks = [
        (odds[absent.pk], one, absent, waiting)
        for one in at_risk
        for absent, waiting in ((one.supplier, one.buyer), (one.buyer, one.supplier))
        if absent.pk in odds and odds[absent.pk].odds >= AT_RISK
    ]
    free, weights = _free_at(event, when), _weights(event)
    chosen = []
    for no_show, meeting, absent, waiting in sorted(risks, key=lambda risk: (-risk[0].odds, risk[1].pk)):
        choices = [(worth, -key) for key, worth in weights[waiting.pk].items() if key in free]
        best = -max(choices)[1] if choices else None
        free.discard(best)
        chosen.append((meeting, absent, no_show, waiting, best))
    companies = Company.objects.in_bulk([best for *_risk, best in chosen if best])
    return [
        FillIn(meeting, absent, no_show, waiting, companies.get(best))
        for meeting, absent, no_show, waiting, best in chosen
    ]


def _free_at(event: Event, when: dt.datetime) -> set[int]:
    """Registered companies that are there in a slot and meet no one."""
    rows = event.participations.registered().only("company", "away", "absent")
    there = {row.company_id for row in rows if when not in away_slots(row)}
    meet = Meeting.objects.of(event).active().filter(starts_at=when).values_list("supplier", "buyer")
    return there - {key for pair in meet for key in pair}


def _weights(event: Event) -> defaultdict[int, dict[int, int]]:
    """For each company those it may meet and does not meet yet, with what a meeting is worth."""
    rows = list(event.participations.registered().values_list("company", "side"))
    keys = {side: {key for key, own in rows if event.is_of_equals or own == side} for side in ("supplier", "buyer")}
    met = set(map(frozenset, Meeting.objects.of(event).active().order_by().values_list("supplier", "buyer")))
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for (one, other), worth in worths(event, keys["supplier"], keys["buyer"]).items():
        if frozenset((one, other)) not in met:
            found[one][other] = found[other][one] = worth.weight
    return found
