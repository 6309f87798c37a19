"""Memory of the whole site: the sum of PSS of every process of `make run`, after a search, a match and pages.

PSS counts a page of memory that several processes share once, in equal parts. Pages of files, which the system may drop
and read again, are a part of it. Usage:

    .venv/bin/python benchmarks/memory.py [--var FOLDER] [--limit MB] [--out docs/benchmarks/memory.md]

WEB_PROCESSES, WORKER_PROCESSES and the other settings of `make run` hold here, too. A folder that was used before
starts sooner. With a limit (root) all processes share so much memory and no swap, pages of files included; the
organiser matches everything again, and it fails when a page does not answer or the kernel ended a process.
"""

import argparse
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

from memory_limit import MemoryLimit, forget_files

ROOT = Path(__file__).resolve().parent.parent
PORT = os.environ.get("MEMORY_PORT", "8765")
SITE = f"http://127.0.0.1:{PORT}"
PUBLIC = (
    "/", "/products/", "/products/?q=jasmine+rice", "/products/?q=%E8%8C%89%E8%8E%89%E9%A6%99%E7%B1%B3",
    "/suppliers/?q=rice", "/demands/?q=coffee", "/events/", "/categories/", "/fr/products/?q=riz",
    "/api/v1/products/?q=rice",
)  # fmt: skip
PEOPLE = {
    "organiser@matchmaker.example": ("/console/", "/console/matching/", "/console/companies/", "/console/delivery/"),
    "admin@matchmaker.example": ("/admin/",),
}
PASSWORD = "sample-campaign"
PUBLIC_ROUNDS, ROUNDS = 6, 3
EXPECTED = PUBLIC_ROUNDS * len(PUBLIC) + ROUNDS * sum(map(len, PEOPLE.values()))


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for task in tasks for child in task.read_text().split()]
    return found + [deeper for child in found for deeper in children_of(child)]


def pss(pid: int) -> tuple[float, float]:
    """In MB: all, and the pages of files."""
    lines = [line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]]
    sizes = {line[0]: int(line[1]) / 1024 for line in lines}
    return sizes["Pss:"], sizes["Pss_File:"]


def name_of(pid: int) -> str:
    command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    patterns = {
        "valkey": "valkey", "web": "gunicorn", "timetable": "celery.* beat", "worker": "celery", "forks": "forkserver"
    }  # fmt: skip
    for name, pattern in patterns.items():
        if re.search(pattern, command):
            return name
    return "supervisor"


def visit() -> int:
    """Each page several times, so that every process answers some; returns how many answers were 200."""
    count = 0
    for _round in range(PUBLIC_ROUNDS):
        for path in PUBLIC:
            count += get(urllib.request.build_opener(), path)
    for email, paths in PEOPLE.items():
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        send(opener, "/accounts/login/", "/accounts/login/", login=email, password=PASSWORD)
        count += sum(get(opener, path) for path in paths for _round in range(ROUNDS))
        if "/console/matching/" in paths:
            match_again(opener)
    return count


def send(opener, page: str, path: str, **values: str) -> None:
    """Send the form of a page."""
    text = opener.open(SITE + page, timeout=120).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)[1]
    opener.open(SITE + path, urlencode({"csrfmiddlewaretoken": token, **values}).encode(), timeout=120).close()


def match_again(opener) -> None:
    """The organiser's button, until nothing runs any more: then the page offers the button again."""
    page = "/console/matching/"
    send(opener, page, f"{page}start/")
    while f'action="{page}start/"' not in opener.open(SITE + page, timeout=120).read().decode():
        time.sleep(1)


def get(opener, path: str) -> int:
    try:
        with opener.open(SITE + path, timeout=120) as answer:
            answer.read()
            return int(answer.status == 200)
    except OSError as problem:
        print(f"{path}: {problem}")
        return 0


def measure(var: str, limit: MemoryLimit | None) -> tuple[list[tuple[str, float, float]], dict[str, str]]:
    """Rows of the table, and what else was seen."""
    given = {**os.environ, "VAR_DIR": var, "PORT": PORT}
    began = time.monotonic()
    command = [sys.executable, "-m", "matchmaker.running", "run"]
    enter = limit.enter if limit else None
    site = subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True, preexec_fn=enter)
    seen: dict[str, str] = {}
    try:
        for line in site.stdout:
            if "Press Ctrl-C" in line:
                break
        else:
            raise SystemExit("make run did not start.")
        seen["main job done"] = f"{time.monotonic() - began:.0f} s"
        seen["answers"] = f"{visit()} of {EXPECTED}"
        time.sleep(15)  # the timetable has woken every task meanwhile
        rows = [(name_of(pid), *pss(pid)) for pid in [site.pid, *children_of(site.pid)]]
        if limit:
            seen["limit"] = f"{limit.megabytes} MB, at most {limit.peak} MB of it without pages of files"
            seen["processes killed"] = str(limit.kills())
    finally:
        site.send_signal(signal.SIGINT)
        for _line in site.stdout:
            pass
        site.wait(60)
    return rows, seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var")
    parser.add_argument("--limit", type=int, help="MB")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    if given.limit:
        forget_files(Path(sys.prefix))
    with (
        tempfile.TemporaryDirectory() as folder,
        MemoryLimit(given.limit) if given.limit else contextlib.nullcontext() as limit,
    ):
        rows, seen = measure(given.var or folder, limit)
    lines = ["| process | PSS, MB | pages of files, MB |", "|---|---|---|"]
    lines += [f"| {name} | {size:.0f} | {files:.0f} |" for name, size, files in rows]
    size, files = (sum(row[column] for row in rows) for column in (1, 2))
    lines.append(f"| **all {len(rows)}** | **{size:.0f}** | {files:.0f} |")
    lines += ["", *(f"{name}: {what}" for name, what in seen.items())]
    print("\n".join(lines))
    if given.out:
        given.out.write_text("\n".join(lines) + "\n")
    if seen["answers"] != f"{EXPECTED} of {EXPECTED}" or seen.get("processes killed", "0") != "0":
        raise SystemExit("The site did not hold.")


if __name__ == "__main__":
    main()
