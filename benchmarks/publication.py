"""How long it takes until a machine can search: built from the database, with vectors stored, and fetched.

    DATABASE_URL=postgresql://… .venv/bin/python benchmarks/publication.py --products 100000

Each row is a process of its own with an empty VAR_DIR, or one that has only the vectors of names. DATABASE_URL names an
empty PostgreSQL database: its products and companies are replaced.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOAD = "import django; django.setup(); from benchmarks.directory_rows import load; load({})"


def measured(env: dict[str, str], *command: str) -> tuple[float, float, str]:
    """(seconds, CPU seconds, output) of a command and its children."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([sys.executable, *command], env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, cpu, done.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=100_000)
    count = parser.parse_args().products
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = os.environ | {"DJANGO_SETTINGS_MODULE": "matchmaker.settings", "LOG_LEVEL": "WARNING"}
        env |= {"INDEX_URL": str(folder / "shared"), "PYTHONPATH": str(ROOT)}
        first, second = env | {"VAR_DIR": str(folder / "first")}, env | {"VAR_DIR": str(folder / "second")}
        measured(first, "manage.py", "migrate", "-v0")
        measured(first, "-c", LOAD.format(count))
        index = ("manage.py", "index_directory", "products")
        rows = {"built, all names new": measured(first, *index)}
        shutil.rmtree(folder / "first" / "engine" / "directory")
        rows["built, vectors stored"] = measured(first, *index)
        rows["fetched by a second machine"] = measured(second, *index, "--refresh")
        size = sum(file.stat().st_size for file in (folder / "shared").rglob("*") if file.is_file())
    sys.stdout.write(f"{count:,} products, {size / 1e6:.0f} MB published (two builds)\n\n")
    sys.stdout.write("| how | seconds, with the start of the process | CPU seconds | output of the command |\n")
    sys.stdout.write("|---|---|---|---|\n")
    for how, (seconds, cpu, said) in rows.items():
        sys.stdout.write(f"| {how} | {seconds:.0f} | {cpu:.0f} | {said} |\n")


if __name__ == "__main__":
    main()
