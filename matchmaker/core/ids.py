"""Outward identifiers: random enough that none can be guessed, sorted by time so that indexes stay compact."""

import uuid

from django.db import models

try:
    from uuid import uuid7
except ImportError:  # Python < 3.14
    from uuid6 import uuid7


def new_id() -> uuid.UUID:
    """A UUID version 7 (RFC 9562) as a plain `uuid.UUID`."""
    return uuid.UUID(int=uuid7().int)


class Public(models.Model):
    """A row that is named outside: addresses, the API and mails carry `uid`, never the primary key."""

    uid = models.UUIDField(default=new_id, unique=True, editable=False)

    class Meta:
        abstract = True
