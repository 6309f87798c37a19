"""Publishing by itself: what people of a company that is not approved yet want published once it is."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Demand, Product
from matchmaker.catalogue.services.demands import check_publishable as check_demand
from matchmaker.catalogue.services.demands import publish_demand
from matchmaker.catalogue.services.products import check_publishable as check_product
from matchmaker.catalogue.services.products import publish_product
from matchmaker.companies.members import require_admin
from matchmaker.companies.models import Company
from matchmaker.core.lists import join_sentences
from matchmaker.core.problems import Refused

MOST_IN_A_LETTER = 20  # names of each kind; the desk shows the rest


@transaction.atomic
def publish_when_approved(*, by: User, row: Product | Demand) -> None:
    """Keep the wish to publish a draft as soon as its company is approved. What is missing is refused now.

    Raises:
        ValidationError: by field, when something needed is missing.
        Refused: when the company is approved or suspended, or the row is no draft.
    """
    require_admin(by, row.company)
    if row.company.status in (Company.Status.APPROVED, Company.Status.SUSPENDED):
        raise Refused("not_waiting", _("Your company does not wait for approval."))
    if row.status != "draft":
        raise Refused("no_draft", _("Only a draft can be published by itself."))
    _check(row)
    row.publish_wish_by, row.publish_problem = by, ""
    row.save(update_fields=["publish_wish_by", "publish_problem", "updated_at"])
    record(by=by, verb="publish_when_approved", on=row, organisation=row.company)


@transaction.atomic
def keep_as_draft(*, by: User, row: Product | Demand) -> None:
    """Take the wish back, if there is one."""
    require_admin(by, row.company)
    if row.publishes_when_approved:
        row.publish_wish_by = None
        row.save(update_fields=["publish_wish_by", "updated_at"])
        record(by=by, verb="keep_as_draft", on=row, organisation=row.company)


def publish_wishes(*, company: Company) -> dict[str, Any]:
    """Publish what waits for the approval of a company, by the services that people use, each row by itself.

    Call it in the transaction of the approval. What cannot be published stays a draft and says why.

    Returns:
        For the letter: names of what is `live` and of demands `held` by the team, and `[name, reason]` of `drafts`.
    """
    told: dict[str, Any] = {"live": [], "held": [], "drafts": []}
    products = Product.objects.filter(company=company, status="draft").prefetch_related("texts")
    demands = Demand.objects.filter(company=company, status="draft")
    for wished in (products, demands):
        for row in wished.filter(publish_wish_by__isnull=False).select_related("publish_wish_by").order_by("pk"):
            row.company = company
            if by := row.publish_wish_by:
                _publish(row, told, by)
    return {kind: names[:MOST_IN_A_LETTER] for kind, names in told.items()}


def _publish(row: Product | Demand, told: dict[str, Any], by: User) -> None:
    row.publish_wish_by, row.publish_problem = None, ""
    name = _name(row)
    with override(by.language):
        try:
            with transaction.atomic():
                if isinstance(row, Product):
                    publish_product(by=by, product=row)
                else:
                    publish_demand(by=by, demand=row)
        except (ValidationError, Refused) as problem:
            reasons = problem.messages if isinstance(problem, ValidationError) else [problem.message]
            row.publish_problem = join_sentences(reasons)[:500]
            told["drafts"].append([name, row.publish_problem])
        else:
            told["held" if row.status == Demand.Status.SUBMITTED else "live"].append(name)
    type(row).objects.filter(pk=row.pk).update(publish_wish_by=None, publish_problem=row.publish_problem)


def _check(row: Product | Demand) -> None:
    if isinstance(row, Product):
        check_product(row)
    else:
        check_demand(row)


def _name(row: Product | Demand) -> str:
    """As its owner wrote it: the letter goes to her company."""
    if isinstance(row, Demand):
        return row.title
    return row.original.name if row.original else ""
