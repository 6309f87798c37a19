"""`manage.py bounced < report`: the mail server hands every mail that came back to this command."""

import sys

from django.core.management.base import BaseCommand

from matchmaker.notifications import reports


class Command(BaseCommand):
    help = "Read one bounce or complaint from standard input and stop writing to its address."

    def handle(self, *args, **options):
        address = reports.take(sys.stdin.buffer.read())
        self.stdout.write(f"{address} is not written to any more" if address else "nothing to stop")
