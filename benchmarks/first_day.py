"""What matching makes of a site's first day: the sample campaign entered row by row, beside a full run of it.

    python -m benchmarks.first_day [--order shuffled] [--part agri]

Each order of entry has an empty site of its own (SQLite in a folder that is removed). The companies are there; each
product is published and each demand opened by the services that pages call, and after each of them everything that
waits is matched, as a worker does. `before` is how it was: no background before a person starts a full run. In the
other orders full runs start by themselves, and the timetable starts one ten minutes after the last row.
"""

import argparse
import datetime as dt
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
Rows = dict[tuple[str, str], float]  # (product, demand line) → score
PARTS = ("agri", "goods")  # folders of data/sample
ORDERS = ("before", "products first", "shuffled")
CLOSE = 0.005  # scores that differ less are the same


@dataclass
class Entry:
    """Products and demand lines of a site by their keys in the files of the sample campaign."""

    products: dict[int, str] = field(default_factory=dict)
    lines: dict[int, str] = field(default_factory=dict)

    def matches(self) -> Rows:
        from matchmaker.matching.models import Match

        rows = Match.objects.active().values_list("product", "line", "score")
        return {(self.products[product], self.lines[line]): score for product, line, score in rows}


def work() -> None:
    """What the tasks of a worker do until nothing waits."""
    from matchmaker.matching import services

    while services.match_waiting() or services.match_block():
        pass


def run() -> None:
    """A full run, as a person starts it."""
    from matchmaker.campaigns.models import Campaign
    from matchmaker.matching import services

    services.start_match_run(by=None, campaign=Campaign.objects.get(is_current=True))
    work()


def enter(order: str, parts: Sequence[str]) -> Entry:
    """Enter these parts of the sample campaign into the database in use, which is empty, and match after each row."""
    from django.core.management import call_command

    from matchmaker.running import sample

    call_command("load_reference", verbosity=0)
    organiser, colleague = sample.add_team("!")
    campaign = sample.add_campaign(organiser, colleague, sample.SLUG)
    companies = {
        row["company_key"]: sample.add_company(row, campaign, organiser, "!") for row in rows_of("companies", parts)
    }
    entry, lines = Entry(), defaultdict(list)
    for row in rows_of("demand_lines", parts):
        lines[row["demand_key"]].append(row)

    def publish(row: dict[str, str]) -> None:
        product = sample.add_product(row, companies[row["company_key"]])
        entry.products[product.pk] = row["product_key"]

    def open_demand(row: dict[str, str]) -> None:
        key = row["demand_key"]
        demand = sample.add_demand(row, companies[row["company_key"]], lines[key])
        entry.lines |= {
            pk: f"{key}/{at}" for at, pk in enumerate(demand.lines.order_by("pk").values_list("pk", flat=True))
        }

    steps: list[tuple[Callable[[dict[str, str]], None], dict[str, str]]] = [
        *((publish, row) for row in rows_of("products", parts)),
        *((open_demand, row) for row in rows_of("demands", parts)),
    ]
    if order == "shuffled":
        random.Random(2).shuffle(steps)
    for step, row in steps:
        step(row)
        work()
    return entry


def rows_of(name: str, parts: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a file in these parts of the sample campaign."""
    from matchmaker.running import sample

    return [row for part in parts for row in sample.rows(f"{part}/{name}.csv")]


def compare(some: Rows, whole: Rows) -> dict[str, float]:
    """How the pairs differ from those of a full run."""
    common = some.keys() & whole.keys()
    differ = [abs(some[pair] - whole[pair]) for pair in common]
    return {
        "pairs": len(some),
        "mean score": round(statistics.fmean(some.values()), 3),
        "of the full run": len(common),
        "other pairs": len(some) - len(common),
        "missing": len(whole) - len(common),
        "mean difference": round(statistics.fmean(differ), 4),
        "largest difference": round(max(differ), 4),
    }


def as_it_was() -> None:
    """No run starts by itself, and nothing is known before the first one."""
    from matchmaker.engines.matching.background import Background
    from matchmaker.matching.services import run_states, scorer

    run_states.FIRST = sys.maxsize
    scorer.shipped_background = Background


def first_day(order: str, parts: Sequence[str] = PARTS) -> dict[str, dict[str, float]]:
    """In the database in use: the pairs after the last row and after a pause, beside those of a full run."""
    from matchmaker.matching import services
    from matchmaker.matching.models import MatchRun
    from matchmaker.notifications.models import Notice

    if order == "before":
        as_it_was()
    entry = enter(order, parts)
    day, runs = entry.matches(), MatchRun.objects.count()
    notices = Notice.objects.filter(kind="match_found").count()
    pass_time(minutes=11)
    services.start_run_after_entry()
    work()
    pause = entry.matches()
    run()
    whole = entry.matches()
    day_figures = compare(day, whole) | {"runs": runs, "notices": notices}
    return {
        "after the last row": day_figures,
        "after a pause": compare(pause, whole),
        "full run": compare(whole, whole),
    }


def pass_time(*, minutes: int) -> None:
    """Set back when rows were matched and runs ended, as if so much time had passed since the last row."""
    from django.db.models import F

    from matchmaker.matching.models import MatchRun, OfferState, WantState

    earlier = dt.timedelta(minutes=minutes)
    for kind, field_name in ((OfferState, "matched_at"), (WantState, "matched_at"), (MatchRun, "finished_at")):
        kind.objects.update(**{field_name: F(field_name) - earlier})


def report(order: str, parts: Sequence[str]) -> None:
    """In an empty site of its own, in this process."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    for moment, figures in first_day(order, parts).items():
        shown = ", ".join(f"{name} {value}" for name, value in figures.items())
        print(f"{order:15} {moment:16} {shown}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--order", choices=ORDERS, help="this order alone")
    parser.add_argument("--part", choices=PARTS, action="append", help="this part of the campaign alone")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    parts = options.part or PARTS
    if options.here:
        report(options.order, parts)
        return
    for order in [options.order] if options.order else ORDERS:
        with tempfile.TemporaryDirectory() as folder:
            site = {"VAR_DIR": folder, "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3", "LOG_LEVEL": "WARNING"}
            site |= {"DJANGO_SETTINGS_MODULE": "matchmaker.settings"}
            command = [sys.executable, "-m", "benchmarks.first_day", "--here", "--order", order]
            command += [word for part in parts for word in ("--part", part)]
            subprocess.run(command, cwd=ROOT, env=os.environ | site, check=True)


if __name__ == "__main__":
    main()
