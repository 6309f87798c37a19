"""Events, who takes part, what they wish, the meetings that come of it, and the day itself."""

from matchmaker.events.models.changes import BulkChange
from matchmaker.events.models.day import AgendaReminder, GateDevice, RevokedBadge, SavedContact, Scan
from matchmaker.events.models.event import Event, EventBrand, Hall
from matchmaker.events.models.invitations import EventInvitation
from matchmaker.events.models.meetings import Interpreter, InterpreterLetter, Meeting, PlanDraft
from matchmaker.events.models.participants import Attendee, CalendarAddress, EventParticipation
from matchmaker.events.models.wishes import MeetingMove, MeetingRequest, Wish
