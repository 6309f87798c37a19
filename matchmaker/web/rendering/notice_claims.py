"""Sentences that say that a company was told: only where a notice of it was written."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.companies.models import Company
from matchmaker.core.lists import format_list, join_sentences
from matchmaker.notifications.models import Notice

JUST_NOW = timedelta(minutes=1)


def describe_result(what: str, told: str, *, kind: str, companies: Iterable[Company], named: bool = True) -> str:
    """`what` was done, and `told` where each of the companies has a notice of this kind from just now.

    A company that came from a list has no people here yet, so it has no notice: then it is named as not told. Without
    companies there is only `what`, and also with `named=False`, for a side whose name the reader may not see.
    """
    every = list(companies)
    if not every:
        return what
    written = Notice.objects.filter(kind=kind, created_at__gte=timezone.now() - JUST_NOW)
    # A notice counts only while its receiver is a member: a company whose people have left was not told.
    about = written.filter(
        about__in=[company.uid for company in every], recipient__memberships__company__uid=F("about")
    )
    reached = set(about.values_list("about", flat=True))
    missed = [company.display_name for company in every if company.uid not in reached]
    if not missed:
        return join_sentences([what, told])
    if not named:
        return what
    not_told = _("Not notified, because nobody has an account for it here yet: %(companies)s.")
    return join_sentences([what, not_told % {"companies": format_list(missed)}])
