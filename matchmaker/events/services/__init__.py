"""What organisers and participants do with events."""

from matchmaker.events.services.booths import give_booths
from matchmaker.events.services.calendar_addresses import close_calendar_address, renew_calendar_address
from matchmaker.events.services.checkin import (
    Verdict,
    check_in,
    door_list,
    make_device,
    reissue_badge,
    revoke_device,
    settle_scan,
    take_scans,
)
from matchmaker.events.services.comparing import Compared, compare_plans
from matchmaker.events.services.contacts import forget_contact, save_contact, share_contacts, visitor
from matchmaker.events.services.editing import lock_in_draft, move_in_draft, take_out_of_draft
from matchmaker.events.services.events import (
    EDITABLE,
    add_interpreter,
    cancel_event,
    copy_event,
    publish_event,
    remove_interpreter,
    save_event,
    set_halls,
    set_interpreter_hours,
    values_for_copy,
)
from matchmaker.events.services.meetings import book_meeting, cancel_meeting, lock_meeting, move_meeting
from matchmaker.events.services.mending import Mended, mend_plan
from matchmaker.events.services.moving import answer_move, ask_move, free_for_both
from matchmaker.events.services.outcomes import assign_staff, mark_meeting, staff_clashes
from matchmaker.events.services.participations import (
    register_for_event,
    set_availability,
    update_participation,
    withdraw_from_all,
    withdraw_from_event,
)
from matchmaker.events.services.plans import compute_plan, discard_plan, start_plan
from matchmaker.events.services.publishing import Published, publish_plan
from matchmaker.events.services.reliability import KeptRate, kept_rate, kept_rates
from matchmaker.events.services.reminding import remind_of_meetings, remind_of_requests
from matchmaker.events.services.requests import (
    answer_request,
    change_request,
    expire_requests,
    may_ask,
    next_step,
    place_request,
    request_meeting,
    time_of,
    withdraw_request,
)
from matchmaker.events.services.suggestions import Suggestion, suggestions
from matchmaker.events.services.wishes import wish

__all__ = [
    "EDITABLE",
    "Compared",
    "KeptRate",
    "Mended",
    "Published",
    "Suggestion",
    "Verdict",
    "add_interpreter",
    "answer_move",
    "answer_request",
    "ask_move",
    "assign_staff",
    "book_meeting",
    "cancel_event",
    "cancel_meeting",
    "change_request",
    "check_in",
    "close_calendar_address",
    "compare_plans",
    "compute_plan",
    "copy_event",
    "discard_plan",
    "door_list",
    "expire_requests",
    "forget_contact",
    "free_for_both",
    "give_booths",
    "kept_rate",
    "kept_rates",
    "lock_in_draft",
    "lock_meeting",
    "make_device",
    "mark_meeting",
    "may_ask",
    "mend_plan",
    "move_in_draft",
    "move_meeting",
    "next_step",
    "place_request",
    "publish_event",
    "publish_plan",
    "register_for_event",
    "reissue_badge",
    "remind_of_meetings",
    "remind_of_requests",
    "remove_interpreter",
    "renew_calendar_address",
    "request_meeting",
    "revoke_device",
    "save_contact",
    "save_event",
    "set_availability",
    "set_halls",
    "set_interpreter_hours",
    "settle_scan",
    "share_contacts",
    "staff_clashes",
    "start_plan",
    "suggestions",
    "take_out_of_draft",
    "take_scans",
    "time_of",
    "update_participation",
    "values_for_copy",
    "visitor",
    "wish",
    "withdraw_from_all",
    "withdraw_from_event",
    "withdraw_request",
]
