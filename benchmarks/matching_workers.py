"""Does matching grow with workers? `python benchmarks/matching_workers.py [--products N] [--demands M]`.

Worker processes pinned to the cores of this machine share out blocks of products as those of a campaign run do: each
holds the demand lines and takes the next block nobody has. Prints products a second for 1, 2 and 4 workers; with fewer
cores than workers they share them, and nothing can be gained beyond the cores.
"""

import argparse
import multiprocessing
import os
import sys
import time
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.matching import PER_OFFER, PER_WANT, PLAIN, side, vectors  # noqa: E402  # needs the path above
from matchmaker.matching.engine.tiles import both_ways  # noqa: E402

BLOCK = 4096


def work(place: int, products: int, demands: int, taken, ready, go) -> None:  # type: ignore[no-untyped-def]
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[place % len(os.sched_getaffinity(0))]})
    offers, wanted = vectors(products, 2), side(vectors(demands, 3))
    both_ways(side(offers[:200]), wanted, PLAIN, per_offer=PER_OFFER, per_want=PER_WANT)  # compiles
    ready.release()
    go.wait()
    while True:
        with taken.get_lock():
            at = taken.value
            taken.value += BLOCK
        if at >= products:
            return
        both_ways(side(offers[at : at + BLOCK]), wanted, PLAIN, per_offer=PER_OFFER, per_want=PER_WANT)


def measure(workers: int, products: int, demands: int) -> float:
    """Seconds from the start signal until the last worker is done."""
    fresh = multiprocessing.get_context("spawn")
    taken, ready, go = fresh.Value("q", 0), fresh.Semaphore(0), fresh.Event()
    running = [
        fresh.Process(target=work, args=(place, products, demands, taken, ready, go)) for place in range(workers)
    ]
    for process in running:
        process.start()
    for _process in running:
        ready.acquire()
    began = time.perf_counter()
    go.set()
    for process in running:
        process.join()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--products", type=int, default=65_536)
    parser.add_argument("--demands", type=int, default=10_000)
    options = parser.parse_args()
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    print(f"{options.products:,} products × {options.demands:,} demands; {cores} cores, load {load:.1f} at the start")
    alone = 0.0
    for workers in (1, 2, 4):
        rate = options.products / measure(workers, options.products, options.demands)
        alone = alone or rate
        print(f"{workers} workers: {rate:,.0f} products a second, {rate / alone:.2f} times one worker", flush=True)


if __name__ == "__main__":
    main()
