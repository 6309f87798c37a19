"""How soon is a published product matched? `python benchmarks/matching_latency.py` beside a running `make run`.

Each round publishes a change of one product as the site does (a new revision and a bell) and waits until matching has
seen it. First with the workers idle, then while the bells of a hundred other products are going through them, then
beside runs of the whole campaign, one after the other.
"""

import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")

import django  # needs the path above

django.setup()

from django.db.models import F  # noqa: E402
from django.utils import timezone  # noqa: E402

from matchmaker.campaigns.models import Campaign  # noqa: E402
from matchmaker.catalogue.models import Product  # noqa: E402
from matchmaker.matching import services, tasks  # noqa: E402
from matchmaker.matching.models import MatchRun, OfferState  # noqa: E402

ROUNDS = 20
MOST = 60.0


def change(keys: list[int]) -> None:
    Product.objects.filter(pk__in=keys).update(revision=F("revision") + 1, updated_at=timezone.now())
    tasks.start_matching()


def keep_a_run_going() -> None:
    if not MatchRun.objects.filter(state=MatchRun.State.RUNNING).exists():
        run = services.start_match_run(by=None, campaign=Campaign.objects.first())
        tasks.start_run(run.blocks.count())


def matched_after(key: int) -> float:
    """Seconds until the product's newest revision has been matched."""
    began = time.perf_counter()
    change([key])
    wanted = Product.objects.values_list("revision", flat=True).get(pk=key)
    while not OfferState.objects.filter(product=key, revision=wanted).exists():
        if time.perf_counter() - began > MOST:
            raise SystemExit(f"Not matched after {MOST:.0f} s: is the site running with this VAR_DIR?")
        time.sleep(0.02)
    return time.perf_counter() - began


def main() -> None:
    keys = list(Product.objects.published().order_by("pk").values_list("pk", flat=True))
    print(f"{len(keys)} products, load {os.getloadavg()[0]:.1f}")
    for name, crowd in (("idle", []), ("busy", keys[:100]), ("beside a run", [])):
        seconds = []
        for number in range(ROUNDS):
            if crowd and number % 5 == 0:
                change(crowd)
            if name == "beside a run":
                keep_a_run_going()
            seconds.append(matched_after(keys[-1 - number % 50]))
        p95 = sorted(seconds)[round(0.95 * (len(seconds) - 1))]
        print(f"{name}: median {statistics.median(seconds):.2f} s, 95 % within {p95:.2f} s", flush=True)


if __name__ == "__main__":
    main()
