"""The verbs of market access, and its two answers: readiness and duty."""

from matchmaker.market_access.services.adding import add_admission, add_agreement, add_rule
from matchmaker.market_access.services.answers import (
    duty_of,
    readiness_difference,
    readiness_of,
    readiness_of_many,
    rulebook,
    trade,
)
from matchmaker.market_access.services.companies import (
    answer_question,
    check_registration,
    lower_ended,
    record_registration,
    registrations_due,
    remind_of_registrations,
    remove_registration,
    withdraw_answer,
)
from matchmaker.market_access.services.editing import (
    DutyChange,
    add_partner,
    edit_admission,
    edit_agreement,
    edit_question,
    edit_rate,
    history_of,
    preview_duty,
    preview_readiness,
)
from matchmaker.market_access.services.records import (
    edit_partner,
    edit_rule,
    load_market_access,
    preview_rule,
)
from matchmaker.market_access.services.tariffs import import_tariff

__all__ = [
    "DutyChange",
    "add_admission",
    "add_agreement",
    "add_partner",
    "add_rule",
    "answer_question",
    "check_registration",
    "duty_of",
    "edit_admission",
    "edit_agreement",
    "edit_partner",
    "edit_question",
    "edit_rate",
    "edit_rule",
    "history_of",
    "import_tariff",
    "load_market_access",
    "lower_ended",
    "preview_duty",
    "preview_readiness",
    "preview_rule",
    "readiness_difference",
    "readiness_of",
    "readiness_of_many",
    "record_registration",
    "registrations_due",
    "remind_of_registrations",
    "remove_registration",
    "rulebook",
    "trade",
    "withdraw_answer",
]
