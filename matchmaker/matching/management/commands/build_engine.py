"""Learn the text-to-code engine from the files of the repository and write its artefacts to `data/engine`."""

from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from matchmaker.language.encoder import get_encoder
from matchmaker.matching.engine import snapshot, training
from matchmaker.matching.engine.classify import ENCODER_PATHS
from matchmaker.matching.engine.fusion import FIRST, SECOND
from matchmaker.matching.engine.reference import load_labelled, load_nomenclature, load_trade_names
from matchmaker.matching.engine.vectors import VectorStore


class Command(BaseCommand):
    help = (
        "Learn the text-to-code engine from data/hs, data/campaign and data/eval-dev and write data/engine. "
        "Vectors are kept under var/engine, so that a second run takes a minute instead of ten."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether the artefacts fit their inputs")

    def handle(self, *args: Any, **options: Any) -> None:
        data_dir: Path = settings.DATA_DIR
        if options["check"]:
            self.stdout.write(snapshot.state(data_dir))
            return
        began = monotonic()
        nomenclature = load_nomenclature(data_dir)
        labelled = load_labelled(data_dir, nomenclature)
        names = load_trade_names(data_dir, nomenclature)
        stores = {key: VectorStore(get_encoder(ENCODER_PATHS[key]), settings.ENGINE_CACHE) for key in (FIRST, SECOND)}
        material = training.gather(nomenclature, labelled, names, stores)
        self.stdout.write(f"{len(labelled)} labelled texts, {len(names)} names encoded ({monotonic() - began:.0f} s)")
        weights = training.fit_all_weights(training.out_of_fold(material), material)
        self.stdout.write(f"weights fitted ({monotonic() - began:.0f} s)")
        everything = range(len(labelled))
        meanings = {
            key: training.learn_from(training.unlabelled_meaning(material, key), material, key, everything)
            for key in (FIRST, SECOND)
        }
        snapshot.save(data_dir / "engine", meanings, weights, inputs=snapshot.inputs_of(data_dir))
        for route, found in weights.items():
            signals = ", ".join(f"{name} {value:.2f}" for name, value in found.code.items())
            self.stdout.write(f"{route}: {signals}")
        self.stdout.write(f"data/engine written ({monotonic() - began:.0f} s)")
