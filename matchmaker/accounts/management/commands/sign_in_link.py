"""`manage.py sign_in_link EMAIL`: a link for one person to come in without any mail."""

from django.core.management.base import BaseCommand, CommandError

from matchmaker.accounts import sign_in_links
from matchmaker.accounts.models import User


class Command(BaseCommand):
    help = "Print a link with which this person chooses a password. It works once and for half an hour."

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, email, **options):
        try:
            self.stdout.write(sign_in_links.make(email=email))
        except User.DoesNotExist:
            raise CommandError(f"The account of {email} is closed.") from None
