"""How much of the delivery a price includes, by its Incoterm (Incoterms 2020).

A price under one term says something about the price under another only in one direction: CIF is never cheaper than
FOB, because it adds freight and insurance. How much it adds is not known here.
"""

# What the seller pays, in steps: nothing; hand-over abroad; main carriage; insurance; delivery; unloading; duty.
_STEPS = {
    "EXW": 0,
    "FCA": 1, "FAS": 1, "FOB": 1,
    "CFR": 2, "CPT": 2,
    "CIF": 3, "CIP": 3,
    "DAP": 4,
    "DPU": 5,
    "DDP": 6,
}  # fmt: skip
ABROAD = frozenset(term for term, step in _STEPS.items() if step <= 1)  # the buyer takes the goods over abroad
AT_PLACE = frozenset(term for term, step in _STEPS.items() if step >= 4)  # the seller brings them to the place


def compare_inclusion(offered: str, wanted: str) -> int | None:
    """Whether the offered term includes as much as the wanted one (0), less (-1) or more (1); None: cannot be told."""
    if offered == wanted:
        return 0
    one, other = _STEPS.get(offered), _STEPS.get(wanted)
    if one is None or other is None or one == other:
        return None
    return 1 if one > other else -1
