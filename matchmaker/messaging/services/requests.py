"""Ask several suppliers for a quote at once: one request, a line of it in each conversation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue import rules
from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.companies.models import Company
from matchmaker.companies.services import require_member
from matchmaker.core import reference
from matchmaker.core.fields import validate
from matchmaker.core.problems import NotFound, Refused
from matchmaker.messaging.models import QuoteRequest
from matchmaker.messaging.models.requests import PAYMENT
from matchmaker.messaging.payment import check_payment
from matchmaker.messaging.phrases import Stored
from matchmaker.messaging.services.writing import ask, compose

MOST_ASKED = 6  # suppliers of one request
TERMS = ("quantity", "unit", "incoterm", "place", "needed_by", "sample_wanted", "text", *PAYMENT)

PLAIN = "price_ask_terms"  # the sentence of a request that has neither words nor sentences of its own

Subject = Product | Company


@dataclass(frozen=True)
class RequestResult:
    """What was sent, and to whom it was not, with the reason."""

    request: QuoteRequest
    refusals: list[tuple[Subject, Refused]]


@transaction.atomic
def request_quotes(
    *,
    by: User,
    company: Company,
    subjects: Sequence[Subject],
    line: DemandLine | None = None,
    phrases: Sequence[Mapping[str, Any]] = (),
    **terms,
) -> RequestResult:
    """Ask the suppliers of products, or suppliers as such, for a quote on the same terms.

    Each conversation is opened or continued by `ask`, with all its limits. A supplier that cannot be asked does not
    keep the others from it.

    Args:
        company: the buyer.
        line: the line of its own demand that the request is for.
        phrases: sentences of the phrase book beside the text, or in its place; see `compose`.

    Raises:
        Refused: 404 for a line of another company; `ask`'s refusal where no supplier could be asked.
        ValidationError: by field; on `subjects` for none or too many; for a phrase as `phrase_book.check`.
    """
    require_member(by, company)
    if not company.is_buyer:
        raise Refused("buyers_ask", _("Buyers ask suppliers. As a supplier, answer demands."), status=403)
    if line is not None and line.demand.company_id != company.pk:
        raise NotFound()
    request = QuoteRequest(company=company, line=line, made_by=by, made_at=timezone.now())
    for name, value in terms.items():
        if name not in TERMS:
            raise ValueError(f"{name} is not a term of a request")
        setattr(request, name, value)
    subjects = list(dict.fromkeys(subjects))
    _check(request, subjects)
    words = compose(request.text, phrases or ([] if request.text else [{"key": PLAIN}]))
    request.save()
    refusals = [(subject, refusal) for subject in subjects if (refusal := _ask(by, request, subject, words))]
    if len(refusals) == len(subjects):
        raise refusals[0][1]
    facts = {"suppliers": len(subjects) - len(refusals), "refused": len(refusals)}
    record(by=by, verb="request_quotes", on=request, organisation=company, facts=facts)
    return RequestResult(request, refusals)


def _ask(by: User, request: QuoteRequest, subject: Subject, words: tuple[str, Sequence[Stored]]) -> Refused | None:
    about = {"product": subject} if isinstance(subject, Product) else {"other": subject}
    text, phrases = words
    try:
        ask(by=by, company=request.company, text=text, phrases=phrases, request=request, **about)
    except Refused as refusal:
        return refusal
    return None


def _check(request: QuoteRequest, subjects: Sequence[Subject]) -> None:
    problems: dict = {}
    if not subjects:
        problems["subjects"] = ValidationError(_("Tick at least one supplier."), "required")
    if len(subjects) > MOST_ASKED:
        problems["subjects"] = ValidationError(
            _("A request goes to up to %(most)d suppliers at once.") % {"most": MOST_ASKED}, "too_many"
        )
    request.text = request.text.strip()
    rules.check_known(problems, "unit", request.unit, reference.units(), rules.UNIT)
    if request.quantity is not None and request.quantity <= 0:
        problems["quantity"] = ValidationError(_("Write an amount above 0."), "not_positive")
    if request.needed_by and request.needed_by < timezone.localdate():
        problems["needed_by"] = ValidationError(_("This day is over. Choose today or a later day."), "in_past")
    check_payment(request, problems)
    validate(request, problems, exclude=["company", "line", "made_by"], validate_constraints=False)
