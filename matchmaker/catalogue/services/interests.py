"""A supplier says it would like to deliver a line; the buyer asks, accepts or declines."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Demand, DemandLine, Interest
from matchmaker.companies.models import Company
from matchmaker.companies.services import require_member
from matchmaker.core.problems import Refused
from matchmaker.notifications.services import notify

State = Interest.State


@transaction.atomic
def express_interest(*, by: User, company: Company, line: DemandLine, message: str) -> Interest:
    """Answer a line one may see; said again, the words are renewed while the buyer has not answered.

    Raises:
        ValidationError: on `message`.
        Refused: `not_found` for what one may not see, `not_open`, `wrong_role`, `own_demand`, `company_not_approved`.
    """
    require_member(by, company)
    if not company.is_supplier:
        raise Refused("wrong_role", _("Only suppliers answer demands."), status=403)
    if not company.is_approved:
        raise Refused("company_not_approved", _("Your company is not approved yet."))
    demand = line.demand
    if not Demand.objects.visible_to(by).filter(pk=demand.pk).exists():
        raise Refused("not_found", _("There is nothing here for you."), status=404)
    if demand.company_id == company.pk:
        raise Refused("own_demand", _("This is your own demand."))
    if not demand.is_open:
        raise Refused("not_open", _("This demand is not open any more."))
    interest = Interest.objects.select_for_update().filter(line=line, company=company).first()
    if interest and interest.state not in (State.OPEN, State.WITHDRAWN):
        raise Refused("already_answered", _("The buyer has answered already."))
    interest = interest or Interest(line=line, company=company)
    interest.message, interest.state = message.strip(), State.OPEN
    interest.full_clean(exclude=["line", "company"])
    interest.save()
    record(by=by, verb="express_interest", on=interest, organisation=company)
    notify(
        kind="demand_interest",
        to=demand.company.members.all(),
        event_key=f"interest_expressed:{interest.uid}",
        context={"company": str(company), "line": line.text[:200], "demand": demand.title},
        path=f"/buyer/demands/{demand.uid}/#line-{line.number}",
    )
    return interest


@transaction.atomic
def withdraw_interest(*, by: User, interest: Interest) -> Interest:
    """Take it back while the buyer has not answered."""
    require_member(by, interest.company)
    return _turn(by, interest, State.WITHDRAWN, "withdraw_interest", interest.company)


@transaction.atomic
def answer_interest(*, by: User, interest: Interest, accept: bool) -> Interest:
    """Accept: both sides see each other's contact; or not this time. Two answers at once: the first counts."""
    require_member(by, interest.line.demand.company)
    state = State.ACCEPTED if accept else State.DECLINED
    _turn(by, interest, state, "answer_interest", interest.line.demand.company)
    _tell_supplier(interest, f"interest_answered:{interest.uid}", accepted=accept)
    return interest


@transaction.atomic
def ask_about_interest(*, by: User, interest: Interest, question: str) -> Interest:
    """One question at a time: the next can be asked when this one is answered."""
    require_member(by, interest.line.demand.company)
    if interest.state != State.OPEN:
        raise Refused("already_answered", _("The buyer has answered already."))
    if interest.question and not interest.answer:
        raise Refused("question_waits", _("Your last question has not been answered yet."))
    if not question.strip():
        raise ValidationError({"question": _("Write the question.")})
    interest.question, interest.answer = question.strip(), ""
    interest.full_clean(exclude=["line", "company", "message"])
    interest.save(update_fields=["question", "answer"])
    record(by=by, verb="ask_about_interest", on=interest, organisation=interest.line.demand.company)
    _tell_supplier(interest, f"interest_asked:{interest.uid}:{timezone.now():%s%f}", question=interest.question)
    return interest


@transaction.atomic
def answer_question(*, by: User, interest: Interest, answer: str) -> Interest:
    """The supplier's answer, in front of the buyer."""
    require_member(by, interest.company)
    if not interest.question or interest.answer:
        raise Refused("nothing_asked", _("There is no open question."))
    if not answer.strip():
        raise ValidationError({"answer": _("Write the answer.")})
    interest.answer = answer.strip()
    interest.full_clean(exclude=["line", "company", "message", "question"])
    interest.save(update_fields=["answer"])
    record(by=by, verb="answer_question", on=interest, organisation=interest.company)
    return interest


def _turn(by: User, interest: Interest, state: str, verb: str, organisation: Company) -> Interest:
    moved = Interest.objects.filter(pk=interest.pk, state=State.OPEN).update(state=state, answered_at=timezone.now())
    if not moved:
        raise Refused("already_answered", _("This has been answered already."))
    interest.refresh_from_db()
    record(by=by, verb=verb, on=interest, organisation=organisation, facts={"state": state})
    return interest


def _tell_supplier(interest: Interest, event_key: str, **more) -> None:
    """The buyer's name is in it only once the interest is accepted."""
    demand = interest.line.demand
    accepted = interest.state == State.ACCEPTED
    notify(
        kind="demand_interest_answered",
        to=interest.company.members.all(),
        event_key=event_key,
        context={
            "line": interest.line.text[:200],
            "demand": demand.title,
            "buyer": str(demand.company) if accepted else "",
            "accepted": accepted,
            "question": "",
            **more,
        },
        path=f"/demands/{demand.uid}/",
    )
