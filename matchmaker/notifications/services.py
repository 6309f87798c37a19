"""How the layers above notify people. These functions write rows; workers send them later."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.core.problems import Refused
from matchmaker.notifications import fanout, muting, topics
from matchmaker.notifications.fanout import Letter
from matchmaker.notifications.models import Delivery, Digest, Hold, Notice, Promise, WebhookDelivery

CALLED_BACK = "Recalled."  # one of `reasons.KNOWN`


@transaction.atomic
def notify(
    *,
    kind: str,
    to: Iterable[Any],
    event_key: str,
    context: Mapping[str, Any],
    about: UUID | None = None,
    path: str = "",
    at: datetime | None = None,
    only_on_site: bool = False,
    part_of: int | None = None,
) -> int:
    """Write a notice for people and its deliveries, in the caller's transaction.

    Args:
        kind: which templates say it, see `topics`.
        to: people or a QuerySet of them, which is read in batches.
        event_key: identifies the event, at most 160 characters. A person gets one notice for each key.
        context: what the templates may show: codes, numbers, days, and texts of people as they typed them. What reads
            differently in another language is a row, text by language, or a function without arguments
            (`lambda: row.name`): rows and functions are read in each language of the people, in this call. Text made
            for one reader (`core.rendered`) is a TypeError.
        about: the uid of the organisation whose people are told, so that `take_back` finds what concerns it.
        path: where on the site to act on it.
        at: not before this moment, as for a reminder. `close_notices` takes it back when the answer comes before.
        only_on_site: worth a line in the list, not a letter.
        part_of: the key of what it is part of; people who take part in several such things read its name.

    Returns:
        How many people will be told who were not before.
    """
    return notify_many([Letter(kind, to, event_key, context, about, path, at, only_on_site, part_of)])


@transaction.atomic
def notify_many(letters: Iterable[Letter]) -> int:
    """Write several letters at once, such as one for each of many organisations; returns as `notify`.

    It costs a handful of queries for thousands of people, where a loop over `notify` costs them for each letter.
    """
    muted = muting.muted_kinds()
    return fanout.write(replace(letter, only_on_site=True) if letter.kind in muted else letter for letter in letters)


def mark_read(*, by: Any, notices: Iterable[Notice] | None = None) -> int:
    """Mark notices of this person as read, all of them when none are named; returns how many were unread."""
    unread = Notice.objects.visible_to(by).unread()
    if notices is not None:
        unread = unread.filter(pk__in=[notice.pk for notice in notices])
    return unread.update(read_at=timezone.now())


@transaction.atomic
def note_visit(*, by: Any, letter: UUID) -> None:
    """Count a visit by the link of a letter, once, if the letter was for this person; its notice is then read."""
    mine = Delivery.objects.filter(pk=letter, notice__recipient=by, followed_at__isnull=True)
    if mine.update(followed_at=timezone.now()):
        Notice.objects.unread().filter(deliveries=letter).update(read_at=timezone.now())


def hold_deliveries(*, by: Any, reason: str) -> Hold:
    """Stop all sending; deliveries are still written and wait."""
    if not reason.strip():
        raise Refused(
            "reason_missing", _("Say why nothing may leave, for those who find it held."), field="reason", status=400
        )
    hold, new = Hold.objects.get_or_create(pk=1, defaults={"reason": reason.strip()[:200], "by": by})
    if not new:
        raise Refused("already_held", _("Deliveries are held already."))
    return hold


@transaction.atomic
def release_deliveries() -> str:
    """Allow sending again; returns the reason for which everything was held."""
    hold = Hold.objects.select_for_update().filter(pk=1).first()
    if hold is None:
        raise Refused("not_held", _("Deliveries are not held."))
    hold.delete()
    return hold.reason


@transaction.atomic
def retry_parked(*, promises: Iterable[Promise]) -> int:
    """Give parked promises a new start after their cause was mended; their Message-ID or webhook-id stays the same."""
    fresh = {"state": Promise.State.WAITING, "finished_at": None, "tried_since": None, "attempts": 0, "crashes": 0}
    retried = 0
    for promise in promises:
        rows = type(promise).objects.parked().filter(pk=promise.pk)
        retried += rows.update(**fresh, not_before=timezone.now())
        if isinstance(promise, Digest):
            promise.deliveries.parked().update(**fresh)
    return retried


def cancel_waiting(*, event_key: str) -> int:
    """Cancel what was not sent yet because its cause is gone; what was shown on the site stays."""
    Notice.objects.filter(event_key=event_key, not_before__gt=timezone.now()).delete()
    waiting = Delivery.objects.waiting().filter(notice__event_key=event_key, lease_token__isnull=True)
    return waiting.update(state=Promise.State.CANCELLED, finished_at=timezone.now(), last_error=CALLED_BACK)


@transaction.atomic
def withhold(*, event_keys: Iterable[str]) -> None:
    """Delete notices that wait for a later moment, with their letters: all of them or none.

    Raises:
        Refused: one was shown already, or a worker has begun to send it.
    """
    for keys in batched(event_keys, 500):
        now = timezone.now()
        notices = Notice.objects.filter(event_key__in=keys)
        own = [f"notice:{uid}" for uid in notices.values_list("uid", flat=True)]
        shown = notices.exclude(not_before__gt=now).exists()
        letters = Delivery.objects.filter(notice__in=notices)
        programs = WebhookDelivery.objects.filter(Q(event_key__in=keys) | Q(event_key__in=own))
        for rows in (letters, programs):
            # The update takes the rows first: a worker that claims at the same moment waits, or was faster.
            free = rows.waiting().filter(lease_token__isnull=True, not_before__gt=now)
            taken = free.update(state=Promise.State.CANCELLED, finished_at=now, last_error=CALLED_BACK)
            shown = shown or taken != rows.count()
        if shown:
            raise Refused("letters_left", _("Some emails have already been sent. It can no longer be taken back."))
        programs.delete()
        notices.delete()


def close_notices(*, event_key: str) -> None:
    """The matter is dealt with: mark its unread notices as read, and cancel mails that were not sent yet."""
    cancel_waiting(event_key=event_key)
    Notice.objects.unread().filter(event_key=event_key).update(read_at=timezone.now())


@transaction.atomic
def take_back(*, person: Any, about: UUID) -> None:
    """A person left an organisation: cancel what was not delivered of it; what the person has read stays visible.

    Not the trials of its announcements: their text is still being written.
    """
    now = timezone.now()
    called_back = {"state": Promise.State.CANCELLED, "finished_at": now, "last_error": CALLED_BACK}
    unread = Notice.objects.filter(recipient=person, about=about).unread()
    keys = [f"notice:{uid}" for uid in unread.values_list("uid", flat=True)]
    programs = WebhookDelivery.objects.waiting().filter(endpoint__user=person, event_key__in=keys)
    for waiting in (Delivery.objects.waiting().filter(notice__in=unread), programs):
        waiting.filter(lease_token__isnull=True).update(**called_back)
    unread.filter(Q(not_before__gt=now) | Q(deliveries__isnull=True)).delete()
    unread.update(in_app=False)
    Notice.objects.filter(recipient=person, about=about, kind=topics.ANNOUNCEMENT).update(in_app=False)
