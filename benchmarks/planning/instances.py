"""Seeded events to measure on: parties with sectors and popularity, absences, caps, tables, booked meetings.

    python benchmarks/planning/instances.py SUPPLIERS BUYERS SLOTS --seed N --variant VARIANT --out FILE.json

The variants are norm, tight, tables and free. norm: tables for 60 % of a side, caps below the slots; tables: tables
for 30 %; tight: everybody wants every slot and tables never run out; free: like tight with caps, and nobody is ever
away. Format: docs/scheduling.md.
"""

from __future__ import annotations

import argparse
import json
import random
from itertools import accumulate, combinations
from pathlib import Path
from typing import Any

VARIANTS = ("norm", "tight", "tables", "free")
SECTORS = 16


def make_instance(suppliers: int, buyers: int, slots: int, *, seed: int, variant: str = "norm") -> dict[str, Any]:
    """One event as the JSON object ``b2b-sched-1``; the same arguments give the same event."""
    if variant not in VARIANTS:
        raise ValueError(f"no variant {variant!r}")
    rng = random.Random(f"event {variant} {suppliers} {buyers} {slots} {seed}")
    half = slots if slots <= 12 else (slots + 1) // 2
    smaller = min(suppliers, buyers)
    share = {"norm": 0.6, "tables": 0.3}.get(variant, 1.0)
    wobble = (0.8, 1.0, 1.0, 1.1) if variant in ("norm", "tables") else (1.0,)
    event = {
        "format": "b2b-sched-1",
        "name": f"{variant} {suppliers}×{buyers}×{slots} seed {seed}",
        "slots": slots,
        "day": [slot // half for slot in range(slots)],
        "tables": [max(1, int(share * smaller * rng.choice(wobble))) for _ in range(slots)],
        "suppliers": [_party(rng, slots, variant, 0.5, 0.9) for _ in range(suppliers)],
        "buyers": [_party(rng, slots, variant, 0.3, 0.8) for _ in range(buyers)],
        "edges": _pairs(rng, suppliers, buyers),
        "fair_bonus": 300,
    }
    event["fixed"] = [] if variant == "free" else _booked(rng, event)
    return event


def _party(rng: random.Random, slots: int, variant: str, low: float, high: float) -> dict[str, Any]:
    """About a fifth of the slots away: three in ten miss half the event, everybody misses a slot now and then."""
    away: set[int] = set()
    if variant != "free":
        if rng.random() < 0.3:
            length = slots // 2
            begin = rng.choice((0, slots - length, rng.randint(0, slots - length)))
            away.update(range(begin, begin + length))
        away.update(slot for slot in range(slots) if rng.random() < 0.06)
        if len(away) > slots - 2:
            away = set(sorted(away)[: slots - 2])
    cap = slots if variant == "tight" else rng.randint(max(1, int(low * slots)), int(high * slots))
    return {"cap": cap, "min": min(3, cap), "off": sorted(away)}


def _pairs(rng: random.Random, suppliers: int, buyers: int) -> list[list[int]]:
    """30 to 60 suppliers for each buyer, mostly of a shared sector, popular ones more often."""
    fame = [min(12.0, rng.paretovariate(1.6)) for _ in range(suppliers)]
    offers = [set(rng.sample(range(SECTORS), rng.choice((1, 1, 2)))) for _ in range(suppliers)]
    inside = [[s for s in range(suppliers) if sector in offers[s]] for sector in range(SECTORS)]
    odds = [list(accumulate(fame[s] for s in group)) for group in inside]
    pairs = []
    for buyer in range(buyers):
        seeks = rng.sample(range(SECTORS), rng.choice((1, 2, 3)))
        wanted, chosen = min(suppliers, rng.randint(30, 60)), set()
        for _ in range(20 * wanted):
            if len(chosen) == wanted:
                break
            sector = rng.choice(seeks)
            if rng.random() >= 0.8:
                chosen.add(rng.randrange(suppliers))
            elif inside[sector]:
                chosen.add(rng.choices(inside[sector], cum_weights=odds[sector])[0])
        for supplier in sorted(chosen):
            fit = min(1.0, 0.35 * len(offers[supplier].intersection(seeks)) + 0.65 * rng.betavariate(2, 3))
            theirs, ours = rng.random() < 0.3, rng.random() < 0.3
            weight = 100 + int(400 * fit) + 200 * theirs + 200 * ours + 100 * (theirs and ours)
            pairs.append([supplier, buyer, weight, int(theirs and ours)])
    return pairs


def _booked(rng: random.Random, event: dict[str, Any]) -> list[list[int]]:
    """One pair in four hundred is booked already, in a slot that suits both."""
    load: dict[tuple[str, int], int] = {}
    busy: set[tuple[str, int, int]] = set()
    taken = [0] * event["slots"]
    booked = []
    for s, b, _, _ in rng.sample(event["edges"], max(1, len(event["edges"]) // 400)):
        both = (("suppliers", s), ("buyers", b))
        if any(load.get(who, 0) >= event[who[0]][who[1]]["cap"] for who in both):
            continue
        slots = [
            slot
            for slot in range(event["slots"])
            if taken[slot] < event["tables"][slot]
            and all(slot not in event[side][i]["off"] and (side, i, slot) not in busy for side, i in both)
        ]
        if slots:
            slot = rng.choice(slots)
            booked.append([s, b, slot])
            taken[slot] += 1
            for side, i in both:
                busy.add((side, i, slot))
                load[side, i] = load.get((side, i), 0) + 1
    return booked


def make_equals(companies: int, slots: int, *, seed: int, variant: str = "norm") -> dict[str, Any]:
    """An event of equals: the pairs of as many suppliers and buyers, where both have the same number as one company."""
    event = make_instance(companies, companies, slots, seed=seed, variant=variant)
    pairs: dict[tuple[int, int], list[int]] = {}
    for one, other, weight, mutual in event["edges"]:
        if one != other:
            pairs.setdefault((min(one, other), max(one, other)), [weight, mutual])
    return {
        "format": event["format"],
        "name": f"equals {variant} {companies}×{slots} seed {seed}",
        "slots": slots,
        "day": event["day"],
        "tables": [max(1, tables // 2) for tables in event["tables"]],
        "companies": event["suppliers"],
        "edges": [[*pair, *worth] for pair, worth in sorted(pairs.items())],
        "fixed": [],
        "fair_bonus": event["fair_bonus"],
    }


# What suppliers speak, what buyers speak, and the languages of interpreters, each as often as it stands here.
SPEAKS = ["en"] * 3 + ["en zh", "es", "es en", "fr", "fr en", "ru", "ar", "ar en", "pt", "th", "vi", "id en", "ko zh"]
BUYERS_SPEAK = ["zh"] * 4 + ["zh en"]
INTERPRETERS = ["zh en"] * 3 + [
    "zh en fr",
    "zh es",
    "zh es pt",
    "zh fr",
    "zh ru",
    "zh ar",
    "zh en ar",
    "zh th",
    "zh vi",
]


def make_fair(suppliers: int, buyers: int, *, seed: int, days: int = 3, interpreters: int = 150) -> dict[str, Any]:
    """A large fair over days of 14 slots: languages on both sides, and interpreters of whom there are too few."""
    event = make_instance(suppliers, buyers, 14 * days, seed=seed, variant="norm")
    rng = random.Random(f"fair {suppliers} {buyers} {days} {interpreters} {seed}")
    event["name"] = f"fair {suppliers}×{buyers} over {days} days, seed {seed}"
    event["day"] = [slot // 14 for slot in range(event["slots"])]
    event["tables"] = [int(0.45 * suppliers)] * event["slots"]
    event["fixed"] = []
    for side, spoken in (("suppliers", SPEAKS), ("buyers", BUYERS_SPEAK)):
        for party in event[side]:
            party["languages"] = rng.choice(spoken).split()
    event["interpreters"] = [_interpreter(rng, days) for _ in range(interpreters)]
    return event


def _interpreter(rng: random.Random, days: int) -> dict[str, Any]:
    """Works between each two of the languages; away on a day, or on an afternoon, now and then."""
    spoken = rng.choice(INTERPRETERS).split()
    off: set[int] = set()
    for day in range(days):
        if rng.random() < 0.2:
            off.update(range(14 * day + rng.choice((0, 6)), 14 * day + 14))
    return {"pairs": [list(pair) for pair in combinations(spoken, 2)], "off": sorted(off)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("suppliers", "buyers", "slots"):
        parser.add_argument(name, type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--variant", choices=VARIANTS, default="norm")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    event = make_instance(asked.suppliers, asked.buyers, asked.slots, seed=asked.seed, variant=asked.variant)
    asked.out.write_text(json.dumps(event, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main()
