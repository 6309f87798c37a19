"""Book meetings against each other, and count: nobody twice, and how many a minute.

    python benchmarks/booking.py [--rounds 10000] [--racers 2] [--seconds 330] [--out docs/benchmarks/booking.md]

After `--seconds` no new block of rounds begins; the next run goes on where this one stopped, or was stopped, until
`--rounds` are done (counts are kept in `VAR_DIR/booking.json` after each block).

In each round several processes want the same thing at the same moment: one supplier, one buyer, the last table, or one
interpreter. After each round exactly one meeting may stand. Runs in a scratch database beside `DATABASE_URL`, which is
made and thrown away; with SQLite writers queue, so the race is a real one on PostgreSQL only.
"""

import argparse
import datetime as dt
import itertools
import json
import multiprocessing
import os
import platform
import queue
import sys
import threading
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")

import django  # noqa: E402 -- the project's folder must be on the path first

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import IntegrityError, connection, connections, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from matchmaker.core.problems import Refused  # noqa: E402
from matchmaker.events import services  # noqa: E402
from matchmaker.events.models import Event, Interpreter, Meeting  # noqa: E402
from matchmaker.notifications.models import Notice  # noqa: E402
from tests import factories  # noqa: E402

_numbers = itertools.count(1)
KINDS = ("supplier", "buyer", "table", "interpreter")
TAKEN = {"supplier": "slot_taken", "buyer": "slot_taken", "table": "no_table", "interpreter": "interpreter_taken"}


class World:
    """One event with one table more than it needs, companies on both sides, and an interpreter."""

    def __init__(self, companies: int, days: int = 1, tables: int = 1):
        self.organiser = factories.organiser()
        day = timezone.localdate() + dt.timedelta(days=10)
        self.event = Event.objects.create(
            campaign=self.organiser.organiser_of.get().campaign,
            slug=f"race-{next(_numbers)}",
            name={"en": "Race", "zh-hans": "竞速"},
            city={"en": "Wuhan"},
            starts_on=day,
            ends_on=day + dt.timedelta(days=days - 1),
            tables=tables,
            capacity=10_000,
            status=Event.Status.PUBLISHED,
        )
        self.suppliers = [self._comes("supplier") for _n in range(companies)]
        self.buyers = [self._comes("buyer") for _n in range(companies)]
        self.interpreter = Interpreter.objects.create(event=self.event, name="Layla", languages=["ar", "zh"])
        self.slots = self.event.slots()

    def _comes(self, side: str):
        company = factories.supplier() if side == "supplier" else factories.buyer()
        by = company.members.get()
        services.register_for_event(by=by, event=self.event, company=company, side=side)
        return company

    def book(self, supplier: int, buyer: int, slot: int) -> None:
        services.book_meeting(
            by=self.organiser,
            event=self.event,
            supplier=self.suppliers[supplier],
            buyer=self.buyers[buyer],
            starts_at=self.slots[slot],
        )


def attempt(world: World, kind: str, racer: int, slot: int) -> str:
    """'won', or the code of the refusal."""
    if kind == "interpreter":  # verbs give interpreters with a whole plan, so here the constraint is asked directly
        try:
            with transaction.atomic():
                Meeting.objects.create(
                    event=world.event,
                    supplier=world.suppliers[racer],
                    buyer=world.buyers[racer],
                    starts_at=world.slots[slot],
                    table=racer + 1,
                    interpreter=world.interpreter,
                )
        except IntegrityError:
            return "interpreter_taken"
        return "won"
    pair = {"supplier": (0, racer), "buyer": (racer, 0), "table": (racer, racer)}[kind]
    try:
        world.book(*pair, slot)
    except Refused as refusal:
        return refusal.code if refusal.status == 409 else f"{refusal.status} {refusal.code}"
    return "won"


def race(world: World, racer: int, rounds: int, barrier, said) -> None:
    """One process: take part in every round; the first one also looks at what stands, and clears it away."""
    many_tables = barrier.parties + 1
    for number in range(rounds):
        kind, slot = KINDS[number % 4], number % len(world.slots)
        world.event.tables = 1 if kind == "table" else many_tables
        barrier.wait()
        said.put((kind, attempt(world, kind, racer, slot)))
        barrier.wait()
        if racer == 0:
            standing = Meeting.objects.of(world.event).active().count()
            said.put((kind, f"{standing} standing"))
            Meeting.objects.of(world.event).delete()
            if number % 200 == 199:
                Notice.objects.all().delete()
        barrier.wait()
    connections.close_all()


def contest(rounds: int, racers: int, seconds: float, tally: Path) -> tuple[Counter, float]:
    """All rounds in blocks, until they are done or the time is over; earlier runs count."""
    world = World(racers)
    connections.close_all()
    counts, spent = earlier(tally)
    began, done = time.monotonic(), counts["rounds", ""]
    fork = multiprocessing.get_context("fork")
    while done < rounds and time.monotonic() - began < seconds:
        block = min(500, rounds - done)
        barrier, said = fork.Barrier(racers), fork.Queue()
        args = (block, barrier, said)
        people = [fork.Process(target=race, args=(world, racer, *args)) for racer in range(racers)]
        for person in people:
            person.start()
        while any(person.is_alive() for person in people) or not said.empty():
            try:
                counts[said.get(timeout=0.2)] += 1
            except queue.Empty:
                continue
        for person in people:
            person.join()
            if person.exitcode:
                raise SystemExit(f"a racer ended with {person.exitcode}")
        done += block
        counts["rounds", ""] = done
        keep(tally, counts, spent + time.monotonic() - began)
        print(f"{done} rounds, {time.monotonic() - began:.0f} s", flush=True)
    return counts, spent + time.monotonic() - began


def keep(file: Path, counts: Counter, seconds: float) -> None:
    kept = {"counts": [[*key, n] for key, n in counts.items()], "seconds": seconds}
    file.write_text(json.dumps(kept), encoding="utf-8")


def earlier(file: Path) -> tuple[Counter, float]:
    """The counts of the runs before this one, and how long they took."""
    if not file.exists():
        return Counter(), 0.0
    kept = json.loads(file.read_text(encoding="utf-8"))
    return Counter({(kind, said): n for kind, said, n in kept["counts"]}), kept["seconds"]


def two_hundred() -> Counter:
    """F40: two hundred who want one slot, forty at any moment (a server has about a hundred connections)."""
    world = World(200, tables=300)
    connections.close_all()
    gate, found = threading.Barrier(40), []

    def run(first: int) -> None:
        gate.wait()
        found.extend(attempt(world, "supplier", racer, 0) for racer in range(first, 200, 40))
        connections.close_all()

    threads = [threading.Thread(target=run, args=(first,)) for first in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(found)


def speed(workers: int, each: int) -> float:
    """Bookings a minute through the verb, with notices and audit, by several processes at once."""
    world = World(workers * each // 10 or 1, days=2, tables=200)
    connections.close_all()
    fork = multiprocessing.get_context("fork")

    def work(worker: int) -> None:
        size = len(world.suppliers)
        for number in range(each):
            turn, pair = divmod(number, each // 10 or 1)
            supplier = (pair + worker * (each // 10 or 1)) % size
            world.book(supplier, (supplier + turn) % size, turn)
        connections.close_all()

    began = time.monotonic()
    people = [fork.Process(target=work, args=(worker,)) for worker in range(workers)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    took = time.monotonic() - began
    if any(person.exitcode for person in people):
        raise SystemExit("a booking failed")
    booked = Meeting.objects.filter(event=world.event).active().count()
    if booked != workers * each:
        raise SystemExit(f"{booked} meetings stand, {workers * each} were booked")
    return 60 * booked / took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--racers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=330, help="stop beginning new blocks of rounds after this")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    cache.clear()
    tally = Path(settings.VAR_DIR) / "booking.json"
    try:
        a_minute = {workers: speed(workers, 200) for workers in (1, 2)}
        print(f"bookings a minute: {a_minute}", flush=True)
        crowd = two_hundred()
        print(f"one slot: {dict(crowd)}", flush=True)
        counts, took = contest(asked.rounds, asked.racers, asked.seconds, tally)
    finally:
        connections.close_all()
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    if counts["rounds", ""] < asked.rounds:
        print(f"{counts['rounds', '']} of {asked.rounds} rounds are done: run it again to go on")
    else:
        tally.unlink(missing_ok=True)
    lines = report(asked, a_minute, crowd, counts, took)
    print("\n".join(lines))
    if asked.out:
        asked.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    wrong = [key for key in counts if key[1].endswith("standing") and key[1] != "1 standing"]
    if wrong or crowd["won"] != 1:
        raise SystemExit(f"booked twice: {wrong} {crowd}")


def report(asked, a_minute: dict[int, float], crowd: Counter, counts: Counter, took: float) -> list[str]:
    lines = [
        "# Bookings, measured",
        "",
        f"`make bench-booking`, {dt.date.today()}, Python {platform.python_version()}, {connection.vendor}, "
        f"{os.cpu_count()} cores. Every booking goes through the verb, with its audit entry and notices.",
        "",
        f"- Bookings a minute: {a_minute[1]:.0f} by one process, {a_minute[2]:.0f} by two (goal 400).",
        f"- 200 want one slot, 40 at any moment: {crowd['won']} has it; the others are told: "
        + ", ".join(f"{code} {n}" for code, n in crowd.items() if code != "won")
        + ".",
        f"- {counts['rounds', '']} contested rounds of {asked.racers} processes in {took:.0f} s:",
        "",
        "| contested | rounds | one meeting stands | twice or none | refused as taken | other answers |",
        "|---|---|---|---|---|---|",
    ]
    for kind in KINDS:
        rounds = sum(n for (one, said), n in counts.items() if one == kind and said.endswith("standing"))
        right = counts[kind, "1 standing"]
        other = {
            said: n
            for (one, said), n in counts.items()
            if one == kind and said not in ("won", TAKEN[kind]) and not said.endswith("standing")
        }
        told = ", ".join(f"{said} {n}" for said, n in other.items()) or "0"
        lines.append(f"| {kind} | {rounds} | {right} | {rounds - right} | {counts[kind, TAKEN[kind]]} | {told} |")
    return lines


if __name__ == "__main__":
    main()
