"""Seeded events whose meetings are given, of the family of the published ones (42–78 companies, 8–22 slots)."""

from __future__ import annotations

import random
from typing import Any


def event(
    seed: int,
    *,
    companies: int = 7,
    meetings: int = 12,
    slots: int = 6,
    tables: int = 3,
    **rules: Any,
) -> dict[str, Any]:
    """Meetings drawn uniformly without repetition, none above the slots of a company.

    Rules: ``fixed``, ``precedences`` (their number), ``off``, ``sessions`` (share), ``fairness``.
    """
    chance = random.Random(seed)
    pairs: list[tuple[int, int]] = []
    degree = [0] * companies
    while len(pairs) < meetings:
        a, b = sorted(chance.sample(range(companies), 2))
        if (a, b) not in pairs and max(degree[a], degree[b]) < slots:
            pairs.append((a, b))
            degree[a] += 1
            degree[b] += 1
    off = [_off(chance, slots, slots - degree[c], rules.get("off", 0.0)) for c in range(companies)]
    rows: list[dict[str, Any]] = [{"a": a, "b": b, "session": "any", "slot": None} for a, b in pairs]
    for row in rows:
        if chance.random() < rules.get("sessions", 0.0):
            row["session"] = chance.choice(["morning", "afternoon"])
    data = {
        "format": "b2b-sched-2",
        "slots": slots,
        "morning": slots // 2 + 1,
        "companies": [{"id": place, "off": away} for place, away in enumerate(off)],
        "meetings": rows,
        "precedences": sorted(
            {tuple(sorted(chance.sample(range(meetings), 2))) for _ in range(rules.get("precedences", 0))}
        ),
        "tables": [tables] * slots,
        "objective": "breaks",
    }
    data["precedences"] = [list(pair) for pair in data["precedences"]]
    if "fairness" in rules:
        data["fairness"] = rules["fairness"]
    _fix(chance, data, rules.get("fixed", 0))
    return data


def _off(chance: random.Random, slots: int, spare: int, share: float) -> list[int]:
    if chance.random() >= share or spare < 1:
        return []
    return sorted(chance.sample(range(slots), min(spare, chance.randint(1, 2))))


def _fix(chance: random.Random, data: dict[str, Any], count: int) -> None:
    """Fix some meetings in slots that their companies and the tables have free."""
    busy: set[tuple[int, int]] = set()
    for row in chance.sample(data["meetings"], count):
        sides = (row["a"], row["b"])
        slots = [
            slot
            for slot in range(data["slots"])
            if all((side, slot) not in busy and slot not in data["companies"][side]["off"] for side in sides)
            and sum(other["slot"] == slot for other in data["meetings"]) < data["tables"][slot]
            and (row["session"] == "any" or (row["session"] == "morning") == (slot < data["morning"]))
        ]
        if slots:
            row["slot"] = chance.choice(slots)
            busy |= {(side, row["slot"]) for side in sides}
