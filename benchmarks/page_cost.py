"""CPU time of whole pages beside an earlier version: `.venv/bin/python benchmarks/page_cost.py --against CHECKOUT`.

CHECKOUT is another working copy, for example `git worktree add --detach ../before b5e110e3` (version 0.10.0, the last
one with two languages). Each version loads its own sample campaign into an SQLite file of its own and matches it; then
both answer the same requests in turn, each in one process, through the test client with all middleware. A figure is the
CPU time of REPEAT requests (20); of ROUNDS rounds (7) the smallest, the median and the largest ratio are printed.
An earlier version without a language answers in English beside it.
"""

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "zh-hans", "th", "ar")
PRODUCT = "Yirgacheffe Washed Arabica"  # in the sample campaigns of all versions
ROUNDS, REPEAT = int(os.environ.get("ROUNDS", "7")), int(os.environ.get("REPEAT", "20"))


def main() -> None:
    wanted = argparse.ArgumentParser(description="CPU time of pages beside an earlier version")
    wanted.add_argument("--against", type=Path, required=True)
    before = wanted.parse_args().against.resolve()
    sys.path.insert(0, str(ROOT))
    from benchmarks.report import ratios, say

    folder = Path(tempfile.mkdtemp(prefix="bench-pages-"))
    sides = {name: start(checkout, folder / name) for name, checkout in (("now", ROOT), ("before", before))}
    try:
        for side in sides.values():
            assert side.stdout is not None
            assert json.loads(side.stdout.readline()) == "ready"
        took: dict[tuple[str, str], dict[str, list[float]]] = {}
        for number in range(ROUNDS + 1):
            for language in LANGUAGES:
                for name in sorted(sides, reverse=bool(number % 2)):
                    for page, seconds in answer(sides[name], language).items():
                        if number:  # the first round fills caches
                            took.setdefault((page, language), {}).setdefault(name, []).append(seconds)
    finally:
        for side in sides.values():
            side.kill()
            side.wait()
        shutil.rmtree(folder, ignore_errors=True)
    say("| page | language | before, ms | now, ms | now / before: smallest, median, largest |")
    say("|---|---|---|---|---|")
    for (page, language), by in took.items():
        least = {name: 1000 * min(times) / REPEAT for name, times in by.items()}
        say(f"| {page} | {language} | {least['before']:.1f} | {least['now']:.1f} | {ratios(by['now'], by['before'])} |")


def start(checkout: Path, folder: Path) -> subprocess.Popen:
    folder.mkdir()
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "matchmaker.settings",
        "LOG_LEVEL": "ERROR",
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    }
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.path[:0] = [{str(checkout)!r}, {str(Path(__file__).parent)!r}]\n",
    ]
    command[-1] += "import page_cost; page_cost.answer_all()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=checkout, env=environment, **pipes)


def answer(side: subprocess.Popen, language: str) -> dict[str, float]:
    """CPU seconds of each page."""
    assert side.stdin is not None
    assert side.stdout is not None
    side.stdin.write(language + "\n")
    side.stdin.flush()
    return json.loads(side.stdout.readline())


# -- one version
def answer_all() -> None:
    """Load the sample campaign of the version that is imported, then time its pages in each language that is asked."""
    import django

    django.setup()
    paths = load()
    print('"ready"', flush=True)
    for line in sys.stdin:
        print(json.dumps(timed(paths, line.strip())), flush=True)


def load() -> dict[str, tuple[str, str]]:
    """Name → (path, e-mail address of its reader or "")."""
    from django.core.management import call_command

    from matchmaker.running import sample

    for command in ("migrate", "load_reference", "load_market_access"):
        call_command(command, verbosity=0, stdout=io.StringIO())
    sample.load()
    from matchmaker.accounts.models import User
    from matchmaker.campaigns.models import Campaign
    from matchmaker.catalogue.models import Product
    from matchmaker.matching.models import Match
    from matchmaker.matching.services import match_block, start_match_run

    organiser = User.objects.get(email=sample.ORGANISER)
    start_match_run(by=organiser, campaign=Campaign.objects.get(slug=sample.SLUG))
    while match_block():
        pass
    call_command("index_directory", verbosity=0, stdout=io.StringIO())
    match = Match.objects.order_by("-score", "pk").first()
    seller = match.product.company.members.first().email
    # Versions match differently, so the product is chosen by its name.
    product = Product.objects.filter(texts__name__icontains=PRODUCT, status="published").order_by("pk").first()
    return {
        "home": ("/", ""),
        "products": ("/products/", ""),
        "a product": (f"/products/{product.uid}/", ""),
        "an exporter's desk": ("/supplier/", seller),
        "an exporter's matches": ("/supplier/matches/", seller),
    }


def timed(paths: dict[str, tuple[str, str]], language: str) -> dict[str, float]:
    from django.conf import settings
    from django.test import Client

    from matchmaker.accounts.models import User

    known = language if language in dict(settings.LANGUAGES) else "en"
    has_paths = hasattr(settings, "SITE_LANGUAGES") and known != "en"
    found = {}
    for name, (path, address) in paths.items():
        client = Client(headers={"Accept-Language": known})
        client.cookies["django_language"] = known
        if address:
            User.objects.filter(email=address).update(language=known)
            client.force_login(User.objects.get(email=address))
        here = f"/{known}{path}" if has_paths and not address else path
        for _warm in range(2):
            answer = client.get(here)
            assert answer.status_code == 200, f"{here} answered {answer.status_code}"
        began = time.process_time()
        for _request in range(REPEAT):
            client.get(here)
        found[name] = time.process_time() - began
    return found


if __name__ == "__main__":
    main()
