"""The interface of a channel, and what all channels share."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from matchmaker.notifications import outbound
from matchmaker.notifications.outbox import Permanent, Temporary

LONGEST_WAIT = 86_400  # seconds that an answer may ask us to wait


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """What is sent: one line and the address where it can be acted on. Details are read on the site."""

    text: str
    link: str
    key: str  # the same on every repeat

    @property
    def line(self) -> str:
        return f"{self.text} {self.link}".strip()


class AddressGone(Permanent):
    """The address does not exist any more: it is removed."""


class Refusal(Permanent):
    """The service answered and does not take the message; a person has to change the address or its secret."""


class Channel(Protocol):
    """A way to reach a person."""

    name: str

    @property
    def is_available(self) -> bool:
        """Whether this installation can send by it."""

    def check(self, *, url: str, secret: str, keys: dict[str, str]) -> None:
        """Refuse an address that the channel cannot write to, before it is stored.

        Raises:
            ValidationError: by field.
        """

    def send(self, address: Any, words: ChatMessage) -> None:
        """Send one message to one address, by the hardened client.

        Raises:
            AddressGone, Refusal: no repeat can help. Temporary: worth another try.
        """


def check_host(url: str, hosts: tuple[str, ...]) -> None:
    """Refuse an address that does not lead to the service.

    Raises:
        ValidationError: with a sentence that names the host.
    """
    outbound.check_url(url)
    host = urlsplit(url).netloc
    if host not in hosts and host not in getattr(settings, "OUTBOUND_ALLOWED", ()):
        raise ValidationError(
            _("The address must begin with https://%(host)s/. Copy it from the settings of the robot."),
            "wrong_host",
            {"host": hosts[0]},
        )


def post(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    """POST and return the body of a 2xx answer.

    Raises:
        Temporary, Refusal, AddressGone: sorted by the status.
    """
    try:
        answer, read = outbound.post_and_read(url, body, headers)
    except outbound.Unreachable as failure:
        raise Temporary(str(failure)) from failure
    if 200 <= answer.status < 300:
        return read
    reason = f"it answered {answer.status}"
    if answer.status in (404, 410):
        raise AddressGone(reason)
    if answer.status in (408, 429) or answer.status >= 500:
        after = timedelta(seconds=min(answer.retry_after, LONGEST_WAIT)) if answer.retry_after else None
        raise Temporary(reason, after=after)
    raise Refusal(reason)  # other 4xx, and redirects: those are not followed
