"""The one way to tell a company: its people and its programs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from matchmaker.accounts.models import User
from matchmaker.companies.models import Company, Membership
from matchmaker.notifications import webhooks
from matchmaker.notifications.fanout import Letter
from matchmaker.notifications.services import notify_many


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyLetter:
    """One thing to tell one company; the fields are the arguments of `notify_company`."""

    company: Company
    kind: str
    event_key: str
    context: Mapping[str, Any]
    path: str = ""
    ids: Mapping[str, Any]
    people: Iterable[User] | None = None
    at: datetime | None = None
    part_of: int | None = None


def notify_company(
    company: Company,
    *,
    kind: str,
    event_key: str,
    context: Mapping[str, Any],
    path: str = "",
    ids: Mapping[str, Any],
    people: Iterable[User] | None = None,
    at: datetime | None = None,
    part_of: int | None = None,
) -> int:
    """Promise a company's people a notice and its programs an event, in the caller's transaction.

    Args:
        ids: what the event carries; names of rows and their uids, nothing else: a program fetches the rest itself.
        people: who of the company is told; everybody when it is left out.
        at: nothing of it is shown or leaves before this moment.

    Returns:
        How many people will be told. Other arguments: see `notify`.
    """
    letter = CompanyLetter(
        company=company,
        kind=kind,
        event_key=event_key,
        context=context,
        path=path,
        ids=ids,
        people=people,
        at=at,
        part_of=part_of,
    )
    return notify_companies([letter])


@transaction.atomic
def notify_companies(letters: Sequence[CompanyLetter]) -> int:
    """Tell many things at once, each to one company, in a handful of queries; returns as `notify_company`."""
    webhooks.emit_many([_event(letter) for letter in letters])
    members = _members({letter.company.pk for letter in letters if letter.people is None})
    return notify_many(
        Letter(
            kind=letter.kind,
            to=members[letter.company.pk] if letter.people is None else letter.people,
            event_key=letter.event_key,
            context=letter.context,
            about=letter.company.uid,
            path=letter.path,
            at=letter.at,
            part_of=letter.part_of,
        )
        for letter in letters
    )


def _event(letter: CompanyLetter) -> webhooks.Event:
    facts = {name: str(value) for name, value in letter.ids.items()}
    facts |= {"company": str(letter.company.uid), "path": letter.path}
    return webhooks.Event(letter.company.uid, letter.kind, letter.event_key, facts, letter.at)


def _members(companies: Iterable[int]) -> Mapping[int, list[int]]:
    """Company → its people."""
    members: dict[int, list[int]] = defaultdict(list)
    for company, person in Membership.objects.filter(company__in=companies).values_list("company", "user"):
        members[company].append(person)
    return members
