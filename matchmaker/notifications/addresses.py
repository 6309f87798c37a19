"""Addresses that a person adds: robots of her chat programs and her browsers; and sending to them."""

from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from matchmaker.core import languages
from matchmaker.core.problems import Refused
from matchmaker.notifications import attention, mail, outbox, preferences, topics, ways_in
from matchmaker.notifications.channels import CHANNELS, AddressGone, Channel, ChatMessage
from matchmaker.notifications.models import ChannelAddress, Delivery, Frequency, Notice
from matchmaker.notifications.outbox import NotWanted, Permanent, Temporary
from matchmaker.notifications.reasons import translate_reason

MOST = 10  # of one person


def available() -> list[str]:
    """The channels for which an address can be added on this site."""
    return [name for name, channel in CHANNELS.items() if channel.is_available]


def channels_of(person: Any) -> list[str]:
    """The channels a person chooses among: those of the site, and those for which she added an address."""
    added = set(ChannelAddress.objects.filter(user=person).values_list("channel", flat=True))
    return [*topics.available_channels(), *(name for name in available() if name in added)]


@transaction.atomic
def add_address(
    *, by: Any, channel: str, url: str, secret: str = "", keys: dict[str, str] | None = None
) -> ChannelAddress:
    """Add an address; with the first of its channel every topic comes there, and the person can choose less.

    Raises:
        ValidationError: the channel cannot write to this address.
        Refused: no such channel here, or too many addresses.
    """
    if channel not in available():
        raise Refused("unknown_channel", _("There is no such channel."), field="channel", status=400)
    mine = ChannelAddress.objects.filter(user=by)
    if mine.count() >= MOST:
        raise Refused("too_many_addresses", _("There are too many addresses already. Remove one first."))
    address = ChannelAddress(user=by, channel=channel, url=url.strip(), secret=secret.strip(), keys=keys or {})
    CHANNELS[channel].check(url=address.url, secret=address.secret, keys=address.keys)
    address.clean_fields(exclude=["user", "keys"])
    is_first = not mine.filter(channel=channel).exists()
    if not mine.filter(channel=channel, url=address.url).exists():
        way = "browser" if channel == topics.PUSH else "robot"
        host = urlsplit(address.url).hostname or ""
        ways_in.tell(to=[by], way=way, key=str(address.uid), path="/notices/channels/", name=host)
    address, _is_new = ChannelAddress.objects.update_or_create(
        user=by, channel=channel, url=address.url, defaults={"secret": address.secret, "keys": address.keys}
    )
    if is_first:
        for topic in topics.switchable():
            preferences.choose(by=by, topic=topic, channel=channel, frequency=Frequency.NOW)
    return address


@transaction.atomic
def remove_address(*, by: Any, address: ChannelAddress) -> None:
    """Forget an address; without another one of its channel nothing waits for it any more."""
    channel = address.channel
    address.delete()
    if not ChannelAddress.objects.filter(user=by, channel=channel).exists():
        for topic in topics.switchable():
            preferences.choose(by=by, topic=topic, channel=channel, frequency=Frequency.NEVER)


def send_test(*, address: ChannelAddress) -> None:
    """Send a message now, so that the person sees whether it arrives.

    Raises:
        Refused: it was not taken, with what the service said.
    """
    words = ChatMessage(
        text=_("This is a test message of %(site)s.") % {"site": mail.sender_of_letters({}).name},
        link=languages.absolute(reverse("notice_settings")),
        key=f"test-{timezone.now().timestamp():.0f}",
    )
    try:
        _channel(address.channel).send(address, words)
    except (NotWanted, Permanent, Temporary) as failure:
        why = translate_reason(str(failure))
        raise Refused("not_sent", _("The test message was not taken: %(why)s") % {"why": why}) from failure


def deliver_waiting(budget: float = outbox.BUDGET) -> int:
    """Send what is due to addresses that people added; returns how many deliveries left."""
    return outbox.drain(outbox.channels_due, send, budget=budget)


def send(delivery: Delivery) -> None:
    """Send one notice to every address of its person for this channel; it left when one of them took it.

    Raises:
        Temporary, Permanent, NotWanted, Later: see `outbox`.
    """
    delivery.notice = notice = Notice.objects.select_related("recipient__attention").get(pk=delivery.notice_id)
    person = notice.recipient
    if not person.is_active:
        raise NotWanted("The account is closed.")
    channel = _channel(delivery.channel)
    attention.respect_quiet_hours(person, notice.topic)
    with translation.override(person.language):
        words = ChatMessage(mail.subject(notice), mail.link_of(notice.context, delivery.path), str(delivery.pk))
    addresses = list(ChannelAddress.objects.filter(user=person, channel=delivery.channel))
    failures = [failure for address in addresses if (failure := _try(channel, address, words))]
    if len(failures) < len(addresses):
        return
    raise next(iter(sorted(failures, key=_hope)), NotWanted("There is no address for this channel any more."))


def _try(channel: Channel, address: ChannelAddress, words: ChatMessage) -> Exception | None:
    """Send to one address; what failed is returned, since another address may take it."""
    try:
        channel.send(address, words)
    except AddressGone as failure:
        if address.channel == topics.PUSH:  # a browser that unsubscribed; a robot's owner shall see what is wrong
            address.delete()
            return NotWanted("There is no address for this channel any more.")
        return failure
    except (Permanent, Temporary) as failure:
        return failure
    return None


def _hope(failure: Exception) -> int:
    """Worth another try first, then what a person has to look at."""
    return 0 if isinstance(failure, Temporary) else 1 if isinstance(failure, Permanent) else 2


def _channel(name: str) -> Channel:
    channel = CHANNELS[name]
    if not channel.is_available:
        raise NotWanted("This site does not send by this channel any more.")
    return channel
