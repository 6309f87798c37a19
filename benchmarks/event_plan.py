"""From the organiser's button to a draft of a large event, with the progress the page shows meanwhile.

    python benchmarks/event_plan.py [--size 1000] [--slots 20] [--seconds 10]

Companies, registrations and wishes are rows in a scratch database; the page starts the plan, the worker's function
computes it in this process, another thread asks for the progress as the page does, and the draft goes through the
checker of the tests. Goal: 1,000 × 1,000 × 20 in 30 s on two cores.
"""

import argparse
import datetime as dt
import os
import re
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")

import django  # noqa: E402 -- the project's folder must be on the path first

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.instances import make_instance  # noqa: E402
from matchmaker.companies.models import Company  # noqa: E402
from matchmaker.events.models import Event, EventParticipation, PlanDraft, Wish  # noqa: E402
from matchmaker.events.scheduling import warm  # noqa: E402
from matchmaker.events.services import compute_plan  # noqa: E402
from tests import factories  # noqa: E402
from tests.events.scheduling.checker import check  # noqa: E402

FORM = {"target_gap": "0.0", "floor": "2", "fair_bonus": "300", "most": "20"}
FORM |= {"supplier_share": "100", "buyer_share": "100"}


def fill(size: int, slots: int) -> tuple[Event, Client]:
    """The event as rows; wishes come from a seeded instance, those above the middle weight are musts."""
    organiser = factories.organiser()
    day = timezone.localdate() + dt.timedelta(days=30)
    shape = make_instance(size, size, slots, seed=104, variant="norm")
    event = Event.objects.create(
        campaign=organiser.organiser_of.get().campaign,
        slug="large",
        name_en="Large",
        name_zh="大型洽谈会",
        city_en="Wuhan",
        starts_on=day,
        ends_on=day + dt.timedelta(days=1),
        opens_at=dt.time(9),
        closes_at=dt.time(9 + slots // 4, 0),
        tables=int(0.6 * size),
        capacity=3 * size,
        status=Event.Status.PUBLISHED,
    )
    grid = [slot.isoformat() for slot in event.slots()]
    companies = {}
    for side in ("supplier", "buyer"):
        rows = [
            Company(legal_name=f"{side} {number}", country="TH", status="approved", **{f"is_{side}": True})
            for number in range(size)
        ]
        companies[side] = Company.objects.bulk_create(rows, batch_size=500)
        EventParticipation.objects.bulk_create(
            [
                EventParticipation(
                    event=event,
                    company=company,
                    side=side,
                    most=party["cap"],
                    away=[grid[slot] for slot in party["off"] if slot < len(grid)],
                    registered_at=timezone.now(),
                )
                for company, party in zip(companies[side], shape[f"{side}s"], strict=True)
            ],
            batch_size=500,
        )
    middle = sorted(row[2] for row in shape["edges"])[len(shape["edges"]) // 2]
    wishes = []
    for supplier, buyer, weight, mutual in shape["edges"]:
        pair = companies["supplier"][supplier], companies["buyer"][buyer]
        kind = "must" if weight > middle else "would"
        for one, other in (pair, pair[::-1])[: 1 + mutual]:
            wishes.append(Wish(event=event, company=one, other=other, kind=kind))
    Wish.objects.bulk_create(wishes, batch_size=1000)
    client = Client()
    client.force_login(organiser)
    print(f"{2 * size} companies, {len(wishes)} wishes, {len(grid)} slots", flush=True)
    return event, client


def watch(client: Client, address: str, began: float, stop: threading.Event) -> None:
    """What the page shows, once a second."""
    while not stop.wait(1):
        text = client.get(address).content.decode()
        said = re.search(r'role="status"[^>]*>([^<]*)<', text)
        print(f"{time.monotonic() - began:6.1f} s  {said[1] if said else ''}", flush=True)
    connections.close_all()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--slots", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=10)
    asked = parser.parse_args()
    settings.ALLOWED_HOSTS = ["*"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        event, client = fill(asked.size, asked.slots)
        warm()  # a worker does this when it starts
        began, used = time.monotonic(), time.process_time()
        answer = client.post(
            reverse("console_event_plan_start", args=[event.slug]), {**FORM, "seconds": str(asked.seconds)}
        )
        assert answer.status_code == 302, answer.context["form"].errors
        draft = PlanDraft.objects.get()
        stop = threading.Event()
        address = reverse("console_event_plan_progress", args=[event.slug, draft.uid])
        watcher = threading.Thread(target=watch, args=(client, address, began, stop))
        watcher.start()
        compute_plan()
        took, cpu = time.monotonic() - began, time.process_time() - used
        stop.set()
        watcher.join()
        draft.refresh_from_db()
        verdict = check(draft.instance["data"], draft.result)
        assert verdict.ok, verdict.faults[:3]
        print(
            f"from the button to the draft {took:.1f} s ({cpu:.1f} s of processor time), {draft.meetings_count} "
            f"meetings, gap {100 * draft.gap:.4f} %, below the floor {draft.below_floor}, plan checked"
        )
        began = time.monotonic()
        shown = client.get(reverse("console_event_plan", args=[event.slug, draft.uid]))
        print(f"the draft's page {time.monotonic() - began:.1f} s, {len(shown.content) / 1e6:.1f} MB")
    finally:
        connections.close_all()
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


if __name__ == "__main__":
    main()
