"""What organisers and participants do with events."""

from matchmaker.events.services.checkin import (
    check_in,
    door_list,
    forget_contact,
    make_device,
    reissue_badge,
    revoke_device,
    save_contact,
    settle_scan,
    share_contacts,
    shared_contact,
    take_scans,
    visitor,
)
from matchmaker.events.services.day_hours import check_hours
from matchmaker.events.services.events import (
    EDITABLE,
    cancel_event,
    copy_event,
    publish_event,
    save_event,
    set_halls,
    values_for_copy,
)
from matchmaker.events.services.interpreters import (
    add_interpreter,
    invite_interpreter,
    remove_interpreter,
    set_interpreter_hours,
    tell_interpreters,
)
from matchmaker.events.services.invitations import (
    answer_invitation,
    invite_to_event,
    remind_invited,
    remind_of_invitations,
)
from matchmaker.events.services.meetings import (
    answer_move,
    ask_move,
    book_meeting,
    cancel_meeting,
    change_table,
    free_for_both,
    free_tables,
    lock_meeting,
    move_meeting,
)
from matchmaker.events.services.mending import (
    Loss,
    mark_present,
    mend_loss,
    mend_plan,
    open_tables_again,
    preview_loss,
    preview_mend,
    to_hold_again,
)
from matchmaker.events.services.no_shows import fill_ins, no_shows
from matchmaker.events.services.notices import remind_of_meetings, remind_of_requests
from matchmaker.events.services.outcomes import (
    AttendanceRate,
    assign_staff,
    attendance_rate,
    attendance_rates,
    mark_meeting,
    staff_clashes,
)
from matchmaker.events.services.participations import (
    close_calendar_address,
    give_booths,
    planned_counterparts,
    register_for_event,
    renew_calendar_address,
    set_availability,
    set_times_to_book,
    update_participation,
    withdraw_from_all,
    withdraw_from_event,
)
from matchmaker.events.services.plans import (
    compare_plans,
    compute_plan,
    discard_plan,
    lock_in_draft,
    move_in_draft,
    start_plan,
    take_out_of_draft,
)
from matchmaker.events.services.publishing import (
    preview_publish,
    publish_plan,
    to_withdraw,
    withdraw_plan,
)
from matchmaker.events.services.requests import (
    answer_request,
    books_itself,
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
from matchmaker.events.services.taking_back import (
    StepImpact,
    impact_of,
    impact_on,
    letters_of_calling_off,
    take_back,
    to_call_off,
)
from matchmaker.events.services.wishes import wish
