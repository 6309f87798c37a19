"""Codes of the scheduler as sentences: why a wish was not placed, and what stands in the way of a move."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

from django.utils.translation import gettext as _

from matchmaker.companies.models import Company
from matchmaker.engines.planning import Alternative, Plan, busy_cells, facts
from matchmaker.events.models import Event, MeetingRequest, PlanDraft, Wish
from matchmaker.events.services.meetings import clock
from matchmaker.events.services.snapshot import Snapshot
from matchmaker.events.services.weights import ordered_pair

NOT_POSSIBLE = "not_possible"  # withdrawn, waiting, declined or never: which of them is no one's business


def failure_sentence(draft: PlanDraft) -> str:
    """Why a run ended without a plan, in the reader's language where the scheduler named a code."""
    facts = dict(draft.failure)
    code = facts.pop("code", "")
    if "slot" in facts:
        facts["slot"] = clock(draft.event, dt.datetime.fromisoformat(facts["slot"]))
    sentences = {
        "no_slot": _("%(company)s and %(other)s have no time in which both are there and a table stands free."),
        "fixed_tables": _("At %(slot)s more meetings are booked than there are tables (%(tables)d)."),
        "fixed_twice": _("%(company)s has two meetings booked at %(slot)s."),
        "fixed_too_many": _("%(company)s has %(meetings)d meetings booked but may have at most %(most)d."),
        "fixed_no_interpreter": _(
            "%(company)s and %(other)s have a meeting booked at %(slot)s and share no language, but no interpreter "
            "is free then. Add an interpreter, or unlock or move the meeting."
        ),
        "contradiction": _("The data of this event contradict each other, so that no plan can be computed."),
        "gave_up": _("The computation stopped %(attempts)d times before its end. Start it again."),
        "too_many": _("%(company)s has %(meetings)d agreed meetings but is there in only %(slots)d slots."),
        "tables": _("There are %(meetings)d agreed meetings but places for only %(places)d."),
        "crowded": _("The %(meetings)d agreed meetings of %(company)s do not fit into the times it has."),
        "few_tables": _("There are too few tables at the times that the companies can meet."),
        "without_fixed": _(
            "No plan has all agreed meetings (proven). If booked meetings could move, there would be one."
        ),
        "without_away": _(
            "No plan has all agreed meetings (proven). If companies were there longer, there would be one."
        ),
        "without_tables": _("No plan has all agreed meetings (proven). With more tables there would be one."),
        "none": _("No plan has all agreed meetings (proven)."),
        "no_time": _("No plan was found in the time given. Give it more seconds."),
    }
    return sentences[code] % facts if code in sentences else draft.last_error


@dataclass(frozen=True, slots=True)
class UnplacedWish:
    """A wish that found no slot. `supplier_at` and `buyer_at` are places in the instance, None outside of it."""

    supplier: Company
    buyer: Company
    kinds: tuple[str, ...]  # must_supplier, would_buyer, accepted …
    code: str
    sentence: str
    supplier_at: int | None
    buyer_at: int | None


class UnplacedWishes(Sequence[UnplacedWish]):
    """Every wish and accepted request of the event that the plan does not place, the strongest first.

    With `matches` it is the pairs that only matching speaks for. Sentences are made for the rows that are asked for: a
    large event has a hundred thousand.
    """

    def __init__(self, draft: PlanDraft, standing: Snapshot, plan: Plan, *, matches: bool = False):
        self.standing, self.plan = standing, plan
        self.cell = busy_cells(standing.instance, plan.meetings)
        wished = _wishes_by_pair(draft.event)
        if matches:
            self.kinds = {pair: {"match"} for pair in self.codes if pair not in wished}
            self.pairs = sorted(self.kinds)
            return
        placed = {(standing.suppliers[s], standing.buyers[b]) for s, b, _slot, _table in plan.meetings}
        rank = {"accepted": 0, "must": 1, "would": 2}
        rows = [(min(rank[kind.split("_")[0]] for kind in wished[pair]), *pair) for pair in wished.keys() - placed]
        self.pairs = [(supplier, buyer) for _rank, supplier, buyer in sorted(rows)]
        self.kinds = wished

    def __len__(self) -> int:
        return len(self.pairs)

    @overload
    def __getitem__(self, place: int) -> UnplacedWish: ...
    @overload
    def __getitem__(self, place: slice) -> list[UnplacedWish]: ...
    def __getitem__(self, place):
        if isinstance(place, slice):
            return self._explain(self.pairs[place])
        return self._explain([self.pairs[place]])[0]

    @cached_property
    def codes(self) -> dict[tuple[int, int], str]:
        suppliers, buyers = self.standing.suppliers, self.standing.buyers
        return {(suppliers[row.supplier], buyers[row.buyer]): row.code for row in self.plan.unplaced}

    def _explain(self, pairs: list[tuple[int, int]]) -> list[UnplacedWish]:
        companies = Company.objects.in_bulk({key for pair in pairs for key in pair})
        found = []
        for pair in pairs:
            code = self.codes.get(pair, NOT_POSSIBLE)
            s, b = self.standing.supplier_at.get(pair[0]), self.standing.buyer_at.get(pair[1])
            numbers: Mapping = {}
            if code != NOT_POSSIBLE and s is not None and b is not None:
                numbers = facts(self.standing.instance, self.plan.meetings, s, b, cell=self.cell)
            supplier, buyer = companies[pair[0]], companies[pair[1]]
            sentence = why_not(code, supplier.display_name, buyer.display_name, numbers)
            found.append(UnplacedWish(supplier, buyer, tuple(sorted(self.kinds[pair])), code, sentence, s, b))
        return found


def _wishes_by_pair(event: Event) -> dict[tuple[int, int], set[str]]:
    """(supplier key, buyer key) → what speaks for the pair: must_supplier, would_buyer, accepted …"""
    sides = dict(event.participations.values_list("company", "side"))

    def pair_of(one: int, other: int) -> tuple[int, int]:
        if event.is_of_equals:
            return ordered_pair(one, other)
        return (one, other) if sides.get(one, "supplier") == "supplier" else (other, one)

    wished: dict[tuple[int, int], set[str]] = {}
    for one, other, kind in Wish.objects.positive().filter(event=event).values_list("company", "other", "kind"):
        pair = pair_of(one, other)
        side = "supplier" if pair[0] == one else "buyer"
        wished.setdefault(pair, set()).add(kind if event.is_of_equals else f"{kind}_{side}")
    accepted = MeetingRequest.objects.filter(event=event, status=MeetingRequest.Status.ACCEPTED)
    for one, other in accepted.values_list("company", "other"):
        wished.setdefault(pair_of(one, other), set()).add("accepted")
    return wished


def why_not(code: str, supplier: str, buyer: str, numbers: Mapping) -> str:
    """One sentence for one code."""
    names = {"supplier": supplier, "buyer": buyer, **numbers}
    sentence = {
        "no_common_slot": _("%(supplier)s and %(buyer)s are never there at the same time."),
        "no_interpreter": _("%(supplier)s and %(buyer)s share no language, and no interpreter is free when both are."),
        "both_full": _(
            "Both have as many meetings as they can: %(supplier)s %(supplier_meetings)d, %(buyer)s %(buyer_meetings)d."
        ),
        "supplier_full": _("%(supplier)s has as many meetings as it can: %(supplier_meetings)d."),
        "buyer_full": _("%(buyer)s has as many meetings as it can: %(buyer_meetings)d."),
        "no_table": _("Both are free together, but every table is taken then."),
        "lost_to_better": _(
            "In each of the %(common_slots)d slots both share, one of them has another meeting that matches or is "
            "wished for more."
        ),
        "second_day": _(
            "One of the two would have come on one more day for this meeting alone; it was left out to save that day."
        ),
        NOT_POSSIBLE: _(
            "This meeting is not possible: one of the two is not registered, declined, or cannot be brought together "
            "with the other."
        ),
    }[code]
    return sentence % names


def in_the_way(option: Alternative, standing: Snapshot, names: Mapping[int, str]) -> list[str]:
    """What stands in the way of one slot, a sentence each; nothing when the slot is free."""
    found = []
    for conflict in option.conflicts:
        if conflict.meeting is not None:
            s, b = conflict.meeting
            pair = {"supplier": names[standing.suppliers[s]], "buyer": names[standing.buyers[b]]}
            found.append(
                (
                    _("%(supplier)s meets %(buyer)s then, which is locked.")
                    if conflict.booked
                    else _("%(supplier)s meets %(buyer)s then.")
                )
                % pair
            )
        else:
            found.append(
                {
                    "supplier_full": _("The supplier has as many meetings as it can."),
                    "buyer_full": _("The buyer has as many meetings as it can."),
                    "no_table": _("Every table is taken then."),
                    "no_interpreter": _("No interpreter is free then."),
                }[conflict.code]
            )
    return found
