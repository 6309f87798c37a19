"""Prepare the first message before one's company is approved; it goes out by itself, once, after the approval."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services.approval import not_told_yet
from matchmaker.catalogue.models import Demand
from matchmaker.companies.models import Company
from matchmaker.companies.services import require_member
from matchmaker.core.lists import join_sentences
from matchmaker.core.problems import NotFound, Refused
from matchmaker.matching.models import EarlyMatch
from matchmaker.messaging.models import PreparedEnquiry
from matchmaker.messaging.services.writing import ask, compose

MOST_PREPARED = 10  # of one company wait at the same time
# Refusals that another day lifts: the message waits on. Everything else is shown to its author.
LATER = frozenset(["request_limit", "contact_limit", "too_fast"])


def prepared_for(company: Company, demand: Demand) -> PreparedEnquiry | None:
    """What the company prepared for a demand and has not sent: waiting, taken back, or refused."""
    rows = PreparedEnquiry.objects.filter(company=company, demand=demand)
    return rows.exclude(state=PreparedEnquiry.State.SENT).first()


@transaction.atomic
def prepare(
    *, by: User, company: Company, demand: Demand, text: str = "", phrases: Sequence[Mapping[str, Any]] = ()
) -> PreparedEnquiry:
    """Keep the first message about a demand until the company is approved. Preparing again replaces the words.

    Raises:
        Refused: 404 for a stranger and for a demand that the company may not see; 409 `not_waiting` where the company
            is approved, returned or suspended; 403 `prepared_limit` above `MOST_PREPARED`.
        ValidationError: for the text and the phrases.
    """
    require_member(by, company)
    text, stored = compose(text, phrases)
    company = Company.objects.select_for_update().get(pk=company.pk)
    if not company.is_supplier or not _is_seen(by, demand) or demand.company_id == company.pk:
        raise NotFound()
    if not company.is_before_approval:
        raise Refused("not_waiting", _("Your company does not wait for approval."))
    row = PreparedEnquiry.objects.filter(company=company, demand=demand).first()
    is_new = row is None or row.state != PreparedEnquiry.State.WAITING
    if is_new and PreparedEnquiry.objects.waiting().filter(company=company).count() >= MOST_PREPARED:
        sentence = ngettext(
            "%(n)d message waits for the approval of your company; no more may wait.",
            "%(n)d messages wait for the approval of your company; no more may wait.",
            MOST_PREPARED,
        )
        raise Refused("prepared_limit", sentence % {"n": MOST_PREPARED}, status=403)
    row = row or PreparedEnquiry(company=company, demand=demand)
    row.text, row.phrases, row.made_by = text, stored, by
    row.state, row.problem = PreparedEnquiry.State.WAITING, ""
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save()
    record(by=by, verb="prepare_enquiry", on=row, organisation=company)
    return row


def _is_seen(by: User, demand: Demand) -> bool:
    return Demand.objects.visible_to(by).open().filter(pk=demand.pk).exists()


@transaction.atomic
def take_back_prepared(*, by: User, prepared: PreparedEnquiry) -> PreparedEnquiry:
    """Do not send it; the words stay and can be prepared again. Twice is once.

    Raises:
        Refused: 404 for a stranger, 409 `already_sent`.
    """
    row = PreparedEnquiry.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=prepared.pk).first()
    if row is None:
        raise NotFound()
    if row.state == PreparedEnquiry.State.SENT:
        raise Refused("already_sent", _("This message was sent already."))
    if row.state != PreparedEnquiry.State.TAKEN_BACK:
        row.state = PreparedEnquiry.State.TAKEN_BACK
        row.save(update_fields=["state", "updated_at"])
        record(by=by, verb="take_back_prepared", on=row, organisation=row.company)
    return row


def take_back_of(*, company: Company) -> None:
    """Take back all that waits of a company that was sent back; its people find the words where they left them."""
    state = PreparedEnquiry.State
    PreparedEnquiry.objects.waiting().filter(company=company).update(state=state.TAKEN_BACK)


def forget_prepared(by: User | None, company: Company) -> None:
    """Delete what was never sent of a company that closes."""
    PreparedEnquiry.objects.filter(company=company).exclude(state=PreparedEnquiry.State.SENT).delete()


def send_prepared() -> int:
    """Send what waits of companies that are approved now; returns how many messages went out.

    Each is sent and marked in one transaction: a worker that dies in between leaves it unsent and waiting.
    """
    rows = PreparedEnquiry.objects.waiting().filter(company__status=Company.Status.APPROVED)
    keys = list(rows.exclude(company__in=not_told_yet()).order_by("pk").values_list("pk", flat=True))
    return sum(_send(key) for key in keys)


@transaction.atomic
def _send(key: int) -> bool:
    rows = PreparedEnquiry.objects.waiting().select_for_update(of=("self",), skip_locked=True)
    rows = rows.select_related("company", "demand", "made_by")
    row = rows.filter(pk=key, company__status=Company.Status.APPROVED).first()
    if row is None or _answer_goes_first(row):
        return False
    if row.made_by is None:
        return _fail(row, "")
    with override(row.made_by.language):
        try:
            with transaction.atomic():
                row.enquiry = ask(
                    by=row.made_by, company=row.company, text=row.text, phrases=row.phrases, demand=row.demand
                )
        except (Refused, ValidationError) as problem:
            if isinstance(problem, Refused) and problem.code in LATER:
                return False
            reasons = problem.messages if isinstance(problem, ValidationError) else [problem.message]
            return _fail(row, join_sentences(reasons)[:500])
    row.state, row.problem = PreparedEnquiry.State.SENT, ""
    row.save(update_fields=["state", "problem", "enquiry", "updated_at"])
    return True


def _answer_goes_first(row: PreparedEnquiry) -> bool:
    """Whether an answer to the same demand is still on its way to its match, which lets the message go freely."""
    early = EarlyMatch.objects.filter(product__company=row.company_id, line__demand=row.demand_id)
    return early.exclude(supplier_answer="").exclude(product__status="draft").exists()


def _fail(row: PreparedEnquiry, problem: str) -> bool:
    row.state, row.problem = PreparedEnquiry.State.FAILED, problem
    row.save(update_fields=["state", "problem", "updated_at"])
    return False
