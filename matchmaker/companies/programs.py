"""Programs of a company that are told what the company is told, and the one way to tell both (people and programs)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.members import admins, require_admin
from matchmaker.companies.models import Company
from matchmaker.notifications import webhooks
from matchmaker.notifications.models import WebhookEndpoint
from matchmaker.notifications.services import notify

SUBJECTS = ("match", "enquiry", "meetings")  # the first word of the events a company's program can choose among


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


def endpoints_of(company: Company) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(owner_uid=company.uid)


@transaction.atomic
def add_program(*, by: User, company: Company, url: str, name: str, types: list[str]) -> tuple[WebhookEndpoint, str]:
    """Register a program; returns it and its secret, which is shown this once. Errors: see `create_endpoint`."""
    require_admin(by, company)
    endpoint, secret = webhooks.create_endpoint(by=by, url=url, name=name, types=types, owner_uid=company.uid)
    record(by=by, verb="add_program", on=endpoint, organisation=company, facts={"url": url, "types": types})
    return endpoint, secret


@transaction.atomic
def renew_secret(*, by: User, company: Company, endpoint: WebhookEndpoint) -> str:
    require_admin(by, company)
    record(by=by, verb="renew_program_secret", on=endpoint, organisation=company)
    return webhooks.rotate_secret(endpoint=endpoint)


@transaction.atomic
def enable_program(*, by: User, company: Company, endpoint: WebhookEndpoint) -> None:
    """Try a program again that was switched off; see `enable_endpoint`."""
    require_admin(by, company)
    record(by=by, verb="enable_program", on=endpoint, organisation=company)
    webhooks.enable_endpoint(endpoint=endpoint)


@transaction.atomic
def remove_program(*, by: User, company: Company, endpoint: WebhookEndpoint) -> None:
    require_admin(by, company)
    record(by=by, verb="remove_program", on=endpoint, organisation=company, facts={"url": endpoint.url})
    webhooks.remove_endpoint(endpoint=endpoint)


def keepers(owner: UUID) -> tuple[Iterable[User], str]:
    """Who is told when a program of this company is switched off, and where they switch it on again."""
    company = Company.objects.filter(uid=owner).first()
    return (admins(company), f"/companies/{company.uid}/webhooks/") if company else ((), "")
