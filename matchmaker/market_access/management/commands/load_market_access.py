from django.core.management.base import BaseCommand, CommandError

from matchmaker.market_access.services import load_market_access


class Command(BaseCommand):
    help = "Load entry rules, questions, agreements and partners from data/market_access. Running it again is harmless."

    def handle(self, *args, **options):
        try:
            done = load_market_access()
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Market access: {done.created} created, {done.updated} updated, {done.unchanged} unchanged, "
            f"{done.kept} kept as edited here."
        )
