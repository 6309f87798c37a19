"""How sure the site is of a company, in a sentence with what raises it, and what stands behind it with dates."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.companies.models import Check, Company
from matchmaker.core.formats import day

Level = Company.Verification


def explain(company: Company) -> str:
    """What the level says, and what would raise it."""
    return {
        Level.CLAIMED: _(
            "Nobody has checked yet what the company says of itself. "
            "A register extract or a licence that the campaign's team has seen raises the level."
        ),
        Level.DOCUMENT_SEEN: _(
            "The campaign's team has seen a document of the company. "
            "A comparison with the public register raises the level."
        ),
        Level.REGISTER_CHECKED: _(
            "The campaign's team has compared the company with the public register. An audit report raises the level."
        ),
        Level.AUDITED: _("The campaign's team has seen an audit report of the company. This is the highest level."),
    }[Level(company.verification)]


def checks_of(company: Company) -> list[dict[str, str]]:
    """What counts today, the highest first: the level, who saw or confirmed it, when, and until when it counts."""
    rows = Check.objects.standing(timezone.localdate()).filter(company=company)
    return [
        {
            "level": row.get_level_display(),
            "source": source(row.checked_on, row.confirmed_by),
            "until": _("valid until %(day)s") % {"day": day(row.expires_on)} if row.expires_on else "",
        }
        for row in rows
    ]


def source(seen_on: dt.date | None, confirmed_by: str = "") -> str:
    """Behind every mark: confirmed by whom, seen by the team, or only stated; with the day."""
    if not seen_on:
        return _("stated by the supplier")
    if confirmed_by:
        return _("confirmed by %(name)s, %(day)s") % {"name": confirmed_by, "day": day(seen_on)}
    return _("seen by the campaign's team, %(day)s") % {"day": day(seen_on)}
