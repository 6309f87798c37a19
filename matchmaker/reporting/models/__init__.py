"""What the report stores beside what it counts: targets, surveys after events, and the figures of large reports."""

from matchmaker.reporting.models.counts import ReportCount
from matchmaker.reporting.models.surveys import Survey
from matchmaker.reporting.models.targets import Target
