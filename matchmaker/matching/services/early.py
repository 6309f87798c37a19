"""Matches of companies that wait for their approval: seen whole and answered, and told to nobody before the approval.

The rows stand apart from matches (`EarlyMatch`), so that whatever shows matches to the other side cannot show these.
`release_early` gives the answers to the matches once the company is approved; a refusal takes them back.
"""

import logging

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services.approval import not_told_yet
from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.companies.services import is_member
from matchmaker.core.problems import NotFound, Refused
from matchmaker.matching.models import EarlyMatch, Match, NeverAgain
from matchmaker.matching.services import scorer, storing
from matchmaker.matching.services.answers import answer_match
from matchmaker.matching.services.preview import LIFE, pairs_of_draft

logger = logging.getLogger(__name__)

MOST_DRAFTS = 10  # of one company are compared: what waits must not cost more than what is published
WRITTEN = ["score", "probability", "parts", "evidence", "conditions", "engine", "updated_at"]


def find_early(company: Company) -> None:
    """Make the early matches of a company's drafts stand as they would be found now.

    A draft is compared again when it was changed, and after ten minutes for demands that are new. Nothing for a company
    that is approved, returned or suspended.
    """
    if not company.is_before_approval or not company.is_supplier:
        return
    drafts = Product.objects.filter(company=company, status=Product.Status.DRAFT).select_related("company")
    for product in drafts.prefetch_related("texts", "certificates").order_by("-updated_at", "-pk")[:MOST_DRAFTS]:
        if cache.add(f"early:{product.uid}:{product.revision}:{product.updated_at.timestamp()}", 1, LIFE):
            _compare(product)


def _compare(product: Product) -> None:
    """Write the best pairs of a draft; what was answered stays."""
    _lines, pairs = pairs_of_draft(product)
    best = sorted(pairs, key=lambda pair: -pair.score)[: storing.TOP_PER_PRODUCT]
    engine, now = scorer.current().name, timezone.now()
    rows = [EarlyMatch(**storing.values_of(pair), engine=engine, updated_at=now) for pair in best]
    with transaction.atomic():
        EarlyMatch.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["product", "line"], update_fields=WRITTEN
        )
        fallen = EarlyMatch.objects.filter(product=product, supplier_answer="")
        fallen.exclude(line__in=[pair.want for pair in best]).delete()


@transaction.atomic
def answer_early(*, by: User, match: EarlyMatch, answer: str, why: str = "") -> EarlyMatch:
    """Say "interested" or "not for us" before the approval; the buyer hears of it only after it.

    Raises:
        Refused: `not_found` for a stranger, and once the company is approved or returned.
        ValidationError: for an unknown answer or reason.
    """
    row = EarlyMatch.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=match.pk).first()
    if row is None or not is_member(by, row.product.company):
        raise NotFound()
    if answer not in (Match.Answer.INTERESTED, Match.Answer.DECLINED):
        raise ValidationError({"answer": _("Answer “interested” or “not for us”.")})
    if why not in Match.Why.values:
        raise ValidationError({"why": _("Choose a reason from the list.")})
    row.supplier_answer, row.supplier_why = answer, why if answer == Match.Answer.DECLINED else ""
    row.answered_at, row.answered_by = timezone.now(), by
    row.save(update_fields=["supplier_answer", "supplier_why", "answered_at", "answered_by", "updated_at"])
    facts = {"side": "supplier", "answer": answer, "why": why}
    record(by=by, verb="answer_early", on=row, organisation=row.product.company, facts=facts)
    return row


def release_early() -> int:
    """Give what approved companies answered before to their matches; returns how many were answered.

    Each row in a transaction of its own with its removal: a worker that dies leaves the row or the answer, never both
    and never none. Answers to drafts that are not published wait on.
    """
    waiting = EarlyMatch.objects.filter(product__company__status=Company.Status.APPROVED)
    waiting = waiting.exclude(product__company__in=not_told_yet())
    waiting.filter(supplier_answer="").delete()
    keys = waiting.exclude(product__status=Product.Status.DRAFT).order_by("pk").values_list("pk", flat=True)
    return sum(_release(key) for key in list(keys))


@transaction.atomic
def _release(key: int) -> bool:
    rows = EarlyMatch.objects.select_for_update(of=("self",), skip_locked=True).select_related(
        "product__company", "line__demand", "answered_by"
    )
    row = rows.filter(pk=key, product__company__status=Company.Status.APPROVED).first()
    if row is None:
        return False
    row.delete()
    if row.answered_by is None:
        return False
    match = Match.objects.filter(product=row.product, line=row.line).first() or _make(row)
    if match is None:
        return False
    try:
        with transaction.atomic():
            answer_match(
                by=row.answered_by, match=match, side="supplier", answer=row.supplier_answer, why=row.supplier_why
            )
    except (Refused, ValidationError) as problem:  # she left the company, or the demand closed meanwhile
        logger.info("An answer given before the approval does not stand any more: %s", problem)
        return False
    return True


def _make(row: EarlyMatch) -> Match | None:
    """The match itself, where matching has not come to it yet; None where it may not be."""
    supplier, buyer = row.product.company_id, row.line.demand.company_id
    stands = storing.matchable_products().filter(pk=row.product_id).exists()
    is_open = storing.matchable_lines().filter(pk=row.line_id).exists()
    if not (stands and is_open) or supplier == buyer:
        return None
    if NeverAgain.objects.filter(supplier=supplier, buyer=buyer).exists():
        return None
    match = row.as_match()
    match.uid = Match().uid
    match.supplier_answer = match.supplier_why = ""
    match.save()
    return match


def take_back_early(*, company: Company) -> None:
    """Forget what a company that was refused said of its early matches."""
    EarlyMatch.objects.filter(product__company=company).delete()
