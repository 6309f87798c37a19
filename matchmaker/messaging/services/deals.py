"""Samples on their way, and the ladder of a deal that both sides confirm."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.core import reference
from matchmaker.core.fields import validate
from matchmaker.core.files import CheckedFile, check_file, check_first
from matchmaker.core.problems import NotFound, Refused
from matchmaker.messaging import phrases as phrase_book
from matchmaker.messaging.models import DealStep, Enquiry, FollowUp, Sample, Side, StepPaper
from matchmaker.messaging.services.notices import excerpt_of_note, notify_side
from matchmaker.messaging.services.writing import hand_over_turn, lock_enquiry, note_news

Stage, Rung = Sample.Stage, DealStep.Rung
MAX_PAPERS = 5
AFTER_ORDER: dict[str, Any] = {
    Rung.SHIPMENT: gettext_lazy("A shipment follows an order that both sides confirmed."),
    Rung.CUSTOMS: gettext_lazy("Customs clearance follows an order that both sides confirmed."),
    Rung.PAYMENT: gettext_lazy("A payment follows an order that both sides confirmed."),
    Rung.REPEAT: gettext_lazy("A repeat order follows an order that both sides confirmed."),
}


def _open(by: User, enquiry: Enquiry) -> tuple[Enquiry, Side]:
    found, side = lock_enquiry(by, enquiry)
    if found.status not in (Enquiry.Status.OPEN, Enquiry.Status.CLOSED):
        raise Refused("not_open", _("The other side has to answer your request first."))
    return found, side


def _news(
    by: User,
    verb: str,
    row,
    enquiry: Enquiry,
    side: Side,
    *,
    owes: bool,
    told: Mapping[str, Any] | None = None,
    **context,
) -> None:
    """Record it, show it to the other side, and make it its turn where it has to do something.

    `told` is what the notice says beside the facts of the record: notes by the languages of its readers.
    """
    now = timezone.now()
    enquiry.status = Enquiry.Status.OPEN
    hand_over_turn(enquiry, side.other if owes else "" if enquiry.owes == side else enquiry.owes)
    note_news(enquiry, side.other, now)
    enquiry.save()
    record(by=by, verb=verb, on=row, organisation=enquiry.company_of(side), facts=context)
    key = f"{row.uid}:{verb}:{context.get('stage') or context.get('answer') or 'said'}"
    notify_side("enquiry_step", enquiry, side.other, key, verb=verb, **{**context, **(told or {})})


# -- samples -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def ask_sample(*, by: User, enquiry: Enquiry, what: str = "", phrases: Sequence[Mapping[str, Any]] = ()) -> Sample:
    """The buyer asks for a sample, one at a time: in its words, in sentences of the phrase book, or in both.

    Raises:
        Refused: 403 `buyers_ask`; 409 `sample_on_its_way`.
        ValidationError: on `what` without words and sentences; for a phrase as `phrase_book.check`.
    """
    stored = phrase_book.check(phrases)
    enquiry, side = _open(by, enquiry)
    if side != Side.BUYER:
        raise Refused("buyers_ask", _("The buyer asks for a sample."), status=403)
    sample = Sample(enquiry=enquiry, what=what.strip(), what_phrases=stored, asked_at=timezone.now())
    if not sample.written_what:
        raise ValidationError({"what": ValidationError(_("Write what you want to say."), "required")})
    sample.full_clean(validate_constraints=False)
    try:
        with transaction.atomic():
            sample.save()
    except IntegrityError:
        raise Refused("sample_on_its_way", _("A sample is asked for or on its way already.")) from None
    told = {"what": excerpt_of_note(sample.written_what, enquiry, side.other)}
    _news(by, "ask_sample", sample, enquiry, side, owes=True, told=told, stage=sample.stage, what=sample.what)
    return sample


@transaction.atomic
def move_sample(*, by: User, sample: Sample, stage: str, phrases: Sequence[Mapping[str, Any]] = (), **fields) -> Sample:
    """Send a sample (`carrier`, `tracking`), refuse it (`why`), say it came, or judge it (`verdict`, `note`).

    A refusal and a verdict take `phrases`, too.

    The supplier sends or refuses, the buyer receives and judges, each step once and in this order. That a sample was
    sent and came is the rung "sample" of the deal, confirmed by both by these very acts.

    Raises:
        Refused: 403 `other_side`; 409 `sample_order`.
        ValidationError: by field; for a phrase as `phrase_book.check`.
    """
    stored = phrase_book.check(phrases)
    ways: dict[str, tuple[str, Side, tuple[str, ...]]] = {
        Stage.SENT: (Stage.ASKED, Side.SUPPLIER, ("carrier", "tracking")),
        Stage.REFUSED: (Stage.ASKED, Side.SUPPLIER, ("why",)),
        Stage.RECEIVED: (Stage.SENT, Side.BUYER, ()),
        Stage.JUDGED: (Stage.RECEIVED, Side.BUYER, ("verdict", "note")),
    }
    if stage not in ways:
        raise ValidationError({"stage": _("A sample is sent, refused, received or judged.")})
    before, who, names = ways[stage]
    enquiry, side = _open(by, sample.enquiry)
    row = enquiry.samples.get(pk=sample.pk)
    if side != who:
        raise Refused("other_side", _("This step is the other side's."), status=403)
    if row.stage == stage:
        return row
    if row.stage != before:
        sentence = _("The sample is not at this step: it is %(stage)s.")
        raise Refused("sample_order", sentence % {"stage": row.get_stage_display()})
    for name in names:
        setattr(row, name, str(fields.get(name) or "").strip())
        if name in ("why", "note"):
            setattr(row, f"{name}_phrases", stored)
    if stage == Stage.JUDGED and not row.verdict:
        raise ValidationError({"verdict": _("Say how the sample was.")})
    row.stage = stage
    setattr(row, f"{stage}_at", timezone.now())
    row.full_clean(validate_constraints=False)
    row.save()
    if stage == Stage.RECEIVED:
        _sample_rung(row, enquiry)
    facts = {"stage": stage, "what": row.what, "carrier": row.carrier, "tracking": row.tracking}
    written = {"what": row.written_what, "why": row.written_why if stage == Stage.REFUSED else row.written_note}
    told = {name: excerpt_of_note(note, enquiry, side.other) for name, note in written.items()}
    _news(by, "move_sample", row, enquiry, side, owes=stage == Stage.SENT, told=told, verdict=row.verdict, **facts)
    return row


def _sample_rung(sample: Sample, enquiry: Enquiry) -> None:
    if enquiry.steps.filter(rung=Rung.SAMPLE).exclude(answer=DealStep.Answer.DENIED).exists():
        return
    DealStep.objects.create(
        enquiry=enquiry,
        rung=Rung.SAMPLE,
        happened_on=timezone.localdate(),
        said_by=Side.SUPPLIER,
        said_at=sample.sent_at or timezone.now(),
        answer=DealStep.Answer.CONFIRMED,
        answered_by=Side.BUYER,
        answered_at=timezone.now(),
    )


def check_paper(file: Any) -> CheckedFile:
    """Look at a document for a step, as `check_file` does."""
    return check_file(file, with_office=True)


# -- the ladder --------------------------------------------------------------------------------------------------------
@transaction.atomic
def say_step(
    *,
    by: User,
    enquiry: Enquiry,
    rung: str,
    happened_on: dt.date,
    amount: Decimal | None = None,
    currency: str = "",
    note: str = "",
    phrases: Sequence[Mapping[str, Any]] = (),
) -> DealStep:
    """Say that a rung was reached; it counts once the other side confirms it.

    Each is reached once, but repeat orders: one after the other, the next when the last was answered.

    Raises:
        Refused: 409 `said_already`, `order_first`.
        ValidationError: by field; for a phrase as `phrase_book.check`.
    """
    stored = phrase_book.check(phrases)
    enquiry, side = _open(by, enquiry)
    step = DealStep(
        enquiry=enquiry,
        rung=rung,
        happened_on=happened_on,
        amount=amount,
        currency=currency if amount is not None else "",
        note=note.strip(),
        note_phrases=stored,
        said_by=side,
        said_by_person=by,
        said_at=timezone.now(),
    )
    problems: dict = {}
    if happened_on and happened_on > timezone.localdate():
        problems["happened_on"] = _("Say it when it has happened: this day is still to come.")
    if amount is not None and amount <= 0:
        problems["amount"] = _("Write an amount above 0.")
    if amount is not None and currency not in reference.currencies():
        problems["currency"] = _("Say which currency the value is in.")
    validate(step, problems, exclude=["enquiry", "said_by_person"], validate_constraints=False)
    if rung in AFTER_ORDER and not enquiry.steps.confirmed().filter(rung=Rung.ORDER).exists():
        raise Refused("order_first", AFTER_ORDER[rung])
    try:
        with transaction.atomic():
            step.save()
    except IntegrityError:
        raise Refused("said_already", _("This is recorded already.")) from None
    value = f"{amount.normalize():f} {currency}" if amount is not None else ""
    told = {"why": excerpt_of_note(step.written_note, enquiry, side.other)}
    _news(by, "say_step", step, enquiry, side, owes=True, told=told, rung=rung, value=value)
    return step


def last_order(enquiry: Enquiry) -> DealStep | None:
    """The newest order or repeat order that both sides confirmed, from which the next one is made."""
    orders = enquiry.steps.confirmed().filter(rung__in=[Rung.ORDER, Rung.REPEAT])
    return orders.order_by("-happened_on", "-pk").first()


@transaction.atomic
def answer_step(
    *, by: User, step: DealStep, confirm: bool, why: str = "", phrases: Sequence[Mapping[str, Any]] = ()
) -> DealStep:
    """Confirm or deny what the other side said.

    Raises:
        Refused: 403 `other_side` for the side that said it; 409 `answered_already`.
        ValidationError: a denial without a reason; for a phrase as `phrase_book.check`.
    """
    stored = phrase_book.check(phrases)
    enquiry, side = _open(by, step.enquiry)
    row = enquiry.steps.get(pk=step.pk)
    wanted = DealStep.Answer.CONFIRMED if confirm else DealStep.Answer.DENIED
    if row.said_by == side:
        raise Refused("other_side", _("The other side confirms what you recorded."), status=403)
    if row.answer == wanted:
        return row
    if row.answer:
        raise Refused("answered_already", _("This was answered already."))
    if not confirm and not why.strip() and not stored:
        raise ValidationError({"why": _("Say what is not right.")})
    row.answer, row.answered_by, row.answered_at = wanted, side, timezone.now()
    row.why, row.why_phrases = why.strip(), stored
    row.full_clean(validate_constraints=False)
    row.save()
    told = {"why": excerpt_of_note(row.written_why, enquiry, side.other)}
    _news(by, "answer_step", row, enquiry, side, owes=False, told=told, rung=row.rung, answer=row.answer, why=row.why)
    return row


@check_first("file", check_paper)
@transaction.atomic
def back_step(*, by: User, step: DealStep, file, number: str = "") -> StepPaper:
    """Put a document behind a step; either side may, also after it was confirmed. The same file is stored once.

    Raises:
        Refused: 409 `step_denied`, `too_many_papers`.
        ValidationError: on `files`, as `check_file`; on `number`.
    """
    enquiry, side = _open(by, step.enquiry)
    row = enquiry.steps.select_for_update().get(pk=step.pk)  # the count and the row are one step
    if row.answer == DealStep.Answer.DENIED:
        raise Refused("step_denied", _("The other side denied this step. Say it again before you add a document."))
    checked = check_paper(file)
    if same := row.papers.filter(sha256=checked.sha256).first():
        return same
    if row.papers.count() >= MAX_PAPERS:
        raise Refused("too_many_papers", _("A step can rest on up to five documents."))
    paper = StepPaper(step=row, number=number.strip(), given_by=side, given_by_person=by, given_at=timezone.now())
    paper.clean_fields(exclude={field.name for field in paper._meta.fields} - {"number"})
    paper.store(checked)
    note_news(enquiry, side.other, paper.given_at)
    enquiry.save()
    facts = {"rung": row.rung, "number": paper.number, "sha256": paper.sha256}
    record(by=by, verb="back_step", on=row, organisation=enquiry.company_of(side), facts=facts)
    return paper


@transaction.atomic
def answer_follow_up(*, by: User, follow_up: FollowUp, answer: str, note: str = "") -> FollowUp:
    """Say what became of a contact; it can be said again differently."""
    enquiry, side = lock_enquiry(by, follow_up.enquiry)
    row = enquiry.follow_ups.filter(pk=follow_up.pk, side=side).first()
    if row is None:
        raise NotFound()
    if answer not in (FollowUp.Answer.DEAL, FollowUp.Answer.TALKING, FollowUp.Answer.NO):
        raise ValidationError({"answer": _("Choose one of the answers.")})
    row.answer, row.note, row.answered_at = answer, note.strip(), timezone.now()
    row.full_clean()
    row.save()
    owner = enquiry.company_of(side)
    record(by=by, verb="answer_follow_up", on=row, organisation=owner, facts={"answer": answer})
    return row
