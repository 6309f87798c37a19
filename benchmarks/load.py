"""Buyers browsing while products are edited and imported: `make bench-load`.

A real gunicorn with the settings of `make run`, a Celery worker that refreshes the index, a Valkey, and PostgreSQL
as it is. A generator of its own sends RATE requests a second (open loop: they are sent when they are due, whatever is
still unanswered, and a late answer counts from the moment it was due), drawn by seed from lists of products with
filters and words, product pages, suppliers and demands. Meanwhile one writer changes EDITS products a second, and
another adds IMPORTED products every ten seconds; both write the rows that an edit and an import write, and the index
is refreshed every five seconds as the timetable does. It prints p50, p95 and p99 of every kind of page and what failed.

SIZE is the number of products (20,000), SECONDS how long it runs (60), RATE how many requests a second (100).
"""

import asyncio
import datetime as dt
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from matchmaker.running import valkey  # noqa: E402

GIVEN = os.environ.get("DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/test")
NAME = f"bench_{uuid4().hex[:8]}"
FOLDER = tempfile.mkdtemp(prefix="bench-load-")
REDIS = valkey.free_port()
os.environ |= {
    "REDIS_URL": f"redis://127.0.0.1:{REDIS}/0",
    "DATABASE_URL": GIVEN.rsplit("/", 1)[0] + f"/{NAME}",
    "VAR_DIR": FOLDER,
    "ENCODER": "benchmarks.directory_data.MadeUp",
    "DJANGO_SETTINGS_MODULE": "matchmaker.settings",
    "LOG_LEVEL": "ERROR",
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
}
SIZE, SECONDS = int(os.environ.get("SIZE", "20000")), int(os.environ.get("SECONDS", "60"))
RATE, EDITS, IMPORTED = float(os.environ.get("RATE", "100")), 2, 200
GOAL, TIMEOUT = 400, 20  # milliseconds of p95; seconds until a request is given up


def main() -> None:
    with psycopg.connect(GIVEN, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {NAME}")
    running: list[subprocess.Popen] = []
    try:
        import django

        running.append(valkey.start(Path(FOLDER) / "valkey", REDIS, persistent=False, stdout=subprocess.DEVNULL))
        django.setup()
        made()
        port = valkey.free_port()
        gunicorn = ["gunicorn", "matchmaker.wsgi", "-c", "python:matchmaker.running.gunicorn"]
        running.append(start(*gunicorn, "--bind", f"127.0.0.1:{port}", "--worker-tmp-dir", FOLDER))
        running.append(start("celery", "-q", "-A", "matchmaker", "worker", "-c", "1", "-Q", "match"))
        wait_for(port)
        measure(port)
    finally:
        for one in reversed(running):
            one.terminate()
            one.wait()
        from django.db import connections

        connections.close_all()
        with psycopg.connect(GIVEN, autocommit=True) as link:
            link.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
        shutil.rmtree(FOLDER, ignore_errors=True)


def start(*command: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT)


def wait_for(port: int) -> None:
    asyncio.run(until_ready(port))


async def until_ready(port: int) -> None:
    for _attempt in range(120):
        status, _body = await get(port, "/products/?q=rice")
        if status == 200:
            return
        await asyncio.sleep(0.5)
    raise SystemExit("the server did not answer")


def made() -> None:
    from django.core.management import call_command

    from benchmarks import directory_rows

    call_command("migrate", verbosity=0)
    directory_rows.load(SIZE)
    call_command("index_directory", verbosity=0)


# -- who asks
async def get(port: int, address: str) -> tuple[int, bytes]:
    """(status, body); status 0 where no answer came in time."""
    try:
        async with asyncio.timeout(TIMEOUT):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET {address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = await reader.read()
            writer.close()
            return int(answer[9:12] or b"0"), answer
    except (OSError, TimeoutError, ValueError):
        return 0, b""


def addresses(n: int) -> list[tuple[str, str]]:
    """(kind, address) of a buyer's day: six of ten pages are lists, three a product, one other lists."""
    from benchmarks.directory_pages import wishes
    from matchmaker.catalogue.models import Product

    draw = random.Random(7)
    uids = list(Product.objects.order_by("pk").values_list("uid", flat=True)[: 5 * n])
    found = []
    for wish in wishes(n):
        kind = draw.random()
        listed = "products with words" if "q" in wish else "products"
        if kind < 0.6:
            found.append((listed, f"/products/?{urlencode(wish, doseq=True)}"))
        elif kind < 0.9:
            found.append(("a product", f"/products/{draw.choice(uids)}/"))
        else:
            query = urlencode({"q": wish["q"]} if "q" in wish else {})
            found.append(("suppliers, demands", f"/{draw.choice(['suppliers', 'demands'])}/?{query}"))
    return found


async def asked(port: int, listed: list[tuple[str, str]]) -> list[tuple[str, float, int]]:
    """(kind, seconds since it was due, status) of every request, sent when it is due."""
    found: list[tuple[str, float, int]] = []
    begin = time.perf_counter() + 0.5

    async def one(at: int, kind: str, address: str) -> None:
        due = begin + at / RATE
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        status, _body = await get(port, address)
        found.append((kind, time.perf_counter() - due, status))

    await asyncio.gather(*(one(at, kind, address) for at, (kind, address) in enumerate(listed)))
    return found


# -- who writes
class Writers:
    """Edits and imports in threads of this process, and refreshes of the index as the timetable rings for them."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.edited = self.imported = 0
        self.threads = [threading.Thread(target=work) for work in (self.edit, self.bring_in, self.ring)]

    def __enter__(self) -> "Writers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def edit(self) -> None:
        from django.utils import timezone

        from matchmaker.catalogue.models import Product, ProductText

        draw = random.Random(1)
        while not self.stop.wait(1 / EDITS):
            key = draw.randrange(1, SIZE + 1)
            ProductText.objects.filter(product=key).update(description=f"Edited {self.edited}")
            Product.objects.filter(pk=key).update(updated_at=timezone.now(), price_low=draw.randrange(1, 500))
            self.edited += 1

    def bring_in(self) -> None:
        from django.utils import timezone

        from matchmaker.catalogue.models import Product, ProductText

        while not self.stop.wait(10):
            now = timezone.now()
            rows = [Product(company_id=1, origin="TH", status="published", published_at=now) for _n in range(IMPORTED)]
            Product.objects.bulk_create(rows)
            ProductText.objects.bulk_create(
                ProductText(product=row, language="en", name=f"Imported rice {row.pk}", is_original=True)
                for row in rows
            )
            self.imported += IMPORTED

    def ring(self) -> None:
        from matchmaker.directory.tasks import refresh

        while not self.stop.wait(5):
            refresh.delay()


# -- the figures
def measure(port: int) -> None:
    from benchmarks.report import lines, say

    asyncio.run(asked(port, addresses(100)))  # every worker has mapped its files
    with Writers() as writers:
        found = asyncio.run(asked(port, addresses(int(RATE * SECONDS))))
    say("# Browsing under load")
    say()
    say(f"Made by `make bench-load` on {dt.date.today()}; {os.cpu_count()} cores for generator, server (2 workers "
        f"of 4 threads), a worker and PostgreSQL. {SIZE:,} products, {RATE:.0f} requests a second for {SECONDS} s, "
        f"{writers.edited} products edited and {writers.imported} brought in meanwhile. "
        "Milliseconds from the moment a request was due.")  # fmt: skip
    say()
    say("| page | requests | p50 | p95 | p99 | not answered with 200 |")
    say("|---|---|---|---|---|---|")
    for kind in ("all", *sorted({kind for kind, _s, _c in found})):
        mine = [(1e3 * seconds, status) for name, seconds, status in found if kind in ("all", name)]
        cuts = statistics.quantiles([ms for ms, _status in mine], n=100)
        failed = sum(status != 200 for _ms, status in mine)
        say(f"| {kind} | {len(mine)} | {cuts[49]:.0f} | {cuts[94]:.0f} | {cuts[98]:.0f} | {failed} |")
    every = statistics.quantiles([1e3 * seconds for _kind, seconds, _status in found], n=20)[-1]
    say()
    say(f"Goal: p95 of at most {GOAL} ms. It is {every:.0f} ms: {'held' if every <= GOAL else 'not held'}.")
    if os.environ.get("KEEP", "1") == "1":
        (ROOT / "docs" / "benchmarks" / "load.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
