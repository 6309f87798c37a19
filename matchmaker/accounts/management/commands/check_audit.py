"""`manage.py check_audit`: does every chain of the audit hold? Exit 1 when an entry was changed or taken out."""

import sys

from django.core.management.base import BaseCommand

from matchmaker.accounts.audit import first_broken
from matchmaker.accounts.models import AuditEntry


class Command(BaseCommand):
    help = "Recompute every chain of the audit; exit 1 and name the first entry that does not hold."

    def handle(self, *args, **options):
        chains = AuditEntry.objects.order_by("organisation").values_list("organisation", flat=True).distinct()
        broken = 0
        for organisation in chains:
            entry = first_broken(organisation)
            if entry is not None:
                broken += 1
                self.stdout.write(self.style.ERROR(f"BROKEN {organisation}: entry {entry.pk} ({entry})"))
            else:
                # Kept outside the database, this line shows later whether the end of a chain was cut off.
                last = AuditEntry.objects.filter(organisation=organisation).order_by("-id").first()
                self.stdout.write(f"whole {organisation} {last.digest}")
        self.stdout.write(f"{len(chains)} chains, {broken} broken")
        if broken:
            sys.exit(1)
