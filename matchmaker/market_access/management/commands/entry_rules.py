"""The shipped entry rules as the table of docs/entry_rules.md."""

from django.core.management import BaseCommand

from matchmaker.market_access import rules
from matchmaker.market_access.services.answers import RECORDS


class Command(BaseCommand):
    help = "Print the shipped entry rules with the days between which they hold, their source and how sure they are."

    def handle(self, *args, **options):
        self.stdout.write(as_markdown())


def as_markdown() -> str:
    lines = ["| Rule | Holds | Legal basis | Source | Sure |", "|---|---|---|---|---|"]
    for rule in rules.read_rulebook(RECORDS).rules:
        days = f"{rule.valid_from or '…'} – {rule.valid_until or '…'}"
        source = f"[{rule.source_url.split('/')[2]}]({rule.source_url})" if rule.source_url else "–"
        basis = rule.legal_basis["en"].replace("|", "/")
        lines.append(f"| `{rule.code}` {rule.name['en']} | {days} | {basis} | {source} | {rule.confidence.value} |")
    return "\n".join(lines)
