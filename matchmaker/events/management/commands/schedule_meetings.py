"""``manage.py schedule_meetings INSTANCE.json --seconds N --out PLAN.json``: plan an event from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matchmaker.events.scheduling import Instance, InvalidInstance, plan, warm


class Command(BaseCommand):
    help = "Plan the 1:1 meetings of an event; formats are described in docs/scheduling.md."
    requires_system_checks = ()  # reads and writes files only, also where no database is set up

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("instance", help="JSON file, format b2b-sched-1")
        parser.add_argument("--seconds", type=float, default=10.0, help="time to plan (default 10)")
        parser.add_argument("--target-gap", type=float, default=0.0, help="stop early at this gap in percent")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--out", required=True, help="JSON file to write, format b2b-plan-1")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["seconds"] <= 86_400:
            raise CommandError("The number of seconds must be between 0 and 86400.")
        try:
            instance = Instance.read(options["instance"])
            warm()
            made = plan(
                instance,
                seconds=options["seconds"],
                target_gap=options["target_gap"] / 100,
                seed=options["seed"],
                progress=self._tell if options["verbosity"] > 1 else None,
            )
        except InvalidInstance as error:
            raise CommandError(str(error)) from error
        try:
            Path(options["out"]).write_text(json.dumps(made.to_dict(), separators=(",", ":")), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"The file {options['out']} cannot be written: {error.strerror}.") from error
        suppliers, buyers = made.below_floor
        self.stdout.write(
            f"{len(made.meetings)} meetings, objective {made.objective}, bound {made.bound}, "
            f"gap {100 * made.gap:.4f}%, {len(suppliers) + len(buyers)} below the floor, {made.seconds:.1f} s"
        )

    def _tell(self, stage: str, objective: int, bound: int, gap: float, seconds: float) -> None:
        self.stdout.write(f"{seconds:7.1f} s  {stage:10} objective {objective}  gap {100 * gap:.4f}%")
