"""From the organiser's button to a draft of a large event, with the progress the page shows meanwhile.

    python benchmarks/event_plan.py [--size 1000] [--slots 20] [--seconds 10] [--times 3] [--out FILE.md]

A whole site is started: the web server, a Celery worker, a Valkey, and a scratch database (SQLite; PostgreSQL where
`DATABASE_URL` names one). The button's form is posted over HTTP with its token, the progress is read from the page once
a second as the browser does, and the clock stops when the page offers the draft. Each draft goes through the checker of
the tests. Goal: 1,000 × 1,000 × 20 in 30 s on two cores.
"""

import argparse
import datetime as dt
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.planning.instances import make_instance  # noqa: E402 -- the project's folder must be on the path first
from matchmaker.running import valkey  # noqa: E402
from tests.engines.planning.checker import check  # noqa: E402

FORM = {"target_gap": "0.0", "floor": "2", "fair_bonus": "300", "most": "20"}
FORM |= {"supplier_share": "100", "buyer_share": "100"}
PATIENCE = 120  # seconds


def fill(size: int, slots: int):
    """The event as rows, and its organiser; of the wishes of a seeded instance those above the middle are musts."""
    from django.utils import timezone

    from matchmaker.companies.models import Company
    from matchmaker.events.models import Event, EventParticipation, Wish
    from tests import factories

    organiser = factories.organiser()
    day = timezone.localdate() + dt.timedelta(days=30)
    shape = make_instance(size, size, slots, seed=104, variant="norm")
    event = Event.objects.create(
        campaign=organiser.organiser_of.get().campaign,
        slug="large",
        name={"en": "Large", "zh-hans": "大型洽谈会"},
        city={"en": "Wuhan"},
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
    print(f"{2 * size} companies, {len(wishes)} wishes, {len(grid)} slots", flush=True)
    return event, organiser


class Site:
    """The servers of a site in a folder of its own, with a scratch database; `with` stops and removes them."""

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="matchmaker-bench-"))
        self.given, self.name = os.environ.get("DATABASE_URL", ""), f"bench_{uuid4().hex[:8]}"
        if self.given.startswith("postgresql"):
            self._postgres(f"CREATE DATABASE {self.name}")
            address = self.given.rsplit("/", 1)[0] + f"/{self.name}"
        else:
            address = f"sqlite:///{self.folder / 'site.sqlite3'}"
        port, redis = valkey.free_port(8190), valkey.free_port(6390)
        self.address, self.processes = f"http://127.0.0.1:{port}", []
        os.environ |= {"DATABASE_URL": address, "REDIS_URL": f"redis://127.0.0.1:{redis}/0", "LOG_LEVEL": "ERROR"}
        os.environ |= {"VAR_DIR": str(self.folder), "SITE_URL": self.address}
        os.environ["DJANGO_SETTINGS_MODULE"] = "matchmaker.settings"
        self.processes.append(valkey.start(self.folder / "valkey", redis, persistent=False, stdout=subprocess.DEVNULL))
        for command in (["migrate", "-v0"], ["collectstatic", "--no-input", "-v0"]):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True)
        run = [sys.executable, "-W", "ignore", "-m"]
        web = ["gunicorn", "matchmaker.wsgi", "--bind", f"127.0.0.1:{port}", "-c"]
        self._start([*run, *web, "python:matchmaker.running.gunicorn", "--worker-tmp-dir", str(self.folder)])
        # With its timetable, as everywhere: a bell that was lost is rung again.
        worker = ["celery", "-q", "-A", "matchmaker", "worker", "-Q", "match,mail", "-c", "2", "--loglevel", "ERROR"]
        self._start([*run, *worker])
        beat = ["celery", "-q", "-A", "matchmaker", "beat", "--pidfile", "", "--loglevel", "ERROR"]
        self._start([*run, *beat, "-s", str(self.folder / "timetable")])
        return self

    def _start(self, command: list[str]) -> None:
        self.processes.append(subprocess.Popen(command, cwd=ROOT))

    def _postgres(self, sentence: str) -> None:
        import psycopg

        with psycopg.connect(self.given, autocommit=True) as link:
            link.execute(sentence)

    def __exit__(self, *error):
        from django.db import connections

        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        connections.close_all()
        if self.given.startswith("postgresql"):
            self._postgres(f"DROP DATABASE {self.name} WITH (FORCE)")
        shutil.rmtree(self.folder, ignore_errors=True)


class Browser:
    """As much of one as the page needs: cookies, a token, and asking again once a second."""

    def __init__(self, address: str, session: str):
        self.address, self.cookie = address, f"sessionid={session}; django_language=en"

    def open(self, path: str, form: dict[str, str] | None = None) -> str:
        """The page behind a path, redirects followed; a form is sent with the token of the page it stands on."""
        data, cookie = None, self.cookie
        if form is not None:
            secret = uuid4().hex  # 32 letters and digits: the shape of a token
            data = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": secret}).encode()
            cookie += f"; csrftoken={secret}"
        request = urllib.request.Request(self.address + path, data, {"Cookie": cookie, "Referer": self.address + path})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def wait_for_site(self, path: str) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.open(path)
                return
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)


def press(browser: Browser, plans: str, seconds: int) -> tuple[float, str]:
    """Press the button; returns the seconds until the page offers the draft, and the draft's path."""
    began = time.monotonic()
    page = browser.open(plans + "start/", {**FORM, "seconds": str(seconds)})
    progress = re.search(r'hx-get="([^"]+/progress/)"', page)
    if progress is None:
        raise SystemExit("the page shows no progress")
    shown = ""
    while "is-done" not in page:
        time.sleep(1)
        page = browser.open(progress[1])
        said = re.search(r'role="status"[^>]*>([^<]*)<', page)[1]
        if "is-failed" in page or time.monotonic() - began > PATIENCE:
            raise SystemExit(f"no draft: {said}")
        if said != shown:
            print(f"  {time.monotonic() - began:5.1f} s  {said}", flush=True)
        shown = said
    return time.monotonic() - began, re.search(r'<a class="btn btn-sm" href="([^"]+)"', page)[1]


def session_of(person) -> str:
    """A session without the form, which other tests walk through."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--slots", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))  # the servers end with it
    with Site() as site:
        import django

        django.setup()
        from matchmaker.events.models import PlanDraft

        event, organiser = fill(asked.size, asked.slots)
        browser = Browser(site.address, session_of(organiser))
        plans = f"/console/events/{event.slug}/plan/"
        browser.wait_for_site(plans)
        # The worker loads its models, and on a new machine compiles the loops, while somebody fills in the form: the
        # first press, which may come before that, is told apart.
        first, _path = press(browser, plans, 1)
        took, opened, rows = [], [], []
        for _turn in range(asked.times):
            seconds, path = press(browser, plans, asked.seconds)
            took.append(seconds)
            began = time.monotonic()
            page = browser.open(path)
            opened.append(time.monotonic() - began)
            draft = PlanDraft.objects.get(uid=path.rstrip("/").rsplit("/", 1)[1])
            verdict = check(draft.instance["data"], draft.result)
            if not verdict.ok:
                raise SystemExit(f"the plan is wrong: {verdict.faults[:3]}")
            rows.append(draft)
            print(f"{seconds:.1f} s, {draft.meetings_count} meetings, gap {100 * draft.gap:.4f} %, checked", flush=True)
        vendor = "PostgreSQL" if site.given.startswith("postgresql") else "SQLite"
        gaps = [100 * draft.gap for draft in rows]
        lines = [
            "# From the button to the draft, measured",
            "",
            f"`make bench-event`, {dt.date.today()}, Python {platform.python_version()}, {vendor}, {os.cpu_count()} "
            "cores, web server, Celery worker and Valkey as `make run` starts them.",
            "",
            f"- {asked.size} × {asked.size} companies, {asked.slots} slots, {asked.seconds} s asked for: the page "
            f"offers the draft after {statistics.median(took):.1f} s (p50 of {len(took)}; {min(took):.1f} – "
            f"{max(took):.1f}; "
            "goal 30).",
            f"- {rows[-1].meetings_count} meetings, gap {min(gaps):.4f} – {max(gaps):.4f} %, below the floor "
            f"{rows[-1].below_floor}; every draft went through the checker.",
            f"- Pressed while the worker is still starting, for a plan of 1 s: {first:.1f} s.",
            f"- The draft's page answers in {statistics.median(opened):.1f} s with {len(page) / 1e3:.0f} kB.",
        ]
    print("\n".join(lines))
    if asked.out:
        asked.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
