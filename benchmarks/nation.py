"""A full match of a nation's products through the path the site runs, every match stored with its reasons.

    DATABASE_URL=postgresql://… .venv/bin/python benchmarks/nation.py --products 100000 --demands 12000

DATABASE_URL names an empty PostgreSQL database: its products, companies and demands are replaced. Each company has one
person, who is notified of matches. Vectors and shares of codes are stored beforehand, as on a site whose products were
matched when they were published; this is not measured. Then a process of its own starts a run and works on its blocks
until there is nothing left. `--keep` measures again with the rows that are there; `--profile FILE` writes a profile.
"""

import argparse
import cProfile
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from itertools import batched
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LABELS = {
    "start_match_run": "the run and its blocks written",
    "learn_for": "background learned, read by each block",
    "lines_of_run": "demand lines prepared",
    "offers": "blocks: products read",
    "offer_index": "blocks: products prepared",
    "pairs": "blocks: pairs found, with reasons and conditions",
    "clear_stale": "blocks: rows of an earlier run removed",
    "write_pairs": "blocks: rows written",
    "tell": "people notified, of products by block and of lines at the end",
    "prune_all": "end: rows cut to the best",
    "rest": "the rest",
}


def prepare(products: int, demands: int) -> None:
    """The rows of the site, with vectors and shares of codes stored."""
    from django.utils import timezone

    from benchmarks import directory_rows
    from matchmaker.campaigns.models import Campaign
    from matchmaker.matching.services import shares, storing, vectors
    from matchmaker.matching.sides import wants

    directory_rows.load(products)
    _add_buyers(demands)
    _add_people()
    _store_products(products)
    for lines in batched(storing.matchable_lines().iterator(), 2000):
        listed = wants(lines)
        vectors.want_vectors(listed)
        shares.with_shares(listed)
    today = timezone.localdate()
    Campaign.objects.get_or_create(slug="nation", defaults={"name": "Nation", "starts_on": today, "ends_on": today})


def _add_buyers(demands: int) -> None:
    """A buyer for every four demands. Half of the lines are those of the sample, in Chinese, half name the goods."""
    import csv
    import datetime as dt

    from django.utils import timezone

    from benchmarks.directory_data import SAMPLE, VARIETIES, bases
    from matchmaker.catalogue.models import Demand, DemandLine
    from matchmaker.companies.models import Company

    sample = []
    for path in sorted(SAMPLE.glob("*/demand_lines.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            sample += list(csv.DictReader(file))
    goods = bases()
    last = Company.objects.order_by("-pk").values_list("pk", flat=True)[0]
    buyers = [
        Company(is_buyer=True, legal_name=f"Buyer {at} Ltd", name_key=f"buyer {at}", country="CN", status="approved")
        for at in range(max(1, demands // 4))
    ]
    Company.objects.bulk_create(buyers, batch_size=2000)
    Company.objects.filter(pk__gt=last).update(updated_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    closing, now = timezone.localdate() + dt.timedelta(days=90), timezone.now()
    made = [
        Demand(company=buyers[at % len(buyers)], title=f"Demand {at}", closing_on=closing, status="published",
               published_at=now)
        for at in range(demands)
    ]  # fmt: skip
    Demand.objects.bulk_create(made, batch_size=2000)
    lines = []
    for at, demand in enumerate(made):
        if at % 2:
            row, text, language = None, sample[at // 2 % len(sample)], "zh"
            values = {"category_id": text["category_code"], "hs_code": text["hs6"], "unit": text["unit"]}
            name = f"{text['text'].rstrip('。')}，{at}号。"
        else:
            row, language = goods[at // 2 % len(goods)], "en"
            values = {"category_id": row.category, "hs_code": row.hs_code, "unit": "kg"}
            name = f"{row.name_en}, {VARIETIES[at % len(VARIETIES)]} {at}"
        lines.append(DemandLine(demand=demand, number=1, text=name, language=language, quantity=1000 + at, **values))
    DemandLine.objects.bulk_create(lines, batch_size=2000)


def _add_people() -> None:
    from matchmaker.accounts.models import User
    from matchmaker.companies.models import Company, Membership

    companies = list(Company.objects.order_by("pk").values_list("pk", flat=True))
    User.objects.all().delete()
    people = [User(email=f"person{pk}@example.org", name=f"Person {pk}") for pk in companies]
    User.objects.bulk_create(people, batch_size=2000)
    Membership.objects.bulk_create(
        (Membership(company_id=pk, user=person) for pk, person in zip(companies, people, strict=True)), batch_size=2000
    )


def _store_products(products: int) -> None:
    """A vector is that of the name with noise (`MadeUp`); shares are those of the sample product behind the name."""
    import numpy as np
    from django.db import connection

    from benchmarks.directory_data import MadeUp, bases, goods
    from matchmaker.engines.matching.pairs import Offer
    from matchmaker.matching.services.shares import judge_shares
    from matchmaker.matching.services.vectors import STORED
    from matchmaker.matching.sides import code_digest, text_digest

    encoder = MadeUp()
    judged = judge_shares(
        [Offer(b.number, (("en", f"{b.name_en}. {b.description}"),), b.hs_code, b.category) for b in bases()]
    )
    shares = {one.key: (one.hs_share, one.category_share) for one in judged}
    columns = "product_id, encoder, text_digest, vector, code_digest, hs_share, category_share, revision, attempts"
    with connection.cursor().copy(f"COPY matching_offerstate ({columns}, tried_revision) FROM STDIN") as copy:
        for some in batched(goods(products), 2000):
            vectors = encoder.encode_passage([one.name for one in some]).astype(STORED)
            for one, vector in zip(some, np.asarray(vectors), strict=True):
                texts = (("en", f"{one.name}. {one.description}".strip()),)
                offer = Offer(one.key, texts, one.base.hs_code, one.base.category)
                copy.write_row(
                    (one.key, encoder.real.name, text_digest(offer), vector.tobytes(), code_digest(offer),
                     *shares[one.base.number], 0, 0, 0)
                )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class Phases:
    """Seconds, CPU seconds of this process and of its PostgreSQL process, and the peak of memory, by function."""

    def __init__(self) -> None:
        from benchmarks.directory_rows import Backend

        self.backend = Backend()
        self.seconds, self.cpu, self.database = Counter[str](), Counter[str](), Counter[str]()
        self.calls, self.peak, self.highest = Counter[str](), Counter[str](), 0

    def now(self) -> tuple[float, float, float]:
        return time.monotonic(), time.process_time(), self.backend.spent()

    def watch(self, owner: object, name: str) -> None:
        """Count what a function costs from now on; functions that are watched do not call each other."""
        function = getattr(owner, name)

        def measured(*args, **kwargs):  # type: ignore[no-untyped-def]
            self.reset_peak("rest")
            before = self.now()
            try:
                return function(*args, **kwargs)
            finally:
                self.add(name, before)
                self.reset_peak(name)

        setattr(owner, name, measured)

    def add(self, name: str, before: tuple[float, float, float]) -> None:
        for counted, earlier, later in zip((self.seconds, self.cpu, self.database), before, self.now(), strict=True):
            counted[name] += later - earlier
        self.calls[name] += 1

    def reset_peak(self, name: str) -> None:
        """Note the peak since the last reset, and let Linux begin anew (`man proc_pid_clear_refs`)."""
        self.peak[name] = max(self.peak[name], memory("VmHWM"))
        Path("/proc/self/clear_refs").write_text("5")

    def rows(self, whole: tuple[float, float, float]) -> list[list[object]]:
        total = [later - earlier for earlier, later in zip(whole, self.now(), strict=True)]
        for counted, sum_ in zip((self.seconds, self.cpu, self.database), total, strict=True):
            counted["rest"] = sum_ - sum(counted.values())
        listed = [
            [label, self.calls[name] or "", *(round(c[name], 1) for c in (self.seconds, self.cpu, self.database)),
             self.peak[name]]
            for name, label in LABELS.items()
        ]  # fmt: skip
        return [*listed, ["**all**", "", *(round(one, 1) for one in total), max(self.peak.values())]]


def memory(name: str) -> int:
    """MB of this process, from Linux."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found
    return int(found.group(1)) // 1024


def run(profile: str, most: int) -> None:
    """In a process of its own: one run to its end, or so many blocks of it; prints what it cost as JSON."""
    from django.db import connection

    from matchmaker.campaigns.models import Campaign
    from matchmaker.matching.models import MatchBlock
    from matchmaker.matching.services import notices, runs, scorer, storing, vectors

    with connection.cursor() as cursor:  # as before the first run
        cursor.execute("TRUNCATE matching_match, matching_matchrun, notifications_notice CASCADE")
    vectors.warm()
    phases, profiler = Phases(), cProfile.Profile()
    for owner, name in (
        (runs, "start_match_run"), (scorer, "learn_for"), (runs, "lines_of_run"), (runs, "offers"),
        (scorer.Scorer, "pairs"), (scorer.Scorer, "offer_index"), (runs.waiting, "clear_stale"),
        (storing, "write_pairs"), (notices, "tell"), (storing, "prune_all"),
    ):  # fmt: skip
        phases.watch(owner, name)
    before, whole = memory("VmRSS"), phases.now()
    if profile:
        profiler.enable()
    runs.start_match_run(by=None, campaign=Campaign.objects.get(slug="nation"))
    blocks = 0
    while blocks != most and runs.match_block():
        blocks += 1
        if blocks & (blocks - 1) == 0:
            _analyze()
    if profile:
        profiler.disable()
        profiler.dump_stats(profile)
    phases.reset_peak("rest")
    done = MatchBlock.objects.filter(done_at__isnull=False).count()
    result = {"before": before, "rows": phases.rows(whole), "blocks": MatchBlock.objects.count(), "done": done}
    result["written"] = sum(MatchBlock.objects.values_list("matches", flat=True))
    sys.stdout.write(json.dumps(result | _stored()) + "\n")


def _analyze() -> None:
    """What autovacuum does within a minute, where it runs: the planner must not think that the tables are empty."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE matching_match, matching_offerstate, notifications_notice, notifications_delivery")


def _stored() -> dict[str, object]:
    from django.db import connection
    from django.db.models import Count

    from matchmaker.matching.models import Match
    from matchmaker.notifications.models import Notice

    per_product = Match.objects.order_by().values("product").annotate(n=Count("pk")).values_list("n", flat=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('matching_match') / 1000000")
        megabytes = cursor.fetchone()[0]
    return {
        "stored": Match.objects.count(),
        "products": len(per_product),
        "lines": Match.objects.values("line").distinct().count(),
        "notices": Notice.objects.count(),
        "megabytes": megabytes,
    }


def report(products: int, demands: int, found: dict) -> str:
    stored = found["stored"]
    return "\n".join(
        [
            f"{products:,} products × {demands:,} demand lines in {found['blocks']} blocks, {found['done']} of them"
            f" done: {found['written']:,} rows written, {stored:,} stored ({found['megabytes']:,} MB) for"
            f" {found['products']:,} products ({stored / max(found['products'], 1):.1f} each) and {found['lines']:,}"
            f" lines, {found['notices']:,} notices. The process had {found['before']:,} MB before it began.",
            "",
            "| part | calls | seconds | CPU seconds | of PostgreSQL | peak, MB |",
            "|---|---|---|---|---|---|",
            *("| " + " | ".join(map(str, row)) + " |" for row in found["rows"]),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--demands", type=int, default=12_000)
    parser.add_argument("--keep", action="store_true", help="the rows are there from the last time")
    parser.add_argument("--blocks", type=int, default=-1, help="stop after so many: the end of the run is not measured")
    parser.add_argument("--profile", default="", metavar="FILE")
    parser.add_argument("--step", choices=("prepare", "run"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        import django

        django.setup()
        prepare(given.products, given.demands) if given.step == "prepare" else run(given.profile, given.blocks)
        return
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "matchmaker.settings", "LOG_LEVEL": "WARNING"}
    env |= {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    again = [sys.executable, __file__, "--products", str(given.products), "--demands", str(given.demands)]
    if not given.keep:
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=env, cwd=ROOT, check=True)
        subprocess.run([*again, "--step", "prepare"], env=env, cwd=ROOT, check=True)
    command = [*again, "--step", "run", "--profile", given.profile, "--blocks", str(given.blocks)]
    done = subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    sys.stdout.write(report(given.products, given.demands, json.loads(done.stdout.splitlines()[-1])) + "\n")


if __name__ == "__main__":
    main()
