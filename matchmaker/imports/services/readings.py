"""Fields of a form from a photograph or a pasted text: sent, read by a worker, confirmed by their owner."""

import datetime as dt
import logging
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Product
from matchmaker.companies.documents import add_document
from matchmaker.companies.models import Company, Document
from matchmaker.companies.services import require_member
from matchmaker.core.files import check_file
from matchmaker.core.problems import NotFound, Refused
from matchmaker.engines.reading import PictureLine, TextReader, Unreadable, get_text_reader
from matchmaker.imports.models import Reading
from matchmaker.imports.recognition import company_fields, product_fields, sheet_row_fields

logger = logging.getLogger(__name__)

LONGEST_TEXT = 20_000  # characters of a pasted text
MOST_A_DAY = 60  # readings of one person
LEASE = dt.timedelta(minutes=4)  # longer than the process that reads may take
MAX_ATTEMPTS = 3
FAIR_SHARE = 60.0  # seconds after which a task ends, so that other work gets its turn
STORED_DAYS = 7
NO_TEXT = "no_text"  # problem of a reading: nothing was found in the picture

State = Reading.State


def text_reader() -> TextReader | None:
    """What reads pictures on this site; None where nothing does."""
    return get_text_reader(settings.TEXT_READER)


def start_reading(*, by: User, kind: str, text: str = "", picture=None) -> Reading:
    """Keep a picture until a worker has read it, or read a pasted text at once.

    Raises:
        ValidationError: on `text` or `picture`.
        Refused: `too_many_readings`; `no_text_reader` for a picture where this site reads none.
    """
    text = text.strip()
    if bool(text) == bool(picture):
        raise ValidationError({"text": ValidationError(_("Choose a picture, or paste a text."), "nothing_to_read")})
    if len(text) > LONGEST_TEXT:
        sentence = _("Up to %(n)s characters are read. Paste the part about this product.") % {"n": LONGEST_TEXT}
        raise ValidationError({"text": ValidationError(sentence, "text_too_long")})
    _check_readings_today(by)  # before anything is decoded
    reading = Reading(by=by, kind=kind)
    if text:
        reading.text, reading.state = text, State.DONE
        reading.fields, reading.suggested = _fields_of_text(kind, text)
    elif text_reader() is None:
        raise Refused("no_text_reader", _("This site does not read pictures. Paste the text, or fill in the form."))
    else:
        content = ContentFile(_check_picture(picture), name="picture.webp")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)  # many calls at the same moment are counted, too (X5)
        _check_readings_today(by)
        if picture:
            reading.picture.save("", content, save=False)
        reading.save()
    return reading


def _check_readings_today(by: User) -> None:
    day = timezone.now() - dt.timedelta(days=1)
    if Reading.objects.filter(by=by, created_at__gt=day).count() >= MOST_A_DAY:
        raise Refused("too_many_readings", _("Up to %(n)d pictures and texts a day are read.") % {"n": MOST_A_DAY})


def _check_picture(upload) -> bytes:
    """The picture, decoded with limits and written anew without its metadata."""
    try:
        checked = check_file(upload)
    except ValidationError as problem:
        raise ValidationError({"picture": problem.error_dict["files"]}) from None
    if checked.suffix != ".webp":
        sentence = _("This is not a picture we can read. Use JPEG, PNG or WebP.")
        raise ValidationError({"picture": ValidationError(sentence, "image_unreadable")})
    return checked.content


def _fields_of_text(kind: str, text: str) -> tuple[dict[str, Any], list[str]]:
    if kind == Reading.Kind.PRODUCT and (row := sheet_row_fields(text)) is not None:
        described = "\n".join(str(row[name]) for name in ("name", "description") if name in row)
        guessed, _suggested = product_fields(_lines(described), is_picture=False)
        gaps = {name: value for name, value in guessed.items() if name not in row and name != "description"}
        return _storable({**gaps, **row}), sorted(gaps)
    return _fields_of_lines(kind, _lines(text), is_picture=False)


def _lines(text: str) -> list[PictureLine]:
    return [PictureLine(line) for line in text.splitlines()]


def _fields_of_lines(kind: str, lines: list[PictureLine], *, is_picture: bool) -> tuple[dict[str, Any], list[str]]:
    if kind == Reading.Kind.COMPANY:
        fields, suggested = company_fields(lines)
    else:
        fields, suggested = product_fields(lines, is_picture=is_picture)
    return _storable(fields), suggested


def _storable(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in fields.items()}


def read_waiting() -> int:
    """Read the pictures that wait; returns how many were worked on. A worker may die at any moment."""
    worked, begun = 0, time.monotonic()
    for pk in Reading.objects.waiting(timezone.now()).order_by("attempts", "pk").values_list("pk", flat=True):
        worked += _read(pk)
        if time.monotonic() - begun > FAIR_SHARE:
            break
    return worked


def _read(pk: int) -> bool:
    """Claim one picture and read it. The attempt is counted first, so that a killed worker counts."""
    now = timezone.now()
    claim = Reading.objects.waiting(now).filter(pk=pk)
    if not claim.update(lease_until=now + LEASE, attempts=F("attempts") + 1):
        return False
    reading = Reading.objects.get(pk=pk)
    reader = text_reader()
    if reader is None or reading.attempts > MAX_ATTEMPTS:
        _end(reading, problem="stopped")
        return True
    try:
        with reading.picture.open("rb") as file:
            lines = reader.read(file.read())
        fields, suggested = _fields_of_lines(reading.kind, lines, is_picture=True)
    except Unreadable as problem:
        _end(reading, problem=problem.code)
    except Exception:
        logger.exception("reading %s failed, attempt %d", reading.uid, reading.attempts)
        Reading.objects.filter(pk=pk).update(lease_until=timezone.now() + dt.timedelta(seconds=10))
    else:
        _end(reading, fields=fields, suggested=suggested, problem="" if fields else NO_TEXT)
    return True


def _end(reading: Reading, *, problem: str = "", **values) -> None:
    state = State.FAILED if problem else State.DONE
    Reading.objects.filter(pk=reading.pk, state=State.WAITING).update(
        state=state, problem=problem, lease_until=None, **values
    )


@transaction.atomic
def confirm_reading(
    *, by: User, reading: Reading, company: Company, product: Product | None = None, keep_picture: bool = False
) -> None:
    """Note that its person saved a form with these fields; the picture becomes a private paper or is deleted.

    Raises:
        Refused: `not_found` for another person's; what `add_document` refuses.
    """
    require_member(by, company)
    if reading.by_id != by.pk:
        raise NotFound()
    if reading.confirmed_at is not None or reading.state != State.DONE:
        return
    if keep_picture and reading.picture:
        with reading.picture.open("rb") as file:
            content = ContentFile(file.read(), name=f"{reading.kind}.webp")
        kind = Document.Kind.LABEL if product else Document.Kind.OTHER
        add_document(by=by, company=company, kind=kind, file=content)
    reading.company, reading.product, reading.confirmed_at = company, product, timezone.now()
    _delete_picture(reading)
    reading.save(update_fields=["company", "product", "confirmed_at", "picture"])
    facts = {"fields": sorted(reading.fields), "suggested": reading.suggested, "picture": reading.is_picture}
    record(by=by, verb="confirm_reading", on=product or company, organisation=company, facts=facts)


def _delete_picture(reading: Reading) -> None:
    """The file goes after the commit: what is rolled back loses nothing."""
    if reading.picture:
        storage, name = reading.picture.storage, reading.picture.name
        transaction.on_commit(lambda: storage.delete(name))
        reading.picture = ""


@transaction.atomic
def forget_readings() -> int:
    """Delete readings of the week before last with their pictures; returns how many."""
    old = Reading.objects.filter(created_at__lt=timezone.now() - dt.timedelta(days=STORED_DAYS))
    count = 0
    for reading in old:
        _delete_picture(reading)
        reading.delete()
        count += 1
    return count
