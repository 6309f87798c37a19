"""The process behind `benchmarks/directory.py` that makes one size and then answers what is asked, line by line."""

import json
import os
import random
import re
import resource
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.directory import PAGES, PEER_PAGES  # needs the path above


def main(n: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks import directory_rows
    from matchmaker.catalogue.models import Product
    from matchmaker.companies.models import Company
    from matchmaker.directory import index_service
    from matchmaker.engines.search import searching

    call_command("migrate", verbosity=0)
    note = Path(os.environ["VAR_DIR"]) / "made.json"
    if not note.exists() or Product.objects.count() != n:
        start = time.perf_counter()
        directory_rows.load(n)
        note.write_text(json.dumps({"loaded": time.perf_counter() - start}))
    made = json.loads(note.read_text())
    service = index_service.index_service()
    if "built" not in made or service.backend.state("products") is None:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "django", "index_directory"], check=True, stdout=sys.stderr)
        made |= {"built": time.perf_counter() - start, "bytes": service.backend.stats("products").bytes}
        note.write_text(json.dumps(made))
    index_service.OLDEST = index_service.STALE = float("inf")  # nothing changes while pages are timed
    service.is_large = lambda kind: True
    backend, page, asked = directory_rows.Backend(), Pages(), wishes(PAGES)
    for wish in asked:  # files are mapped, templates loaded
        page(wish)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer({**made, "companies": Company.objects.count(), "peak": peak, "private": _private()})
    constants = Constants(page, asked)
    for line in sys.stdin:
        what = line.strip()
        searching._encode.cache_clear()  # these words were not searched before
        if what == "pages":
            answer([_timed(page, wish, backend) for wish in asked])
        elif what == "constants":
            with constants:
                answer([_timed(page, wish, backend) for wish in asked])
        else:
            search = {"full text": directory_rows.full_text, "naive ORM": directory_rows.naive}[what]
            answer(against(page, asked, backend, search))


def answer(value) -> None:
    print("answer " + json.dumps(value), flush=True)


def against(page, asked, backend, search) -> list[tuple[float, float]]:
    """(ours, theirs) in CPU seconds of the same pages, one after the other so that both meet the same machine."""
    found = []
    for wish in asked[:: max(1, PAGES // PEER_PAGES) | 1][:PEER_PAGES]:  # an odd step: pages with words and without
        mine = _cpu_of(page, wish, backend, repeat=10)
        with _searching(search):
            found.append((mine, _cpu_of(page, wish, backend)))
    return found


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
        from django.test import RequestFactory
        from django.utils import translation

        translation.activate("en")
        self.requests, self.nobody = RequestFactory(), AnonymousUser()

    def __call__(self, wish: dict) -> int:
        from matchmaker.web.public import products

        request = self.requests.get("/products/", wish)
        request.user, request.session, request.htmx, request._messages = self.nobody, {}, False, ()
        response = products.index(request)
        assert response.status_code == 200, response.status_code
        return len(response.content)


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
    from matchmaker.web.public import directory

    with patch.object(directory, "search", search):
        yield


class Constants:
    """The same pages with their answers at hand: what is left is the view and its template."""

    def __init__(self, page, asked) -> None:
        from matchmaker.web.public import directory, product_filters

        self.directory, self.filters = directory, product_filters
        self.search, self.rows = directory.search, product_filters.rows
        self.answers: dict[str, object] = {}
        self.shown: dict[tuple, object] = {}
        with self:
            for wish in asked:
                page(wish)

    def __enter__(self):
        def known(kind, query, user=None):
            key = f"{kind} {query}"
            if key not in self.answers:
                self.answers[key] = self.search(kind, query, user)
            return self.answers[key]

        def known_rows(keys, written):
            key = tuple(keys)
            if key not in self.shown:
                self.shown[key] = self.rows(keys, written)
            return self.shown[key]

        self.directory.search, self.filters.rows = known, known_rows

    def __exit__(self, *_error) -> None:
        self.directory.search, self.filters.rows = self.search, self.rows


def _private() -> float:
    """MB of this process that it shares with nobody."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Private_Dirty"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main(int(sys.argv[1]))
