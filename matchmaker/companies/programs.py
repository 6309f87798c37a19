"""Programs of a company that are told what the company is told."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.members import admins, require_admin
from matchmaker.companies.models import Company
from matchmaker.notifications import ways_in, webhooks
from matchmaker.notifications.models import WebhookEndpoint

SUBJECTS = ("match", "enquiry", "meetings")  # the first word of the events a company's program can choose among


def endpoints_of(company: Company) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(owner_uid=company.uid)


@transaction.atomic
def add_program(*, by: User, company: Company, url: str, name: str, types: list[str]) -> tuple[WebhookEndpoint, str]:
    """Register a program; returns it and its secret, which is shown this once. Errors: see `create_endpoint`."""
    require_admin(by, company)
    endpoint, secret = webhooks.create_endpoint(by=by, url=url, name=name, types=types, owner_uid=company.uid)
    ways_in.tell(
        to=admins(company),
        way="company",
        key=str(endpoint.uid),
        path=f"/companies/{company.uid}/webhooks/",
        name=endpoint.name,
        company=company,
        person=str(by),
        person_uid=str(by.uid),
    )
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


def responsible_people(owner: UUID) -> tuple[Iterable[User], str]:
    """Who is told when a program of this company is switched off, and where they switch it on again."""
    company = Company.objects.filter(uid=owner).first()
    return (admins(company), f"/companies/{company.uid}/webhooks/") if company else ((), "")
