"""Load the sample campaign of `data/sample/`; a second time changes nothing."""

from django.core.management.base import BaseCommand

from matchmaker.running import sample


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        loaded = sample.load()
        if not loaded:
            self.stdout.write("The sample campaign is already there.")
            return
        self.stdout.write(
            f"The sample campaign is loaded: {loaded['companies']} companies, {loaded['products']} products, "
            f"{loaded['demands']} demands."
        )
