"""`manage.py doctor`: what is wrong with the site and what to do about it. Exit status 1 on a grave fault."""

import contextlib
import sys

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from matchmaker import __version__
from matchmaker.notifications.health import delivery_health
from matchmaker.running.doctor import faults, matching_line


class Command(BaseCommand):
    help = "List what is wrong and what to do, and how deliveries stand; exit 1 on a grave fault."
    requires_system_checks: list[str] = []  # a fault is told here, with what to do

    def handle(self, *args, **options):
        self.stdout.write(f"matchmaker {__version__}")
        found = faults()
        with contextlib.suppress(DatabaseError):  # then it is the first fault
            self.deliveries(delivery_health())
            self.stdout.write(matching_line())
        for fault in found:
            style = self.style.ERROR if fault.is_grave else self.style.WARNING
            self.stdout.write(style(fault.what))
            self.stdout.write(f"    → {fault.action}")
        if any(fault.is_grave for fault in found):
            sys.exit(1)
        self.stdout.write("every promise is kept or on its way")

    def deliveries(self, health: dict) -> None:
        seen = health["sweeper"]["seen_at"]
        state = "alive" if health["sweeper"]["alive"] else "SILENT"
        self.stdout.write(f"sweeper {state}, last seen {f'{seen:%Y-%m-%d %H:%M:%S} UTC' if seen else 'never'}")
        self.stdout.write(f"{'channel':15}{'waiting':>9}{'due':>8}{'oldest':>9}{'leased':>8}{'expired':>9}{'retry':>7}"
                          f"{'parked':>8}{'sent/h':>8}")  # fmt: skip
        for row in health["channels"]:
            self.stdout.write(
                f"{row['name']:15}{row['waiting']:>9}{row['due']:>8}{row['oldest_seconds']:>8}s{row['leased']:>8}"
                f"{row['expired']:>9}{row['retrying']:>7}{row['parked']:>8}{row['sent_last_hour']:>8}"
            )
