"""`manage.py hooks`: which layer registered what with which hook."""

from typing import Any

from django.core.management.base import BaseCommand

from matchmaker.core.hooks import ALL


class Command(BaseCommand):
    help = "List the hooks by which layers take part in layers below them, and who registered what."

    def handle(self, *args: Any, **options: Any) -> None:
        for hook in sorted(ALL, key=lambda hook: hook.name):
            self.stdout.write(f"{hook.name}: {hook.purpose}")
            for key, entry in hook.items().items():
                place = getattr(entry, "__module__", "")
                self.stdout.write(f"  {key}" if key.startswith(place) else f"  {key} ({place})")
            if not hook.items():
                self.stdout.write("  nothing")
