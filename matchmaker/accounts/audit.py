"""The record of acts: append-only, chained by hash per organisation."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from matchmaker.accounts import acting
from matchmaker.accounts.models import AuditEntry, User


def record(*, by: User | None, verb: str, on: Any, organisation: Any = None, facts: Mapping[str, Any] | None = None):
    """Write one entry; call it inside the transaction of the act, so that no act stands without its entry.

    `on` is a row with a `uid`; `organisation` is the company or campaign it belongs to (the row itself by default).
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audit entry belongs in the transaction of the act it records.")
    facts = dict(facts or {})
    real = acting.now()
    if real is not None and by == real.person:  # somebody of the team acts for her: the entry names who did it
        by, facts = real.actor, {**facts, "on_behalf_of": str(real.person.uid), "why": real.reason}
    owner = str((organisation or on).uid)
    _wait_for_turn(owner)
    last = AuditEntry.objects.filter(organisation=owner).order_by("-id").values_list("digest", flat=True).first() or ""
    entry = AuditEntry(
        organisation=owner,
        actor=by,
        verb=verb,
        object_kind=type(on).__name__,
        object_uid=str(on.uid),
        facts=facts,
        at=timezone.now(),
        previous=last,
    )
    entry.digest = digest(entry)
    entry.save(force_insert=True)
    return entry


def _wait_for_turn(owner: str) -> None:
    """Two acts of one organisation at the same moment follow each other in its chain instead of forking it.

    The lock ends with the transaction. SQLite needs none: there, writers queue from their first statement.
    """
    connection = transaction.get_connection()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"audit {owner}"])


def digest(entry: AuditEntry) -> str:
    """SHA-256 over everything the entry says and the digest of the one before it."""
    row = [
        entry.organisation,
        entry.actor_id,
        entry.verb,
        entry.object_kind,
        entry.object_uid,
        entry.facts,
        entry.at.isoformat(),
        entry.previous,
    ]
    return hashlib.sha256(json.dumps(row, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def first_broken(organisation: str) -> AuditEntry | None:
    """The first entry of an organisation whose hash or link does not hold; None when the chain is whole."""
    previous = ""
    for entry in AuditEntry.objects.filter(organisation=organisation).order_by("id").iterator():
        if entry.previous != previous or entry.digest != digest(entry):
            return entry
        previous = entry.digest
    return None
