"""The pair engine beside numpy and faiss: `python benchmarks/matching/matching.py [--products N] [--demands M]`.

A million products: `--products 1000000 --rounds 2 --slow-rounds 1 --only-pairs --out FILE`.

Every comparison runs both sides in turn, round by round, in one process on one thread, and quotes the ratio of CPU
seconds pair by pair (minimum, median, maximum) with the recall of the same run. Inputs are drawn from a seed. A peer
that is not there is left out with a sentence. Prints the tables and writes docs/benchmarks/matching.md.
"""

# ruff: noqa: E402 - the number of BLAS threads must be set before numpy is imported
import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)

import argparse
import importlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.report import cpu, lines, ratios, say
from matchmaker.engines.matching.loops import TRAITS, Side, Sums
from matchmaker.engines.matching.pairs import Offer, Want
from matchmaker.engines.matching.scoring import Matcher
from matchmaker.engines.matching.tiles import both_ways

DIM, PER_WANT, PER_OFFER = 256, 50, 20
PLAIN = Sums(1.0, 0.0, 0.0, 0.0, 0.0, np.zeros(5), 0.0, 0.0)


def texts(n: int, seed: int, least: int = 5, most: int = 14) -> list[str]:
    """Short texts of invented words, as unevenly frequent as words are (Zipf)."""
    random = np.random.default_rng(seed)
    frequency = 1.0 / np.arange(3, 30_003)
    drawn = random.choice(30_000, size=(n, most), p=frequency / frequency.sum())
    lengths = random.integers(least, most + 1, n)
    return [" ".join(f"w{w}x" for w in row[:length]) for row, length in zip(drawn, lengths, strict=True)]


def vectors(n: int, seed: int) -> np.ndarray:
    """n unit rows around 500 common centres: as crowded as products of one campaign are."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(1).standard_normal((500, DIM)).astype(np.float32)
    found = np.empty((n, DIM), np.float32)
    for at in range(0, n, 20_000):
        rows = found[at : at + 20_000]
        random.standard_normal(out=rows, dtype=np.float32)
        rows += 0.8 * centres[random.integers(0, 500, len(rows))]
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return found


def side(rows: np.ndarray) -> Side:
    nothing = np.zeros(0, np.float32)
    return Side(
        rows,
        np.zeros(len(rows) + 1, np.int64),
        np.zeros(0, np.int64),
        nothing,
        nothing,
        np.zeros((len(rows), TRAITS), np.float32),
    )


def gemm(offers: np.ndarray, wants: np.ndarray) -> None:
    for at in range(0, len(offers), 4096):
        np.matmul(offers[at : at + 4096], wants.T)


def argpartition(offers: np.ndarray, wants: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """numpy's obvious way, in blocks that fit memory: product, argpartition both ways, the want side merged."""
    of_offer = np.empty((len(offers), PER_OFFER), np.int64)
    best = np.full((len(wants), PER_WANT), -np.inf, np.float32)
    of_want = np.zeros((len(wants), PER_WANT), np.int64)
    for at in range(0, len(offers), 4096):
        scores = offers[at : at + 4096] @ wants.T
        of_offer[at : at + 4096] = np.argpartition(scores, -PER_OFFER, axis=1)[:, -PER_OFFER:]
        k = min(PER_WANT, len(scores))
        top = np.argpartition(scores, -k, axis=0)[-k:]
        both = np.concatenate([best, np.take_along_axis(scores, top, 0).T], axis=1)
        names = np.concatenate([of_want, top.T + at], axis=1)
        keep = np.argpartition(both, -PER_WANT, axis=1)[:, -PER_WANT:]
        best, of_want = np.take_along_axis(both, keep, 1), np.take_along_axis(names, keep, 1)
    return of_offer, of_want


def recall(found: np.ndarray, exact: np.ndarray) -> float:
    return float(np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found.tolist(), exact.tolist(), strict=True)]))


def dense(products: int, demands: int, rounds: int, slow_rounds: int) -> None:
    """R6."""
    offers, wants = vectors(products, 2), vectors(demands, 3)
    times, results = _timed(offers, wants, rounds, slow_rounds)
    exact_offer, exact_want = results["numpy"]
    best_offer, best_want = results["ours"]
    say(f"## R6: {products:,} products × {demands:,} demands × {DIM}, top {PER_WANT} and {PER_OFFER}")
    say()
    say("| what | CPU s (median) | beside one fp32 GEMM (min / median / max) | recall, demands | recall, products |")
    say("| --- | --- | --- | --- | --- |")
    say(f"| numpy GEMM alone | {statistics.median(times['gemm']):.1f} | 1 | – | – |")
    say(
        f"| both ways | {statistics.median(times['ours']):.1f} | {ratios(times['ours'], times['gemm'])} "
        f"| {recall(best_want.places, exact_want):.4f} | {recall(best_offer.places, exact_offer):.4f} |"
    )
    say()
    say("| peer | CPU s (median) | peer ÷ both ways |")
    say("| --- | --- | --- |")
    for name, label in (("numpy", "numpy GEMM + argpartition"), ("faiss", "faiss IndexFlatIP, two searches")):
        n = len(times[name])
        if n:
            say(f"| {label} | {statistics.median(times[name]):.1f} | {ratios(times[name], times['ours'][:n])} |")
        else:
            say(f"| {label} | left out: it could not be imported or installed | – |")
    say()


def _timed(offers: np.ndarray, wants: np.ndarray, rounds: int, slow_rounds: int):  # type: ignore[no-untyped-def]
    """CPU seconds of each way, round by round in turn, and what the last run of each returned."""
    one, other = side(offers), side(wants)
    both_ways(side(offers[:2000]), side(wants[:200]), PLAIN, per_offer=PER_OFFER, per_want=PER_WANT)  # compiles
    flat = _faiss()
    ways = {
        "gemm": lambda: gemm(offers, wants),
        "ours": lambda: both_ways(one, other, PLAIN, per_offer=PER_OFFER, per_want=PER_WANT),
        "numpy": lambda: argpartition(offers, wants),
        "faiss": lambda: _faiss_both(flat, offers, wants),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    results = {}
    for round_number in range(rounds):
        for name, way in ways.items():
            if (name == "faiss" and flat is None) or (name in ("numpy", "faiss") and round_number >= slow_rounds):
                continue
            start = time.process_time()
            results[name] = way()
            times[name].append(time.process_time() - start)
    return times, results


def _faiss():  # type: ignore[no-untyped-def]
    place = Path(tempfile.gettempdir()) / "matchmaker-bench-faiss"
    sys.path.append(str(place))
    try:
        import faiss
    except ImportError:
        uv = shutil.which("uv") or str(ROOT / ".cache/uv/bin/uv")
        command = [uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", str(place), "faiss-cpu"]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=300)
            importlib.invalidate_caches()  # the folder was not there when it was looked into
            import faiss
        except (OSError, subprocess.SubprocessError, ImportError):
            return None
    faiss.omp_set_num_threads(1)
    return faiss


def _faiss_both(faiss, offers: np.ndarray, wants: np.ndarray) -> None:  # type: ignore[no-untyped-def]
    for base, asked, k in ((offers, wants, PER_WANT), (wants, offers, PER_OFFER)):
        index = faiss.IndexFlatIP(DIM)
        index.add(base)
        index.search(asked, k)


def memory(products: int, demands: int) -> None:
    """In a process of its own, because a peak is never given back."""
    command = [sys.executable, __file__, "--memory-of", str(products), str(demands)]
    before, peak = map(int, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    raw = 4 * DIM * (products + demands)
    say(f"## Memory at {products:,} × {demands:,}")
    say()
    say(
        f"Peak {peak / 2**20:,.0f} MB, of which the interpreter and its libraries {before / 2**20:,.0f} MB; vectors "
        f"{raw / 2**20:,.0f} MB: **{(peak - before) / raw:.2f}×** the vectors. All scores at once would be "
        f"{4 * products * demands / 2**20:,.0f} MB."
    )
    say()


def _memory_child(products: int, demands: int) -> None:
    both_ways(side(vectors(100, 1)), side(vectors(100, 2)), PLAIN, per_offer=2, per_want=2)
    before = _status("VmRSS")
    both_ways(side(vectors(products, 2)), side(vectors(demands, 3)), PLAIN, per_offer=PER_OFFER, per_want=PER_WANT)
    print(before, _status("VmHWM"))


def _status(name: str) -> int:
    """Bytes from Linux's own account of this process (`getrusage` would report the parent's peak after a fork)."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"There is no {name} in /proc/self/status.")
    return int(found.group(1)) * 1024


class _Drawn:
    """Vectors are given; nothing is encoded."""

    name, dim = "drawn", DIM

    def encode_query(self, given: Sequence[str]) -> np.ndarray:
        raise RuntimeError("The benchmark gives vectors and encodes nothing.")

    encode_passage = encode_query


def incremental(demands: int, rounds: int) -> None:
    """R7: one new product, dense, words, codes, reasons and conditions."""
    named = texts(demands, 11)
    random = np.random.default_rng(12)
    codes = [f"{a:02d}{b:02d}{c:02d}" for a, b, c in random.integers(1, 97, (400, 3))]
    wants = [
        Want(i, (("en", text),), codes[i % 400], f"G-{i % 70:02d}", quantity=20.0, unit="t")
        for i, text in enumerate(named)
    ]
    offers = [
        Offer(
            i,
            (("en", f"{named[i * 7]}. {text}"),),
            codes[i % 400],
            f"G-{i % 70:02d}",
            min_order=5.0,
            min_order_unit="t",
        )
        for i, text in enumerate(texts(20, 13, 12, 14))
    ]
    want_vectors, offer_vectors = vectors(demands, 3), vectors(len(offers), 2)
    engine = Matcher(_Drawn())
    background = engine.learn_background(offers, wants, offer_vectors, want_vectors)
    engine = Matcher(_Drawn(), background=background)
    start = time.process_time()
    want_index = engine.prepare_wants(wants, want_vectors)
    prepared = time.process_time() - start
    singles = [engine.prepare_offers([offer], offer_vectors[i : i + 1]) for i, offer in enumerate(offers)]
    today = date(2026, 3, 2)
    rows = [engine.match(index, want_index, today=today) for index in singles]
    whole, unexplained, prepare = [], [], []
    for _ in range(rounds):
        whole += [cpu(lambda index=index: engine.match(index, want_index, 0, 20, today=today)) for index in singles]
        unexplained += [cpu(lambda index=index: engine.best(index, want_index, 0, 20)) for index in singles]
        prepare += [
            cpu(lambda i=i, offer=offer: engine.prepare_offers([offer], offer_vectors[i : i + 1]))
            for i, offer in enumerate(offers)
        ]
    say(f"## R7: one new product against {demands:,} demands, {DIM} dimensions")
    say()
    say("| step | CPU ms: median | 95th percentile |")
    say("| --- | --- | --- |")
    for label, spent in (
        ("the product made ready (words, codes; its vector is stored)", prepare),
        ("search: meaning, words, HS, category, trust, its best 20", unexplained),
        ("search and explanation: parts, shared words, conditions", whole),
    ):
        values = sorted(value * 1e3 for value in spent)
        say(f"| {label} | {statistics.median(values):.1f} | {values[int(0.95 * (len(values) - 1))]:.1f} |")
    say()
    say(
        f"Rows a product: {statistics.mean(map(len, rows)):.0f}. The demands were made ready once in "
        f"{prepared:.1f} s CPU."
    )
    say()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--demands", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow-rounds", type=int, help="rounds of the peers, which take longest")
    parser.add_argument("--only-pairs", action="store_true", help="R6 and memory")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks" / "matching.md")
    parser.add_argument("--memory-of", type=int, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_of:
        _memory_child(*options.memory_of)
        return
    say("# The pair engine beside its peers")
    say()
    say(
        f"`{' '.join(['python benchmarks/matching/matching.py', *sys.argv[1:]])}` on {date.today()}, "
        f"Python {platform.python_version()}, numpy {np.__version__}, one thread; load average at the start "
        f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores. Times are CPU seconds; absolute times do not "
        "travel between machines, ratios do."
    )
    say()
    dense(options.products, options.demands, options.rounds, options.slow_rounds or options.rounds)
    memory(options.products, options.demands)
    if not options.only_pairs:
        incremental(100_000, options.rounds)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
