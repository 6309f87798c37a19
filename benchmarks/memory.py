"""Memory of the whole site: the sum of PSS of every process of `make run`, after a search, a match and pages.

PSS counts a page of memory that several processes share once, in equal parts. Pages of files, which the system may drop
and read again, are a part of it. Usage:

    .venv/bin/python benchmarks/memory.py [--var FOLDER] [--out docs/benchmarks/memory.md]

WEB_PROCESSES, WORKER_PROCESSES and the other settings of `make run` hold here, too. A folder that was used before
starts sooner.
"""

import argparse
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
    for _round in range(6):
        for path in PUBLIC:
            count += get(urllib.request.build_opener(), path)
    for email, paths in PEOPLE.items():
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        page = opener.open(f"{SITE}/accounts/login/", timeout=120).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        form = urlencode({"csrfmiddlewaretoken": token, "login": email, "password": PASSWORD}).encode()
        opener.open(f"{SITE}/accounts/login/", form, timeout=120).close()
        count += sum(get(opener, path) for path in paths for _round in range(3))
    return count


def get(opener, path: str) -> int:
    try:
        with opener.open(SITE + path, timeout=120) as answer:
            answer.read()
            return int(answer.status == 200)
    except OSError as problem:
        print(f"{path}: {problem}")
        return 0


def measure(var: str) -> tuple[list[tuple[str, float, float]], dict[str, float]]:
    given = {**os.environ, "VAR_DIR": var, "PORT": PORT}
    began = time.monotonic()
    command = [sys.executable, "-m", "matchmaker.running", "run"]
    site = subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True)
    times: dict[str, float] = {}
    try:
        for line in site.stdout:
            if "Press Ctrl-C" in line:
                break
        else:
            raise SystemExit("make run did not start.")
        times["main job done"] = time.monotonic() - began
        print(f"{visit()} answers")
        time.sleep(15)  # the timetable has woken every task meanwhile
        rows = [(name_of(pid), *pss(pid)) for pid in [site.pid, *children_of(site.pid)]]
    finally:
        site.send_signal(signal.SIGINT)
        for _line in site.stdout:
            pass
        site.wait(60)
    return rows, times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows, times = measure(given.var or folder)
    lines = ["| process | PSS, MB | pages of files, MB |", "|---|---|---|"]
    lines += [f"| {name} | {size:.0f} | {files:.0f} |" for name, size, files in rows]
    size, files = (sum(row[column] for row in rows) for column in (1, 2))
    lines.append(f"| **all {len(rows)}** | **{size:.0f}** | {files:.0f} |")
    lines += ["", *(f"{name}: {seconds:.0f} s" for name, seconds in times.items())]
    print("\n".join(lines))
    if given.out:
        given.out.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
