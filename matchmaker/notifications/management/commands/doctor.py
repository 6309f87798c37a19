"""`manage.py doctor`: is every delivery done or on its way, and can mail be sent? Exit status 1 if not."""

import sys

from django.core.management.base import BaseCommand

from matchmaker import __version__
from matchmaker.notifications import mail
from matchmaker.notifications.health import delivery_health

MEANING = {
    "late": "due for over 15 minutes and in nobody's hands: is a worker running?",
    "expired": "taken by a worker that died, and not taken over: is a worker running?",
    "orphaned": "waiting for a summary that has already ended",
    "forgotten": "waiting for a summary for more than nine days",
    "untold": "notices without any way to their person",
}


class Command(BaseCommand):
    help = "Check that every notice is delivered, parked with a reason, or on its way; exit 1 on a gap."

    def handle(self, *args, **options):
        mail.try_server()
        health = delivery_health()
        if health["held"]:
            self.stdout.write(f"HELD since {health['held']['since']:%Y-%m-%d %H:%M} UTC: {health['held']['reason']}")
        self.stdout.write(f"matchmaker {__version__}")
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
        if outage := health["outage"]:
            since = f"{outage['since']:%Y-%m-%d %H:%M} UTC"
            self.stdout.write(self.style.ERROR(f"NO MAIL CAN LEAVE since {since}: {outage['reason']}"))
        suspects = {name: count for name, count in health["suspects"].items() if count}
        for name, count in suspects.items():
            self.stdout.write(self.style.ERROR(f"GAP {count} {name}: {MEANING[name]}"))
        if health["parked"]:
            self.stdout.write(f"{health['parked']} parked: the console's delivery page says why and retries them.")
        if suspects or outage:
            sys.exit(1)
        self.stdout.write("every promise is kept or on its way")
