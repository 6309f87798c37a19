"""Writing notices and their deliveries for many people, in batches."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from matchmaker.core import request_ids
from matchmaker.core.hooks import Hook
from matchmaker.core.ids import new_id
from matchmaker.notifications import topics
from matchmaker.notifications.by_language import check_context, for_readers, languages_of, waits_for_readers
from matchmaker.notifications.models import Delivery, Frequency, Notice, Preference, WebhookDelivery, WebhookEndpoint

BATCH = 5000
PART_OF = "part_of"  # in a notice's context: what it is part of, by language, where its recipient has to be told
BELONGS_TO = "belongs_to"  # in a notice's context: the key of what it is part of, by which its letter looks
TRIES = 3  # another process may write the same event for the same people at the same moment


@dataclass(frozen=True, slots=True, eq=False)
class Letter:
    """One thing to tell several people; the fields are the arguments of `services.notify`."""

    kind: str
    to: Iterable[Any]
    event_key: str
    context: Mapping[str, Any] = field(default_factory=dict)
    about: UUID | None = None
    path: str = ""
    at: datetime | None = None
    only_on_site: bool = False
    part_of: int | None = None

    def __post_init__(self):
        if len(self.event_key) > 160 or len(self.path) > 300:
            raise ValueError("event_key holds 160 characters and path 300")
        check_context(self.kind, self.context)


# Each returns, by letter and person, the name by language of what the letter is part of, for those people only who take
# part in several such things.
part_names: Hook[Callable[[Sequence[tuple[Letter, int]]], Mapping[tuple[Letter, int], Mapping[str, str]]]] = Hook(
    "notifications.fanout.part_names", "the name of what a notice is part of"
)

# Each returns, by letter, the key of what it is part of, as `BELONGS_TO` stores it.
part_keys: Hook[Callable[[Sequence[Letter]], Mapping[Letter, str]]] = Hook(
    "notifications.fanout.part_keys", "the key of what a letter is about"
)


def write(letters: Iterable[Letter]) -> int:
    """Insert a notice for each person of each letter, and its deliveries; returns how many notices are new."""
    return sum(_write_batch(batch) for batch in batched(_pairs(list(letters)), BATCH))


def _pairs(letters: list[Letter]) -> Iterator[tuple[Letter, int]]:
    """Each letter with the key of each of its people whose account is open; one happening once for a person."""
    listed = {letter: {getattr(person, "pk", person) for person in letter.to} for letter in letters if _is_list(letter)}
    everybody = get_user_model().objects.filter(is_active=True).order_by("pk")
    active = (
        set(everybody.filter(pk__in=set().union(*listed.values())).values_list("pk", flat=True)) if listed else set()
    )
    seen: set[tuple[str, int]] = set()
    for letter in letters:
        if letter in listed:
            people: Iterable[int] = sorted(listed[letter] & active)
        else:
            people = everybody.filter(pk__in=letter.to.values("pk")).values_list("pk", flat=True)
        for person in people:
            if (letter.event_key, person) not in seen:
                seen.add((letter.event_key, person))
                yield letter, person


def _is_list(letter: Letter) -> bool:
    return not isinstance(letter.to, models.QuerySet)


def _write_batch(pairs: tuple[tuple[Letter, int], ...]) -> int:
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return _write_new(pairs)
        except IntegrityError:
            if not left:
                raise
    return 0


def _write_new(pairs: tuple[tuple[Letter, int], ...]) -> int:
    """Those of the pairs of which the person was not told yet."""
    now, persons = timezone.now(), {person for _letter, person in pairs}
    keys = {letter.event_key for letter, _person in pairs}
    earlier = set(
        Notice.objects.filter(event_key__in=keys, recipient__in=persons).values_list("event_key", "recipient_id")
    )
    new = [(letter, person) for letter, person in pairs if (letter.event_key, person) not in earlier]
    wishes = _wishes({topics.topic_of(letter.kind) for letter, _person in new}, persons)
    contexts = _contexts(list(dict.fromkeys(letter for letter, _person in new)), persons)
    parts = {pair: {PART_OF: dict(name)} for find in part_names for pair, name in find(new).items()} if new else {}
    notices = [
        Notice(
            kind=letter.kind,
            topic=(topic := topics.topic_of(letter.kind)),
            event_key=letter.event_key,
            recipient_id=person,
            about=letter.about,
            request_id=request_ids.current(),
            context=contexts[letter] | parts.get((letter, person), {}),
            path=letter.path,
            in_app=letter.only_on_site or wishes.get((person, topic, topics.IN_APP)) != Frequency.NEVER,
            created_at=now,
            not_before=letter.at,
        )
        for letter, person in new
    ]
    Notice.objects.bulk_create(notices)
    by_mail = [notice for notice, (letter, _person) in zip(notices, new, strict=True) if not letter.only_on_site]
    Delivery.objects.bulk_create([row for notice in by_mail for row in _deliveries(notice, wishes, now)])
    WebhookDelivery.objects.bulk_create(_webhook_deliveries(notices, persons, now))
    return len(notices)


def _contexts(letters: list[Letter], persons: set[int]) -> dict[Letter, Any]:
    """The context of each letter in the languages of these people, with the key of what it is part of."""
    languages = None
    if any(waits_for_readers(letter.context) for letter in letters):
        languages = languages_of(get_user_model().objects.filter(pk__in=persons).order_by().distinct())
    keys = {letter: key for find in part_keys for letter, key in find(letters).items()} if letters else {}
    return {
        letter: _as_json(
            (for_readers(letter.context, languages) if languages else dict(letter.context))
            | ({BELONGS_TO: keys[letter]} if letter in keys else {})
        )
        for letter in letters
    }


def _wishes(chosen: set[str], people: set[int]) -> dict[tuple[int, str, str], str]:
    """(person, topic, channel) → frequency, where a person differs from the default."""
    rows = Preference.objects.filter(topic__in=chosen, user__in=people)
    return {row[:3]: row[3] for row in rows.values_list("user_id", "topic", "channel", "frequency")}


def _deliveries(notice: Notice, wishes: Mapping[tuple[int, str, str], str], now: datetime) -> Iterator[Delivery]:
    """Mail for those who did not say otherwise; every other channel only for those who asked for it."""
    for channel in topics.CHANNELS:
        if channel == topics.IN_APP:  # the notice itself
            continue
        frequency = wishes.get((notice.recipient_id, notice.topic, channel), topics.DEFAULTS[channel])
        if frequency != Frequency.NEVER:
            yield Delivery(
                id=new_id(),
                notice=notice,
                channel=channel,
                frequency=frequency,
                not_before=notice.not_before or now,
            )


def _webhook_deliveries(notices: list[Notice], people: set[int], now: datetime) -> list[WebhookDelivery]:
    """A person's own programs hear of her notices too: thin, with the uid under which they fetch the rest."""
    endpoints: dict[int, list[WebhookEndpoint]] = {}
    for endpoint in WebhookEndpoint.objects.filter(user__in=people, disabled_at__isnull=True):
        endpoints.setdefault(endpoint.user_id or 0, []).append(endpoint)
    return [
        WebhookDelivery(
            endpoint=endpoint,
            event_type=notice.kind,
            event_key=f"notice:{notice.uid}",
            payload={"notice": str(notice.uid), "path": notice.path},
            not_before=notice.not_before or now,
        )
        for notice in notices
        for endpoint in endpoints.get(notice.recipient_id, ())
        if not endpoint.types or notice.kind in endpoint.types
    ]


def _as_json(context: Mapping[str, Any]) -> Any:
    """Plain JSON values: dates, amounts and translated names as texts."""
    return json.loads(json.dumps(context, cls=DjangoJSONEncoder))
