"""Kinds of notice for which no mail is sent: they are shown on the site only."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.core.problems import Refused
from matchmaker.notifications import topics
from matchmaker.notifications.models import Delivery, MutedKind, Notice, Promise


def is_muted(kind: str) -> bool:
    return MutedKind.objects.filter(kind=kind).exists()


def muted_kinds() -> set[str]:
    return set(MutedKind.objects.values_list("kind", flat=True))


def may_be_muted(kind: str) -> bool:
    """Not what concerns a person's account and her access: those letters protect her."""
    return topics.topic_of(kind) != topics.ACCOUNT


@transaction.atomic
def mute(*, by: Any, kind: str) -> None:
    """Send no letters of this kind from now on. Those that wait stay here, and the list on the site shows them all.

    Raises:
        Refused: the kind concerns people's accounts.
    """
    if not may_be_muted(kind):
        raise Refused("not_switchable", _("Emails about accounts and their security cannot be switched off."))
    MutedKind.objects.get_or_create(kind=kind, defaults={"by": by})
    waiting = Delivery.objects.waiting().filter(notice__kind=kind, lease_token__isnull=True, digest__isnull=True)
    Notice.objects.filter(pk__in=waiting.values("notice"), in_app=False).update(in_app=True)
    waiting.update(
        state=Promise.State.CANCELLED,
        finished_at=timezone.now(),
        last_error="The house sends no mails of this kind.",
    )


def unmute(*, kind: str) -> bool:
    """Send letters of this kind again; returns whether they were off."""
    return MutedKind.objects.filter(kind=kind).delete()[0] > 0
