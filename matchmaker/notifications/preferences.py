"""What a person wants to hear: topic × channel × frequency."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.core.problems import Refused
from matchmaker.notifications import topics
from matchmaker.notifications.models import Delivery, Frequency, Preference, Promise

Chosen = dict[tuple[str, str], str]


def preferences_of(person) -> Chosen:
    """(topic, channel) → frequency for everything a person can decide about, defaults filled in."""
    chosen: Chosen = {
        (topic, channel): topics.DEFAULTS[channel] for topic in topics.switchable() for channel in topics.CHANNELS
    }
    rows = Preference.objects.filter(user=person).values_list("topic", "channel", "frequency")
    return chosen | {(topic, channel): frequency for topic, channel, frequency in rows if (topic, channel) in chosen}


def frequencies_of(channel: str) -> list[str]:
    """The frequencies a channel can do: only mail is gathered into a summary."""
    return list(Frequency.values) if channel == topics.MAIL else [Frequency.NOW.value, Frequency.NEVER.value]


@transaction.atomic
def gather_all(*, by: Any) -> None:
    """One summary a day in place of the mails about everything she may decide about and still gets mail of."""
    for (topic, channel), frequency in preferences_of(by).items():
        if channel == topics.MAIL and frequency == Frequency.NOW:
            choose(by=by, topic=topic, channel=channel, frequency=Frequency.DAILY)


@transaction.atomic
def choose(*, by: Any, topic: str, channel: str, frequency: str) -> None:
    """Set one wish; what waits already follows it.

    Raises:
        Refused: unknown topic, channel or frequency (400), or a topic that can't be switched off.
    """
    if topic == topics.ACCOUNT:
        sentence = _("Emails about your account and its security cannot be switched off: they protect you.")
        raise Refused("not_switchable", sentence, field="topic", status=400)
    if topic not in topics.all_topics():
        raise Refused("unknown_topic", _("There is no such topic."), field="topic", status=400)
    if channel not in topics.CHANNELS:
        raise Refused("unknown_channel", _("There is no such channel."), field="channel", status=400)
    if frequency not in frequencies_of(channel):
        raise Refused("unknown_frequency", _("This channel cannot do that."), field="frequency", status=400)
    Preference.objects.update_or_create(user=by, topic=topic, channel=channel, defaults={"frequency": frequency})
    waiting = Delivery.objects.waiting().filter(
        notice__recipient=by, notice__topic=topic, channel=channel, lease_token__isnull=True, digest__isnull=True
    )
    if frequency == Frequency.NEVER:
        waiting.update(state=Promise.State.CANCELLED, finished_at=timezone.now(), last_error="No longer wanted.")
    else:
        waiting.update(frequency=frequency)
