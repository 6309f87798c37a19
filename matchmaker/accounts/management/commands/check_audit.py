"""`manage.py check_audit`: does every chain of the audit hold? Exit 1 when an entry was changed or taken out."""

import sys

from django.core.management.base import BaseCommand

from matchmaker.accounts.audit import organisations, problem_of
from matchmaker.accounts.models import AuditEntry


class Command(BaseCommand):
    help = "Recompute every chain of the audit; exit 1 and name what does not hold."

    def handle(self, *args, **options):
        chains = organisations()
        broken = 0
        for organisation in chains:
            if problem := problem_of(organisation):
                broken += 1
                self.stdout.write(self.style.ERROR(f"BROKEN {organisation}: {problem}"))
            else:
                # Kept outside the database, these lines show later whether whole chains were taken out.
                last = AuditEntry.objects.filter(organisation=organisation).order_by("-id").first()
                self.stdout.write(f"whole {organisation} {last.digest if last else '-'}")
        self.stdout.write(f"{len(chains)} chains, {broken} broken")
        if broken:
            sys.exit(1)
