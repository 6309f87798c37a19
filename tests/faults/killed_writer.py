"""Writes to SQLite and is killed in the middle: `python -m tests.faults.killed_writer KILLS`.

Each child of this process tells people things, one transaction each, and reports the key once it is committed. It is
killed after some milliseconds. Prints one line of JSON: how often the file was sound, and what became of the keys.
"""

import json
import os
import random
import signal
import sqlite3
import sys
import time

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402

from matchmaker.notifications import services  # noqa: E402
from matchmaker.notifications.models import Delivery, Notice  # noqa: E402


def write(person, name: str, report: int) -> None:
    """Until it is killed."""
    context = {"demand": name, "closed_on": "2026-11-01"}
    for number in range(100_000):
        key = f"{name}-{number}"
        services.notify(kind="demand_closed", to=[person], event_key=key, context=context, path="/notices/")
        os.write(report, key.encode() + b"\n")


def kill_one(person, number: int, pause: float) -> list[str]:
    """The keys that a child reported before it was killed, after `pause` seconds of writing."""
    reads, report = os.pipe()
    child = os.fork()
    if not child:
        os.close(reads)
        write(person, f"k{number}", report)
        os._exit(0)
    os.close(report)
    first = os.read(reads, 65536)  # it has begun
    time.sleep(pause)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    rest = b""
    while part := os.read(reads, 65536):
        rest += part
    os.close(reads)
    return (first + rest).decode().split()


def main(kills: int) -> dict:
    person = get_user_model().objects.order_by("pk").first()
    file = str(connection.settings_dict["NAME"])
    connection.close()  # a child opens its own
    chance, sound, reported = random.Random(26), 0, []
    for number in range(kills):
        reported += kill_one(person, number, chance.uniform(0, 0.03))
        with sqlite3.connect(file) as link:
            sound += link.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        link.close()
    there = set(Notice.objects.values_list("event_key", flat=True))
    whole = set(Delivery.objects.values_list("notice__event_key", flat=True))
    return {
        "sound": sound,
        "reported": len(reported),
        "lost": len(set(reported) - there),
        "beyond": len(there - set(reported)),  # committed, and killed before it could be reported
        "half": len(there - whole),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]))) + "\n")
