"""The lines of the large ledger: counted outside, kept in a file, printed as one table.

A fault takes minutes, so each is counted by itself and kept in LEDGER (`.cache/ledger.jsonl`). A run does those which
are not there yet and prints all. Remove the file to begin anew.
"""

import json
import os
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from pathlib import Path

from django.utils import timezone

KEPT = Path(os.environ.get("LEDGER", Path(__file__).parents[2] / ".cache" / "ledger.jsonl"))


@dataclass(frozen=True)
class Blow:
    """When something was broken, by the clock of the mail server, and the letters under a lease at that moment."""

    at: float
    in_hands: set[str]


@dataclass(frozen=True)
class Line:
    """What became of the notices of one fault, counted in notices unless it says otherwise."""

    servers: str  # "SQLite, Valkey"
    fault: str
    notices: int
    blows: int
    lost: int
    in_app_doubles: int
    letters: int  # that the mail server took
    came_twice: int  # letters
    under_another_id: int  # letters that came again under another Message-ID
    phantoms: int
    late: int  # letters that a blow held up for longer than promised of its kind
    resumed: float  # seconds from a blow to the next letter, at most
    freed: float  # seconds from a blow to the last letter that was in a worker's hands at that moment, at most
    all_done: float  # seconds from the last blow to the last letter of all, so with the draining of what was left
    day: str

    @property
    def name(self) -> tuple[str, str, int]:
        return self.servers, self.fault, self.notices


class Ledger:
    """Compares what was asked with what a mail server outside took and what each person's list shows."""

    def __init__(self):
        self.began = time.monotonic()
        known = KEPT.read_text(encoding="utf-8").splitlines() if KEPT.exists() else []
        self.lines = [Line(**json.loads(line)) for line in known]

    def has(self, servers: str, fault: str, notices: int) -> bool:
        return (servers, fault, notices) in {line.name for line in self.lines}

    def enter(self, fault: str, site, notices: int, blows: list[Blow], limit: float) -> Line:
        """Count, and keep the line whatever it says. `limit` is the longest a blow may hold up a letter, in seconds."""
        told = site.ask("account")
        with site.sink.lock:
            letters, times = list(site.sink.letters), list(site.sink.times)
        subjects = Counter((letter["Subject"], to[0]) for to, letter in letters)
        ids = [letter["Message-ID"].strip("<>").split("@")[0] for _to, letter in letters]
        came, first = Counter(ids), dict(zip(reversed(ids), reversed(times), strict=True))
        alone = sum(identity in came for identity in told["alone"])
        gathered = sum(count for digest, count in told["digests"].items() if digest in came)
        known = set(told["alone"]) | set(told["digests"])
        doubles = len(ids) - len(came)
        held_up = _held_up(blows, first)
        line = Line(
            servers=site.servers,
            fault=fault,
            notices=notices,
            blows=len(blows),
            lost=(told["letters"] - alone - gathered) + (notices - told["in_app"]),
            in_app_doubles=told["in_app_doubles"],
            letters=len(times),
            came_twice=doubles,
            under_another_id=sum(count - 1 for count in subjects.values()) - doubles,
            phantoms=sum(identity not in known for identity in came) + max(0, told["in_app"] - notices),
            late=sum(seconds > limit for seconds in held_up),
            resumed=round(_resumed(blows, times), 1),
            freed=round(max(held_up, default=0.0), 1),
            all_done=round(max(0.0, max(times) - blows[-1].at), 1),
            day=f"{timezone.now():%Y-%m-%d}",
        )
        self.lines.append(line)
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        with KEPT.open("a", encoding="utf-8") as kept:
            kept.write(json.dumps(asdict(line)) + "\n")
        return line

    def print(self) -> None:
        """Markdown, so that it can stand in a document as it was printed."""
        write = sys.__stdout__.write
        for servers in dict.fromkeys(line.servers for line in self.lines):
            some = sorted((line for line in self.lines if line.servers == servers), key=lambda line: line.fault)
            heads = ["fault", *(field.name.replace("_", " ") for field in fields(Line)[2:])]
            write(f"\n\n**{servers}**\n\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n")
            for line in some:
                write(f"| {' | '.join(str(value) for value in list(asdict(line).values())[1:])} |\n")
            write(f"\n{_together(some)}\n")
        write(f"\nAll in all: {_together(self.lines)}\n")


def _together(lines: list[Line]) -> str:
    def total(name: str) -> int:
        return sum(getattr(line, name) for line in lines)

    counts = ", ".join(
        f"{name.replace('_', ' ')} {total(name)}" for name in ("lost", "in_app_doubles", "phantoms", "late")
    )
    share = 100 * total("came_twice") / max(1, total("letters"))
    letters = f"{total('came_twice')} of {total('letters'):,} letters came twice ({share:.3f} %)"
    return f"{total('notices'):,} notices: {counts}; {letters}, under another id {total('under_another_id')}."


def _resumed(blows: list[Blow], times: list[float]) -> float:
    """The longest time from a blow to the next letter; of blows that follow each other without one, the last counts."""
    waited = [min((at for at in times if at > blow.at), default=blow.at) - blow.at for blow in blows]
    nothing_between = [not any(a.at < at <= b.at for at in times) for a, b in pairwise(blows)]
    return max(wait for wait, again in zip(waited, [*nothing_between, False], strict=True) if not again)


def _held_up(blows: list[Blow], first: dict[str, float]) -> list[float]:
    """For each letter that was in a worker's hands at a blow: seconds from the last such blow until it came."""
    struck = {identity: blow.at for blow in blows for identity in blow.in_hands if first.get(identity, 0) > blow.at}
    return [first[identity] - at for identity, at in struck.items()]
