"""What the ledger test asks of the site, in a process of its own: `python -m tests.faults.asking VERB ARGUMENT…`.

Each verb prints one line of JSON.
"""

import json
import sys

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

    tasks.ring()
    return {}


def _tell(key: str, people) -> str:
    context = {"demand": key, "closed_on": "2026-11-01"}
    services.notify(kind="demand_closed", to=people, event_key=key, context=context, path="/notices/")
    return key


if __name__ == "__main__":
    verb, *arguments = sys.argv[1:]
    sys.stdout.write(json.dumps(globals()[verb](*arguments)) + "\n")
