"""One run for all 1:1 meetings of an event: select, colour, improve, shorten days, give out tables."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from matchmaker.engines.planning.board import Board
from matchmaker.engines.planning.colouring import colour
from matchmaker.engines.planning.days import IDLE_ONLY, LeftOut, Preferences, leave_out, polish
from matchmaker.engines.planning.flow import Selection, select
from matchmaker.engines.planning.halls import gather, hall_of_tables, home_halls
from matchmaker.engines.planning.improve import Stop, improve
from matchmaker.engines.planning.instance import Instance, Party
from matchmaker.engines.planning.interpreters import (
    InterpreterRoster,
    place_interpreted,
    require_interpreters,
    seat_booked,
)
from matchmaker.engines.planning.plans import Plan
from matchmaker.engines.planning.tables import Host, PlacedMeeting, assign_tables, hosts
from matchmaker.engines.planning.tighten import Bound

# progress(stage, objective, bound, gap, seconds) -> False stops the run; the best plan so far is returned. Stages:
# selecting, placing, improving, idle, tables.
Progress = Callable[[str, int, int, float, float], bool | None]

MOST_SWEEPS, ROUND_SWEEPS = 4000, 1500  # tries a cell to make days better: within a time, and where rounds are counted


def plan(
    instance: Instance,
    *,
    seconds: float = 10,
    rounds: int | None = None,
    target_gap: float = 0.0,
    seed: int = 1,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.monotonic,
    preferences: Preferences | None = None,
    host: str = "supplier",
    pinned: Mapping[PlacedMeeting, int] | None = None,
) -> Plan:
    """Plan all meetings in about ``seconds``, sooner where the gap falls to ``target_gap`` or nothing is left to win.

    Any-time: however short the time, the plan is complete and respects every hard constraint. ``progress`` is told of
    each stage and, while improving, about twice a second; returning False ends the run with the plan as it is. The
    same instance and seed give the same selection and bound; how far the improvement gets depends on the clock. With
    ``rounds`` it does not: the plan is improved so many times, whatever that takes, and is the same on every machine.
    ``preferences`` say what counts after the weight of the meetings, ``host`` who keeps a table (`tables`), ``pinned``
    at which table a booked meeting stays.
    ``clock`` measures the time; `time.thread_time` makes runs on a busy machine comparable.
    Raises `InvalidInstance` where a booked meeting needs an interpreter and none is free.
    """
    began = clock()
    sweeps = ROUND_SWEEPS if rounds is not None else MOST_SWEEPS
    seconds, rounds_left = (math.inf, float(rounds)) if rounds is not None else (seconds, math.inf)
    running = True

    def tell(stage: str, objective: int, bound: int) -> bool:
        nonlocal running
        if progress is not None and running:
            gap = (bound - objective) / bound if bound else 0.0
            running = progress(stage, objective, bound, gap, clock() - began) is not False
        return running

    preferences = preferences or IDLE_ONLY
    left_out = LeftOut()
    home: dict[Host, int] = {}
    board = Board.empty(instance)
    roster, without = seat_booked(instance, board)
    require_interpreters(instance, board, without)
    tell("selecting", board.objective, int(instance.edges[:, 2].sum()))
    selection = select(instance)
    tell("placing", board.objective, selection.bound)
    place(board, roster, selection, seed=seed)
    with Bound(instance, selection, seconds=seconds) as bound:
        if rounds is not None:
            bound.wait(math.inf)
        # A part of the time, but not more than a few seconds, makes people's days better.
        polishing = min(0.15 * seconds, 6.0)
        if tell("improving", board.objective, bound.now()):
            stop = Stop(
                began + seconds - polishing,
                rounds_left,
                target_gap,
                clock,
                tell=lambda objective: tell("improving", objective, bound.now()),
            )
            improve(board, bound.now, selection, stop, roster=roster, seed=seed)
            place_interpreted(board, roster, by_weight(board, np.flatnonzero(board.barred)))
        objective = board.objective
        if tell("idle", objective, bound.now()):
            deadline = max(began + seconds, clock() + 0.05)
            better_days = partial(
                polish, board, instance.day, seed=seed, sweeps=sweeps, clock=clock, preferences=preferences
            )
            walking = 0.5 * polishing if instance.halls and preferences.walk else 0.0
            better_days(deadline=deadline - walking)
            if walking:
                seated = seat(instance, board, host, pinned)
                home, walks = home_halls(
                    instance, seated, hosts([row[:3] for row in seated], host, equals=instance.equals)
                )
                better_days(deadline=deadline, walks=walks)
            left_out = leave_out(board, instance.day, preferences.most_loss)
        unproven = running and objective < bound.now() * (1 - target_gap)
        proven = bound.wait(began + seconds - clock()) if unproven else bound.now()
    tell("tables", objective, proven)
    return finish(instance, board, roster, proven, clock() - began, pinned, host=host, home=home, left_out=left_out)


def warm() -> None:
    """Compile the hot loops, or read their machine code from the disk, before an organiser waits for a plan.

    About ten seconds of processor time once a machine, half a second in each process after that. Call it when a
    worker starts: a clock that runs in `plan` cannot stop the compiler.
    """
    from matchmaker.engines.planning.loops import shake

    party = Party(cap=2, floor=1)
    edges = np.array([[s, b, 100 + 10 * s + b, 0] for s in range(3) for b in range(3)])
    tiny = Instance(2, (0, 0), (1, 2), (party,) * 3, (party,) * 3, edges, fair_bonus=10)
    board, selection = Board.empty(tiny), select(tiny)
    colour(board, selection.edges)
    shake(1, 1, board.arrays)
    polish(board, tiny.day, deadline=time.monotonic() + 60, sweeps=1)


def by_weight(board: Board, rows: np.ndarray) -> np.ndarray:
    """Rows of pairs, heaviest first."""
    return rows[np.argsort(-board.weight[rows], kind="stable")]


def place(board: Board, roster: InterpreterRoster, selection: Selection, *, seed: int) -> None:
    """The selected pairs first, those with an interpreter ahead of all, then whatever else still fits."""
    order = by_weight(board, selection.edges)
    place_interpreted(board, roster, order[board.barred[order]])
    colour(board, order[~board.barred[order]], seed=seed)
    colour(board, by_weight(board, np.flatnonzero(~board.barred)), seed=seed + 1)


def seat(
    instance: Instance,
    board: Board,
    host: str,
    pinned: Mapping[PlacedMeeting, int] | None = None,
    home: Mapping[Host, int] | None = None,
) -> list[tuple[int, int, int, int]]:
    """Rows (supplier, buyer, slot, table) of the meetings on the board; ``pinned`` ones that stand keep their table.

    ``home`` is the hall of each host, where its meetings were given times for it.
    """
    rows = board.meetings()
    meetings = [
        (s, b, slot)
        for (s, b), slot in zip(instance.edges[rows, :2].tolist(), board.slot_of[rows].tolist(), strict=True)
    ]
    standing = set(meetings)
    kept = {row: table for row, table in (pinned or {}).items() if row in standing}
    hall = hall_of_tables(instance, max(instance.tables)).tolist() if home else ()
    seated = assign_tables(meetings, instance.tables, kept, host=host, equals=instance.equals, hall=hall, wish=home)
    return gather(instance, seated, kept)


def finish(
    instance: Instance,
    board: Board,
    roster: InterpreterRoster,
    bound: int,
    seconds: float,
    pinned: Mapping[tuple[int, int, int], int] | None = None,
    *,
    host: str = "supplier",
    home: Mapping[Host, int] | None = None,
    left_out: LeftOut | None = None,
) -> Plan:
    """The plan that stands on the board, with tables; ``pinned`` meetings keep theirs if they have not moved."""
    seated = seat(instance, board, host, pinned, home)
    given_up = tuple(map(tuple, instance.edges[list(left_out.edges), :2].tolist())) if left_out else ()
    days_saved = left_out.days if left_out else 0
    return Plan(instance, tuple(seated), bound, seconds, roster.assignments(), given_up, days_saved)
