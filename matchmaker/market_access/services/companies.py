"""What a company says about its products and its registrations, and when it hears of one that ends."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser as require_campaign_organiser
from matchmaker.catalogue.models import Product
from matchmaker.companies.documents import add_document
from matchmaker.companies.models import Company, Document
from matchmaker.companies.services import require_member
from matchmaker.core.files import check_file, check_first
from matchmaker.core.problems import NotFound, Refused
from matchmaker.market_access.models import EntryQuestion, EntryRule, ReadinessAnswer, Registration
from matchmaker.market_access.number_formats import example_of, is_in_form, is_number
from matchmaker.market_access.plant_categories import FOOD, categories
from matchmaker.market_access.registrations import Reminder, counted_end, months_before, reminder
from matchmaker.market_access.rules import DECLARABLE
from matchmaker.market_access.sentences import in_language
from matchmaker.notifications.services import notify

NO_EVIDENCE: dict[str, Any] = {"seen_on": None, "seen_by": None, "confirmed_by": ""}


@transaction.atomic
def answer_question(*, by: User, product: Product, question: str, answer: bool) -> ReadinessAnswer:
    """Keep a yes or no about one product: a plain question, `has:CODE` or `applies:RULE`; the last answer counts.

    Raises:
        Refused: `not_found` for a stranger, `unknown_question` for a code no rule knows.
    """
    require_member(by, product.company)
    if not _is_question(question):
        raise Refused("unknown_question", _("This question is no longer asked."), field="question", status=400)
    values = {"answer": answer, "answered_by": by}
    if not answer:
        values |= {"document": None, "number": "", "valid_until": None, **NO_EVIDENCE}
    row, _created = ReadinessAnswer.objects.update_or_create(product=product, question=question, defaults=values)
    _matching_must_see(Product.objects.filter(pk=product.pk))
    record(
        by=by,
        verb="answer_question",
        on=product,
        organisation=product.company,
        facts={"question": question, "answer": answer},
    )
    return row


@check_first("paper", check_file)
@transaction.atomic
def show_step(
    *, by: User, product: Product, code: str, number: str = "", valid_until: date | None = None, paper=None
) -> ReadinessAnswer:
    """Show a step of the readiness list by a document: its number, its end, and the paper itself.

    The paper is kept in quarantine until the team has read it. Whatever is changed has not been seen any more.

    Raises:
        Refused: `not_found` for a stranger, `unknown_question` for a step that no rule asks for; for a paper, those who
            do not administer the company.
        ValidationError: by field; `number` where neither number nor paper is given; `files` for the paper.
    """
    row = answer_question(by=by, product=product, question=f"has:{code}", answer=True)
    row = ReadinessAnswer.objects.select_for_update(of=("self",)).select_related("document").get(pk=row.pk)
    before = (row.number, row.valid_until, row.document_id)
    row.number, row.valid_until = number.strip(), valid_until
    row.clean_fields(exclude=["product", "answered_by", "document", "seen_by"])
    if paper is not None:
        kind = Document.Kind.LABEL if _is_label(code) else Document.Kind.CERTIFICATE
        row.document = add_document(by=by, company=product.company, kind=kind, file=paper)
    if not row.number and row.document is None:
        raise ValidationError({"number": _("Give the number of the document, or send it.")})
    if (row.number, row.valid_until, row.document_id) == before:
        return row
    row.forget_evidence()
    row.save()
    facts = {"code": code, "number": row.number, "sha256": row.document.sha256 if row.document else ""}
    record(by=by, verb="show_step", on=product, organisation=product.company, facts=facts)
    return row


@transaction.atomic
def check_step(*, by: User, step: ReadinessAnswer, campaign: Campaign, confirmed_by: str = "") -> ReadinessAnswer:
    """Someone of the team has seen the document of a step: from now on it counts. Twice is once.

    `confirmed_by` names the body whose list says the same; "" where the document was seen.

    Raises:
        Refused: 404 for others and for companies of another campaign.
    """
    require_campaign_organiser(by, campaign)
    company = step.product.company
    if not company.campaigns.filter(pk=campaign.pk).exists() or not ReadinessAnswer.objects.steps().filter(pk=step.pk):
        raise NotFound()
    if step.seen_on is None:
        step.seen_on, step.seen_by, step.confirmed_by = timezone.localdate(), by, confirmed_by.strip()
        step.clean_fields(exclude=["product", "answered_by", "document", "seen_by"])
        step.save(update_fields=["seen_on", "seen_by", "confirmed_by"])
        _matching_must_see(Product.objects.filter(pk=step.product_id))
        facts = {"code": step.code, "number": step.number}
        record(by=by, verb="check_step", on=step.product, organisation=company, facts=facts)
    return step


@transaction.atomic
def record_registration(
    *,
    by: User,
    company: Company,
    code: str,
    number: str,
    product: Product | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
    category: str = "",
) -> Registration:
    """Keep a number that the company holds with an authority.

    A number in an unusual form is kept, too: it stays "stated by the supplier".
    `category` is the product category of a food plant's registration, "" where it is not stated.
    Without an end, one is counted from the start where the rule says how many years it holds, and marked as counted.

    Raises: Refused: `not_found` for a stranger or another company's product, `unknown_registration`, `product_needed`
    where each product has a number of its own, `already_recorded`. ValidationError: by field, for the number and the
    days.
    """
    require_member(by, company)
    if product is not None and product.company_id != company.pk:
        raise NotFound()
    rule = _rule_that_accepts(code)
    if rule is None:
        raise Refused("unknown_registration", _("No rule asks for this registration."), field="code", status=400)
    if rule.per_product and product is None:
        raise Refused(
            "product_needed",
            _("This registration belongs to one product. Choose the product."),
            field="product",
            status=400,
        )
    counted = bool(valid_until is None and valid_from and rule.validity_years)
    if counted and valid_from and rule.validity_years:
        valid_until = counted_end(valid_from, rule.validity_years)
    row = Registration(
        company=company,
        product=product,
        code=code,
        number=number.strip(),
        category=category,
        valid_from=valid_from,
        valid_until=valid_until,
        end_counted=counted,
    )
    row.full_clean(validate_constraints=False)
    if category and (code not in FOOD or category not in categories()):
        raise ValidationError({"category": _("Choose an entry from the list.")})
    if not is_number(row.number):
        raise ValidationError({"number": _form_sentence(code)})
    if valid_from and valid_until and valid_until < valid_from:
        raise ValidationError({"valid_until": _("The last day must not lie before the first.")})
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused("already_recorded", _("This number is already recorded."), field="number") from None
    _matching_must_see(_products_of(row))
    record(by=by, verb="record_registration", on=row, organisation=company, facts={"code": code, "number": row.number})
    return row


def _form_sentence(code: str) -> str:
    """What is wrong with the number, and how the right one looks."""
    if example := example_of(code):
        return _("This is not a number of this registration. It looks like %(example)s. Copy it from the paper.") % {
            "example": example
        }
    return _("This is not a number: write it as it stands on the paper, with all its digits.")


@transaction.atomic
def check_registration(
    *, by: User, registration: Registration, campaign: Campaign, confirmed_by: str = ""
) -> Registration:
    """Someone of the team has seen evidence of the number: a paper, or the authority's public list. Twice is once.

    `confirmed_by` names the authority whose list says the same; "" where a paper was seen.

    Raises:
        Refused: 404 for others and for companies of another campaign; `number_form` where the form is wrong.
    """
    require_campaign_organiser(by, campaign)
    if not registration.company.campaigns.filter(pk=campaign.pk).exists():
        raise NotFound()
    if not is_in_form(registration.code, registration.number):
        raise Refused("number_form", _form_sentence(registration.code))
    if registration.seen_on is None:
        registration.seen_on, registration.seen_by = timezone.localdate(), by
        registration.confirmed_by = confirmed_by.strip()
        registration.clean_fields(exclude=["company", "product"])
        registration.save(update_fields=["seen_on", "seen_by", "confirmed_by"])
        _matching_must_see(_products_of(registration))
        facts = {"code": registration.code, "number": registration.number}
        record(by=by, verb="check_registration", on=registration, organisation=registration.company, facts=facts)
    return registration


@transaction.atomic
def remove_registration(*, by: User, registration: Registration) -> None:
    """Take a number off the record; the audit keeps it."""
    require_member(by, registration.company)
    facts = {"code": registration.code, "number": registration.number}
    record(by=by, verb="remove_registration", on=registration, organisation=registration.company, facts=facts)
    _matching_must_see(_products_of(registration))
    registration.delete()


@transaction.atomic
def lower_ended(*, today: date | None = None) -> int:
    """Let matching see which registrations ended, each once, also after days on which this did not run.

    Returns:
        How many products matching reads again.
    """
    over = Registration.objects.filter(valid_until__lt=today or timezone.localdate(), lowered=False)
    ended = list(over.select_for_update())
    products = sum(_matching_must_see(_products_of(row)) for row in ended)
    Registration.objects.filter(pk__in=[row.pk for row in ended]).update(lowered=True)
    return products


@dataclass(frozen=True, slots=True)
class Due:
    """A registration to remind of. `event_key` is the same for the same step, so that each is told once."""

    registration: Registration
    step: Reminder
    apply_until: date

    @property
    def event_key(self) -> str:
        row = self.registration
        return f"registration_expiring:{row.uid}:{row.valid_until}:{self.step.value}"


def registrations_due(today: date | None = None) -> list[Due]:
    """Registrations whose renewal window is open (12 to 3 months before the end) or just closed, the nearest end
    first.

    One that was already followed by a later number for the same company, product and code is left out.
    """
    today = today or timezone.localdate()
    rows = Registration.objects.filter(valid_until__gte=today, valid_until__lte=months_before(today, -12))
    due = []
    for row in rows.select_related("company", "product").order_by("valid_until", "id"):
        if row.valid_until is None:
            continue
        step = reminder(row.valid_until, today)
        if step and not _has_successor(row):
            due.append(Due(row, step, apply_until=months_before(row.valid_until, 3)))
    return due


@transaction.atomic
def remind_of_registrations(*, today: date | None = None) -> int:
    """Tell the people of each company what ends, once a step; running it again sends nothing.

    Returns:
        How many notices were written.
    """
    reminders = 0
    for due in registrations_due(today):
        row = due.registration
        rule = _rule_that_accepts(row.code)
        context = {
            "number": row.number,
            "company": row.company,
            "valid_until": row.valid_until.isoformat() if row.valid_until else "",
            "apply_until": "" if due.step is Reminder.LATE else due.apply_until.isoformat(),
        }
        reminders += notify(
            kind="registration_expiring",
            to=row.company.members.all(),
            about=row.company.uid,
            event_key=due.event_key,
            context={**context, "name": partial(in_language, rule, "name") if rule else row.code},
            path="/supplier/registrations/",
        )
    return reminders


def _has_successor(row: Registration) -> bool:
    same = Registration.objects.filter(company=row.company_id, code=row.code, product=row.product_id)
    return same.filter(valid_until__gt=row.valid_until).exists() or same.filter(valid_until__isnull=True).exists()


def _is_question(code: str) -> bool:
    kind, _colon, rest = code.partition(":")
    if kind == "applies" and rest:
        return EntryRule.objects.filter(code=rest).exists()
    if kind == "has" and rest:
        declarable = EntryRule.objects.filter(evidence__in=[evidence.value for evidence in DECLARABLE])
        return any(rest in accepts for accepts in declarable.values_list("accepts", flat=True))
    return EntryQuestion.objects.filter(code=code).exists()


def _rule_that_accepts(code: str) -> EntryRule | None:
    rules = EntryRule.objects.filter(evidence=EntryRule.Evidence.REGISTRATION).order_by("-id")
    return next((rule for rule in rules if code in rule.accepts), None)


def _is_label(code: str) -> bool:
    return any(code in rule.accepts for rule in EntryRule.objects.filter(evidence=EntryRule.Evidence.LABEL))


def _products_of(row: Registration):
    return Product.objects.filter(pk=row.product_id) if row.product_id else Product.objects.of(row.company_id)


def _matching_must_see(products) -> int:
    """Readiness is a condition of matching, and matching waits for revisions."""
    return products.update(revision=F("revision") + 1)
