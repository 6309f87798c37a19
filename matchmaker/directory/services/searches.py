"""Searches a person wants to come back to."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.directory.models import Alerted, Kind, SavedSearch
from matchmaker.directory.services.alerts import keys_under

MOST_SEARCHES = 50  # a person; each is worked out anew whenever something was published
_NOT_PART_OF_A_SEARCH = ("after", "page", "sort", "more", "all", "csrfmiddlewaretoken")


@transaction.atomic
def save_search(
    *,
    by: User,
    company: Company | None,
    kind: str,
    query: str,
    campaign: Campaign | None = None,
    name: str = "",
    alerts: bool = True,
) -> SavedSearch:
    """Keep a search; what it finds now is known, so that alerts tell of later entries only.

    `query` is the query string of the directory's address, `campaign` the one whose companies it searches (None for
    all). The same search again only changes its name and alerts.
    """
    if kind not in Kind.values:
        raise ValidationError({"kind": _("There is no such directory.")})
    query_dict = QueryDict(query, mutable=True)
    for part in _NOT_PART_OF_A_SEARCH:
        query_dict.pop(part, None)
    address = query_dict.urlencode()
    row = SavedSearch.objects.filter(user=by, kind=kind, query=address, campaign=campaign).first()
    if row is None and SavedSearch.objects.filter(user=by).count() >= MOST_SEARCHES:
        raise Refused("too_many", _("You keep %(most)d searches already: delete one first.") % {"most": MOST_SEARCHES})
    row = row or SavedSearch(user=by, kind=kind, query=address, campaign=campaign)
    row.company, row.alerts = company, alerts
    row.name = (name.strip() or query_dict.get("q", "").strip() or str(Kind(kind).label))[:120]
    row.full_clean()
    row.save()
    Alerted.objects.bulk_create(
        [Alerted(user=by, kind=kind, key=key) for key in keys_under(row)], ignore_conflicts=True
    )
    return row


@transaction.atomic
def forget_search(*, by: User, search: SavedSearch) -> None:
    """Delete a search of one's own; what was told of by it stays told."""
    if search.user_id != by.pk:
        raise Refused("not_yours", _("This is not your search."), status=404)
    search.delete()
