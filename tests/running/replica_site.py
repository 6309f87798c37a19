"""A site with a primary and a replica, in a process of its own: `python -m tests.running.replica_site`.

Settings name the databases when a process starts. Both are copies of one database; the replica does not have the
product yet, so that a page shows where it was read. Prints one line of JSON.
"""

import json
import sys
from collections.abc import Iterator

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from matchmaker.catalogue.models import Product  # noqa: E402
from matchmaker.notifications.leases import TIMETABLE  # noqa: E402
from matchmaker.notifications.models import Lease  # noqa: E402
from matchmaker.running import doctor  # noqa: E402


def where(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return "primary" if "Jasmine rice" in answer.content.decode() else "replica"


def observations() -> Iterator[tuple[str, object]]:
    client, product = Client(), Product.objects.get()
    client.force_login(get_user_model().objects.first())
    listed, shown = reverse("products"), reverse("product", args=[product.uid])
    yield "a list", where(client, listed)
    yield "the page of a product", where(client, shown)
    client.post("/i18n/setlang/", {"language": "en"})
    yield "a list after a change", where(client, listed)
    yield "the list of another person meanwhile", where(Client(), listed)
    cache.clear()  # as it ends by itself
    yield "a list some seconds later", where(client, listed)
    product.save()
    yield "a write to the primary", not Product.objects.using("replica").filter(status="published").exists()
    yield "faults", [fault.what for fault in doctor._replica()]
    Lease.objects.update(until=timezone.now() + timezone.timedelta(minutes=2))
    yield "faults of a late replica", [fault.what for fault in doctor._replica()]
    connections["replica"].close()
    connections["replica"].settings_dict["NAME"] = "/nowhere/replica.sqlite3"
    yield "a list without the replica", where(client, listed)
    yield "faults without the replica", [fault.what for fault in doctor._replica()]


if __name__ == "__main__":
    Product.objects.using("replica").update(status="draft")
    for alias in ("default", "replica"):
        Lease.objects.using(alias).create(name=TIMETABLE, holder="a", until=timezone.now())
    sys.stdout.write(json.dumps(dict(observations())) + "\n")
