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
class Line:
    """What became of the notices of one fault, counted in notices unless it says otherwise."""

    servers: str  # "SQLite, Valkey"
    fault: str
    notices: int
    blows: int
    lost: int
    in_app_doubles: int
    letters: int  # that the mail server took
    doubles: int  # letters
    other_ids: int  # letters that came again under another Message-ID
    phantoms: int
    silence: float  # seconds without any letter after the first blow, at most
    recovery: float  # seconds from the last blow to the last letter
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

    def enter(self, fault: str, site, notices: int, blows: list[float]) -> Line:
        """Count, and keep the line whatever it says. `blows` are the moments by the clock of the mail server."""
        told = site.ask("account")
        with site.sink.lock:
            ids, times = dict(site.sink.ids), list(site.sink.times)
            subjects = Counter((letter["Subject"], to[0]) for to, letter in site.sink.letters)
        came = {identity.strip("<>").split("@")[0]: count for identity, count in ids.items()}
        alone = sum(identity in came for identity in told["alone"])
        gathered = sum(count for digest, count in told["digests"].items() if digest in came)
        known = set(told["alone"]) | set(told["digests"])
        doubles = sum(count - 1 for count in ids.values())
        after = [blows[0], *(at for at in times if at > blows[0])]
        line = Line(
            servers=site.servers,
            fault=fault,
            notices=notices,
            blows=len(blows),
            lost=(told["letters"] - alone - gathered) + (notices - told["in_app"]),
            in_app_doubles=told["in_app_doubles"],
            letters=len(times),
            doubles=doubles,
            other_ids=sum(count - 1 for count in subjects.values()) - doubles,
            phantoms=sum(identity not in known for identity in came) + max(0, told["in_app"] - notices),
            silence=round(max((b - a for a, b in pairwise(after)), default=0.0), 1),
            recovery=round(max(0.0, max(times) - blows[-1]), 1),
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
            notices, letters, doubles = (
                sum(getattr(line, name) for line in some) for name in ("notices", "letters", "doubles")
            )
            share = 100 * doubles / max(1, letters)
            write(f"\nTogether {notices:,} notices; {doubles} of {letters:,} letters came twice: {share:.3f} %.\n")
