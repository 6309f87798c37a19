"""How long the organiser's pages take with many companies, on SQLite or on PostgreSQL.

    python benchmarks/console_lists.py [--companies 50000] [--database /path/to/file.sqlite3]
    python benchmarks/console_lists.py --url postgresql://postgres@127.0.0.1:5432/lists

A campaign is written into a database of its own: suppliers and buyers in five states, one in ten with people, a third
invited, tags, products, an event with a tenth of the companies, and actions on all of them. Each page is opened twice
to warm up and then 40 times with an empty shared cache (the report with a full one); p50 and p95 of the time in the
process and the database together, CPU of the process alone, and the number of queries are printed. A database that has
companies is used as it is.
"""

import argparse
import gc
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--companies", type=int, default=50_000)
    parser.add_argument("--database", type=Path)
    parser.add_argument("--url", help="address of an empty PostgreSQL database")
    parser.add_argument("--times", type=int, default=40, help="how often each page is opened")
    parser.add_argument("--only", default="", help="pages with this word in their name, and no actions")
    return parser.parse_args()


LIST = "/console/companies/"
PAGES = {
    "companies": LIST,
    "companies, last page": f"{LIST}?page=9999",
    "companies, name": f"{LIST}?q=company+4711",
    "companies, side": f"{LIST}?side=buyer",
    "companies, country": f"{LIST}?country=TH",
    "companies, category": f"{LIST}?category={{category}}",
    "companies, evidence": f"{LIST}?level=2",
    "companies, tag": f"{LIST}?tag={{tag}}",
    "companies, has an account": f"{LIST}?invitation=account",
    "companies, invited": f"{LIST}?invitation=invited",
    "companies, not invited": f"{LIST}?invitation=none",
    "companies, event": f"{LIST}?event=hall",
    "companies, no wishes": f"{LIST}?event=hall&answer=no_wishes",
    "companies, not at the event": f"{LIST}?event=hall&answer=not_invited",
    "companies, to approve": f"{LIST}?status=pending",
    "work list": "/console/",
    "invitations": "/console/invitations/",
    "invite those never invited": "/console/invitations/new/",
    "demands": "/console/demands/",
    "enquiries": "/console/enquiries/",
    "matching": "/console/matching/",
    "partners": "/console/partners/",
    "obstacles": "/console/obstacles/",
    "delivery": "/console/delivery/",
    "record": "/console/record/",
    "answers": "/console/questions/answers/",
    "campaigns": "/console/campaigns/",
    "take companies over": "/console/campaigns/many/companies/",
    "actions on many": "/console/bulk/",
    "report": "/console/outcomes/",
    "report, one event": "/console/outcomes/?event=fair",
}


OF_EVENT = (
    "results",
    "today",
    "today/?q=company+9",
    "meetings",
    "meetings/?by=table",
    "plan",
    "participants",
    "invitations",
    "check-in",
)
PAGES |= {
    f"{slug}: {part}": f"/console/events/{slug}/{part}{'' if '?' in part else '/'}"
    for slug in ("hall", "fair")
    for part in OF_EVENT
}
# What can be done to all companies, with what it needs.
VERBS: dict[str, dict[str, str]] = {
    "approve": {},
    "return": {"reason": "A certificate is missing."},
    "tag": {"tag": "new"},
    "untag": {"tag": "fair"},
    "invite": {},
    "invite_to_event": {"event": "hall"},
    "register": {"event": "hall"},
    "remind": {"event": "hall"},
    "announce": {},
}


def measure(times: int, only: str) -> None:
    from django.contrib.auth import get_user_model
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    import matchmaker.wsgi  # noqa: F401  # imports every page, as the web server does

    gc.collect()
    gc.freeze()  # as the web server does when it has loaded all (`running/gunicorn.py`)
    client = Client(HTTP_HOST="localhost", raise_request_exception=False)
    client.force_login(get_user_model().objects.get(email="boss@example.org"))
    addresses = pages(client, only)
    print(f"{'page':<34} {'p50 ms':>8} {'p95 ms':>8} {'CPU ms':>8} {'queries':>8}")
    for name, url in addresses.items():
        if only not in name:
            continue
        for _warm in range(2):
            answer = client.get(url)
            if "report" in name:
                count_reports(name)
        if answer.status_code != 200:
            print(f"{name:<34} answered {answer.status_code}")
            continue
        walls, spent = [], []
        for _time in range(times):
            cache.clear()
            began, start = time.perf_counter(), time.process_time()
            client.get(url)
            walls.append((time.perf_counter() - began) * 1000)
            spent.append((time.process_time() - start) * 1000)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        p95 = statistics.quantiles(walls, n=20)[-1]
        figures = f"{statistics.median(walls):>8.0f} {p95:>8.0f} {statistics.median(spent):>8.0f} {len(queries):>8}"
        print(f"{name:<34} {figures}", flush=True)


def count_reports(name: str) -> None:
    """As the worker does after the first reader."""
    from matchmaker.reporting.services import count_waiting

    began = time.perf_counter()
    if count_waiting():
        print(f"{name}: counted by a worker in {time.perf_counter() - began:.1f} s")


def pages(client, only: str) -> dict[str, str]:
    """The address of each page by its name; actions on all companies are prepared and timed on the way."""
    from matchmaker.campaigns.models import Tag
    from matchmaker.catalogue.models import Product

    names = {
        "tag": Tag.objects.get(name="fair").uid,
        "category": Product.objects.values_list("category", flat=True).first(),
    }
    found = {name: address.format(**names) for name, address in PAGES.items()}
    for verb, values in ({} if only else VERBS).items():
        address = prepare(client, verb, values)
        if address:
            found[f"{verb}: look at it first"] = address
    return found


def prepare(client, verb: str, values: dict[str, str]) -> str:
    """Choose all companies for an action and what it needs; "" where a step failed."""
    from django.urls import reverse

    from matchmaker.campaigns.models import BulkAction
    from matchmaker.campaigns.services import bulk

    waited, worked = 0.0, 0.0
    address, sent = reverse("console_bulk_new"), {"verb": verb, "all": "1", "query": ""}
    for step in filter(None, (sent, values)):
        began = time.perf_counter()
        answer = client.post(address, step)
        waited = max(waited, time.perf_counter() - began)
        if answer.status_code != 302:
            print(f"{verb}: answered {answer.status_code} after {waited:.1f} s")
            return ""
        began = time.perf_counter()
        bulk.work_waiting()
        worked += time.perf_counter() - began
        address = f"{answer.url}choose/"
    action = BulkAction.objects.latest("pk")
    out = action.items.filter(outcome="left_out").count()
    print(
        f"{verb:<16} {action.items.count()} companies, {out} left out: a person waits {waited * 1000:.0f} ms, "
        f"a worker counts for {worked:.1f} s",
        flush=True,
    )
    return reverse("console_bulk", args=[action.uid])


def write_missing(count: int) -> None:
    """The parts that the database lacks: it is used again by the next run, on another day with another fair."""
    from benchmarks import console_data
    from matchmaker.companies.models import Company
    from matchmaker.events.models import Event
    from matchmaker.messaging.models import Enquiry

    if not Company.objects.exists():
        console_data.write_companies(count)
    if not Enquiry.objects.exists():
        console_data.write_trade()
    if not Event.objects.filter(slug="fair").exists():
        console_data.write_fair()


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        path = options.database or Path(folder) / "lists.sqlite3"
        os.environ["DATABASE_URL"] = options.url or f"sqlite:///{path}"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")
        sys.path.insert(0, str(ROOT))
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", verbosity=0)
        write_missing(options.companies)
        with connection.cursor() as cursor:
            # As PostgreSQL does by itself some minutes after many rows were written.
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        measure(options.times, options.only)


if __name__ == "__main__":
    main()
