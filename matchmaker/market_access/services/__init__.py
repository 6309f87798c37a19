"""The verbs of market access, and its two answers: readiness and duty."""

from matchmaker.market_access.services.adding import add_admission, add_agreement, add_rule
from matchmaker.market_access.services.additional import import_additional_duties
from matchmaker.market_access.services.answers import (
    Certificates,
    duty_of,
    national_lines,
    readiness_difference,
    readiness_facts,
    readiness_of,
    readiness_of_many,
    rulebook,
    trade,
)
from matchmaker.market_access.services.coming import announce_coming_rules, coming_rules, tariff_wanted
from matchmaker.market_access.services.companies import (
    answer_question,
    check_registration,
    check_step,
    lower_ended,
    record_registration,
    registrations_due,
    remind_of_registrations,
    remove_registration,
    show_step,
)
from matchmaker.market_access.services.editing import (
    add_partner,
    edit_admission,
    edit_agreement,
    edit_question,
    edit_rate,
    history_of,
    preview_duty,
    preview_readiness,
)
from matchmaker.market_access.services.labels import label_texts, proposed_texts, save_label
from matchmaker.market_access.services.precheck import precheck_product, product_dossier, ships_after
from matchmaker.market_access.services.printed_tariff import import_printed_tariff
from matchmaker.market_access.services.records import (
    edit_partner,
    edit_rule,
    load_market_access,
    preview_rule,
)
from matchmaker.market_access.services.regime_lists import import_regime_list
from matchmaker.market_access.services.tariffs import import_tariff

__all__ = [
    "Certificates",
    "add_admission",
    "add_agreement",
    "add_partner",
    "add_rule",
    "announce_coming_rules",
    "answer_question",
    "check_registration",
    "check_step",
    "coming_rules",
    "duty_of",
    "edit_admission",
    "edit_agreement",
    "edit_partner",
    "edit_question",
    "edit_rate",
    "edit_rule",
    "history_of",
    "import_additional_duties",
    "import_printed_tariff",
    "import_regime_list",
    "import_tariff",
    "label_texts",
    "load_market_access",
    "lower_ended",
    "national_lines",
    "precheck_product",
    "preview_duty",
    "preview_readiness",
    "preview_rule",
    "product_dossier",
    "proposed_texts",
    "readiness_difference",
    "readiness_facts",
    "readiness_of",
    "readiness_of_many",
    "record_registration",
    "registrations_due",
    "remind_of_registrations",
    "remove_registration",
    "rulebook",
    "save_label",
    "ships_after",
    "show_step",
    "tariff_wanted",
    "trade",
]
