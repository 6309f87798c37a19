"""Pages while the translation engine hangs: `.venv/bin/python benchmarks/hanging_engine.py`.

The sample campaign on SQLite, a Celery worker with its timetable, and three gunicorns with the settings of `make run`
beside each other: one without an engine, one with an engine that answers, one whose engine accepts every connection and
never answers. All texts of the campaign wait for a translation by the last one, so that the worker hangs, too; the
pause that a failure makes is lifted at once. The same pages are read from the servers in turn. No text is translated,
so all three show the same. It prints p50 and p95 of each, and two ratios: what it costs that an engine hangs (hangs /
answers) and what it costs that there is one (hangs / none: a query or two a page for stored translations). The first
two columns of a page are medians. Last, how many connections the engine saw from the server (none may be) and from the
worker.

ROUNDS is how often each page is read from each server (100).
"""

import contextlib
import datetime as dt
import http.client
import io
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from benchmarks.report import say  # noqa: E402
from matchmaker.running import valkey  # noqa: E402

FOLDER = Path(tempfile.mkdtemp(prefix="bench-engine-"))
REDIS = valkey.free_port()
os.environ |= {
    "REDIS_URL": f"redis://127.0.0.1:{REDIS}/0",
    "DATABASE_URL": f"sqlite:///{FOLDER}/db.sqlite3",
    "VAR_DIR": str(FOLDER),
    "DJANGO_SETTINGS_MODULE": "matchmaker.settings",
    "LOG_LEVEL": "ERROR",
    "TRANSLATION_ENGINE": "gloss",
}
Times = dict[str, dict[str, list[float]]]  # server → page → milliseconds
ROUNDS = int(os.environ.get("ROUNDS", "100"))


class Silence:
    """A server that accepts connections and never answers; it counts them."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            self.open.append(self.listening.accept()[0])

    def engine(self) -> dict[str, str]:
        """The settings that name it as the engine of the site."""
        return {"TRANSLATION_ENGINE": "libretranslate", "TRANSLATION_URL": self.url}


def main() -> None:
    running: list[subprocess.Popen] = []
    links = contextlib.ExitStack()
    try:
        running.append(valkey.start(FOLDER / "valkey", REDIS, persistent=False, stdout=subprocess.DEVNULL))
        before_server, before_worker = Silence(), Silence()
        pages = load(before_worker)
        gunicorn = ("gunicorn", "matchmaker.wsgi", "-c", "python:matchmaker.running.gunicorn")
        answers = {"TRANSLATION_ENGINE": "libretranslate", "TRANSLATION_URL": links.enter_context(fake()).url}
        engines = {"no engine": {}, "engine answers": answers, "engine hangs": before_server.engine()}
        ports = {name: valkey.free_port() for name in engines}
        for name, port in ports.items():
            given = dict(engines[name])
            given |= {"PROMETHEUS_MULTIPROC_DIR": str(FOLDER / name)}
            running.append(start(*gunicorn, "--bind", f"127.0.0.1:{port}", "--worker-tmp-dir", str(FOLDER), **given))
        celery = ("celery", "-q", "-A", "matchmaker")
        running.append(start(*celery, "worker", "-c", "1", "-Q", "match,mail", **before_worker.engine()))
        running.append(start(*celery, "beat", "-s", str(FOLDER / "timetable"), "--pidfile", ""))
        report(measure(ports, pages, before_worker), before_server, before_worker)
    finally:
        for one in reversed(running):
            one.terminate()
            one.wait()
        links.close()
        shutil.rmtree(FOLDER, ignore_errors=True)


def fake():
    """An engine that answers, as the tests have it."""
    from tests.translation.fakes import running

    return running("libretranslate")


def start(*command: str, **environment: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env={**os.environ, **environment})


def load(silence: Silence) -> list[tuple[str, str]]:
    """The sample campaign with matches, and its texts waiting for a translation; (address, session or "") of pages."""
    import django

    django.setup()
    from django.core.management import call_command

    from matchmaker.running import sample

    for command in ("migrate", "load_reference", "load_market_access"):
        call_command(command, verbosity=0, stdout=io.StringIO())
    sample.load()
    from matchmaker.accounts.models import User
    from matchmaker.campaigns.models import Campaign
    from matchmaker.matching.services import match_block, start_match_run

    organiser = User.objects.get(email=sample.ORGANISER)
    start_match_run(by=organiser, campaign=Campaign.objects.get(slug=sample.SLUG))
    while match_block():
        pass
    call_command("index_directory", verbosity=0, stdout=io.StringIO())
    waiting = request_all(silence)
    say(f"{waiting} texts wait for a translation")
    return addresses()


def request_all(silence: Silence) -> int:
    """Have all products and demands translated, as if they had been published with this engine."""
    from django.test.utils import override_settings

    from matchmaker.catalogue.models import Demand, Product
    from matchmaker.catalogue.services.translations import request_demand_translations, request_product_translations
    from matchmaker.translation.models import Translation

    with override_settings(**silence.engine()):
        for product in Product.objects.published():
            request_product_translations(product)
        for demand in Demand.objects.open():
            request_demand_translations(demand)
    return Translation.objects.count()


def addresses() -> list[tuple[str, str]]:
    from matchmaker.catalogue.models import Demand, Product
    from matchmaker.matching.models import Match

    match = Match.objects.order_by("-score").first()
    seller, wanter = (signed_in(row.members.first()) for row in (match.product.company, match.line.demand.company))
    product = Product.objects.published().exclude(texts__language__in=("en", "zh")).first()
    demand = Demand.objects.public().first()
    return [
        *((path, "") for path in ("/", "/products/", f"/products/{product.uid}/", "/zh-hans/products/", "/demands/")),
        *((path, "") for path in (f"/demands/{demand.uid}/", f"/fr/demands/{demand.uid}/")),
        *((path, seller) for path in ("/supplier/", "/supplier/matches/", f"/supplier/matches/{match.uid}/")),
        *((path, wanter) for path in ("/buyer/", "/buyer/matches/", "/enquiries/", "/notices/")),
    ]


def signed_in(person) -> str:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def measure(ports: dict[str, int], pages: list[tuple[str, str]], silence: Silence) -> Times:
    """Milliseconds of each reading by server and page, the servers beside each other, after each page was read once."""
    from matchmaker.translation.models import Translation

    wait_for(ports.values())
    links = {name: http.client.HTTPConnection("localhost", port, timeout=60) for name, port in ports.items()}
    for address, session in pages:
        for link in links.values():
            read(link, address, session)
    began = time.monotonic()
    while not silence.open:  # the worker's first call
        assert time.monotonic() - began < 120, "the worker did not call its engine"
        again()
        time.sleep(0.5)
    order, took = random.Random(7), {name: {address: [] for address, _session in pages} for name in links}
    stop = threading.Event()
    threading.Thread(target=lambda: keep_calling(stop), daemon=True).start()
    for _round in range(ROUNDS):
        for address, session in order.sample(pages, len(pages)):
            for name in order.sample(list(links), len(links)):
                took[name][address].append(read(links[name], address, session))
    stop.set()
    done = Translation.objects.exclude(text="").count()
    assert done == 0, f"{done} texts were translated by an engine that does not answer"
    return took


def keep_calling(stop: threading.Event) -> None:
    while not stop.wait(2):
        again()


def again() -> None:
    """Lift the pause after a failure, so that the worker calls its engine at its next turn."""
    from django.core.cache import cache
    from django.db import OperationalError
    from django.utils import timezone

    from matchmaker.translation.models import Translation
    from matchmaker.translation.services import PAUSE_KEY

    cache.delete_many([PAUSE_KEY, f"{PAUSE_KEY}:count"])
    with contextlib.suppress(OperationalError):
        late = timezone.now() - dt.timedelta(seconds=1)
        Translation.objects.filter(lease_until=None, next_at__gt=timezone.now()).update(next_at=late, attempts=0)


def wait_for(ports) -> None:
    for port in ports:
        for _attempt in range(240):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.5)


def read(link: http.client.HTTPConnection, address: str, session: str) -> float:
    link.close()  # a server closes a link that waited while the others were read
    start = time.perf_counter()
    link.request("GET", address, headers={"Cookie": f"sessionid={session}"} if session else {})
    answer = link.getresponse()
    answer.read()
    assert answer.status == 200, f"{address} answered {answer.status}"
    return (time.perf_counter() - start) * 1000


def report(took: Times, before_server: Silence, before_worker: Silence) -> None:
    all_of = {name: [one for times in pages.values() for one in times] for name, pages in took.items()}
    say("| | readings | p50, ms | p95, ms |")
    say("|---|---|---|---|")
    for name, times in all_of.items():
        say(f"| {name} | {len(times)} | {statistics.median(times):.1f} | {p95(times):.1f} |")
    say()
    say("| page | none, ms | hangs, ms | hangs / answers | hangs / none |")
    say("|---|---|---|---|---|")
    none, answers, hangs = took.values()
    for address in none:
        middle = [statistics.median(times[address]) for times in (none, hangs)]
        pairs = [f"{paired(hangs[address], other[address]):.2f}" for other in (answers, none)]
        say(f"| {named(address)} | {middle[0]:.1f} | {middle[1]:.1f} | {pairs[0]} | {pairs[1]} |")
    say()
    none, answers, hangs = all_of.values()
    for name, other in (("answers", answers), ("none", none)):
        ratio = p95(hangs) / p95(other)
        say(f"hangs / {name}: p95 {ratio:.2f}; of each pair of readings, median {paired(hangs, other):.2f}")
    say(f"connections to the engine: {len(before_server.open)} by the server, {len(before_worker.open)} by the worker")


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[18]


def paired(ours: list[float], theirs: list[float]) -> float:
    """The median ratio of readings that stood beside each other."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def named(address: str) -> str:
    return re.sub(r"[0-9a-f-]{36}", "…", address)


if __name__ == "__main__":
    main()
