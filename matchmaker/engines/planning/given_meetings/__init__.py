"""All meetings are given and only their slots are to be found: fewest breaks, with a proof. Plain Python, no Django.

The problem is the B2B meeting scheduling problem of Bofill et al., *Constraint solving approaches to the
business-to-business meeting scheduling problem*, JAIR 74 (2022) 263–301. `instance` reads and checks the format
``b2b-sched-2`` (docs/scheduling.md), `kempe` has a first plan, `model` writes the event as clauses, `starts` says where
in the day a plan without breaks may be, `descent` looks for it there and improves other plans, `proof` raises the lower
bound, `solve` runs both side by side, `reasons` says why an event has no plan.
"""

from matchmaker.engines.planning.given_meetings.instance import (
    FORMAT,
    GivenMeeting,
    GivenMeetings,
    InvalidInstance,
    Reason,
    breaks_of,
)
from matchmaker.engines.planning.given_meetings.solve import NoPlanYet, fewest_breaks

__all__ = [
    "FORMAT",
    "GivenMeetings",
    "InvalidInstance",
    "Meeting",
    "NoPlanYet",
    "Reason",
    "breaks_of",
    "fewest_breaks",
]
