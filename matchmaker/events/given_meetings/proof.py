"""A plan, the lower bound on breaks, at last the optimum, in a process of its own: ``python proof.py FILE.wcnf``.

Core-guided MaxSAT (OLL, as in RC2 of PySAT): each break literal is a soft constraint "not this break". The solver is
called for a plan without any; each unsatisfiable core raises the bound by one and is relaxed by a totalizer that allows
one more break among its members. The first plan found has exactly as many breaks as the bound. Ignatiev, Morgado &
Marques-Silva, *RC2: an efficient MaxSAT solver*, JSAT 11 (2019) 53–64. Solver: CaDiCaL, Biere et al. (2020).

A process, because a SAT solver cannot be interrupted from Python; the parent kills it when its time is up. Started by
its path, because importing the site takes longer than a small proof. Each line of the output is a JSON object:
{"bound": n}, {"true": [the true variables]} or {"infeasible": true}.
"""

from __future__ import annotations

import json
import sys

from pysat.examples.rc2 import RC2
from pysat.formula import WCNF
from pysat.solvers import Solver

SOLVER = "cadical195"


def tell(**line: object) -> None:
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    sys.stdout.flush()


class Telling(RC2):
    """RC2 that tells its cost, a proven lower bound, after each core."""

    def process_core(self) -> None:
        super().process_core()
        tell(bound=self.cost)


def main(path: str) -> None:
    formula = WCNF(from_file=path)
    with Solver(SOLVER, bootstrap_with=formula.hard) as solver:
        if not solver.solve():
            tell(infeasible=True)
            return
        tell_plan(solver.get_model())  # a first plan for the parent, whatever its breaks
    with Telling(formula, solver=SOLVER) as optimiser:
        tell_plan(optimiser.compute())
        tell(bound=optimiser.cost)


def tell_plan(model: list[int]) -> None:
    tell(true=[variable for variable in model if variable > 0])


if __name__ == "__main__":
    main(sys.argv[1])
