"""What can be done with matching."""

from matchmaker.matching.services.answers import answer_match
from matchmaker.matching.services.code_suggestions import WORTH_SHOWING, classifier, suggest_codes
from matchmaker.matching.services.conditions import OfferedTerms, judge_match, judge_prices_again
from matchmaker.matching.services.early import answer_early, find_early, release_early
from matchmaker.matching.services.narrowing import (
    code_question,
    narrow_code,
    other_answers,
    question_text,
)
from matchmaker.matching.services.progress import demand_waits, product_waits
from matchmaker.matching.services.reminding import remind_owing
from matchmaker.matching.services.run_states import (
    cancel_match_run,
    incomplete_run,
    missing_products,
    retry_match_run,
    start_match_run,
    start_nightly_run,
    start_run_after_entry,
)
from matchmaker.matching.services.runs import match_block
from matchmaker.matching.services.tuning import effect_of, learn_weights, save_settings
from matchmaker.matching.services.vectors import warm
from matchmaker.matching.services.waiting import count_waiting, match_waiting, put_aside, try_again, waiting
from matchmaker.matching.services.wanted_certificates import certificates_in_text

__all__ = [
    "WORTH_SHOWING",
    "OfferedTerms",
    "answer_early",
    "answer_match",
    "cancel_match_run",
    "certificates_in_text",
    "classifier",
    "code_question",
    "demand_waits",
    "effect_of",
    "find_early",
    "incomplete_run",
    "judge_match",
    "judge_prices_again",
    "learn_weights",
    "match_block",
    "match_waiting",
    "missing_products",
    "narrow_code",
    "other_answers",
    "product_waits",
    "put_aside",
    "question_text",
    "release_early",
    "remind_owing",
    "retry_match_run",
    "save_settings",
    "start_match_run",
    "start_nightly_run",
    "start_run_after_entry",
    "suggest_codes",
    "try_again",
    "waiting",
    "warm",
]
