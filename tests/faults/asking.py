"""What the ledger test asks of the site, in a process of its own: `python -m tests.faults.asking VERB ARGUMENT…`.

Each verb prints one line of JSON.
"""

import json
import sys
import time

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.utils import timezone  # noqa: E402

from matchmaker.notifications import health, services  # noqa: E402
from matchmaker.notifications.models import Delivery, Digest, Notice, Preference  # noqa: E402

User = get_user_model()


def prepare(people: str) -> dict:
    call_command("migrate", verbosity=0)
    rows = [User(email=f"p{number}@example.org", password="!") for number in range(int(people))]
    User.objects.bulk_create(rows, batch_size=1000)
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that the file can be copied
    return {"people": len(rows)}


def clear() -> dict:
    for model in (Notice, Digest, Preference):
        model.objects.all().delete()
    return {}


def ask(name: str, count: str) -> dict:
    """Tell one person after the other one thing each, each in a transaction of its own, and ring no bell."""
    people = list(User.objects.order_by("pk").values_list("pk", "email"))
    asked = []
    for number in range(int(count)):
        pk, email = people[number % len(people)]
        asked.append([_tell(f"{name}-{number}", [pk]), email])
    return {"asked": asked}


def fan_out(name: str) -> dict:
    """Tell everybody one thing, with one statement."""
    people = User.objects.order_by("pk")
    key = _tell(name, people)
    return {"asked": [[key, email] for email in people.values_list("email", flat=True)]}


def load(name: str, notices: str) -> dict:
    """Many happenings told to everybody, before anything is delivered.

    A tenth of the people want mail at once, eight tenths a summary, a tenth the list on the site alone. It is noon
    where they live and what they are told is of yesterday, so that the summaries are due.
    """
    people = list(User.objects.order_by("pk"))
    wishes = ["now", *["daily"] * 8, "never"]
    rows = [
        Preference(user=person, topic="demand", channel="email", frequency=wishes[number % 10])
        for number, person in enumerate(people)
    ]
    Preference.objects.bulk_create(rows)
    User.objects.update(time_zone=f"Etc/GMT{timezone.now().hour - 12:+d}")
    everybody = User.objects.order_by("pk")
    rounds = -(-int(notices) // len(people))
    started = time.perf_counter()
    for number in range(rounds):
        _tell(f"{name}-{number}", everybody)
    seconds = time.perf_counter() - started
    yesterday = timezone.now() - timezone.timedelta(days=1)
    Delivery.objects.exclude(frequency="now").update(created_at=yesterday)
    return {"notices": rounds * len(people), "rate": round(rounds * len(people) / seconds)}


def account() -> dict:
    """What the database says became of each letter: those sent alone by id, those sent in a summary by its id."""
    alone = Delivery.objects.filter(frequency="now")
    same = Notice.objects.values("event_key", "recipient").annotate(n=Count("pk"))
    carried = Delivery.objects.filter(state="sent", digest__state="sent").order_by()
    return {
        "alone": [str(pk) for pk in alone.filter(state="sent").values_list("pk", flat=True)],
        "unfinished": Delivery.objects.exclude(state="sent").count(),
        "digests": {str(digest): count for digest, count in carried.values_list("digest").annotate(Count("pk"))},
        "letters": Delivery.objects.count(),
        "in_app": Notice.objects.filter(in_app=True).count(),
        "in_app_doubles": same.filter(n__gt=1).count(),
    }


def due() -> dict:
    """How many letters must come: one for each mail sent alone, one summary for each person who has one."""
    alone = Delivery.objects.filter(frequency="now").count()
    gathered = Delivery.objects.exclude(frequency="now").values("notice__recipient").distinct().count()
    return {"letters": alone + gathered}


def take_back(name: str, count: str) -> dict:
    """Ask and roll back: whatever arrives of it is a phantom."""
    people = list(User.objects.values_list("pk", flat=True)[: int(count)])
    with transaction.atomic():
        for number, pk in enumerate(people):
            _tell(f"{name}-{number}", [pk])
        transaction.set_rollback(True)
    return {"taken_back": len(people)}


def want_digests() -> dict:
    rows = [Preference(user=user, topic="demand", channel="email", frequency="daily") for user in User.objects.all()]
    Preference.objects.bulk_create(rows)
    return {}


def age(hours: str) -> dict:
    """Let time pass for what waits for a digest or for its next try."""
    then = timezone.now() - timezone.timedelta(hours=int(hours))
    Delivery.objects.waiting().exclude(frequency="now").update(created_at=then)
    return {"moved": Delivery.objects.waiting().filter(lease_token__isnull=True).update(not_before=timezone.now())}


def state() -> dict:
    states = dict(Delivery.objects.values_list("state").annotate(Count("pk")))
    doubles = Notice.objects.values("event_key", "recipient").annotate(n=Count("pk")).filter(n__gt=1).count()
    return {
        "deliveries": states,
        "digests": dict(Digest.objects.values_list("state").annotate(Count("pk"))),
        "in_app": Notice.objects.filter(in_app=True).count(),
        "in_app_doubles": doubles,
        "gaps": health.gaps(),
        "crashes": max(Delivery.objects.values_list("crashes", flat=True), default=0),
        "vendor": connection.vendor,
    }


def ring() -> dict:
    from matchmaker.notifications import tasks

    tasks.start_delivery()
    return {}


def _tell(key: str, people) -> str:
    context = {"demand": key, "closed_on": "2026-11-01"}
    services.notify(kind="demand_closed", to=people, event_key=key, context=context, path="/notices/")
    return key


if __name__ == "__main__":
    verb, *arguments = sys.argv[1:]
    sys.stdout.write(json.dumps(globals()[verb](*arguments)) + "\n")
