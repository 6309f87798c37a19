"""What the fault tests of matching ask of the site, in a process of its own: `python -m tests.faults.matching VERB …`.

Each verb prints one line of JSON.
"""

import csv
import hashlib
import json
import sys
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models import F  # noqa: E402

from matchmaker.catalogue.models import DemandLine, Product, ProductText  # noqa: E402
from matchmaker.matching import services, tasks  # noqa: E402
from matchmaker.matching.models import Match, MatchBlock, MatchRun  # noqa: E402
from matchmaker.notifications.models import Notice  # noqa: E402
from tests import factories  # noqa: E402

GOODS = Path(__file__).resolve().parents[2] / "data" / "vocabulary" / "goods.csv"


def prepare(products: str, lines: str) -> dict:
    """A campaign of everyday goods: products in English, demand lines in Chinese."""
    call_command("migrate", verbosity=0)
    with GOODS.open(encoding="utf-8", newline="") as file:
        goods = [row for row in csv.DictReader(file) if row["en"] and row["zh"]][:: 2000 // int(products)]
    with transaction.atomic():
        factories.campaign()
        sellers = [factories.company(is_supplier=True) for _ in range(6)]
        buyers = [factories.demand(factories.company(is_buyer=True)) for _ in range(4)]
        for company in [*sellers, *(demand.company for demand in buyers)]:
            factories.member_of(company)
        for number, row in enumerate(goods[: int(products)]):
            factories.product(sellers[number % 6], name=row["en"].split(";")[0], hs_code=row["hs6"])
        for number, row in enumerate(goods[:: max(1, int(products) // int(lines))]):
            factories.line(buyers[number % 4], text=row["zh"].split(";")[0], hs_code=row["hs6"][:4])
    return {"products": Product.objects.count(), "lines": DemandLine.objects.count()}


def start() -> dict:
    run = services.start_match_run(by=None, campaign=factories.Campaign.objects.get())
    tasks.start_run(run.blocks.count())
    return {"blocks": run.blocks.count()}


def ring(bells: str) -> dict:
    """The same message again and again, as a broker may deliver it."""
    for _bell in range(int(bells)):
        tasks.match_block.delay()
        tasks.match_waiting.delay()
    return {}


def edit() -> dict:
    """While a run is going: one product becomes another, one is withdrawn, one line asks for something else."""
    first, second = Product.objects.order_by("pk")[3:5]
    ProductText.objects.filter(product=first).update(name="Hydraulic press for steel sheets", description="")
    Product.objects.filter(pk=first.pk).update(hs_code="846291", revision=F("revision") + 1)
    Product.objects.filter(pk=second.pk).update(status="withdrawn", revision=F("revision") + 1)
    line = DemandLine.objects.order_by("pk")[2:3].get()
    DemandLine.objects.filter(pk=line.pk).update(text="茉莉香米", hs_code="1006", revision=F("revision") + 1)
    return {}


def poison() -> dict:
    """One product kills its worker; three others are edited at the same time."""
    first, *others = Product.objects.order_by("pk").values_list("pk", flat=True)[:4]
    ProductText.objects.filter(product=first).update(name="Poison", description="")
    Product.objects.filter(pk__in=[first, *others]).update(revision=F("revision") + 1)
    tasks.start_matching()
    return {}


def heal() -> dict:
    """The product becomes harmless and is edited: it waits again."""
    first = Product.objects.order_by("pk").values_list("pk", flat=True)[:1]
    ProductText.objects.filter(product__in=list(first)).update(name="Jasmine rice")
    Product.objects.filter(pk__in=list(first)).update(revision=F("revision") + 1)
    waits = len(services.waiting()[0])
    tasks.start_matching()
    return {"waits": waits}


def state() -> dict:
    run = MatchRun.objects.first()
    blocks = MatchBlock.objects.filter(run=run)
    return {
        "running": run is not None and run.state == MatchRun.State.RUNNING,
        "blocks": blocks.count(),
        "done": blocks.filter(done_at__isnull=False).count(),
        "given_up": blocks.exclude(last_error="").count(),
        "tries": sum(blocks.values_list("attempts", flat=True)),
        "waiting": [len(side) for side in services.waiting()],
        "aside": sum(side.count() for side in services.put_aside()),
        "matches": Match.objects.count(),
        "rows": _digest(),
        "notices": Notice.objects.count(),
        "told_twice": _count_duplicates(),
    }


def clean() -> dict:
    """Forget every match, and make them in one clean run with the background of the last one: its rows."""
    last = MatchRun.objects.first()
    Match.objects.all().delete()
    run = services.start_match_run(by=None, campaign=factories.Campaign.objects.get())
    MatchRun.objects.filter(pk=run.pk).update(background=last.background)
    while services.match_block():
        pass
    return {"rows": _digest(), "matches": Match.objects.count()}


def _digest() -> str:
    rows = Match.objects.order_by("product", "line").values_list("product", "line", "score", "parts", "conditions")
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:16]


def _count_duplicates() -> int:
    """Notices beyond the first of one person about one product or line in one run."""
    told = [(key.rsplit(":", 1)[0], who) for key, who in Notice.objects.values_list("event_key", "recipient")]
    return len(told) - len(set(told))


if __name__ == "__main__":
    verb, *arguments = sys.argv[1:]
    sys.stdout.write(json.dumps(globals()[verb](*arguments)) + "\n")
