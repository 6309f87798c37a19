"""Fewest breaks: this process improves a plan, another raises the bound, until they meet or the time is up."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from types import TracebackType

from matchmaker.engines.planning.given_meetings.descent import descend
from matchmaker.engines.planning.given_meetings.instance import GivenMeetings, GivenPlan, breaks_of
from matchmaker.engines.planning.given_meetings.kempe import colour_all, keeps_rules
from matchmaker.engines.planning.given_meetings.model import Model, model_of
from matchmaker.engines.planning.given_meetings.reasons import contradiction, why_infeasible

PATIENCE = 60.0  # seconds to wait for a first plan, where the time to plan is shorter

# progress(breaks or None, bound, seconds) -> False stops the search; the best plan so far is returned.
Progress = Callable[[int | None, int, float], bool | None]


class NoPlanYet(RuntimeError):
    """The time was too short for any plan."""


def fewest_breaks(
    instance: GivenMeetings, *, seconds: float = 10, seed: int = 1, progress: Progress | None = None
) -> GivenPlan:
    """A plan with as few breaks as ``seconds`` allow, usually the proven fewest; or the reason why there is none.

    Where no plan is known after ``seconds`` the search goes on, for `PATIENCE` seconds in all.
    Raises `NoPlanYet` where there is still none.
    """
    began = time.monotonic()
    if reason := contradiction(instance):
        return GivenPlan(None, reason=reason)
    if not instance.meetings:
        return GivenPlan(())
    first = colour_all(instance, seed=seed) if keeps_rules(instance) else None
    model = model_of(instance)
    slots: tuple[int, ...] | None = None
    breaks = 0
    with Proof(model, planned=first is not None) as proof:
        search = descend(model, first, seed=seed, start=lambda: proof.plan, bound=lambda: proof.bound)
        for found in chain([first], search):
            for plan in filter(None, (found, proof.plan)):
                count = sum(breaks_of(instance, plan))
                if slots is None or count < breaks:
                    slots, breaks = tuple(plan), count
            spent = time.monotonic() - began
            if proof.infeasible:
                return GivenPlan(None, seconds=spent, reason=why_infeasible(instance))
            known = breaks if slots is not None else None
            stopped = progress is not None and progress(known, proof.bound, spent) is False
            if stopped or known == proof.bound or spent >= (max(seconds, PATIENCE) if known is None else seconds):
                break
        bound = proof.bound
    if slots is None:
        raise NoPlanYet("No plan was found in the time given.")
    return GivenPlan(slots, breaks, bound, time.monotonic() - began)


class Proof:
    """`proof` in its process: what it has told by now. Use as a context manager, so that no process is left behind."""

    def __init__(self, model: Model, *, planned: bool) -> None:
        from pysat.formula import WCNF

        self.bound = 0
        self.plan: list[int] | None = None
        self.infeasible = False
        self._model = model
        self._folder = tempfile.TemporaryDirectory(prefix="matchmaker-proof-")
        path = Path(self._folder.name) / "breaks.wcnf"
        formula = WCNF()
        formula.extend(model.clauses)
        formula.extend([[-literal] for literal in model.break_literals], weights=[1] * len(model.break_literals))
        formula.to_file(str(path))
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("proof.py")), str(path), *(["planned"] if planned else [])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Proof:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._folder.cleanup()

    def _read(self) -> None:
        for text in self._process.stdout or ():
            line = json.loads(text)
            if "true" in line:
                self.plan = self._model.slots_in(set(line["true"]))
            self.bound = max(self.bound, line.get("bound", 0))
            self.infeasible = self.infeasible or line.get("infeasible", False)
