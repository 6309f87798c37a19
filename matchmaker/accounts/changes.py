"""Programs keep in step with lists: what changed in a list since a program last read it, and what left the list.

A row that is committed late with an early time, a demand whose day is over, a company that leaves a campaign and a row
that was deleted are all seen, because nothing rests on the order of times: each list has a ledger (`SyncedRow`), and a
look compares the list as its reader sees it with this ledger. What differs gets the next numbers under a lock, so that
numbers are in the order of their commits. A program reads on from the last number it has. What it is told as deleted
has always been in this very list, so that nothing of other people's rows appears.

A list that no program reads costs nothing: the first one to ask makes the ledger, and each look is one.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from matchmaker.accounts.models import SyncedList, SyncedRow, User

LOOK_AGAIN = dt.timedelta(seconds=5)
MOST_AT_ONCE = 5000  # rows that one look numbers; the next look goes on
KEPT = dt.timedelta(days=60)  # a ledger that nobody reads


@dataclass(frozen=True)
class Changes:
    """Rows in the order of their changes. `from_start`: they are read from the first one on, whatever was asked for."""

    rows: list[SyncedRow]
    cursor: str
    has_more: bool
    from_start: bool


def changes_since(
    rows: QuerySet, *, name: str, times: Sequence[str], user: User | None, since: str, size: int
) -> Changes:
    """At most `size` rows that changed in a list, each once, with what left it.

    `rows` is the list as its reader sees it now; `name` names it among all lists, and `user` is its reader where people
    see different rows. `times` are one or two fields that a change of a row moves, such as "updated_at" and
    "company__updated_at". `since` is a cursor that was answered before, or a time in ISO 8601.

    Raises:
        ValueError: when `since` is neither.
    """
    name = f"{name} of {user.pk}" if user else name
    synced, _made = SyncedList.objects.get_or_create(name=name, defaults={"user": user})
    after = _number_of(synced, since)
    if synced.looked_at is None or timezone.now() - synced.looked_at >= LOOK_AGAIN:
        synced = _look(synced, rows, times)
    changed = _read(synced, after or 0, size)
    while len(changed) <= size and synced.has_more:
        synced = _look(synced, rows, times)
        changed = _read(synced, after or 0, size)
    last = changed[:size][-1].number if changed else after or 0
    return Changes(changed[:size], f"{synced.uid.hex}-{last}", len(changed) > size, after is None)


def forget_old() -> int:
    """Delete the ledgers that nobody read for a long time; returns how many rows."""
    return SyncedList.objects.filter(looked_at__lt=timezone.now() - KEPT).delete()[0]


def _number_of(synced: SyncedList, since: str) -> int | None:
    """The number after which the reader goes on; None where she has to begin from the start."""
    ledger, dash, number = since.partition("-")
    if dash and len(ledger) == 32:
        last = int(number)
        return last if uuid.UUID(ledger) == synced.uid and last <= synced.last_number else None
    moment = dt.datetime.fromisoformat(since)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    if moment < synced.created_at:
        return None
    return synced.rows.filter(seen_at__lt=moment).aggregate(last=Max("number"))["last"] or 0


def _read(synced: SyncedList, after: int, size: int) -> list[SyncedRow]:
    return list(synced.rows.filter(number__gt=after).order_by("number")[: size + 1])


@transaction.atomic
def _look(synced: SyncedList, rows: QuerySet, times: Sequence[str]) -> SyncedList:
    """Number what differs between the list and its ledger."""
    synced = SyncedList.objects.select_for_update().get(pk=synced.pk)
    fields = dict(zip(("changed_at", "owner_changed_at"), times, strict=False))
    same = {field: OuterRef(time) for field, time in fields.items()}
    ledger = SyncedRow.objects.filter(synced_list=synced)
    known = ledger.filter(row=OuterRef("pk"), is_deleted=False, **same)
    changed = rows.filter(~Exists(known)).order_by("pk").values_list("pk", "uid", *times)[:MOST_AT_ONCE]
    left = ledger.filter(~Exists(rows.order_by().filter(pk=OuterRef("row"))), is_deleted=False)[:MOST_AT_ONCE]
    now, number = timezone.now(), synced.last_number
    entries = [
        SyncedRow(synced_list=synced, row=key, uid=uid, seen_at=now, **dict(zip(fields, values, strict=True)))
        for key, uid, *values in changed
    ]
    for entry in left:
        entry.is_deleted, entry.seen_at = True, now
        entries.append(entry)
    for entry in entries:
        number += 1
        entry.pk, entry.number = None, number
    SyncedRow.objects.bulk_create(
        entries,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["synced_list", "row"],
        update_fields=["uid", "number", "changed_at", "owner_changed_at", "seen_at", "is_deleted"],
    )
    synced.last_number, synced.looked_at = number, now
    synced.has_more = len(entries) >= MOST_AT_ONCE
    synced.save(update_fields=["last_number", "looked_at", "has_more"])
    return synced
