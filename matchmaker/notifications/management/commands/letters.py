"""`manage.py letters FOLDER`: every kind of mail as a file to look at, in each language, made of the newest notices."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from matchmaker.notifications import digests, mail, topics, unsubscribing, wording
from matchmaker.notifications.models import Notice


class Command(BaseCommand):
    help = "Write each kind of mail as HTML and text into a folder; sends nothing."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, folder: Path, **options):
        folder.mkdir(parents=True, exist_ok=True)
        newest = {row.kind: row for row in Notice.objects.select_related("recipient").order_by("pk")}
        missing = sorted(set(wording.kinds()) - set(newest))
        for language, _name in settings.LANGUAGES:
            for kind, notice in newest.items():
                notice.recipient.language = language
                context = notice.context | {"path": notice.path}
                self.write(
                    folder, kind, language, mail.build(notice.recipient, kind, notice.topic, context, key="sample")
                )
            for reader in newest.values():
                reader.recipient.language = language
            some = sorted((row for row in newest.values() if row.topic != topics.ACCOUNT), key=lambda row: row.topic)
            if some:
                context = digests.summary([(row, row.path) for row in some], language)
                letter = mail.build(some[0].recipient, "digest", unsubscribing.DIGESTS, context, key="sample")
                self.write(folder, "digest", language, letter)
        self.stdout.write(
            f"{len(newest) + bool(newest)} kinds in {folder}; never told yet: {', '.join(missing) or 'none'}"
        )

    def write(self, folder: Path, kind: str, language: str, letter) -> None:
        name = f"{kind}.{language}"
        (folder / f"{name}.html").write_text(letter.alternatives[0].content, encoding="utf-8")
        (folder / f"{name}.txt").write_text(f"{letter.subject}\n\n{letter.body}", encoding="utf-8")
