"""The directory page at 10,000, 100,000 and a million products, beside the peers of a usual site.

    make bench-directory            10k and 100k
    SIZE=1m make bench-directory    10k, 100k and 1M

P6: p95 of the page at the largest size over that at 10k. P7: CPU of the page over rendering it from constants.
P8: CPU of the naive ORM page and of a
page over a GIN full-text index, over ours. All render the same template for the same addresses (seeded) with the same
filters, newest first; CPU is that of the process and of the PostgreSQL process that serves it. Each size has a process
and a database of its own; rounds of pages go from one size to the next and round again, so that all meet the same
machine. KEEP_DATA=1 leaves databases and indexes for the next run, which then only measures.
"""

import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
GIVEN = os.environ.get("DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/test")
SIZES = [int(n) for n in os.environ.get("SIZES", "10000,100000").split(",")] + (
    [1_000_000] if os.environ.get("SIZE", "").lower() in ("1m", "1000000") else []
)
KEEPS = "1" in (os.environ.get("KEEP_DATA"), os.environ.get("PREPARE"))
ROUNDS, PAGES, PEER_PAGES = 5, 160, 6


def main() -> None:
    from benchmarks.report import lines, say

    folder = Path(os.environ.get("BENCH_FOLDER", "")) if os.environ.get("BENCH_FOLDER") else None
    folder = folder or Path(tempfile.gettempdir()) / f"bench-directory-{os.getuid()}"
    ours: dict[int, Size] = {}
    try:
        for n in SIZES:  # one after the other: each uses every core
            ours[n] = Size(n, folder)
        if os.environ.get("PREPARE") == "1":
            return
        say("# The directory page")
        say()
        say(
            f"Made by `{'SIZE=1m ' if SIZES[-1] == 1_000_000 else ''}make bench-directory` on {dt.date.today()}; "
            f"{os.cpu_count()} cores, {ROUNDS} rounds of {PAGES} pages a size, addresses by seed. Milliseconds."
        )
        say("The view itself renders them for a visitor who has not signed in; words are encoded anew.")  # fmt: skip
        say()
        pages: dict[int, list] = {n: [] for n in SIZES}
        constants: dict[int, list] = {n: [] for n in SIZES}
        for _round in range(ROUNDS):
            for n, size in ours.items():
                pages[n].append(size.ask("pages"))
                constants[n].append(size.ask("constants"))
        peers = {n: {name: size.ask(name) for name in ("full text", "naive ORM")} for n, size in ours.items()}
        report(ours, pages, constants, peers)
        if os.environ.get("KEEP", "1") == "1":
            target = ROOT / "docs" / "benchmarks" / "directory.md"
            target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    finally:
        for size in ours.values():
            size.end()
        if not KEEPS:
            import shutil

            with psycopg.connect(GIVEN, autocommit=True) as link:
                for n in SIZES:
                    link.execute(f"DROP DATABASE IF EXISTS bench_directory_{n} WITH (FORCE)")
            shutil.rmtree(folder, ignore_errors=True)


class Size:
    """The process that measures one size."""

    def __init__(self, n: int, folder: Path) -> None:
        with psycopg.connect(GIVEN, autocommit=True) as link:
            if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [f"bench_directory_{n}"]).fetchone():
                link.execute(f"CREATE DATABASE bench_directory_{n}")
        (folder / str(n)).mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "DATABASE_URL": GIVEN.rsplit("/", 1)[0] + f"/bench_directory_{n}",
            "VAR_DIR": str(folder / str(n)),
            "ENCODER": "benchmarks.directory_data.MadeUp",
            "DJANGO_SETTINGS_MODULE": "matchmaker.settings",
            "LOG_LEVEL": "ERROR",
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
        }
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "benchmarks" / "directory_pages.py"), str(n)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT,
        )  # fmt: skip
        self.made = self._answer()
        print(f"  {n:,}: {self.made}", flush=True)

    def ask(self, what: str):
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self):
        while line := self.process.stdout.readline():
            if line.startswith("answer "):
                return json.loads(line[7:])
            print(line, end="", flush=True)
        raise SystemExit("a measuring process died")

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def report(sizes: dict, pages: dict, constants: dict, peers: dict) -> None:
    from benchmarks.report import say

    kinds = (("all", slice(None)), ("filters only", slice(0, None, 2)), ("words", slice(1, None, 2)))

    def p95(values) -> float:
        return 1e3 * statistics.quantiles(values, n=20)[-1]

    def spread(values, digits: int = 2) -> str:
        least, middle, most = (f"{one:.{digits}f}" for one in (min(values), statistics.median(values), max(values)))
        return f"{least} / **{middle}** / {most}"

    for n, size in sizes.items():
        made = size.made
        say(f"- {n:,} products, {made['companies']:,} suppliers: rows loaded in {made['loaded']:.0f} s, index built "
            f"from the database in {made['built']:.0f} s, {made['bytes'] / 1e6:.0f} MB of files. A process that serves "
            f"pages holds {made['private']:.0f} MB of its own, {made['peak']:.0f} MB with mapped files.")  # fmt: skip
    say()
    say("Constants: the same page with its answers at hand. P7: CPU of the page over that, min / median / max of the "
        "rounds.")  # fmt: skip
    say()
    say("| products | page | p50 | p95 | CPU | constants | P7 |")
    say("|---|---|---|---|---|---|---|")
    for n in sizes:
        for kind, which in kinds:
            times = [t for one in pages[n] for t, _c in one[which]]
            cpu, bare = (
                [1e3 * statistics.mean(c for _t, c in one[which]) for one in of[n]] for of in (pages, constants)
            )
            share = spread([a / b for a, b in zip(cpu, bare, strict=True)])
            say(f"| {n:,} | {kind} | {1e3 * statistics.median(times):.1f} | {p95(times):.1f} "
                f"| {statistics.median(cpu):.1f} | {statistics.median(bare):.1f} | {share} |")  # fmt: skip
    least, most = min(sizes), max(sizes)
    say()
    for kind, which in kinds:
        for name, part in (("p95", 0), ("p95 of CPU", 1)):
            shares = [
                p95([one[part] for one in large[which]]) / p95([one[part] for one in small[which]])
                for small, large in zip(pages[least], pages[most], strict=True)
            ]
            say(f"- P6, {kind}: {name} at {most:,} over that at {least:,}, min / median / max of the rounds: "
                f"{spread(shares)}.")  # fmt: skip
    say()
    say("| products | peer | pages | ours, CPU | theirs, CPU | P8: theirs over ours, min / median / max | of means |")
    say("|---|---|---|---|---|---|---|")
    for n in sizes:
        for name, pairs in peers[n].items():
            shares = [theirs / mine for mine, theirs in pairs]
            mine, theirs = (1e3 * statistics.mean(one[at] for one in pairs) for at in (0, 1))
            say(f"| {n:,} | {name} | {len(pairs)} | {mine:.1f} | {theirs:,.0f} "
                f"| {spread(shares, 0)} | {theirs / mine:.0f} |")  # fmt: skip


if __name__ == "__main__":
    main()
