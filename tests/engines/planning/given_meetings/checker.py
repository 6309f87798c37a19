"""An independent judge of plans for given meetings: reads the two JSON objects, shares no line with the solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any


def faults(event: dict[str, Any], plan: dict[str, Any]) -> list[str]:
    """Every broken rule, and every figure of the plan that is not true, as a sentence."""
    slots = plan.get("slots")
    if not isinstance(slots, list) or len(slots) != len(event["meetings"]):
        return ["the plan does not give each meeting a slot"]
    found = [f"meeting {i} is in slot {t}" for i, t in enumerate(slots) if not 0 <= t < event["slots"]]
    if found:
        return found
    agenda: dict[int, list[int]] = {company["id"]: [] for company in event["companies"]}
    for meeting, slot in zip(event["meetings"], slots, strict=True):
        agenda[meeting["a"]].append(slot)
        agenda[meeting["b"]].append(slot)
    found = [*_of_meetings(event, slots), *_of_companies(event, agenda)]
    for slot, count in Counter(slots).items():
        if count > event["tables"][slot]:
            found.append(f"slot {slot} has {count} meetings at {event['tables'][slot]} tables")
    counts = [breaks(own) for own in agenda.values()]
    if event.get("fairness") is not None and max(counts) - min(counts) > event["fairness"]:
        found.append("breaks are not shared fairly")
    if plan["breaks"] != sum(counts):
        found.append(f"the plan has {sum(counts)} breaks, not {plan['breaks']}")
    if plan["bound"] > plan["breaks"] or plan["proven"] != (plan["bound"] == plan["breaks"]):
        found.append("the bound does not fit the number of breaks")
    return found


def _of_meetings(event: dict[str, Any], slots: list[int]) -> Iterator[str]:
    for i, (meeting, slot) in enumerate(zip(event["meetings"], slots, strict=True)):
        if meeting.get("slot") not in (None, slot):
            yield f"meeting {i} is not in the slot it is fixed in"
        half = "morning" if slot < event.get("morning", event["slots"]) else "afternoon"
        if meeting.get("session", "any") not in ("any", half):
            yield f"meeting {i} is in the {half}"
    for i, j in event.get("precedences", []):
        if slots[i] >= slots[j]:
            yield f"meeting {i} is not before meeting {j}"


def _of_companies(event: dict[str, Any], agenda: dict[int, list[int]]) -> Iterator[str]:
    for company in event["companies"]:
        for slot, count in Counter(agenda[company["id"]]).items():
            if count > 1:
                yield f"company {company['id']} meets twice in slot {slot}"
            if slot in company.get("off", []):
                yield f"company {company['id']} is away in slot {slot}"


def breaks(own: list[int]) -> int:
    """How often a company waits: between two meetings that follow each other there is an empty slot."""
    ordered = sorted(own)
    return sum(later - earlier > 1 for earlier, later in pairwise(ordered))
