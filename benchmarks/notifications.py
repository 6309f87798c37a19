"""The post office: fan-out beside `bulk_create`, and how fast it drains.

    make bench-notifications

DATABASE_URL names a PostgreSQL (the `test` at 127.0.0.1 by default); PEOPLE, MAILS and ROUNDS the size. Everything
happens in a database of its own, made and dropped here. Fan-out: A and B alternate in one run and the ratio is taken
pair by pair; both write the same rows (a notice and a mail delivery for each person) in one transaction.
"""

import os
import socket
import statistics
import sys
import time
from pathlib import Path
from uuid import uuid4

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
GIVEN = os.environ.get("DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/test")
NAME = f"bench_{uuid4().hex[:8]}"
os.environ["DATABASE_URL"] = GIVEN.rsplit("/", 1)[0] + f"/{NAME}"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")
os.environ["LOG_LEVEL"] = "ERROR"
PEOPLE = int(os.environ.get("PEOPLE", "100000"))
MAILS = int(os.environ.get("MAILS", "2000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
CONTEXT = {"demand": "茉莉香米 2027 spring", "closed_on": "2026-11-01"}


def main() -> None:
    with psycopg.connect(GIVEN, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {NAME}")
    try:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        make_people()
        fan_out()
        one_by_one()
        drain()
    finally:
        from django.db import connections

        connections.close_all()
        with psycopg.connect(GIVEN, autocommit=True) as link:
            link.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def make_people() -> None:
    from django.contrib.auth import get_user_model

    user = get_user_model()
    user.objects.bulk_create(
        (user(email=f"p{number}@example.org", password="!") for number in range(PEOPLE)), batch_size=5000
    )


def fan_out() -> None:
    """A notice for everybody: our statement beside Django's `bulk_create` of the same rows."""
    print(f"fan-out to {PEOPLE:,} people, {ROUNDS} rounds, PostgreSQL; CPU is this process and its PostgreSQL backend")
    cases = ((False, "in-app notices"), (True, "in-app notices, and a mail to each"))
    for mail, what in cases:
        ours, theirs = [], []  # (seconds, CPU seconds)
        for number in range(ROUNDS + 1):
            clean()
            theirs.append(timed(lambda number=number, mail=mail: with_bulk_create(f"theirs-{number}", mail)))
            clean()
            ours.append(timed(lambda number=number, mail=mail: with_notify(f"ours-{number}", mail)))
        print(f"  {what}")
        for index, unit in enumerate(("seconds", "CPU seconds")):
            their, our = [pair[index] for pair in theirs[1:]], [pair[index] for pair in ours[1:]]  # the first warms up
            ratio = spread([a / b for a, b in zip(their, our, strict=True)])
            print(f"    {unit:12} bulk_create {spread(their)}   notify {spread(our)}   ratio {ratio}")


def with_notify(key: str, mail: bool) -> None:
    from django.contrib.auth import get_user_model

    from matchmaker.notifications.services import notify

    people = get_user_model().objects.all()
    letter = {"kind": "demand_closed", "event_key": key, "context": CONTEXT, "path": "/buyer/demands/1/"}
    written = notify(to=people, **letter, only_on_site=not mail)
    assert written == PEOPLE, written


def with_bulk_create(key: str, mail: bool) -> None:
    """The same promise as a careful Django programmer writes it: wishes kept, nobody told twice, mail for the new."""
    from django.contrib.auth import get_user_model
    from django.db import transaction
    from django.utils import timezone

    from matchmaker.notifications.models import Delivery, Notice, Preference

    now = timezone.now()
    with transaction.atomic():
        people = list(get_user_model().objects.filter(is_active=True).values_list("pk", flat=True))
        rows = Preference.objects.filter(topic="demand").values_list("user", "channel", "frequency")
        wishes = {(user, channel): frequency for user, channel, frequency in rows}
        told = set(Notice.objects.filter(event_key=key).values_list("recipient", flat=True))
        notices = [
            Notice(
                kind="demand_closed",
                topic="demand",
                event_key=key,
                recipient_id=pk,
                context=CONTEXT,
                path="/buyer/demands/1/",
                in_app=wishes.get((pk, "in_app"), "now") != "never",
            )
            for pk in people
            if pk not in told
        ]
        Notice.objects.bulk_create(notices, batch_size=5000)
        deliveries = [
            Delivery(notice=notice, channel="email", not_before=now, frequency=frequency)
            for notice in notices
            if mail and (frequency := wishes.get((notice.recipient_id, "email"), "now")) != "never"
        ]
        Delivery.objects.bulk_create(deliveries, batch_size=5000)


def one_by_one() -> None:
    """Notices that differ from person to person, each in a transaction of its own, as a verb writes them."""
    from django.contrib.auth import get_user_model

    from matchmaker.notifications.services import notify

    clean()
    people = list(get_user_model().objects.order_by("pk")[:MAILS])
    started, cpu_before = time.perf_counter(), cpu()
    for person in people:
        notify(kind="demand_closed", to=[person], event_key=f"one-{person.pk}", context=CONTEXT, path="/x/")
    seconds = time.perf_counter() - started
    each = (cpu() - cpu_before) / MAILS * 1000
    print(f"in-app, one transaction each: {MAILS / seconds:,.0f} a second in one process (G28: 500)")
    print(f"  {each:.2f} ms CPU each")


def drain() -> None:
    """Mails a second in one process, to an SMTP server that lives in this process and takes its share."""
    from aiosmtpd.controller import Controller
    from django.conf import settings

    from matchmaker.notifications import mail
    from matchmaker.notifications.models import Delivery

    class Sink:
        taken = 0

        async def handle_DATA(self, server, session, envelope):
            Sink.taken += 1
            return "250 OK"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(Sink(), hostname="127.0.0.1", port=port)
    server.start()
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 15},
        }
    }
    started, cpu_before = time.perf_counter(), cpu()
    left = mail.deliver_waiting(budget=600)
    seconds = time.perf_counter() - started
    server.stop()
    assert left == Sink.taken == MAILS, (left, Sink.taken)
    assert not Delivery.objects.exclude(state="sent").exists()
    each = (cpu() - cpu_before) / left * 1000
    print(f"mail: {left / seconds:,.0f} a second in one process (G28: 50 on two cores)")
    print(f"  {each:.1f} ms CPU each, with the mail server's share")


def clean() -> None:
    from django.db import connection

    from matchmaker.notifications.models import Delivery, Notice

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {Notice._meta.db_table}, {Delivery._meta.db_table} CASCADE")


def timed(work) -> tuple[float, float]:
    """Seconds and CPU seconds; the latter hold still on a machine that others use too."""
    started, cpu_before = time.perf_counter(), cpu()
    work()
    return time.perf_counter() - started, cpu() - cpu_before


def cpu() -> float:
    """CPU seconds of this process and of the PostgreSQL backend it talks to, where that one runs on this machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    ticks = sum(map(int, stat.read_text().rsplit(")", 1)[1].split()[11:13])) if stat.exists() else 0
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} (min {min(values):.2f}, max {max(values):.2f})"


if __name__ == "__main__":
    main()
