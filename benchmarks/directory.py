"""The directory page at 10,000, 100,000 and a million products, beside the peers of a usual site.

    make bench-directory            10k and 100k
    SIZE=1m make bench-directory    10k, 100k and 1M

P6: p95 of the page at the largest size over that at 10k. P7: CPU of the page over rendering it from constants. P8: CPU
of the naive ORM page and of a page over a GIN full-text index, over ours. All render the same template for the same
addresses (seeded) with the same filters, newest first; CPU is that of this process and of the PostgreSQL process that
serves it. Everything happens in a database of its own, made and dropped here; the index lies in a temporary folder.
"""

import datetime as dt
import os
import random
import re
import resource
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
GIVEN = os.environ.get("DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/test")
NAME = f"bench_{uuid4().hex[:8]}"
FOLDER = tempfile.mkdtemp(prefix="bench-directory-")
os.environ["DATABASE_URL"] = GIVEN.rsplit("/", 1)[0] + f"/{NAME}"
os.environ["VAR_DIR"] = FOLDER
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")
os.environ["LOG_LEVEL"] = "ERROR"
SIZES = [int(n) for n in os.environ.get("SIZES", "10000,100000").split(",")] + (
    [1_000_000] if os.environ.get("SIZE", "").lower() in ("1m", "1000000") else []
)
PAGES = int(os.environ.get("PAGES", "160"))
PEER_PAGES = {10_000: 16, 100_000: 8, 1_000_000: 6}


def main() -> None:
    from benchmarks.report import lines, say

    with psycopg.connect(GIVEN, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {NAME}")
    try:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        say("# The directory page")
        say()
        say(f"Made by `{'SIZE=1m ' if len(SIZES) == 3 else ''}make bench-directory` on {dt.date.today()}; "
            f"{os.cpu_count()} cores, {PAGES} pages a size, addresses by seed. Times in milliseconds.")  # fmt: skip
        say()
        figures = {n: measure(n) for n in SIZES}
        report(figures)
        if os.environ.get("KEEP", "1") == "1":
            target = Path(__file__).resolve().parent.parent / "docs" / "benchmarks" / "directory.md"
            target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    finally:
        import shutil

        from django.db import connections

        connections.close_all()
        with psycopg.connect(GIVEN, autocommit=True) as link:
            link.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
        shutil.rmtree(FOLDER, ignore_errors=True)


def wishes(n: int, seed: int = 7) -> list[dict]:
    """Parameters of addresses: half without words, from no filter to three; half with one or two words of
    some product's name and up to two filters."""
    from benchmarks.directory_data import CERTIFICATES, ORIGINS, bases

    draw = random.Random(seed)
    known = bases()
    categories = sorted({base.category for base in known})
    names = [re.findall(r"[a-z]{4,}", base.name_en.lower()) or ["rice"] for base in known]
    found = []
    for at in range(n):
        one: dict = {"sort": "newest"}
        if at % 2:
            name = draw.choice(names)
            one["q"] = " ".join(draw.sample(name, min(len(name), draw.randrange(1, 3))))
        filters = draw.sample(["origin", "certificate", "category"], draw.randrange(0, 3 if at % 2 else 4))
        if "origin" in filters:
            one["origin"] = draw.sample(ORIGINS[:12], draw.randrange(1, 3))
        if "certificate" in filters:
            one["certificate"] = [draw.choice(CERTIFICATES)]
        if "category" in filters:
            one["category"] = [draw.choice(categories)]
        found.append(one)
    return found


class Pages:
    """The page of an address, rendered by the view itself."""

    def __init__(self) -> None:
        from django.contrib.auth.models import AnonymousUser
        from django.contrib.sessions.backends.cache import SessionStore
        from django.test import RequestFactory
        from django.utils import translation

        translation.activate("en")
        self.requests, self.nobody, self.session = RequestFactory(), AnonymousUser(), SessionStore

    def __call__(self, wish: dict) -> int:
        from matchmaker.web.public import products

        request = self.requests.get("/products/", wish)
        request.user, request.session, request.htmx, request._messages = self.nobody, {}, False, ()
        response = products.index(request)
        assert response.status_code == 200, response.status_code
        return len(response.content)


def build_index(n: int) -> tuple[float, int]:
    """Seconds and bytes of the files."""
    from django.conf import settings

    from benchmarks.directory_data import Vectors, entry, goods
    from matchmaker.directory import facts, keeping
    from matchmaker.directory.index.build import build
    from matchmaker.language.encoder import get_encoder

    encoder, months = get_encoder(settings.ENCODER), facts.months()
    vectors = Vectors(encoder)
    start = time.perf_counter()
    segment = build((entry(one, months) for one in goods(n)), vectors, encoder.dim)
    store = keeping.store_of("products")
    with store.lock():
        state = {"since": dt.datetime.now(dt.UTC).isoformat(), "facts": facts.stamp(), "seen": {}}
        store.start(segment, encoder.name, state)
    size = sum(file.stat().st_size for file in store.folder.rglob("*") if file.is_file())
    return time.perf_counter() - start, size


def measure(n: int) -> dict:
    from benchmarks import directory_rows
    from benchmarks.report import say
    from matchmaker.directory import keeping

    start = time.perf_counter()
    directory_rows.load(n)
    loaded = time.perf_counter() - start
    built, size = build_index(n)
    keeping._held.clear()
    keeping._large["products"] = float("inf")
    keeping.refresh_aside = lambda kind: None  # nothing changes while pages are timed
    backend, page = directory_rows.Backend(), Pages()
    asked = wishes(PAGES)
    for wish in asked[:20]:  # files are mapped, templates parsed
        page(wish)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ours = [_timed(page, wish, backend) for wish in asked]
    private = _private()
    constants = _from_constants(page, asked, backend)
    peers = {}
    for name, search in (("full text", directory_rows.full_text), ("naive ORM", directory_rows.naive)):
        some = asked[:: max(1, PAGES // PEER_PAGES[n])][: PEER_PAGES[n]]
        if n == 1_000_000 and name == "naive ORM":
            some = some[:4]
        mine, theirs = [], []
        for wish in some:  # one after the other, so that both meet the same machine
            mine.append(_cpu_of(page, wish, backend, repeat=10))
            with _searching(search):
                theirs.append(_cpu_of(page, wish, backend))
        peers[name] = (mine, theirs)
    say(f"- {n:,} products: rows loaded in {loaded:.0f} s, index built in {built:.0f} s, {size / 1e6:.0f} MB of files; "
        f"peak memory of this process {before / 1024:.0f} MB, private to it now {private:.0f} MB.")  # fmt: skip
    return {"ours": ours, "constants": constants, "peers": peers, "asked": asked}


def _timed(page, wish, backend) -> tuple[float, float]:
    """(seconds, CPU seconds of both processes)."""
    start, cpu, theirs = time.perf_counter(), time.process_time(), backend.spent()
    page(wish)
    return time.perf_counter() - start, time.process_time() - cpu + backend.spent() - theirs


def _cpu_of(page, wish, backend, repeat: int = 1) -> float:
    """CPU seconds of one page; repeated where it is shorter than the server's clock ticks."""
    cpu, theirs = time.process_time(), backend.spent()
    for _again in range(repeat):
        page(wish)
    return (time.process_time() - cpu + backend.spent() - theirs) / repeat


@contextmanager
def _searching(search):
    from matchmaker.directory import keeping

    kept, keeping.search = keeping.search, search
    try:
        yield
    finally:
        keeping.search = kept


def _from_constants(page, asked, backend) -> list[tuple[float, float]]:
    """The same pages with their answers at hand: what is left is the view and its template."""
    from matchmaker.directory import keeping
    from matchmaker.web.public import product_filters

    answers: dict[str, object] = {}
    kept, rows = keeping.search, product_filters.rows
    shown: dict[tuple, object] = {}

    def known(kind, wish):
        key = f"{kind} {wish}"
        if key not in answers:
            answers[key] = kept(kind, wish)
        return answers[key]

    def known_rows(keys, written):
        key = tuple(keys)
        if key not in shown:
            shown[key] = rows(keys, written)
        return shown[key]

    product_filters.rows = known_rows
    try:
        with _searching(known):
            for wish in asked:
                page(wish)
            return [_timed(page, wish, backend) for wish in asked]
    finally:
        product_filters.rows = rows


def _private() -> float:
    """MB of this process that it shares with nobody."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Private_Dirty"):
            return int(line.split()[1]) / 1024
    return 0.0


def report(figures: dict) -> None:
    from benchmarks.report import say

    def p95(values) -> float:
        return 1e3 * statistics.quantiles(values, n=20)[-1]

    say()
    say("| products | page | p50 | p95 | CPU | from constants, CPU | ratio (P7) |")
    say("|---|---|---|---|---|---|---|")
    for n, found in figures.items():
        for kind, which in (("all", slice(None)), ("filters only", slice(0, None, 2)), ("words", slice(1, None, 2))):
            ours, constants = found["ours"][which], found["constants"][which]
            cpu, plain = (1e3 * statistics.mean(c for _t, c in some) for some in (ours, constants))
            times = [t for t, _c in ours]
            say(f"| {n:,} | {kind} | {1e3 * statistics.median(times):.1f} | {p95(times):.1f} | {cpu:.1f} | {plain:.1f} "
                f"| {cpu / plain:.2f} |")  # fmt: skip
    least, most = min(figures), max(figures)
    say()
    for kind, which in (("all pages", slice(None)), ("filters only", slice(0, None, 2)), ("words", slice(1, None, 2))):
        small, large = ([t for t, _c in figures[n]["ours"][which]] for n in (least, most))
        say(f"- P6, {kind}: p95 at {most:,} is {p95(large) / p95(small):.2f} times that at {least:,}.")
    say()
    say("| products | peer | pages | ours, CPU | theirs, CPU | theirs ÷ ours, min / median / max |")
    say("|---|---|---|---|---|---|")
    for n, found in figures.items():
        for name, (mine, theirs) in found["peers"].items():
            shares = sorted(b / a for a, b in zip(mine, theirs, strict=True))
            cpu, other = 1e3 * statistics.mean(mine), 1e3 * statistics.mean(theirs)
            say(f"| {n:,} | {name} | {len(mine)} | {cpu:.1f} | {other:.0f} "
                f"| {shares[0]:.0f} / **{statistics.median(shares):.0f}** / {shares[-1]:.0f} |")  # fmt: skip


if __name__ == "__main__":
    main()
