"""The services of enquiries, quotes, samples and deals."""

from matchmaker.messaging.services.bank_accounts import account_for
from matchmaker.messaging.services.comparing import (
    ComparedQuote,
    Scope,
    compare_quotes,
    criteria_of,
    save_costs,
)
from matchmaker.messaging.services.contact_rules import (
    block_company,
    choose_contacts,
    hold_sentence,
    is_slowed,
    left_today,
    limit_of,
    match_between,
    open_requests,
    set_contact_limit,
    unblock_company,
    why_not_ask,
)
from matchmaker.messaging.services.deadlines import ask_follow_ups, expire_enquiries, remind_owing
from matchmaker.messaging.services.deals import (
    answer_follow_up,
    answer_step,
    ask_sample,
    back_step,
    check_paper,
    last_order,
    move_sample,
    say_step,
)
from matchmaker.messaging.services.entry_cost import (
    NOTHING_TYPED,
    EntryCost,
    EntrySum,
    QuotaSide,
    Shipment,
    TypedCosts,
    entry_cost,
    included_in,
    shares_of,
)
from matchmaker.messaging.services.fraud_warnings import warnings_for
from matchmaker.messaging.services.precheck import precheck_quote, quotes_to_check
from matchmaker.messaging.services.prepared import prepare, prepared_for, send_prepared, take_back_prepared
from matchmaker.messaging.services.quotes import (
    answer_quote,
    lines_to_quote,
    per_base_unit,
    quote,
    withdraw_quote,
)
from matchmaker.messaging.services.reply_rates import ReplyRate, reply_rate
from matchmaker.messaging.services.requests import MOST_ASKED, RequestResult, request_quotes
from matchmaker.messaging.services.review import (
    decide_report,
    held_messages,
    open_reports,
    report_message,
    review_held,
)
from matchmaker.messaging.services.writing import (
    ask,
    assign,
    close_enquiry,
    decline,
    delete_message,
    edit_message,
    nothing_to_answer,
    own_side,
    reply,
    see,
)
