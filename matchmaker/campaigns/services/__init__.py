"""What organisers, partners and companies do in a campaign, one module a subject.

The package itself offers the approval of companies and the check of an organiser, which other apps need.
"""

from matchmaker.campaigns.services.approval import (
    approve_automatically,
    approve_company,
    remind_of_answers,
    require_not_archived,
    require_organiser,
    require_takes_new,
    return_company,
    submit_company,
    undo_approval,
    withdraw_automatic_approval,
)
