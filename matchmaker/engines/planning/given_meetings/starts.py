"""When each company begins: a small event of its own that says where in the day a plan without breaks can be.

Without a break a company with m meetings is busy in m slots in a row, so its first slot decides its day. Two companies
that meet need a slot in common, and no slot may hold more companies than two at each table. Annealing over the first
slots alone, without any meeting, finds such days in a second where a SAT solver over all meetings needs minutes; it
then searches near these days only (`window`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from matchmaker.engines.planning.given_meetings.instance import GivenMeetings

REPLICAS = 8  # days annealed side by side, so that numpy works on rows of some length
EASE = (4, 2, 0)  # places at the tables of a slot that stay free, by turns: a search with more room is shorter
SWEEPS = 200  # how often each company chooses its first slot
HOT, COLD = 2.0, 0.1
SPARE = 2  # common slots that two companies should have: with one the meeting has no choice
TIGHT = 0.15  # cost of each spare slot that is missing; a meeting without any slot costs 1


@dataclass(frozen=True, slots=True)
class _Company:
    """One company's choices: row s of a table is the day that begins in slot s."""

    place: int
    others: np.ndarray  # int (meetings): whom it meets
    costs: np.ndarray  # float (meetings, first slots of the other, own first slots)
    misfit: np.ndarray  # float (own first slots): its absences in that day
    busy: np.ndarray  # float (own first slots, slots): 1 where it is busy


def likely_starts(instance: GivenMeetings, chance: np.random.Generator) -> Iterator[list[int]]:
    """First slots of the companies, the likeliest of some days first; more of them as long as the caller asks."""
    companies = [_choices(instance, place) for place, meetings in enumerate(instance.meetings_of) if meetings]
    places = 2.0 * np.array(instance.tables)
    latest = np.array([max(0, instance.slots - len(meetings)) for meetings in instance.meetings_of])
    for ease in cycle(EASE):
        room = places - ease
        starts = _anneal(instance, companies, room, chance)
        for replica in np.argsort(_price(companies, starts, room), kind="stable")[: REPLICAS // 4]:
            yield np.minimum(starts[:, replica], latest).tolist()


def window(instance: GivenMeetings, starts: list[int], width: int) -> Iterator[tuple[int, int]]:
    """Pairs (meeting, slot) that are ruled out: more than ``width`` slots before or after the day of a company."""
    for number, meeting in enumerate(instance.meetings):
        sides = (meeting.a, meeting.b)
        first = max(starts[side] for side in sides) - width
        last = min(starts[side] + len(instance.meetings_of[side]) for side in sides) - 1 + width
        yield from ((number, slot) for slot in instance.possible[number] if not first <= slot <= last)


def _choices(instance: GivenMeetings, place: int) -> _Company:
    meetings = instance.meetings_of[place]
    own = _days(instance, place)
    others, costs = [], []
    for number in meetings:
        meeting = instance.meetings[number]
        other = meeting.a + meeting.b - place
        others.append(other)
        costs.append(_meeting_costs(instance, number, _days(instance, other), own))
    away = np.zeros(instance.slots)
    away[sorted(instance.off[place])] = 1
    return _Company(place, np.array(others), np.array(costs), own @ away, own)


def _days(instance: GivenMeetings, place: int) -> np.ndarray:
    """float (slots, slots): 1 where a company is busy, by its first slot; the last rows repeat the latest day."""
    length = len(instance.meetings_of[place])
    first = np.minimum(np.arange(instance.slots), max(0, instance.slots - length))[:, None]
    slot = np.arange(instance.slots)
    return ((slot >= first) & (slot < first + length)).astype(float)


def _meeting_costs(instance: GivenMeetings, number: int, other: np.ndarray, own: np.ndarray) -> np.ndarray:
    """float (first slots of the other, own first slots): how far the two are from enough common slots."""
    possible = np.zeros(instance.slots)
    possible[list(instance.possible[number])] = 1
    common = (other * possible) @ own.T
    enough = min(SPARE, int(common.max()))
    first = np.maximum(other.argmax(axis=1)[:, None], own.argmax(axis=1))
    end = np.minimum(_end(other)[:, None], _end(own))
    first = np.maximum(first, possible.argmax())
    end = np.minimum(end, _end(possible[None])[0])
    apart = np.maximum(0, first - end)
    return np.where(common > 0, 0.0, 1.0 + apart) + TIGHT * np.maximum(0, enough - common)


def _end(busy: np.ndarray) -> np.ndarray:
    """The slot after the last busy one of each row."""
    return busy.shape[1] - busy[:, ::-1].argmax(axis=1)


def _anneal(
    instance: GivenMeetings, companies: list[_Company], room: np.ndarray, chance: np.random.Generator
) -> np.ndarray:
    """int (companies, replicas): first slots. A company chooses among all of its days at once (heat bath)."""
    starts = np.zeros((len(instance.off), REPLICAS), dtype=int)
    for company in companies:
        starts[company.place] = chance.integers(instance.slots, size=REPLICAS)
    load = sum(company.busy[starts[company.place]] for company in companies)
    for heat in np.geomspace(HOT, COLD, SWEEPS):
        noise = heat * chance.gumbel(size=(len(companies), REPLICAS, instance.slots))
        for row, number in enumerate(chance.permutation(len(companies))):
            company = companies[number]
            load = load - company.busy[starts[company.place]]
            crowded = np.maximum(0.0, load + 0.5 - room) @ company.busy.T
            price = _meeting_price(company, starts) + company.misfit + crowded
            starts[company.place] = (price - noise[row]).argmin(axis=1)
            load = load + company.busy[starts[company.place]]
    return starts


def _meeting_price(company: _Company, starts: np.ndarray) -> np.ndarray:
    """float (replicas, own first slots)."""
    rows = np.arange(len(company.others))[:, None]
    return company.costs[rows, starts[company.others]].sum(axis=0)


def _price(companies: list[_Company], starts: np.ndarray, room: np.ndarray) -> np.ndarray:
    """float (replicas): what the days cost in all."""
    replicas = np.arange(starts.shape[1])
    load = sum(company.busy[starts[company.place]] for company in companies)
    total = 0.5 * np.square(np.maximum(0.0, load - room)).sum(axis=1)
    for company in companies:
        own = starts[company.place]
        total = total + _meeting_price(company, starts)[replicas, own] / 2 + company.misfit[own]
    return total
