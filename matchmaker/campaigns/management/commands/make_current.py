"""Choose which campaign the site shows."""

from django.core.management.base import BaseCommand, CommandError

from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import team


class Command(BaseCommand):
    help = "Show this campaign on the site from now on. The one shown before keeps its data and can be chosen again."

    def add_arguments(self, parser):
        parser.add_argument("slug", help="short name of the campaign, as given to start_campaign")

    def handle(self, slug, **options):
        campaign = Campaign.objects.filter(slug=slug).first()
        if campaign is None:
            known = ", ".join(Campaign.objects.order_by("slug").values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no campaign {slug}. There are: {known}.")
        team.make_current(campaign=campaign)
        self.stdout.write(f"The site shows {campaign.name} now.")
