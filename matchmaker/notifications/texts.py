"""Short messages (SMS, WeChat work): the interface a provider's adapter fills, and one adapter that writes files.

No provider is built in. `FileAdapter` sends nothing to anybody; it writes what would be sent to `VAR_DIR/texts`, so
that the way there can be seen and tested. `TEXT_ADAPTERS` in the settings names another class per channel.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils import translation
from django.utils.module_loading import import_string

from matchmaker.notifications import attention, mail, outbox
from matchmaker.notifications.models import Delivery, Notice
from matchmaker.notifications.outbox import NotWanted, Permanent

FILES = "matchmaker.notifications.texts.FileAdapter"


class Adapter(Protocol):
    """A way to send short messages."""

    def send(self, *, to: str, text: str, key: str) -> None:
        """Hand one message to the provider; `key` is stable over repeats, for providers that drop doubles.

        Raises:
            outbox.Temporary, outbox.Permanent: sorted by what the provider answered.
        """


class FileAdapter:
    """Writes one JSON file a message instead of sending it."""

    def __init__(self, channel: str):
        self.folder = Path(settings.VAR_DIR) / "texts" / channel

    def send(self, *, to: str, text: str, key: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        row = {"to": to, "text": text, "key": key, "at": datetime.now(UTC).isoformat()}
        (self.folder / f"{key}.json").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")


def adapter(channel: str) -> Adapter:
    return import_string(getattr(settings, "TEXT_ADAPTERS", {}).get(channel, FILES))(channel)


def deliver_waiting(budget: float = outbox.BUDGET) -> int:
    """Send the short messages that are due; returns how many left."""
    return outbox.drain(outbox.text_due, send, budget=budget)


def send(delivery: Delivery) -> None:
    """Send one notice as one short message.

    Unlike a mail it carries no id its reader's device could compare, so an attempt that never came back isn't repeated.
    """
    if delivery.crashes:
        raise Permanent("Whether it left is unknown, and a second message would be seen. Look at the provider's log.")
    delivery.notice = notice = Notice.objects.select_related("recipient__attention").get(pk=delivery.notice_id)
    person = notice.recipient
    wish = getattr(person, "attention", None)
    to = (wish.phone if delivery.channel == "sms" else wish.wechat) if wish else ""
    if not person.is_active or not to:
        raise NotWanted("There is no number to write to.")
    attention.respect_quiet_hours(person, notice.topic)
    with translation.override(person.language):
        words, link = mail.subject(notice), mail.link_of(notice.context, delivery.path)
    adapter(delivery.channel).send(to=to, text=f"{words} {link}".strip(), key=str(delivery.pk))
