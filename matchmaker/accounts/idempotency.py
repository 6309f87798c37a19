"""One effect for one request: the first answer is stored, and its repeat gets that one.

API and pages use it: programs say by an Idempotency-Key which requests are the same, forms by a hidden field.
"""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.models import StoredAnswer
from matchmaker.core.problems import Refused

LEASE = dt.timedelta(seconds=60)  # a request that takes longer has died
KEPT = dt.timedelta(days=2)


def claim(*, caller: str, key: str, digest: str) -> StoredAnswer:
    """The row of this request: the caller's to work on while it has no `status`, the first answer once it has one.

    Raises:
        Refused: 422 for the same key with another request, 409 while the first is being worked on.
    """
    now = timezone.now()
    try:
        with transaction.atomic():
            return StoredAnswer.objects.create(caller=caller, key=key, request_digest=digest, lease_until=now + LEASE)
    except IntegrityError:
        stored = StoredAnswer.objects.filter(caller=caller, key=key).first()
    if stored is None:  # given back between the two statements
        return claim(caller=caller, key=key, digest=digest)
    if stored.request_digest != digest:
        raise Refused("idempotency_key_reused", _("This Idempotency-Key was used for another request."), status=422)
    if stored.status is None:
        dead = StoredAnswer.objects.filter(pk=stored.pk, status__isnull=True, lease_until__lt=now)
        if not dead.update(lease_until=now + LEASE):
            raise Refused("request_in_progress", _("The first request with this key is still being worked on."))
    return stored


def store_answer(stored: StoredAnswer, *, status: int, body) -> None:
    """This is the answer from now on."""
    StoredAnswer.objects.filter(pk=stored.pk).update(status=status, body=body)


def give_back(stored: StoredAnswer) -> None:
    """Nothing was done; the next one begins anew."""
    StoredAnswer.objects.filter(pk=stored.pk, status__isnull=True).delete()


def forget_old() -> int:
    """Delete answers that are too old to be asked for again; returns how many."""
    return StoredAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
