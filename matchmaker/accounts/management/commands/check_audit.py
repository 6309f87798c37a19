"""`manage.py check_audit`: does every chain of the audit hold? Exit 1 when an entry was changed or taken out."""

import sys

from django.core.management.base import BaseCommand

from matchmaker.accounts.audit import first_broken, is_shortened
from matchmaker.accounts.models import AuditChain, AuditEntry


class Command(BaseCommand):
    help = "Recompute every chain of the audit; exit 1 and name what does not hold."

    def handle(self, *args, **options):
        chains = set(AuditChain.objects.values_list("organisation", flat=True))
        chains |= set(AuditEntry.objects.order_by().values_list("organisation", flat=True).distinct())
        broken = 0
        for organisation in sorted(chains):
            if problem := self.problem_of(organisation):
                broken += 1
                self.stdout.write(self.style.ERROR(f"BROKEN {organisation}: {problem}"))
            else:
                # Kept outside the database, these lines show later whether whole chains were taken out.
                last = AuditEntry.objects.filter(organisation=organisation).order_by("-id").first()
                self.stdout.write(f"whole {organisation} {last.digest if last else '-'}")
        self.stdout.write(f"{len(chains)} chains, {broken} broken")
        if broken:
            sys.exit(1)

    def problem_of(self, organisation: str) -> str:
        entry = first_broken(organisation)
        if entry is not None:
            return f"entry {entry.pk} ({entry})"
        return "entries are missing at its end" if is_shortened(organisation) else ""
