"""Make the database ready: migrations, reference data, entry rules and (unless SAMPLE=0) the sample campaign."""

import os
import time

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from matchmaker.campaigns.models import Campaign
from matchmaker.matching.services import start_match_run
from matchmaker.running import sample


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []  # the server checks itself; a laptop need not wait for it twice

    def handle(self, *args, **options):
        began = time.monotonic()
        try:
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        except DatabaseError as error:
            raise CommandError(f"The database does not answer: {str(error).splitlines()[0]}") from None
        call_command("load_reference", stdout=self.stdout)
        call_command("load_market_access", stdout=self.stdout)
        if os.environ.get("SAMPLE", "1") != "0" and not sample.is_loaded():
            call_command("load_sample", stdout=self.stdout)
            # Planned in the same breath, so that the timetable does not begin on single products beside it.
            start_match_run(by=None, campaign=Campaign.objects.get(slug=sample.SLUG))
        self.stdout.write(f"The database is ready ({time.monotonic() - began:.1f} s).")
