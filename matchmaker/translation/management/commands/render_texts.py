"""Texts in another language by the gloss of the site."""

import csv
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from matchmaker.core.languages import base_of
from matchmaker.engines.language import detect
from matchmaker.translation.gloss import render


class Command(BaseCommand):
    help = "Print id,engine,text for every text of a CSV file (columns id, lang, text), by the word-by-word gloss."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("texts", type=Path)
        parser.add_argument("--to", required=True, help="the language of the readers, such as zh-hans")

    def handle(self, *, texts: Path, to: str, **options) -> None:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["id", "engine", "text"])
        with texts.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                source = base_of(row.get("lang") or "") or detect(row["text"])
                writer.writerow([row["id"], "gloss", render(row["text"], source, base_of(to)).text])
