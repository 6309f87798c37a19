"""A reminder to the side that owes an answer on a match, and never to the side that waits."""

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from matchmaker.companies.models import Company
from matchmaker.matching.models import Match
from matchmaker.matching.services import letter_facts
from matchmaker.notifications.by_language import languages_of
from matchmaker.notifications.models import Notice
from matchmaker.notifications.services import notify

REMIND_AFTER = (dt.timedelta(days=3), dt.timedelta(days=7))
LOOK_BACK = dt.timedelta(days=3)  # what came due in a longer silence of the timetable is left out, not heaped up
SHOWN = 5


def remind_owing() -> int:
    """One reminder a company, side and day about all that came due since the last; returns how many people are told.

    A match comes due three and seven days after the other side said yes. What was reminded of is read from the notices
    themselves, so that running twice reminds once and a person who left the company meanwhile is not asked.
    """
    now, count = timezone.now(), 0
    for side in ("supplier", "buyer"):
        owed: dict[Company, list[Match]] = defaultdict(list)
        for match in _awaiting_answer(side, now):
            owed[match.product.company if side == "supplier" else match.line.demand.company].append(match)
        for company, matches in owed.items():
            count += _remind(company, side, matches, now)
    return count


def _awaiting_answer(side: str, now: dt.datetime):
    other = "buyer" if side == "supplier" else "supplier"
    filters = {
        f"{side}_answer": "",
        f"{other}_answer": Match.Answer.INTERESTED,
        f"{other}_answered_at__lte": now - REMIND_AFTER[0],
        f"{other}_answered_at__gt": now - REMIND_AFTER[-1] - LOOK_BACK,
    }
    return Match.objects.active().filter(**filters).for_cards().order_by(f"{other}_answered_at")


@transaction.atomic
def _remind(company: Company, side: str, owed: list[Match], now: dt.datetime) -> int:
    prefix = f"match_reminder:{company.uid}:{side}:"
    earlier = Notice.objects.filter(event_key__gte=prefix, event_key__lt=prefix + "~")
    last = earlier.aggregate(at=Max("created_at"))["at"]
    since = max(last, now - LOOK_BACK) if last else now - LOOK_BACK
    asked_at = {match.pk: _waits_since(match, side) for match in owed}
    due = [match for match in owed if any(since < asked_at[match.pk] + after <= now for after in REMIND_AFTER)]
    if not due:
        return 0
    context: dict[str, Any] = {
        "side": side,
        "count": len(due),
        "days": max((now - asked_at[match.pk]).days for match in due),
        "pairs": [_describe_match(match, side, languages_of(company.members)) for match in due[:SHOWN]],
        "more": max(0, len(due) - SHOWN),
    }
    page = f"{due[0].uid}/" if len(due) == 1 else "?state=unanswered"
    return notify(
        kind="match_reminder",
        to=company.members.all(),
        about=company.uid,
        event_key=f"{prefix}{now:%Y-%m-%d}",
        context=context,
        path=f"/{side}/matches/{page}",
    )


def _describe_match(match: Match, side: str, languages: list[str]) -> dict[str, Any]:
    if side == "supplier":
        facts = letter_facts.of_line(match.line, languages)
    else:
        facts = letter_facts.of_product(match.product, languages)
    return letter_facts.names(match, languages) | {"what": facts["what"]}


def _waits_since(match: Match, side: str) -> dt.datetime:
    """Since when this side owes: `_awaiting_answer` gives none without that moment."""
    return (match.buyer_answered_at if side == "supplier" else match.supplier_answered_at) or match.created_at
