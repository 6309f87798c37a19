"""Measure the scheduler beside a greedy pass and round robin; every plan goes through the independent checker.

    python benchmarks/planning/scheduling.py [--only PART] [--quick] [--busy] [--out docs/benchmarks/scheduling.md]

Parts: plans, fair, equals, days, cancelling, given.

Each run is a process of its own, so that memory is its own. ``--busy`` measures in processor time of the planning
thread instead of wall time, for machines that do other work meanwhile; the table says which it was.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.planning import given_meetings  # noqa: E402 -- the project's folder must be on the path first
from benchmarks.planning.instances import make_equals, make_fair, make_instance  # noqa: E402
from tests.engines.planning.checker import Verdict, check  # noqa: E402


@dataclass(frozen=True, slots=True)
class Goal:
    variant: str
    size: int
    slots: int
    seconds: float
    seeds: tuple[int, ...]
    floor: float  # percent
    aim: float


SEEDS = (101, 102, 103)
GOALS = (
    Goal("free", 200, 16, 1, SEEDS, 0, 0),
    Goal("norm", 200, 16, 5, SEEDS, 0.05, 0.01),
    Goal("tables", 200, 16, 5, SEEDS, 0.05, 0.01),
    Goal("tight", 200, 16, 5, SEEDS, 0.2, 0.08),
    Goal("free", 1000, 20, 1, SEEDS, 0, 0),
    Goal("norm", 1000, 20, 5, SEEDS, 0.1, 0.02),
    Goal("tables", 1000, 20, 5, SEEDS, 0.1, 0.02),
    Goal("tight", 1000, 20, 20, SEEDS, 0.3, 0.12),
    Goal("free", 5000, 24, 5, SEEDS[:2], 0, 0),
    Goal("norm", 5000, 24, 10, SEEDS[:2], 0.1, 0.03),
    Goal("tight", 5000, 24, 20, SEEDS[:2], 0.2, 0.08),
)


def greedy(event: dict[str, Any]) -> list[list[int]]:
    """The heaviest wish first, each in the first slot that suits both."""
    return _by_hand(event, sorted(event["edges"], key=lambda row: -row[2]))


def round_robin(event: dict[str, Any]) -> list[list[int]]:
    """Suppliers in turn, each the best of its wishes left; each in the first slot that suits both."""
    wishes: dict[int, list[list[int]]] = {}
    for row in sorted(event["edges"], key=lambda row: -row[2]):
        wishes.setdefault(row[0], []).append(row)
    order = []
    for turn in range(max(map(len, wishes.values()))):
        order += [wishes[s][turn] for s in sorted(wishes) if turn < len(wishes[s])]
    return _by_hand(event, order)


def _by_hand(event: dict[str, Any], order: list[list[int]]) -> list[list[int]]:
    slots = range(event["slots"])
    free = {side: [set(slots) - set(party["off"]) for party in event[side]] for side in ("suppliers", "buyers")}
    room = {side: [party["cap"] for party in event[side]] for side in free}
    used = [0] * event["slots"]
    meetings: list[list[int]] = []

    def meet(s: int, b: int, slot: int) -> None:
        meetings.append([s, b, slot, used[slot]])
        used[slot] += 1
        for side, who in (("suppliers", s), ("buyers", b)):
            free[side][who].discard(slot)
            room[side][who] -= 1

    booked = {(s, b) for s, b, _ in event["fixed"]}
    for row in event["fixed"]:
        meet(*row)
    for s, b, _, _ in order:
        if (s, b) not in booked and room["suppliers"][s] > 0 and room["buyers"][b] > 0:
            both = [t for t in free["suppliers"][s] & free["buyers"][b] if used[t] < event["tables"][t]]
            if both:
                meet(s, b, min(both))
    return meetings


@dataclass(frozen=True, slots=True)
class Equals:
    """An event in which any company meets any other."""

    variant: str
    companies: int
    slots: int
    seconds: float


EQUALS = (
    *(Equals(variant, companies, 12, 5) for variant in ("norm", "tables", "tight", "free") for companies in (30, 60)),
    *(Equals(variant, 200, 16, 5) for variant in ("norm", "tables", "tight", "free")),
    *(Equals(variant, 1000, 20, 10) for variant in ("norm", "tight")),
)


def judge(event: dict[str, Any], plan: dict[str, Any]) -> Verdict:
    verdict = check(event, plan)
    if not verdict.ok:
        raise SystemExit(f"{event['name']}: {verdict.faults[:3]}")
    return verdict


def measure(task: dict[str, Any]) -> dict[str, Any]:
    """One process: plan one event, or replan it, or shorten its days. Returns figures."""
    from matchmaker.engines.planning import Instance, plan

    if task["kind"] == "given":
        return given_meetings.measure(task["size"], task["seed"], task["seconds"], task["busy"])
    clock = time.thread_time if task["busy"] else time.monotonic
    if task["kind"] == "equals":
        return measure_equals(task, clock)
    if task["kind"] == "fair":
        return measure_fair(task, clock)
    event = make_instance(task["size"], task["size"], task["slots"], seed=task["seed"], variant=task["variant"])
    plan(Instance.from_dict(make_instance(20, 20, 6, seed=1)), seconds=0.1)  # machine code is read from the disk
    instance = Instance.from_dict(event)
    if task["kind"] == "days":
        return measure_days(event, instance, clock)
    began = clock()
    made = plan(instance, seconds=task["seconds"], clock=clock)
    took = clock() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    verdict = judge(event, made.to_dict())
    if task["kind"] == "cancel":
        return measure_cancelling(made, clock)
    hand = [judge(event, {"format": "b2b-plan-1", "meetings": rule(event)}).objective for rule in (greedy, round_robin)]
    return {
        "gap": 100 * made.gap,
        "seconds": took,
        "memory": memory,
        "below": sum(verdict.below_floor),
        "meetings": verdict.meetings,
        "greedy": 100 * (verdict.objective / hand[0] - 1),
        "round_robin": 100 * (verdict.objective / hand[1] - 1),
    }


def measure_equals(task: dict[str, Any], clock: Any) -> dict[str, Any]:
    from matchmaker.engines.planning import Instance, plan

    event = make_equals(task["size"], task["slots"], seed=task["seed"], variant=task["variant"])
    plan(Instance.from_dict(make_equals(12, 4, seed=1)), seconds=0.1)  # machine code is read from the disk
    began = clock()
    made = plan(Instance.from_dict(event), seconds=task["seconds"], clock=clock)
    took = clock() - began
    verdict = judge(event, made.to_dict())
    return {"gap": 100 * made.gap, "seconds": took, "meetings": verdict.meetings, "pairs": len(event["edges"])}


def measure_fair(task: dict[str, Any], clock: Any) -> dict[str, Any]:
    """A large fair with interpreters, from the instance as JSON to the plan with its tables."""
    from matchmaker.engines.planning import Instance, Preferences, plan

    event = make_fair(*task["size"], seed=task["seed"])
    plan(Instance.from_dict(make_instance(20, 20, 6, seed=1)), seconds=0.1)  # machine code is read from the disk
    began = clock()
    instance = Instance.from_dict(event)
    made = plan(instance, seconds=task["seconds"], clock=clock, preferences=Preferences(), host=task["host"])
    took = clock() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    verdict = judge(event, made.to_dict())
    return {
        "gap": 100 * made.gap,
        "seconds": took,
        "memory": memory,
        "below": sum(verdict.below_floor),
        "meetings": verdict.meetings,
        "pairs": len(instance.edges),
        "needing": int(instance.needs_interpreter.sum()),
        "interpreted": len(made.interpreted),
        "hours": sum(instance.slots - len(who.off) for who in instance.interpreters),
    }


def measure_days(event: dict[str, Any], instance: Any, clock: Any) -> dict[str, Any]:
    """Idle gaps before and after polishing alone."""
    from matchmaker.engines.planning.board import Board
    from matchmaker.engines.planning.days import polish
    from matchmaker.engines.planning.flow import select
    from matchmaker.engines.planning.interpreters import InterpreterRoster
    from matchmaker.engines.planning.solve import finish, place

    board, roster, selection = Board.empty(instance), InterpreterRoster(instance), select(instance)
    place(board, roster, selection, seed=1)
    before = judge(event, finish(instance, board, roster, selection.bound, 0).to_dict())
    began = clock()
    polish(board, instance.day, deadline=began + 10, clock=clock)
    took = clock() - began
    after = judge(event, finish(instance, board, roster, selection.bound, 0).to_dict())
    if after.objective != before.objective:
        raise SystemExit("polishing changed the objective")
    least = sum(map(fewest_gaps, instance.parties, board.degree.tolist(), [instance.day] * len(board.degree)))
    return {"before": before.idle_gaps, "after": after.idle_gaps, "least": least, "seconds": took}


def fewest_gaps(party: Any, meetings: int, day: tuple[int, ...]) -> int:
    """The fewest idle gaps of a party with so many meetings, whatever the others do: its absences force them."""
    best = [0] + [10**6] * meetings  # by the number of meetings in the days so far
    for one in sorted(set(day)):
        free = [slot for slot, its_day in enumerate(day) if its_day == one and slot not in party.off]
        # Meetings in k neighbouring free slots leave the fewest: what lies between them is absence.
        gaps = [0] + [
            min(free[last] - free[last - k + 1] + 1 - k for last in range(k - 1, len(free)))
            for k in range(1, min(len(free), meetings) + 1)
        ]
        best = [min(best[n - k] + gaps[k] for k in range(min(n, len(gaps) - 1) + 1)) for n in range(meetings + 1)]
    return best[meetings]


def measure_cancelling(old: Any, clock: Any) -> dict[str, Any]:
    """One supplier in fifty cancels, one buyer in fifty comes for the second half only."""
    from matchmaker.engines.planning import replan, with_absences
    from tests.engines.planning.exact import most_without_moves

    slots, size = old.instance.slots, len(old.instance.suppliers)
    changed = with_absences(
        old.instance,
        suppliers={who: range(slots) for who in range(7, size, 50)},
        buyers={who: range(slots // 2) for who in range(11, size, 50)},
    )
    began = clock()
    new = replan(old, changed, seconds=0.8, clock=clock)
    took = clock() - began
    judge(changed.to_dict(), new.to_dict())
    most = most_without_moves(old, changed)
    now = {row[:2]: row[2:] for row in new.meetings}
    free = changed.available
    survivors = [row for row in old.meetings if free[row[0], row[2]] and free[size + row[1], row[2]]]
    return {
        "moved": sum(now.get(row[:2]) != row[2:] for row in survivors),
        "kept": len(survivors),
        "freed": len(old.meetings) - len(survivors),
        "filled": len(new.meetings) - len(survivors),
        "gap": 100 * new.gap,
        "price": 100 * (1 - most / new.bound),
        "own": 100 * (1 - new.objective / most),
        "seconds": took,
    }


def run(**task: Any) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, "--task", json.dumps(task)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode:
        raise SystemExit(done.stderr or done.stdout)
    return json.loads(done.stdout)


def span(values: list[float], digits: int) -> str:
    low, high = f"{min(values):.{digits}f}", f"{max(values):.{digits}f}"
    return low if low == high else f"{low} – {high}"


def measured(busy: bool) -> str:
    return f"`make bench-scheduling`, {date.today()}, Python {platform.python_version()}, {os.cpu_count()} cores, " + (
        "processor time of the planning thread (the machine was busy)." if busy else "wall time."
    )


def plans(quick: bool, busy: bool) -> list[str]:
    lines = [
        "## Plans",
        "",
        measured(busy) + " Seeds nobody tuned to; code compiled; each plan in a process of its own and through the"
        " checker of the tests. Gap = what is at most missing to the proven bound. Ranges are over the seeds.",
        "",
        "| event | seeds | s | gap % | floor | aim | reached | below floor | to greedy % | to round robin % | MB |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for goal in GOALS:
        if quick and goal.size > 200:
            continue
        task = {"size": goal.size, "slots": goal.slots, "variant": goal.variant, "seconds": goal.seconds, "busy": busy}
        seen = [run(kind="plan", seed=seed, **task) for seed in goal.seeds]
        gaps = [row["gap"] for row in seen]
        reached = "aim" if max(gaps) <= goal.aim else "floor" if max(gaps) <= goal.floor else "**no**"
        lines.append(
            f"| {goal.variant} {goal.size}×{goal.size}×{goal.slots} | {len(seen)} | "
            f"{span([row['seconds'] for row in seen], 1)} | {span(gaps, 4)} | {goal.floor} | {goal.aim} | {reached} | "
            f"{span([row['below'] for row in seen], 0)} | {span([row['greedy'] for row in seen], 1)} | "
            f"{span([row['round_robin'] for row in seen], 1)} | {span([row['memory'] for row in seen], 0)} |"
        )
        print(lines[-1], flush=True)
    return lines


FAIR = {"size": (1178, 2462), "seconds": 45}


def fair(quick: bool, busy: bool) -> list[str]:
    size, seconds = ((118, 246), 5) if quick else (FAIR["size"], FAIR["seconds"])
    lines = [
        "## A large fair with interpreters",
        "",
        measured(busy) + " Three days of 14 slots, tables for 45 % of the suppliers, 150 interpreters of whom there are"
        " too few; goal: a checked draft in ≤ 60 s, gap ≤ 0.1 % with interpreters inside the bound. Seconds from the"
        " instance to the plan with its tables.",
        "",
        "| event | seed | tables are of | pairs | without a common language | interpreters' hours | used | meetings |"
        " below floor | gap % | s | MB |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for seed, host in zip(SEEDS, ("buyer", "supplier", "mixed"), strict=True):
        row = run(kind="fair", size=size, seed=seed, host=host, seconds=seconds, busy=busy)
        figures = ("pairs", "needing", "hours", "interpreted", "meetings", "below")
        lines.append(
            f"| {size[0]}×{size[1]}×42 | {seed} | {host} | " + " | ".join(f"{row[name]:,}" for name in figures) + " | "
            f"{row['gap']:.4f} | {row['seconds']:.1f} | {row['memory']:.0f} |"
        )
        print(lines[-1], flush=True)
    return lines


def days(quick: bool, busy: bool) -> list[str]:
    size, slots = (200, 16) if quick else (1000, 20)
    lines = [
        "## Shorter days",
        "",
        measured(busy)
        + " Kempe flips that keep the objective; floor 30 %, aim 15 % of the gaps before, ≤ 10 s. Absences"
        " between meetings count as gaps; “forced” is the fewest there can be while everybody keeps as many meetings.",
        "",
        "| event | idle gaps before | after | % | forced | of the others left % | s |",
        "|---|---|---|---|---|---|---|",
    ]
    for variant in ("norm", "tables", "free", "tight"):
        row = run(kind="days", size=size, slots=slots, variant=variant, seed=SEEDS[0], busy=busy)
        share = 100 * row["after"] / max(row["before"], 1)
        left = 100 * (row["after"] - row["least"]) / max(row["before"] - row["least"], 1)
        lines.append(
            f"| {variant} {size}×{size}×{slots} | "
            f"{row['before']} | {row['after']} | {share:.0f} | {row['least']} | {left:.0f} | {row['seconds']:.1f} |"
        )
        print(lines[-1], flush=True)
    return lines


def cancelling(quick: bool, busy: bool) -> list[str]:
    size, slots = (200, 16) if quick else (1000, 20)
    lines = [
        "## On the day",
        "",
        measured(busy) + " One supplier in fifty cancels, one buyer in fifty misses the first half (floor: nobody else"
        " moved, gap ≤ 0.2 %, ≤ 1 s; aim: gap ≤ 0.05 %). The bound is that of planning the changed day anew; what"
        " moving nobody costs is proven by a bound with all survivors where they are; the rest of the gap is ours.",
        "",
        "| event | survivors | moved | freed | filled | gap % | of it moving nobody % | ours % | s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for variant in ("norm", "tables"):
        for seed in SEEDS[: 1 if quick else 3]:
            row = run(kind="cancel", size=size, slots=slots, variant=variant, seed=seed, seconds=5, busy=busy)
            lines.append(
                f"| {variant} {size}×{size}×{slots} | "
                f"{row['kept']} | {row['moved']} | {row['freed']} | {row['filled']} | "
                f"{row['gap']:.3f} | {row['price']:.3f} | {row['own']:.3f} | {row['seconds']:.2f} |"
            )
            print(lines[-1], flush=True)
    return lines


def equals(quick: bool, busy: bool) -> list[str]:
    lines = [
        "## Any company meets any other",
        "",
        measured(busy)
        + " Events of equals: companies that offer and ask, a graph with odd cycles. The bound is that of"
        " the fractional problem over pairs and slots; each plan through the checker of the tests.",
        "",
        "| event | seeds | pairs | meetings | gap % | s |",
        "|---|---|---|---|---|---|",
    ]
    for event in EQUALS[: 2 if quick else None]:
        task = {"size": event.companies, "slots": event.slots, "variant": event.variant, "seconds": event.seconds}
        seen = [run(kind="equals", seed=seed, busy=busy, **task) for seed in SEEDS]
        columns = {name: [row[name] for row in seen] for name in ("pairs", "meetings", "gap", "seconds")}
        digits = {"pairs": 0, "meetings": 0, "gap": 4, "seconds": 1}
        spans = " | ".join(span(values, digits[name]) for name, values in columns.items())
        lines.append(f"| {event.variant} {event.companies}×{event.slots} | {len(seen)} | {spans} |")
        print(lines[-1], flush=True)
    return lines


def given(quick: bool, busy: bool) -> list[str]:
    lines = [
        "## Given meetings",
        "",
        f"`make bench-scheduling`, {date.today()}, "
        + ("processor time of the searching process (the machine was busy)." if busy else "wall time.")
        + " Goal: the proven optimum in ≤ 10 s. Meetings drawn uniformly, one figure for each seed; every plan through"
        " the checker of the tests.",
        "",
        "| event | breaks | at least | proven | s |",
        "|---|---|---|---|---|",
    ]
    seeds = SEEDS[: 1 if quick else 3]
    for place, size in enumerate(given_meetings.SIZES[: 2 if quick else None]):
        rows = [run(kind="given", size=place, seed=seed, seconds=10, busy=busy) for seed in seeds]
        lines.append(given_meetings.as_row(size, rows))
        print(lines[-1], flush=True)
    events, same = given_meetings.second_method(tuple(range(1, 4 if quick else 11)))
    lines += ["", f"Small events, proven a second time by CP-SAT on a model of its own: {same} of {events} agree."]
    return lines


PARTS = {
    "plans": ("Plans", plans),
    "fair": ("A large fair with interpreters", fair),
    "equals": ("Any company meets any other", equals),
    "days": ("Shorter days", days),
    "cancelling": ("On the day", cancelling),
    "given": ("Given meetings", given),
}
TITLE = "# The scheduler, measured"


def renewed(file: Path, parts: dict[str, list[str]]) -> str:
    """The document with these parts measured anew and the others as they were."""
    old = file.read_text(encoding="utf-8") if file.exists() else ""
    before = {part.splitlines()[0]: f"## {part}".strip().splitlines() for part in old.split("\n## ")[1:]}
    found = [TITLE]
    heads = {head for head, _make in PARTS.values()}
    for head, lines in before.items():  # sections written by hand stay
        if head not in heads:
            found += ["", *lines]
    for name, (head, _make) in PARTS.items():
        if lines := parts.get(name) or before.get(head):
            found += ["", *lines]
    return "\n".join(found) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small events only, nothing written")
    parser.add_argument("--only", choices=PARTS, help="measure one part anew and keep the others")
    parser.add_argument("--busy", action="store_true", help="measure processor time")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/benchmarks/scheduling.md")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.task:
        print(json.dumps(measure(json.loads(asked.task))))
        return
    chosen = [asked.only] if asked.only else list(PARTS)
    parts = {name: PARTS[name][1](asked.quick, asked.busy) for name in chosen}
    if not asked.quick:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(renewed(asked.out, parts), encoding="utf-8")


if __name__ == "__main__":
    main()
