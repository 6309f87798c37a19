"""What organisers and participants do with events."""

from matchmaker.events.services.comparing import Compared, compare_plans
from matchmaker.events.services.day import Mended, check_in, mend_plan
from matchmaker.events.services.editing import lock_in_draft, move_in_draft, take_out_of_draft
from matchmaker.events.services.events import (
    EDITABLE,
    add_interpreter,
    cancel_event,
    copy_event,
    publish_event,
    remove_interpreter,
    save_event,
)
from matchmaker.events.services.meetings import (
    assign_staff,
    book_meeting,
    cancel_meeting,
    lock_meeting,
    mark_meeting,
    move_meeting,
)
from matchmaker.events.services.participations import (
    register_for_event,
    set_availability,
    update_participation,
    withdraw_from_event,
)
from matchmaker.events.services.plans import compute_plan, discard_plan, start_plan
from matchmaker.events.services.publishing import Published, publish_plan
from matchmaker.events.services.suggestions import Suggestion, suggestions
from matchmaker.events.services.wishes import (
    answer_request,
    expire_requests,
    request_meeting,
    wish,
    withdraw_request,
)

__all__ = [
    "EDITABLE",
    "Compared",
    "Mended",
    "Published",
    "Suggestion",
    "add_interpreter",
    "answer_request",
    "assign_staff",
    "book_meeting",
    "cancel_event",
    "cancel_meeting",
    "check_in",
    "compare_plans",
    "compute_plan",
    "copy_event",
    "discard_plan",
    "expire_requests",
    "lock_in_draft",
    "lock_meeting",
    "mark_meeting",
    "mend_plan",
    "move_in_draft",
    "move_meeting",
    "publish_event",
    "publish_plan",
    "register_for_event",
    "remove_interpreter",
    "request_meeting",
    "save_event",
    "set_availability",
    "start_plan",
    "suggestions",
    "take_out_of_draft",
    "update_participation",
    "wish",
    "withdraw_from_event",
    "withdraw_request",
]
