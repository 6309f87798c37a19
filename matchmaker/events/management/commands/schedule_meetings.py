"""``manage.py schedule_meetings INSTANCE.json --seconds N --out PLAN.json``: plan an event from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matchmaker.engines.planning import Instance, InvalidInstance, given_meetings, plan, warm


class Command(BaseCommand):
    help = "Plan the 1:1 meetings of an event; formats are described in docs/scheduling.md."
    requires_system_checks = ()  # reads and writes files only, also where no database is set up

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("instance", help="JSON file, format b2b-sched-1 or b2b-sched-2 (all meetings given)")
        parser.add_argument("--seconds", type=float, default=10.0, help="time to plan (default 10)")
        parser.add_argument("--target-gap", type=float, default=0.0, help="stop early at this gap in percent")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--out", required=True, help="JSON file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["seconds"] <= 86_400:
            raise CommandError("The number of seconds must be between 0 and 86400.")
        try:
            data = _read(options["instance"])
            if isinstance(data, dict) and data.get("format") == given_meetings.FORMAT:
                self._fewest_breaks(given_meetings.GivenMeetings.from_dict(data), options)
            else:
                self._heaviest(Instance.from_dict(data), options)
        except (InvalidInstance, given_meetings.InvalidInstance, given_meetings.NoPlanYet) as error:
            raise CommandError(str(error)) from error

    def _heaviest(self, instance: Instance, options: dict[str, Any]) -> None:
        warm()
        made = plan(
            instance,
            seconds=options["seconds"],
            target_gap=options["target_gap"] / 100,
            seed=options["seed"],
            progress=self._tell if options["verbosity"] > 1 else None,
        )
        _write(options["out"], made.to_dict())
        suppliers, buyers = made.below_floor
        self.stdout.write(
            f"{len(made.meetings)} meetings, objective {made.objective}, bound {made.bound}, "
            f"gap {100 * made.gap:.4f}%, {len(suppliers) + len(buyers)} below the floor, {made.seconds:.1f} s"
        )

    def _fewest_breaks(self, instance: given_meetings.GivenMeetings, options: dict[str, Any]) -> None:
        made = given_meetings.fewest_breaks(
            instance,
            seconds=options["seconds"],
            seed=options["seed"],
            progress=self._tell_breaks if options["verbosity"] > 1 else None,
        )
        _write(options["out"], made.to_dict())
        if made.slots is None:
            self.stdout.write(made.why)
        else:
            proof = "proven" if made.proven else "not proven"
            self.stdout.write(f"{made.breaks} breaks, at least {made.bound}, {proof}, {made.seconds:.1f} s")

    def _tell(self, stage: str, objective: int, bound: int, gap: float, seconds: float) -> None:
        self.stdout.write(f"{seconds:7.1f} s  {stage:10} objective {objective}  gap {100 * gap:.4f}%")

    def _tell_breaks(self, breaks: int | None, bound: int, seconds: float) -> None:
        self.stdout.write(f"{seconds:7.1f} s  breaks {'-' if breaks is None else breaks}  at least {bound}")


def _read(path: str) -> Any:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInstance(f"The file {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise InvalidInstance(f"The file {path} is not JSON.") from error


def _write(path: str, data: dict[str, Any]) -> None:
    try:
        Path(path).write_text(json.dumps(data, separators=(",", ":")), encoding="utf-8")
    except OSError as error:
        raise CommandError(f"The file {path} cannot be written: {error.strerror}.") from error
