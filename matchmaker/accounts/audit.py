"""The record of acts: append-only, chained by keyed digests per organisation."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from matchmaker.accounts import acting
from matchmaker.accounts.models import AuditChain, AuditEntry, User


def record(*, by: User | None, verb: str, on: Any, organisation: Any = None, facts: Mapping[str, Any] | None = None):
    """Write one entry; call it inside the transaction of the act, so that no act stands without its entry.

    `on` is a row with a `uid`; `organisation` is the company or campaign it belongs to (the row itself by default).
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audit entry belongs in the transaction of the act it records.")
    facts = dict(facts or {})
    real = acting.now()
    if real is not None and by == real.person:  # one of the team acts for the person: the entry names who did it
        by, facts = real.actor, {**facts, "on_behalf_of": str(real.person.uid), "why": real.reason}
    owner = str((organisation or on).uid)
    chain = _locked_chain(owner)
    entry = AuditEntry(
        organisation=owner,
        actor=by,
        verb=verb,
        object_kind=type(on).__name__,
        object_uid=str(on.uid),
        facts=facts,
        at=timezone.now(),
        previous=chain.last,
    )
    entry.digest = digests(entry)[0]
    entry.save(force_insert=True)
    chain.length, chain.last = chain.length + 1, entry.digest
    chain.seal = seals(chain)[0]
    chain.save(update_fields=["length", "last", "seal"])
    return entry


def _locked_chain(owner: str) -> AuditChain:
    """The chain's row, locked until the transaction ends: two acts of one organisation follow each other in it."""
    chain = AuditChain.objects.select_for_update().filter(organisation=owner).first()
    if chain is None:
        AuditChain.objects.get_or_create(organisation=owner)
        chain = AuditChain.objects.select_for_update().get(organisation=owner)
    return chain


def _keyed(purpose: str, row: list) -> list[str]:
    """HMAC-SHA-256 of the row with the key of today, then with each key from before."""
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, default=str)
    keys = [settings.AUDIT_KEY] if settings.AUDIT_KEY else [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        salted_hmac(f"matchmaker.audit.{purpose}", text, secret=key, algorithm="sha256").hexdigest() for key in keys
    ]


def digests(entry: AuditEntry) -> list[str]:
    """What the digest of the entry may be: over everything it says and the digest of the one before it."""
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
    if entry.is_keyed:
        return _keyed("entry", row)
    return [hashlib.sha256(json.dumps(row, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()]


def seals(chain: AuditChain) -> list[str]:
    """What the seal of the chain may be."""
    return _keyed("chain", [chain.organisation, chain.length, chain.last])


def first_broken(organisation: str) -> AuditEntry | None:
    """The first entry of an organisation whose digest or link does not hold; None when every entry there is holds.

    An entry without a key after one with a key is forged: it could be written without the key.
    """
    previous, keyed = "", False
    for entry in AuditEntry.objects.filter(organisation=organisation).order_by("id").iterator():
        if entry.previous != previous or entry.digest not in digests(entry) or (keyed and not entry.is_keyed):
            return entry
        previous, keyed = entry.digest, entry.is_keyed
    return None


def is_shortened(organisation: str) -> bool:
    """True when entries are missing at the end of the chain, or all of them, or its seal does not hold."""
    entries = AuditEntry.objects.filter(organisation=organisation)
    chain = AuditChain.objects.filter(organisation=organisation).first()
    if chain is None:
        return entries.exists()
    last = entries.order_by("-id").values_list("digest", flat=True).first() or ""
    return chain.seal not in seals(chain) or (chain.length, chain.last) != (entries.count(), last)


def broken_chains() -> list[tuple[str, str]]:
    """The organisation of every chain that does not hold, with the reason."""
    pairs = ((organisation, problem_of(organisation)) for organisation in organisations())
    return [(organisation, problem) for organisation, problem in pairs if problem]


def organisations() -> list[str]:
    """Every organisation with a chain or an entry."""
    chains = set(AuditChain.objects.values_list("organisation", flat=True))
    return sorted(chains | set(AuditEntry.objects.order_by().values_list("organisation", flat=True).distinct()))


def problem_of(organisation: str) -> str:
    """Why the chain of an organisation does not hold; empty when it does."""
    entry = first_broken(organisation)
    if entry is not None:
        return f"entry {entry.pk} ({entry})"
    return "entries are missing at its end" if is_shortened(organisation) else ""
