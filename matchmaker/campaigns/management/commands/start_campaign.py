"""Begin a campaign: its name, its days, and the address of its administrator."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from matchmaker.accounts import sign_in_links
from matchmaker.campaigns.services import letters, team
from matchmaker.core import languages
from matchmaker.notifications.models import Outage


class Command(BaseCommand):
    help = (
        "Begin a campaign. The administrator is written to at once: she makes an account with that address, takes her "
        "place, and invites the rest of the team on the site."
    )

    def add_arguments(self, parser):
        parser.add_argument("slug", help="short name in small letters, such as export-2027")
        parser.add_argument("--name", required=True, help="in English")
        parser.add_argument("--name-zh", required=True, help="in Chinese")
        parser.add_argument(
            "--name-in", action="append", default=[], metavar="CODE=NAME", help="in another language, such as fr=…"
        )
        parser.add_argument("--from", required=True, dest="starts_on", type=dt.date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--until", required=True, dest="ends_on", type=dt.date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--admin", required=True, help="e-mail address of its first administrator")
        parser.add_argument("--language", default="en", choices=list(dict(settings.LANGUAGES)), help="of her letter")

    def handle(self, slug, name, name_zh, name_in, starts_on, ends_on, admin, language, **options):
        others = dict(one.partition("=")[::2] for one in name_in)
        names = {languages.ENGLISH: name, "zh-hans": name_zh, **others}
        values = {"slug": slug, "name": names, "starts_on": starts_on, "ends_on": ends_on}
        try:
            campaign = team.start_campaign(**values, admin=admin, language=language)
        except ValidationError as error:
            raise CommandError(
                "; ".join(f"{field}: {' '.join(why)}" for field, why in error.message_dict.items())
            ) from None
        letters.send_waiting()
        current = (
            "the site shows it"
            if campaign.is_current
            else f"the site still shows another one: manage.py make_current {campaign.slug} changes that"
        )
        self.stdout.write(
            f"{campaign.name} is begun ({current}). {admin} takes the first place at {settings.SITE_URL}/team/"
        )
        self.stdout.write(
            "She has a letter. Without mail she comes in by this link, which works once and for half an hour "
            f"(a new one: manage.py sign_in_link {admin}):\n{sign_in_links.make(email=admin, language=language)}"
        )
        if outage := Outage.objects.first():
            self.stdout.write(self.style.ERROR(f"No mail can leave: {outage.reason}"))
