"""A plan, the lower bound, at last the optimum, in a process of its own: ``python proof.py FILE.wcnf [planned]``.

Linear search from below: is there a plan with at most 0 breaks, with at most 1, and so on? Each "no" raises the bound
by one; the first plan has exactly as many breaks as the bound. Each question goes to a new solver as clauses of its
own: without a break the slots of a company are one interval, and CaDiCaL (Biere et al. 2020) can remove most variables
before it searches, which it cannot do for questions under assumptions, as incremental and core-guided search ask them.
At most so many breaks: a totalizer (Bailleux & Boufkhad 2003).

A process, because a SAT solver cannot be interrupted from Python; the parent kills it when its time is up. Started by
its path, because importing the site takes longer than a small proof. Each line of the output is a JSON object:
{"bound": n}, {"true": [the true variables]} or {"infeasible": true}. With ``planned`` the parent has a plan already.
"""

from __future__ import annotations

import json
import sys
from itertools import count

SOLVER = "cadical153"


def tell(**line: object) -> None:
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def main(path: str, planned: bool) -> None:
    from pysat.formula import WCNF

    formula = WCNF(from_file=path)
    breaks = [-literal for (literal,) in formula.soft]
    if not planned and not tell_plan(formula.hard):  # a first plan for the parent, whatever its breaks
        tell(infeasible=True)
        return
    for most in count():
        if tell_plan([*formula.hard, *at_most(breaks, most, formula.nv)]):
            return
        tell(bound=most + 1)


def at_most(literals: list[int], most: int, top: int) -> list[list[int]]:
    if most == 0:
        return [[-literal] for literal in literals]
    from pysat.card import CardEnc, EncType

    return CardEnc.atmost(literals, most, top_id=top, encoding=EncType.totalizer).clauses


def tell_plan(clauses: list[list[int]]) -> bool:
    """Whether the clauses have a plan; the parent reads it."""
    from pysat.solvers import Solver

    with Solver(SOLVER, bootstrap_with=clauses) as solver:
        if not solver.solve():
            return False
        tell(true=[variable for variable in solver.get_model() if variable > 0])
        return True


if __name__ == "__main__":
    main(sys.argv[1], "planned" in sys.argv[2:])
