"""Events, who takes part, what they wish, and the meetings that come of it."""

from matchmaker.events.models.event import Event
from matchmaker.events.models.meetings import Interpreter, Meeting, PlanDraft
from matchmaker.events.models.participants import Attendee, EventParticipation
from matchmaker.events.models.wishes import MeetingRequest, Wish

__all__ = [
    "Attendee",
    "Event",
    "EventParticipation",
    "Interpreter",
    "Meeting",
    "MeetingRequest",
    "PlanDraft",
    "Wish",
]
