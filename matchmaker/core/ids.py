"""Outward identifiers: random enough that none can be guessed, sorted by time so that indexes stay compact."""

import os
import uuid

from django.db import models

try:
    from uuid import uuid7
except ImportError:  # Python < 3.14
    from uuid6 import uuid7


def new_id() -> uuid.UUID:
    """A UUID version 7 (RFC 9562) as a plain `uuid.UUID`."""
    return uuid.UUID(int=uuid7().int)


def new_ids(count: int) -> list[uuid.UUID]:
    """As many at once, of one millisecond and in order."""
    moment, random = uuid7().int >> 80 << 80, os.urandom(10 * count)
    version_and_variant, free = (7 << 76) | (2 << 62), ~((15 << 76) | (3 << 62))
    tails = sorted(int.from_bytes(random[at : at + 10]) & free for at in range(0, 10 * count, 10))
    return [uuid.UUID(int=moment | version_and_variant | tail) for tail in tails]


class Public(models.Model):
    """A row that is named outside: addresses, the API and mails carry `uid`, never the primary key."""

    uid = models.UUIDField(default=new_id, unique=True, editable=False)

    class Meta:
        abstract = True
