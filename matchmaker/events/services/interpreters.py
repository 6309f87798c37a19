"""Interpreters of an event: who they are, when they are there, and their timetable by letter, page and calendar."""

import datetime as dt
import hashlib
from collections.abc import Iterable

from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.core.problems import Refused
from matchmaker.events.models import BulkChange, Event, Interpreter, InterpreterLetter
from matchmaker.events.models.participants import new_code, new_token
from matchmaker.events.services.brand import LOOKS_LIKE
from matchmaker.notifications import mail, outbox, topics
from matchmaker.notifications.models import Promise

KIND = "interpreter_timetable"


@transaction.atomic
def add_interpreter(
    *, by: User, event: Event, name: str, languages: list[str], email: str = "", language: str = "zh-hans"
) -> Interpreter:
    """Add a person who interprets between any two of these languages, one meeting a slot. Letters are in `language`."""
    require_organiser(by, event.campaign)
    row = Interpreter(event=event, name=name, languages=languages, email=email.strip().lower(), language=language)
    row.full_clean(exclude=["event"])
    row.code = new_code()
    row.save()
    record(by=by, verb="add_interpreter", on=row, organisation=event.campaign)
    return row


@transaction.atomic
def set_interpreter_hours(*, by: User, interpreter: Interpreter, away: Iterable[dt.datetime]) -> Interpreter:
    """Say in which slots she is not there; plans keep to it, meetings that stand keep their interpreter."""
    event = interpreter.event
    require_organiser(by, event.campaign)
    slots = [slot for slot in sorted(set(away)) if slot in set(event.slots())]
    interpreter.away = [slot.isoformat() for slot in slots]
    interpreter.save(update_fields=["away"])
    facts = {"away": len(slots)}
    record(by=by, verb="set_interpreter_hours", on=interpreter, organisation=event.campaign, facts=facts)
    return interpreter


@transaction.atomic
def remove_interpreter(*, by: User, interpreter: Interpreter) -> None:
    """Her meetings stay and lose their interpreter; a new plan finds them another."""
    require_organiser(by, interpreter.event.campaign)
    record(by=by, verb="remove_interpreter", on=interpreter, organisation=interpreter.event.campaign)
    interpreter.delete()


@transaction.atomic
def invite_interpreter(*, by: User, interpreter: Interpreter, email: str, language: str) -> Interpreter:
    """Send her the address of her timetable; the address she had before gives nothing from now on.

    Raises:
        ValidationError: by field.
    """
    event = interpreter.event
    require_organiser(by, event.campaign)
    if not email.strip():
        raise Refused("email_missing", _("Write the email address of the interpreter."), field="email", status=400)
    interpreter.email, interpreter.language = email.strip().lower(), language
    interpreter.full_clean(exclude=["event"])
    interpreter.secret, interpreter.told = new_token(), digest(interpreter)
    interpreter.save(update_fields=["email", "language", "secret", "told"])
    interpreter.letters.waiting().filter(lease_token__isnull=True).delete()
    _write(interpreter, is_invitation=True)
    record(by=by, verb="invite_interpreter", on=interpreter, organisation=event.campaign)
    return interpreter


def digest(interpreter: Interpreter) -> str:
    """Changes whenever a meeting of hers begins, ends, moves, or is held elsewhere."""
    rows = interpreter.meetings.active().order_by("starts_at", "pk").values_list("uid", "starts_at", "table")
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()


def tell_interpreters() -> int:
    """Write a letter for each invited interpreter whose timetable has changed since the last; returns how many.

    While a step of the team can still be taken back, nothing is written about its event.
    """
    open_steps = BulkChange.objects.open().filter(event=OuterRef("event"))
    coming = Interpreter.objects.filter(secret__isnull=False, event__ends_on__gte=timezone.localdate())
    written = 0
    for row in coming.exclude(Exists(open_steps)):
        now = digest(row)
        if now == row.told:
            continue
        with transaction.atomic():
            # The old digest in the filter: of two workers that see the change, one writes.
            if Interpreter.objects.filter(pk=row.pk, told=row.told).update(told=now):
                written += _write(row, is_invitation=False)
    return written


def _write(interpreter: Interpreter, *, is_invitation: bool) -> bool:
    """False where one waits already: it will show the timetable of the moment it leaves."""
    try:
        with transaction.atomic():
            InterpreterLetter.objects.create(
                interpreter=interpreter, is_invitation=is_invitation, not_before=timezone.now()
            )
    except IntegrityError:
        return False
    return True


def send_waiting(budget: float = outbox.BUDGET) -> int:
    """Send the letters that are due; returns how many left. Any number may run at once."""
    return mail.send_due(InterpreterLetter, _letter, budget)


def _letter(promise: Promise) -> EmailMultiAlternatives:
    letter = InterpreterLetter.objects.select_related("interpreter__event").get(pk=promise.pk)
    row = letter.interpreter
    addressee = mail.Addressee(row.email, row.language)
    mail.writable(addressee)
    context = {
        "event": row.event.name,
        LOOKS_LIKE: row.event.slug,
        "name": row.name,
        "meetings": row.meetings.active().count(),
        "invited": letter.is_invitation,
        "path": timetable_path(row),
        "calendar": {"maker": "events.interpreter", "key": str(row.uid)},
    }
    return mail.build(addressee, KIND, topics.ACCOUNT, context, key=str(letter.pk))


def timetable_path(interpreter: Interpreter) -> str:
    """Where she reads her timetable without an account; '' before she is invited."""
    return reverse("interpreter_timetable", args=[interpreter.secret]) if interpreter.secret else ""
