"""A campaign's own questions to companies: the team writes them, companies answer, no one touches code."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Answer, Campaign, Question
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.members import require_admin
from matchmaker.companies.models import Company
from matchmaker.core import languages, reference
from matchmaker.core.lists import format_list
from matchmaker.core.text import validate_one_line, validate_text, web_address

FIELDS = ("side", "kind", "label", "help", "options", "is_required")
MOST = 40  # questions of one campaign: a longer form is not filled in
MOST_OPTIONS = 60
LIMITS = {Question.Kind.LINE: 200, Question.Kind.TEXT: 2000, Question.Kind.ADDRESS: 200}
WITH_OPTIONS = (Question.Kind.CHOICE, Question.Kind.CHOICES)


# -- the team's side --------------------------------------------------------------------------------------------------


@transaction.atomic
def save_question(*, by: User, campaign: Campaign, question: Question | None = None, **fields) -> Question:
    """Ask something new, or put a question into better words.

    Raises:
        ValidationError: by field; the kind of a question that was answered stays, and so do the options chosen.
    """
    require_organiser(by, campaign)
    is_new = question is None
    question = question or Question(campaign=campaign, position=campaign.questions.count())
    if is_new and campaign.questions.filter(retired_at__isnull=True).count() >= MOST:
        raise ValidationError(_("A campaign asks at most %(count)d questions.") % {"count": MOST})
    if not is_new and question.answers.exists():
        _protect_answers(question, fields)
    for name in FIELDS:
        setattr(question, name, fields[name])
    if question.kind not in WITH_OPTIONS:
        question.options = []
    elif not 2 <= len(question.options) <= MOST_OPTIONS:
        raise ValidationError({"options": _("Write between 2 and %(count)d options.") % {"count": MOST_OPTIONS}})
    elif len({option.get(languages.ENGLISH) for option in question.options}) != len(question.options):
        raise ValidationError({"options": _("Each option stands once.")})
    question.full_clean()
    question.save()
    record(
        by=by,
        verb="save_question",
        on=question,
        organisation=campaign,
        facts={"question": question.label.text(languages.ENGLISH)},
    )
    return question


def _protect_answers(question: Question, fields: Mapping[str, Any]) -> None:
    if fields["kind"] != question.kind:
        raise ValidationError({"kind": _("This was answered already. Retire it and ask a new question.")})
    if question.kind not in WITH_OPTIONS:
        return
    chosen = set()
    for value in question.answers.values_list("value", flat=True):
        chosen |= {value} if isinstance(value, str) else set(value)
    removed = chosen - {option.get(languages.ENGLISH) for option in fields["options"]}
    if removed:
        raise ValidationError(
            {
                "options": _("Companies chose these already, so they stay: %(options)s.")
                % {"options": format_list(removed)}
            }
        )


@transaction.atomic
def retire_question(*, by: User, question: Question) -> None:
    """Ask it no longer; what was answered stays."""
    require_organiser(by, question.campaign)
    if Question.objects.active().filter(pk=question.pk).update(retired_at=timezone.now()):
        record(by=by, verb="retire_question", on=question, organisation=question.campaign)


@transaction.atomic
def move_question(*, by: User, question: Question, step: int) -> None:
    """One place up (-1) or down (+1) among the questions that are asked."""
    require_organiser(by, question.campaign)
    order = list(Question.objects.active().filter(campaign=question.campaign))
    here = order.index(question)
    there = min(max(here + step, 0), len(order) - 1)
    order.insert(there, order.pop(here))
    for place, one in enumerate(order):
        Question.objects.filter(pk=one.pk).exclude(position=place).update(position=place)


# -- the companies' side ----------------------------------------------------------------------------------------------


def questions_for(company: Company, campaign: Campaign) -> QuerySet[Question]:
    return Question.objects.active().of(company).filter(campaign=campaign)


def questions_waiting(company: Company, campaign: Campaign | None) -> int:
    """How many questions of the campaign are new to the company since it was submitted, or need an answer."""
    if campaign is None or company.submitted_at is None:
        return 0  # a company that is still joining answers them there
    return questions_for(company, campaign).new_to(company).count()


def read(question: Question, raw: Any) -> Any:
    """The answer as it is stored, or None when there is none.

    Raises:
        ValidationError: for what is no answer to this kind of question.
    """
    if raw is None or raw == "" or raw == []:
        return None
    kind = Question.Kind
    readers: dict[str, Callable[[Any], Any]] = {
        kind.NUMBER: _number,
        kind.DAY: _day,
        kind.YES_NO: _yes_no,
        kind.COUNTRY: _country,
    }
    if question.kind in readers:
        return readers[question.kind](raw)
    if question.kind in (kind.LINE, kind.TEXT, kind.ADDRESS):
        return _text(question, str(raw).strip())
    return _read_choice(question, raw)


def _day(raw: Any) -> str:
    try:
        return (raw if isinstance(raw, dt.date) else dt.date.fromisoformat(str(raw))).isoformat()
    except ValueError:
        raise ValidationError(_("Write the day as year-month-day, such as 2027-03-15.")) from None


def _yes_no(raw: Any) -> bool:
    if raw in (True, "yes"):
        return True
    if raw in (False, "no"):
        return False
    raise ValidationError(_("Answer yes or no."))


def _country(raw: Any) -> str:
    if raw not in reference.countries():
        raise ValidationError(_("Choose a country or region from the list."))
    return raw


def _read_choice(question: Question, raw: Any) -> str | list[str]:
    single = question.kind == Question.Kind.CHOICE
    offered = [option[languages.ENGLISH] for option in question.options]
    chosen = [raw] if isinstance(raw, str) else list(raw)
    if not set(chosen) <= set(offered) or (single and len(chosen) != 1):
        raise ValidationError(_("Choose from the list."))
    return chosen[0] if single else [one for one in offered if one in chosen]


def _text(question: Question, text: str) -> str | None:
    if question.kind == Question.Kind.TEXT:
        validate_text(text)
    else:
        validate_one_line(text)
    if question.kind == Question.Kind.ADDRESS and text:
        web_address(text)
    limit = LIMITS[question.kind]  # type: ignore[index]  # a choice read from a row equals its member
    if len(text) > limit:
        raise ValidationError(_("Write at most %(count)d characters.") % {"count": limit})
    return text or None


def _number(raw: Any) -> int | float:
    try:
        number = Decimal(str(raw).strip())
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or abs(number) > Decimal("1e15"):
        raise ValidationError(_("Write the amount in digits with a point before the decimals, such as 1250.50."))
    return int(number) if number == number.to_integral_value() else float(number)


def words(question: Question, value: Any) -> str:
    """What a search may type to find it: an option or a country in every language."""
    if isinstance(value, bool):
        return "yes 是" if value else "no 否"
    if question.kind == Question.Kind.COUNTRY:
        row = reference.countries()[value]
        return " ".join([value, *(reference.name_in(row, code) for code in settings.STAFF_LANGUAGES)])
    if question.kind in WITH_OPTIONS:
        chosen = [value] if isinstance(value, str) else value
        found = (option for option in question.options if option[languages.ENGLISH] in chosen)
        return ", ".join(" ".join(option.values()) for option in found)
    return str(value)


@transaction.atomic
def answer_questions(*, by: User, company: Company, campaign: Campaign, answers: Mapping[str, Any]) -> int:
    """Keep a company's answers by question uid; an empty one takes the earlier answer away. Returns how many changed.

    Raises:
        ValidationError: by question uid.
    """
    require_admin(by, company)
    problems, values = {}, {}
    for question in questions_for(company, campaign):
        if str(question.uid) not in answers:
            continue
        try:
            values[question] = read(question, answers[str(question.uid)])
        except ValidationError as error:
            problems[str(question.uid)] = error
    if problems:
        raise ValidationError(problems)
    before = dict(Answer.objects.filter(company=company).values_list("question", "value"))
    changed = {question: value for question, value in values.items() if before.get(question.pk) != value}
    for question, value in changed.items():
        if value is None:
            Answer.objects.filter(question=question, company=company).delete()
        else:
            Answer.objects.update_or_create(
                question=question,
                company=company,
                defaults={"value": value, "words": words(question, value)[:2000], "answered_by": by},
            )
    if changed:
        facts = {"questions": [str(question.uid) for question in changed]}
        record(by=by, verb="answer_questions", on=company, facts=facts)
    return len(changed)


def answers_of(company: Company, campaign: Campaign) -> QuerySet[Answer]:
    rows = Answer.objects.filter(company=company, question__campaign=campaign).select_related("question")
    return rows.order_by(F("question__position"), "question")
