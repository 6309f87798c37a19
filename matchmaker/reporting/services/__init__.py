"""The report of campaigns, its targets and its data set; surveys after events."""

from matchmaker.reporting.services.counting import count_waiting
from matchmaker.reporting.services.dataset import data_set
from matchmaker.reporting.services.facts import ZONE, Scope
from matchmaker.reporting.services.overview import campaign_overview, event_overview
from matchmaker.reporting.services.report import (
    SPLIT_STEPS,
    build,
    campaigns_of,
    event_row,
    latest,
    lines_below,
    partner_line,
    survey_words,
)
from matchmaker.reporting.services.surveys import answer_survey, send_surveys
from matchmaker.reporting.services.targets import set_targets
