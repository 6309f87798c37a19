"""An enquiry as its page shows it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.core.formats import capfirst, money
from matchmaker.messaging.models import (
    DealStep,
    Enquiry,
    Message,
    Quote,
    QuoteEvent,
    QuoteRequestLine,
    Sample,
    Side,
    StepPaper,
)
from matchmaker.messaging.phrases import Note
from matchmaker.messaging.services import hold_sentence, warnings_for
from matchmaker.messaging.services.writing import EDIT_MINUTES
from matchmaker.web.enquiries.composing import Composer
from matchmaker.web.enquiries.facts import facts_of
from matchmaker.web.enquiries.forms import DenyForm, PaperForm
from matchmaker.web.rendering.reading_ahead import read_ahead_messages
from matchmaker.web.templatetags.trade import for_one

LONGEST_LINE = 120  # characters of a demand's line beside a quote


def entries_of(user, enquiry: Enquiry, side: str) -> list[dict]:
    """Messages and happenings in the order they came."""
    rows = []
    messages = list(_messages(user, enquiry))
    quotes = list(enquiry.quotes.select_related("line").prefetch_related("events"))
    samples, steps = list(enquiry.samples.all()), list(enquiry.steps.prefetch_related("papers"))
    read_ahead_messages(enquiry, messages, _notes(quotes, samples, steps))
    warnings = warnings_for(enquiry, Side(side), messages)
    for message in messages:
        if request_line := getattr(message, "request_line", None):
            rows.append(_request(message, request_line, side))
        rows.append({**_message(user, message, side), "warnings": warnings.get(message.pk, [])})
    for quote in quotes:
        rows.append(_quote(quote, side))
        rows += [_quote_event(event, side) for event in quote.events.all()]
    for sample in samples:
        rows += _sample(sample)
    for step in steps:
        rows += _step(step, side)
    return sorted(rows, key=lambda row: row["at"])


def _notes(quotes: list[Quote], samples: list[Sample], steps: list[DealStep]) -> Iterator[str]:
    """What the two sides wrote into the forms of quotes, samples and steps."""
    for quote in quotes:
        yield from (quote.note, quote.answer_note, *(event.note for event in quote.events.all()))
    for sample in samples:
        yield from (sample.what, sample.why, sample.note)
    for step in steps:
        yield from (step.note, step.why)


def _messages(user, enquiry: Enquiry):
    rows = Message.objects.visible_to(user).filter(enquiry=enquiry)
    return rows.select_related("author", "request_line__request").prefetch_related("attachments")


def _request(message: Message, line: QuoteRequestLine, side: str) -> dict:
    what = _("You asked for a quote") if side == "buyer" else _("The buyer asks for a quote")
    row = _happening(message.created_at, what, "clipboard-list")
    return {**row, "facts": facts_of(line.request)}


def _message(user, message: Message, side: str) -> dict:
    mine = message.side == side
    fresh = timezone.now() - message.created_at < dt.timedelta(minutes=EDIT_MINUTES)
    return {
        "kind": "message",
        "at": message.created_at,
        "message": message,
        "mine": mine,
        "files": list(message.attachments.all()),
        "why_held": hold_sentence(message) if mine and message.state != Message.State.SENT else "",
        "can_edit": mine and fresh and message.author_id == user.pk and message.state == Message.State.SENT,
    }


def _happening(at, what: str, icon: str, tone: str = "", note: Note | None = None, more: str = "") -> dict:
    """A line of the conversation; `note` is what a person wrote, `more` a number or a name."""
    words = {"what": capfirst(what), "note": note, "more": more}
    return {"kind": "happening", "at": at, "icon": icon, "tone": tone, **words}


def _quote(quote, side: str) -> dict:
    what = _("You quoted %(price)s") if side == "supplier" else _("The supplier quoted %(price)s")
    price = for_one(money(quote.price, quote.currency), quote.price_unit)
    line = Truncator(quote.line.text_for_reader).chars(LONGEST_LINE) if quote.line else ""
    return _happening(quote.made_at, what % {"price": price}, "receipt", more=line)


# What a side reads of an event of a quote: of its own doing, and of the other side's; with its icon and its tone.
QUOTE_EVENTS = {
    Quote.Status.QUESTION: (
        gettext_lazy("You asked about the quote"),
        gettext_lazy("The buyer asked about the quote"),
        "message-question",
        "",
    ),
    Quote.Status.ACCEPTED: (
        gettext_lazy("You accepted the quote"),
        gettext_lazy("The buyer accepted the quote"),
        "check",
        "met",
    ),
    Quote.Status.DECLINED: (
        gettext_lazy("You declined the quote"),
        gettext_lazy("The buyer declined the quote"),
        "x",
        "fail",
    ),
    Quote.Status.WITHDRAWN: (
        gettext_lazy("You took the quote back"),
        gettext_lazy("The supplier took the quote back"),
        "x",
        "fail",
    ),
}


def _quote_event(event: QuoteEvent, side: str) -> dict:
    own, others, icon, tone = QUOTE_EVENTS[Quote.Status(event.status)]
    doer = "supplier" if event.status == Quote.Status.WITHDRAWN else "buyer"
    return _happening(event.at, str(own if doer == side else others), icon, tone, event.written_note)


def _sample(sample: Sample) -> list[dict]:
    way = " ".join(part for part in (sample.carrier, sample.tracking) if part)
    rows = [
        (sample.asked_at, _("Sample asked for"), "package", "", sample.written_what),
        (sample.refused_at, _("Sample not sent"), "x", "fail", sample.written_why),
        (sample.sent_at, _("Sample sent"), "truck-delivery", "", None, way),
        (sample.received_at, _("Sample received"), "circle-check", "met", ""),
        (sample.judged_at, _("Sample judged: %(verdict)s") % {"verdict": sample.get_verdict_display()}, "checklist", "",
         sample.written_note),
    ]  # fmt: skip
    return [_happening(*row) for row in rows if row[0]]


def _step(step: DealStep, side: str) -> list[dict]:
    name = step.get_rung_display()
    template = _("You recorded: %(rung)s") if step.said_by == side else _("The other side recorded: %(rung)s")
    rows = [_happening(step.said_at, template % {"rung": name}, "flag", note=step.written_note)]
    if step.answer == DealStep.Answer.CONFIRMED:
        rows.append(_happening(step.answered_at, _("%(rung)s: confirmed by both") % {"rung": name}, "checks", "met"))
    rows += [
        _happening(paper.given_at, _paper_sentence(paper, side) % {"rung": name}, "file-text", more=paper.number)
        for paper in step.papers.all()
    ]
    if step.answer == DealStep.Answer.DENIED:
        rows.append(_happening(step.answered_at, _("%(rung)s: denied") % {"rung": name}, "x", "fail", step.written_why))
    return rows


def _paper_sentence(paper: StepPaper, side: str) -> str:
    if paper.given_by == side:
        return _("You added a document: %(rung)s")
    return _("The other side added a document: %(rung)s")


@dataclass(frozen=True)
class Denial:
    """The form by which a side says that a step is not correct; `is_open` where it comes back."""

    step: int  # its primary key
    form: DenyForm
    composer: Composer
    is_open: bool = True


def empty_denial(step: DealStep) -> Denial:
    return Denial(step.pk, DenyForm(auto_id=f"why_{step.rung}_%s"), denial_composer(step), is_open=False)


def denial_composer(step: DealStep, request: HttpRequest | None = None) -> Composer:
    return Composer(request, name=step.rung, action=reverse("deal_step_answer", args=[step.uid]))


def ladder_of(
    enquiry: Enquiry, side: str, refused: tuple[int, PaperForm] | None = None, denial: Denial | None = None
) -> list[dict]:
    """The rungs, each with what was stated of it, what backs it, and whether this side has to answer.

    Each rung is a row, and each repeat order. `refused` is the primary key of a step and the form for its document, as
    it was sent and refused; `denial` a denial that is being written.
    """
    said = list(enquiry.steps.exclude(answer=DealStep.Answer.DENIED).prefetch_related("papers"))
    steps = {step.rung: step for step in said}
    repeats = [step for step in said if step.rung == DealStep.Rung.REPEAT]
    rows = [(rung, label, steps.get(rung)) for rung, label in DealStep.Rung.choices if rung != DealStep.Rung.REPEAT]
    rows += [(f"{step.rung}-{n}", step.get_rung_display(), step) for n, step in enumerate(repeats, 1)]
    return [_rung_row(key, str(label), step, side, refused, denial) for key, label, step in rows]


def _rung_row(
    key: str,
    label: str,
    step: DealStep | None,
    side: str,
    refused: tuple[int, PaperForm] | None,
    denial: Denial | None,
) -> dict:
    """`key` is that of the row on the page: the rung, with a number for each repeat order."""
    row: dict = {"key": key, "rung": key.partition("-")[0], "label": label, "step": step}
    if step is None:
        return row | {"confirmed": False, "state": _("not recorded"), "ours_to_answer": False}
    return row | {
        "confirmed": step.answer == DealStep.Answer.CONFIRMED,
        "state": _step_state(step, side),
        "paper_form": refused[1] if refused and refused[0] == step.pk else PaperForm(auto_id=f"paper_{key}_%s"),
        "evidence": _evidence(step),
        "denial": denial if denial and denial.step == step.pk else empty_denial(step),
        "ours_to_answer": not step.answer and step.said_by != side,
    }


def _step_state(step: DealStep, side: str) -> str:
    """Who has to act next on a step, as this side reads it."""
    if step.answer == DealStep.Answer.CONFIRMED:
        return _("Confirmed by both")
    if step.said_by == side:
        return _("Recorded by you: waits for the other side")
    return _("Recorded by the other side: waits for your answer")


def _evidence(step: DealStep) -> str:
    """What a step rests on, beside what `_step_state` says: a document, or words alone until it is confirmed."""
    if step.papers.all():
        return _("backed by a document")
    return "" if step.answer == DealStep.Answer.CONFIRMED else _("stated, without a document")
