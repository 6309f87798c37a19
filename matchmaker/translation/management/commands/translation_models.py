"""Models for the engine `local`: what is in the folder, and what to fetch."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

FILES = "model.{pair}.intgemm.alphas.bin and vocab.{pair}.spm (or srcvocab.{pair}.spm and trgvocab.{pair}.spm)"
SUMS = "SHA256SUMS"


class Command(BaseCommand):
    help = (
        "Check the folder of translation models (TRANSLATION_MODEL) against its SHA256SUMS file, and print which "
        "files a pair of languages needs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pairs", nargs="*", help="pairs that are needed, such as fr-en en-zh")

    def handle(self, *, pairs: list[str], **options) -> None:
        folder = Path(settings.TRANSLATION_MODEL or "models")
        present = {path.name for path in folder.glob("*-*") if any(path.glob("model.*.bin"))}
        for pair in sorted(present):
            self.stdout.write(f"{pair}: there")
        for pair in pairs:
            if pair not in present:
                self.stdout.write(
                    f"{pair}: missing. Put into {folder / pair}: {FILES.format(pair=pair.replace('-', ''))}"
                )
        wrong = list(self._wrong(folder))
        if wrong:
            raise CommandError("These files are missing or are not what SHA256SUMS says: " + ", ".join(wrong))

    def _wrong(self, folder: Path):
        sums = folder / SUMS
        if not sums.exists():
            self.stdout.write(f"There is no {SUMS} in {folder}: the files are not checked.")
            return
        for line in sums.read_text(encoding="ascii").splitlines():
            expected, _space, name = line.partition("  ")
            path = folder / name.strip()
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != expected:
                yield name.strip()
