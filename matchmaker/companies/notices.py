"""The one way to tell a company: its people and its programs."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from matchmaker.accounts.models import User
from matchmaker.companies.models import Company
from matchmaker.notifications import webhooks
from matchmaker.notifications.services import notify


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
    facts = {name: str(value) for name, value in ids.items()} | {"company": str(company.uid), "path": path}
    webhooks.emit(owner_uid=company.uid, event_type=kind, event_key=event_key, data=facts, at=at)
    to = company.members.all() if people is None else people
    return notify(
        kind=kind,
        to=to,
        event_key=event_key,
        context=context,
        about=company.uid,
        path=path,
        at=at,
        part_of=part_of,
    )
