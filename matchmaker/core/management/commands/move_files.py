"""`manage.py move_files --to ADDRESS`: copy all uploaded files to another store; may be stopped and run again."""

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.core.management.base import BaseCommand, CommandError

from matchmaker.core.file_stores import stores_at
from matchmaker.core.storage import walk


class Command(BaseCommand):
    help = "Copy all uploaded files to another store. What is there already is left alone, so it may run again."

    def add_arguments(self, parser):
        parser.add_argument("--to", required=True, help="an address as in FILES_URL, or `folder`")

    def handle(self, *, to, **options):
        try:
            targets = stores_at(to)
        except ValueError as problem:
            raise CommandError(f"--to {problem}") from None
        if targets == stores_at(settings.FILES_URL):
            raise CommandError("The files are there already: --to is the store of FILES_URL.")
        copied = there = 0
        for alias, given in targets.items():
            source, target = storages[alias], storages.create_storage(given)
            for name in walk(source, ""):
                if is_there(source, target, name):
                    there += 1
                else:
                    copy(source, target, name)
                    copied += 1
        self.stdout.write(f"{copied} files copied, {there} were there.")
        self.stdout.write("Set FILES_URL, restart the site, and run this once more with the old FILES_URL.")
        self.stdout.write("It copies what came meanwhile. The files in the old place are not deleted.")


def is_there(source: Storage, target: Storage, name: str) -> bool:
    """Files never change under their name, so a file of the same size is the same."""
    return target.exists(name) and target.size(name) == source.size(name)


def copy(source: Storage, target: Storage, name: str) -> None:
    if target.exists(name):  # half a file of a copy that was ended
        target.delete(name)
    with source.open(name) as file:
        target.save(name, File(file))
    if target.size(name) != source.size(name):
        target.delete(name)
        raise CommandError(f"{name} could not be copied whole. Run the command again.")
