"""Two plans of one event side by side, whoever was registered when each was computed."""

from collections import Counter
from dataclasses import dataclass

from matchmaker.events.models import PlanDraft


@dataclass(frozen=True, slots=True)
class Compared:
    """`gains` and `losses` are (company key, change in meetings), largest first."""

    only_here: int
    only_there: int
    elsewhen: int
    same: int
    gains: list[tuple[int, int]]
    losses: list[tuple[int, int]]


def compare_plans(draft: PlanDraft, other: PlanDraft) -> Compared:
    """How `draft` differs from `other`: pairs that meet in one only, at another time, or just the same."""
    here, there = _pairs(draft), _pairs(other)
    change: Counter[int] = Counter()
    for pair in here:
        change.update(pair)
    for pair in there:
        change.subtract(pair)
    shared = here.keys() & there.keys()
    elsewhen = sum(1 for pair in shared if here[pair] != there[pair])
    ordered = sorted(change.items(), key=lambda item: (-abs(item[1]), item[0]))
    return Compared(
        only_here=len(here) - len(shared),
        only_there=len(there) - len(shared),
        elsewhen=elsewhen,
        same=len(shared) - elsewhen,
        gains=[item for item in ordered if item[1] > 0],
        losses=[item for item in ordered if item[1] < 0],
    )


def _pairs(draft: PlanDraft) -> dict[tuple[int, int], str]:
    """(supplier key, buyer key) → instant."""
    (suppliers, buyers), slots = draft.instance["parties"], draft.instance["slots"]
    return {(suppliers[s], buyers[b]): slots[slot] for s, b, slot, _table in draft.result["meetings"]}
