"""Print the versions of matchmaker, Django and Python (`manage.py version` prints that of Django alone)."""

import platform

import django
from django.core.management.base import BaseCommand

import matchmaker


class Command(BaseCommand):
    help = "Print the versions of matchmaker, Django and Python."
    requires_system_checks: list[str] = []

    def handle(self, *args, **options):
        python = platform.python_version()
        self.stdout.write(f"matchmaker {matchmaker.__version__}, Django {django.get_version()}, Python {python}")
