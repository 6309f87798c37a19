"""Two machines of a site while others die, are cut off or have no room: one table (`make test-machines`).

The faults share NOTICES notices (2,000 by default), each a mail of its own. Afterwards every notice is looked for at
the mail server outside and on the list of its person. Two readers open the list of products of both machines all the
while. The same files must be read on both machines at the end. STOCK may name a dump of a database that has the
products already (`pg_dump -Fc`), which is loaded sooner.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults import networks
from tests.faults.clusters import FOUND
from tests.faults.machines import MACHINES, Reader, Site, wait

pytestmark = [pytest.mark.fault, pytest.mark.machines, pytest.mark.enable_socket]

NOTICES = int(os.environ.get("NOTICES", "2000"))
PRODUCTS = int(os.environ.get("PRODUCTS", "2000"))
LAST = 300 + NOTICES // 20  # seconds at most from the last fault to the last mail
HOLD = float(os.environ.get("HOLD", "12"))  # seconds that a cut or a full disk lasts


@dataclass
class Line:
    fault: str
    asked: list = field(default_factory=list)  # (key, address)
    ended: float = 0.0
    pages: dict[str, Counter] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)  # machines that could not store a file meanwhile
    stored: list[str] = field(default_factory=list)  # names of files


def kill(site, *names):
    for name in names:
        site.kill(name)


def restart(site, *names):
    for name in names:
        site.start(*name.split())


def lose_machine(site):
    kill(site, "m2 web", "m2 worker", "m2 timetable")
    site.forget_index("m2")  # a new machine takes its place


def killed(*names):
    return (lambda site: kill(site, *names)), (lambda site: restart(site, *names)), 2


def cut(one, other):
    return (lambda site: site.network.cut(one, other)), (lambda site: site.network.join(one, other)), HOLD


def full(machine):
    def end(site):
        site.empty(machine)
        time.sleep(1)
        site.restart_what_ended()

    return (lambda site: site.fill(machine)), end, HOLD


def stop_postgresql(site):
    site.cluster.stop("immediate")


FAULTS = {
    "web of machine 1 killed": killed("m1 web"),
    "worker of machine 1 killed": killed("m1 worker"),
    "timetable of machine 1 killed": killed("m1 timetable"),
    "machine 2 lost, a new one": (lose_machine, lambda site: site.start_machine("m2"), 2),
    "PostgreSQL killed": (stop_postgresql, lambda site: site.cluster.start(), 3),
    "Redis killed": (lambda site: site.kill("rd redis"), lambda site: site.start_redis(), 3),
    "no network: machine 1 and PostgreSQL": cut("m1", "db"),
    "no network: machine 2 and PostgreSQL": cut("m2", "db"),
    "no network: machine 1 and Redis": cut("m1", "rd"),
    "no network: machine 2 and Redis": cut("m2", "rd"),
    "no network: machine 1 and mail, files": cut("m1", "here"),
    "no network: machine 1 and machine 2": cut("m1", "m2"),
    "disk full: machine 1": full("m1"),
    "disk full: machine 2": full("m2"),
    "disk full: PostgreSQL": full("db"),
    "disk full: Redis": full("rd"),
}
EACH = -(-NOTICES // len(FAULTS))


@pytest.fixture
def site():
    if not (networks.is_possible() and FOUND):
        pytest.skip("needs root, network namespaces, and the programs of PostgreSQL and Redis")
    with tempfile.TemporaryDirectory(prefix="matchmaker-machines-", ignore_cleanup_errors=True) as folder:
        site = Site(Path(folder))
        try:
            yield site
        finally:
            if kept := os.environ.get("MACHINES_LOG"):
                Path(kept).write_bytes((site.folder / "processes.log").read_bytes())
            site.stop()


def test_nothing_is_lost_while_machines_fail(site):
    if stock := os.environ.get("STOCK"):
        site.cluster.load(Path(stock))
    here = site.console("outside")
    here.do("prepare", 200)
    if not stock:
        here.do("load_products", PRODUCTS)
    here.do("ask", "start", 1)
    for machine in MACHINES:
        site.start_machine(machine)
    readers = {machine: Reader(site, machine, PRODUCTS) for machine in MACHINES}
    for machine, reader in readers.items():
        ready = wait(lambda reader=reader: reader.look() == "whole", 600)
        say(f"{machine} shows the whole directory after {ready:.0f} s")
    for machine in MACHINES:
        site.console(machine).do("store_file", f"{machine}.txt", f"stored on {machine} at the start")
    wait(lambda: site.sink.ids, 300)
    for reader in readers.values():
        reader.start()
    lines = [suffer(site, here, readers, number, name) for number, name in enumerate(FAULTS)]
    due = 1 + sum(len(line.asked) for line in lines)
    wait(lambda: site.restart_what_ended() or len(site.sink.ids) >= due, LAST)
    wait(lambda: here.ask("account").get("unfinished") == 0, 180)
    for reader in readers.values():
        reader.is_done.set()
    account, digests = here.do("account"), [site.console(machine).do("files") for machine in MACHINES]
    report(site, lines, account, due, digests)
    assert account["in_app"] == due
    assert account["in_app_doubles"] == 0
    assert digests[0] == digests[1]
    assert {name for line in lines for name in line.stored} <= set(digests[0])
    assert [line.fault for line in lines if any(seen["half"] for seen in line.pages.values())] == []
    arrived = first_arrivals(site)
    assert [line.fault for line in lines if any(one not in arrived for one in line.asked)] == []
    assert other_ids(site) == 0


def say(words: str) -> None:
    sys.__stdout__.write(f"{words}\n")
    sys.__stdout__.flush()


def suffer(site, here, readers, number: int, name: str) -> Line:
    begin, end, seconds = FAULTS[name]
    for reader in readers.values():
        reader.take()
    line = Line(name, [(key, email) for key, email in here.do("ask", f"fault{number}", EACH)["asked"]])
    begin(site)
    for machine in MACHINES:  # also while something is away; an error is an answer
        stored = site.console(machine).ask("store_file", f"{machine}-{number}.txt", f"{name} on {machine}")
        if "error" in stored:
            line.refused.append(machine)
        else:
            line.stored.append(stored["name"])
    time.sleep(seconds)
    end(site)
    line.ended = time.monotonic()
    wait(lambda: site.restart_what_ended() or here.ask("state").get("deliveries"), 120)
    wait(lambda: all(reader.look() in ("whole", "names only") for reader in readers.values()), 240)
    line.pages = {machine: reader.take() for machine, reader in readers.items()}
    say(f"{name}: done")
    return line


def first_arrivals(site) -> dict[tuple[str, str], float]:
    arrived: dict[tuple[str, str], float] = {}
    with site.sink.lock:
        for (to, letter), at in zip(site.sink.letters, site.sink.times, strict=True):
            arrived.setdefault((letter["Subject"].rsplit(" ", 1)[-1], to[0]), at)
    return arrived


def doubles(site) -> Counter:
    """(key, address) → how often a mail came again under the same Message-ID, which a mailbox shows once."""
    with site.sink.lock:
        came = Counter((letter["Subject"].rsplit(" ", 1)[-1], to[0]) for to, letter in site.sink.letters)
    return Counter({one: count - 1 for one, count in came.items() if count > 1})


def other_ids(site) -> int:
    """Mails that came again under another Message-ID: a person would see both."""
    with site.sink.lock:
        repeated = sum(count - 1 for count in site.sink.ids.values())
    return doubles(site).total() - repeated


def report(site, lines: list[Line], account: dict, due: int, digests: list[dict]) -> None:
    """Markdown, so that it can stand in a document as it was printed."""
    arrived, again = first_arrivals(site), doubles(site)
    heads = ["fault", "notices", "lost", "mail twice, one id", "all arrived after"]
    heads += ["m1: whole, names, none, half", "m2", "files refused"]
    say(f"\n| {' | '.join(heads)} |")
    say("|---|---|---|---|---|---|---|---|")
    for line in lines:
        came = [arrived[one] for one in line.asked if one in arrived]
        after = max(0.0, max(came, default=0.0) - line.ended)
        seen = [
            ", ".join(str(line.pages[machine][kind]) for kind in ("whole", "names only", "no page", "half"))
            for machine in MACHINES
        ]
        twice = sum(again[one] for one in line.asked)
        lost = len(line.asked) - len(came)
        say(
            f"| {line.fault} | {len(line.asked)} | {lost} | {twice} | {after:.0f} s | {seen[0]} | {seen[1]} "
            f"| {', '.join(line.refused)} |"
        )
    say(
        f"\n{due} notices sent, {account['in_app']} on the lists, {account['in_app_doubles']} there twice; "
        f"{again.total()} mails came twice, {other_ids(site)} of them under another id; "
        f"{len(digests[0])} files on machine 1, {'the same' if digests[0] == digests[1] else 'OTHERS'} on machine 2."
    )
