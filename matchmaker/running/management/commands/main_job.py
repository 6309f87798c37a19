"""Match the campaign through Celery with visible progress, wait for the notices, and say where to go."""

import os
import sys
import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Exists, OuterRef
from django.utils import timezone

from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.matching import tasks
from matchmaker.matching.models import Match, MatchRun, OfferState, WantState
from matchmaker.matching.reasons import sentences
from matchmaker.matching.services import start_match_run
from matchmaker.notifications.models import Delivery
from matchmaker.notifications.tasks import start_delivery
from matchmaker.running import sample

PATIENCE = 300  # seconds without progress
TELL_EVERY = 20  # seconds


def texts_read() -> int:
    """Products and demand lines whose texts are encoded."""
    return sum(kind.objects.filter(vector__isnull=False).count() for kind in (OfferState, WantState))


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []  # as in prepare

    def add_arguments(self, parser):
        parser.add_argument("--again", action="store_true", help="match anew even if a run has been done")
        parser.add_argument("--table", action="store_true", help="print the best matches with their reasons")

    def handle(self, *args, **options):
        campaign = Campaign.objects.filter(is_current=True).first()
        if campaign is None:
            self.stdout.write("There is no campaign yet. Create one in the admin: " + settings.SITE_URL + "/admin/")
            return
        run = self.run_of(campaign, options["again"])
        self.follow(run, must_end=options["table"])
        sent = self.deliver()
        run.refresh_from_db(fields=["state", "started_at", "finished_at"])
        took = (run.finished_at - run.started_at).total_seconds() if run.finished_at and run.started_at else 0
        seconds = max(1, round(took))
        if options["table"]:
            self.table()
        matched = f"matched to {run.lines} demand lines in {seconds} s"
        if run.state == MatchRun.State.RUNNING:
            matched = f"are being matched to {run.lines} demand lines"
        self.stdout.write(
            self.style.SUCCESS(
                f"\n{run.products} products {matched}: {Match.objects.active().count()} matches, {sent} notices sent"
            )
        )
        if not options["table"]:
            self.addresses(campaign)

    def run_of(self, campaign, again) -> MatchRun:
        going = MatchRun.objects.filter(state=MatchRun.State.RUNNING).first()
        latest = going or MatchRun.objects.filter(campaign=campaign).first()
        if latest and (latest == going or (latest.finished_at and not again)):
            run = latest
        else:
            try:
                run = start_match_run(by=None, campaign=campaign)
            except Refused as refusal:
                raise CommandError(refusal.message) from None
        if run.state == MatchRun.State.RUNNING:
            # What was planned before the workers stood is timed from now.
            if not run.blocks.filter(attempts__gt=0).exists():
                MatchRun.objects.filter(pk=run.pk).update(started_at=timezone.now())
            tasks.start_run(run.blocks.filter(done_at__isnull=True).count())
        return run

    def follow(self, run: MatchRun, *, must_end: bool) -> None:
        """Show how far the run is until it ends, or until nothing moves for `PATIENCE` seconds.

        On a slow machine the texts are read for minutes before the first products are matched, and that is said. The
        site is open meanwhile; only who asked for a table of matches must wait for them.
        """
        total, shown, moved, told = run.blocks.count(), (-1, -1), time.monotonic(), time.monotonic()
        while run.state == MatchRun.State.RUNNING:
            done, now = run.blocks.filter(done_at__isnull=False).count(), time.monotonic()
            steps = (done, texts_read())
            if steps != shown:
                moved = now
            elif now - moved > PATIENCE:
                self.say_what_waits(must_end=must_end)
                return
            if done != shown[0]:
                told = now
                self.bar("matching", done, total)
            elif now - told > TELL_EVERY:
                told = now
                self.stdout.write(
                    f"matching  goes on: {steps[1]} of {run.products + run.lines} texts read, {done} of {total} parts "
                    f"matched. The site is open meanwhile: {settings.SITE_URL}/"
                )
            shown = steps
            time.sleep(0.2 if now - moved < 5 else 1)
            run.refresh_from_db(fields=["state", "finished_at"])
            total = run.blocks.count()
        self.bar("matching", run.blocks.filter(done_at__isnull=False).count(), total)
        if run.state == MatchRun.State.INCOMPLETE:
            self.stdout.write("matching  is incomplete: `manage.py doctor` says what is missing and what to do.")

    def say_what_waits(self, *, must_end: bool) -> None:
        waits = f"Matching made no progress for {PATIENCE} seconds. It goes on as soon as a worker is free"
        if must_end:
            raise CommandError(f"{waits}. Is one running? `make run` starts one.")
        self.stdout.write(self.style.WARNING(f"{waits}; `manage.py doctor` says what is wrong. The site is open."))

    def deliver(self) -> int:
        """Wait until every mail that is due has left; what is parked is counted on the delivery page."""
        start_delivery()
        due = Delivery.objects.filter(state=Delivery.State.WAITING, not_before__lte=timezone.now())
        started = waiting = due.count()
        moved = time.monotonic()
        while waiting and time.monotonic() - moved < 30:
            self.bar("notices", started - waiting, started)
            time.sleep(0.3)
            now = due.count()
            if now < waiting:
                moved = time.monotonic()
            waiting = now
        if started:
            self.bar("notices", started - waiting, started)
        return Delivery.objects.filter(state=Delivery.State.SENT).count()

    def bar(self, label: str, done: int, total: int) -> None:
        share = done / total if total else 1
        line = f"{label:<9} {'█' * round(share * 30):<30} {done} of {total}"
        if sys.stdout.isatty():
            self.stdout.write("\r" + line, ending="\n" if done >= total else "")
            self.stdout.flush()
        else:
            self.stdout.write(line)

    def table(self) -> None:
        seen: set[int] = set()
        for match in Match.objects.active().for_cards().order_by("-score")[:400]:
            if match.line_id in seen:
                continue
            seen.add(match.line_id)
            self.stdout.write(
                f"\n{match.score:4.0%}  {match.product.name} ({match.product.company}, {match.product.origin})"
            )
            self.stdout.write(f"      ↔ {match.line.text[:90]}")
            for sentence in sentences(match):
                self.stdout.write(f"      · {sentence}")
            if len(seen) == 15:
                return

    def addresses(self, campaign: Campaign) -> None:
        site = settings.SITE_URL
        for label, place in (
            ("Site", f"{site}/"),
            ("Programs", f"{site}/api/v1/docs/"),
            ("Administration", f"{site}/admin/"),
            ("Mail", settings.MAIL_FOLDER),
        ):
            self.stdout.write(f"  {label:<16} {place}")
        if campaign.slug != sample.SLUG or os.environ.get("PRODUCTION"):
            return
        self.stdout.write(f"\n  Sample logins, all with the password {sample.PASSWORD}")
        matched = Exists(Match.objects.active().filter(product__company=OuterRef("pk")))
        supplier = Company.objects.approved().suppliers().filter(matched, is_buyer=False).first()
        buyer = Company.objects.approved().buyers().filter(is_supplier=False).order_by("pk").first()
        organiser = Organiser.objects.filter(campaign=campaign, role=Organiser.Role.ADMIN).first()
        for label, person in (
            ("Exporter", supplier and supplier.members.first()),
            ("Buyer", buyer and buyer.members.first()),
            ("Organiser", organiser and organiser.user),
        ):
            if person:
                self.stdout.write(f"  {label:<16} {person.email}")
        self.stdout.write(f"  {'Country partner':<16} {sample.PARTNER}")
        self.stdout.write(f"  {'Trading group':<16} {sample.GROUP}")
        self.stdout.write(f"  {'Site staff':<16} {sample.STAFF}")
