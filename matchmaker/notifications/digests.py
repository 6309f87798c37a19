"""One mail in the person's morning instead of ten over the day, and none when nothing happened."""

from datetime import datetime, time
from itertools import groupby
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone, translation

from matchmaker.notifications import mail, outbox, sent_log, topics, unsubscribing
from matchmaker.notifications.attention import respect_quiet_hours, zone
from matchmaker.notifications.fanout import BELONGS_TO
from matchmaker.notifications.models import Delivery, Digest, Frequency, Notice
from matchmaker.notifications.outbox import NotWanted
from matchmaker.notifications.templatetags.notices import notice_line

MORNING = time(7, 30)
MONDAY = 0
SHOWN = 40
BLOCK = 500


def gather() -> int:
    """Create the digests that are due this morning; returns how many are new.

    Safe to run many times at once: (recipient, day) is unique and only the process that wrote the row uses it. After an
    outage of hours or days each person gets one digest with everything, not one for each missed morning.
    """
    sent_log.delete_old_logs()
    made = 0
    waiting = Delivery.objects.waiting().filter(digest__isnull=True, not_before__lte=timezone.now())
    waiting = waiting.exclude(frequency=Frequency.NOW)
    people = get_user_model().objects.filter(pk__in=waiting.values("notice__recipient"))
    for person in people.order_by("pk").iterator(BLOCK):
        made += _gather_for(person, waiting)
    return made


def _gather_for(person, waiting) -> int:
    here = timezone.now().astimezone(zone(person))
    if here.time() < MORNING:
        return 0
    ripe = [Frequency.DAILY, Frequency.WEEKLY] if here.weekday() == MONDAY else [Frequency.DAILY]
    morning = datetime.combine(here.date(), MORNING, tzinfo=here.tzinfo)
    rows = waiting.filter(notice__recipient=person, frequency__in=ripe, created_at__lt=morning)
    with transaction.atomic():
        keys = list(rows.values_list("pk", flat=True))
        if not keys:
            return 0
        digest = Digest(recipient=person, period=here.date(), not_before=timezone.now())
        Digest.objects.bulk_create([digest], ignore_conflicts=True)
        if not Digest.objects.filter(pk=digest.pk).exists():
            return 0
        Delivery.objects.waiting().filter(pk__in=keys, digest__isnull=True).update(digest=digest)
    return 1


def deliver_waiting(budget: float = outbox.BUDGET) -> int:
    """Send the digests that are due; returns how many left."""
    with mail.Post() as post:
        return outbox.drain(outbox.digests_due, lambda digest: send(post, digest), budget=budget)


def send(post: mail.Post, digest: Digest) -> None:
    """Send one digest. What was read on the site meanwhile is left out; an empty digest is not sent.

    Raises:
        NotWanted: nothing unread is left, or the address must not be written to.
        Later: it is quiet time for the person; others see `outbox`.
    """
    mail.writable(digest.recipient)
    respect_quiet_hours(digest.recipient, unsubscribing.DIGESTS)
    rows = digest.deliveries.waiting().filter(notice__read_at__isnull=True).select_related("notice")
    with translation.override(digest.recipient.language):
        listed = sorted(rows.order_by("notice__topic", "-notice__id"), key=lambda row: row.notice.part_of)
    entries = [(row.notice, row.path) for row in listed]
    if not entries:
        raise NotWanted("Everything was read on the site before.")
    context = summary(entries, digest.recipient.language)
    key, topic = str(digest.pk), unsubscribing.DIGESTS
    post.send(mail.build(digest.recipient, "digest", topic, context, key=key))


def summary(entries: list[tuple[Notice, str]], language: str) -> dict[str, Any]:
    """What the mail of a digest shows of these notices and the pages they lead to.

    They stand by what they are part of, and below that topic by topic. A summary of one part only looks like it.
    """
    with translation.override(language):
        groups = [
            {"part": part, "name": topics.label(topic)[0], "items": [_item(notice, path) for notice, path in some]}
            for (part, topic), some in groupby(entries[:SHOWN], key=lambda pair: (pair[0].part_of, pair[0].topic))
        ]
    more = max(0, len(entries) - SHOWN)
    parts = {notice.context.get(BELONGS_TO, "") for notice, _path in entries}
    belongs = {BELONGS_TO: next(iter(parts))} if len(parts) == 1 else {}
    return {"groups": groups, "total": len(entries), "more": more, "path": "/notices/"} | belongs


def _item(notice: Notice, path: str) -> dict[str, str]:
    return {
        "subject": mail.subject(notice),
        "line": notice_line(notice),
        "url": mail.link_of(notice.context, path),
    }
