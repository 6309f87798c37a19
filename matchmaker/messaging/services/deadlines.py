"""What is done when time has passed: reminders, the end of requests without an answer, the question weeks later."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from matchmaker.messaging.models import Enquiry, FollowUp, Message, Side
from matchmaker.messaging.services.notices import excerpt_for, notify_side
from matchmaker.messaging.services.writing import hand_over_turn, note_news

REMIND_AFTER = (dt.timedelta(days=3), dt.timedelta(days=7))
EXPIRES_AFTER = dt.timedelta(days=21)
FOLLOW_UP_AFTER = dt.timedelta(weeks=6)
BATCH = 500


def remind_owing() -> int:
    """Remind the side whose turn it is, twice a turn and never the side that waits; returns how many enquiries."""
    done = 0
    for reminders, after in enumerate(REMIND_AFTER):
        due = Enquiry.objects.filter(
            status__in=Enquiry.LIVING, reminders=reminders, owes_since__lte=timezone.now() - after
        ).exclude(owes="")
        for pk in list(due.values_list("pk", flat=True)[:BATCH]):
            done += _remind(pk, reminders)
    return done


@transaction.atomic
def _remind(pk: int, reminders: int) -> int:
    claimed = Enquiry.objects.filter(pk=pk, reminders=reminders).exclude(owes="").update(reminders=reminders + 1)
    if claimed != 1:
        return 0
    enquiry = Enquiry.objects.get(pk=pk)
    last = enquiry.messages.filter(side=Side(enquiry.owes).other, state=Message.State.SENT).last()
    text = excerpt_for(last, enquiry.owes) if last else ""
    days = (timezone.now() - enquiry.owes_since).days if enquiry.owes_since else 0
    about = f"{enquiry.uid}:{enquiry.owes_since:%Y%m%d%H%M%S}:{reminders + 1}"
    notify_side("enquiry_reminder", enquiry, enquiry.owes, about, days=days, text=text)
    return 1


def expire_enquiries() -> int:
    """End requests without an answer in three weeks; the asker is told."""
    due = Enquiry.objects.filter(
        status=Enquiry.Status.REQUESTED, delivered_at__lte=timezone.now() - EXPIRES_AFTER
    ).values_list("pk", flat=True)
    return sum(_expire(pk) for pk in list(due[:BATCH]))


@transaction.atomic
def _expire(pk: int) -> int:
    enquiry = Enquiry.objects.select_for_update(of=("self",)).get(pk=pk)
    if enquiry.status != Enquiry.Status.REQUESTED:
        return 0
    enquiry.status = Enquiry.Status.EXPIRED
    hand_over_turn(enquiry, "")
    note_news(enquiry, enquiry.asked_by, timezone.now())
    enquiry.save()
    notify_side("enquiry_expired", enquiry, enquiry.asked_by, enquiry)
    return 1


def ask_follow_ups() -> int:
    """Six weeks after an enquiry was taken up, ask each side once whether it led to business."""
    due = Enquiry.objects.filter(
        answered_at__lte=timezone.now() - FOLLOW_UP_AFTER,
        status__in=[Enquiry.Status.OPEN, Enquiry.Status.CLOSED],
        follow_ups__isnull=True,
    ).values_list("pk", flat=True)
    return sum(_follow_up(pk) for pk in list(due[:BATCH]))


@transaction.atomic
def _follow_up(pk: int) -> int:
    enquiry, now = Enquiry.objects.get(pk=pk), timezone.now()
    count = 0
    for side in Side:
        row, new = FollowUp.objects.get_or_create(enquiry=enquiry, side=side, defaults={"asked_at": now})
        if new:
            notify_side("enquiry_follow_up", enquiry, side, row)
            note_news(enquiry, side, now)
            count += 1
    if count:
        enquiry.save(update_fields=["supplier_news_at", "buyer_news_at", "touched_at"])
    return count
