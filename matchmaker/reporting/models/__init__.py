"""What the report stores beside what it counts: targets, and surveys after events."""

from matchmaker.reporting.models.surveys import Survey
from matchmaker.reporting.models.targets import Target
