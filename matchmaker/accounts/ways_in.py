"""The ways into an account beside its password, which a new password can end: keys, programs, robots, calendars.

The second step is none of them: it would make a stolen mailbox enough to get in.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from matchmaker.accounts import services
from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.core.hooks import Hook
from matchmaker.notifications import addresses, topics, webhooks
from matchmaker.notifications.models import ChannelAddress, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class WayIn:
    """One kind: how it is called, the names of what a person has of it, and how all of these end."""

    label: str | Lazy
    names: Callable[[User], list[str]]
    end: Callable[[User], None]


def _keys(user: User):
    return user.api_tokens.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())


def _end_keys(user: User) -> None:
    for token in _keys(user):
        services.revoke_token(by=user, token=token)


def _end_programs(user: User) -> None:
    for endpoint in WebhookEndpoint.objects.filter(user=user):
        webhooks.remove_endpoint(endpoint=endpoint)


def _addresses(user: User):
    return ChannelAddress.objects.filter(user=user)


def _end_addresses(user: User) -> None:
    for address in _addresses(user):
        addresses.remove_address(by=user, address=address)


_WAYS = [
    WayIn(_("Keys of programs"), lambda user: [token.name for token in _keys(user)], _end_keys),
    WayIn(
        _("Programs that get your notices"),
        lambda user: list(WebhookEndpoint.objects.filter(user=user).values_list("name", flat=True)),
        _end_programs,
    ),
    WayIn(
        _("Chat robots and browsers"),
        lambda user: [str(topics.channel_name(address.channel)) for address in _addresses(user)],
        _end_addresses,
    ),
]
ways: Hook[WayIn] = Hook("accounts.ways_in.ways", "ways into an account that a new password can end")
for _key, _way in zip(("keys", "programs", "addresses"), _WAYS, strict=True):
    ways.register(_way, key=_key)


def names_of_ways(user: User) -> list[tuple[str, list[str]]]:
    """(kind, names) of what this person has, kinds without any left out."""
    return [(str(way.label), names) for way in ways if (names := way.names(user))]


@transaction.atomic
def end_ways_in(*, by: User) -> None:
    """End them all at once, as after a stolen password."""
    for way in ways:
        way.end(by)
    record(by=by, verb="end_ways_in", on=by, organisation=by)
