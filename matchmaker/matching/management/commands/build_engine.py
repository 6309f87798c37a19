"""Learn the text-to-code engine from the files of the repository and write its artefacts to `data/engine`."""

from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from matchmaker.engines.language import get_encoder
from matchmaker.engines.matching import (
    ENCODER_PATHS,
    FIRST_ENCODER,
    FIRST_ONLY,
    SECOND_ENCODER,
    VectorStore,
    load_labelled,
    load_names,
    load_nomenclature,
    relearning,
    snapshot,
    training,
)


class Command(BaseCommand):
    help = (
        "Learn the text-to-code engine from data/hs, data/campaign and data/eval-dev and write data/engine. "
        "Vectors are kept under var/engine; what the second encoder knows of the HS texts is taken from data/engine "
        "as long as they are the same, so that a run takes a few minutes."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether the artefacts fit their inputs")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--anew", action="store_true", help="read the HS texts anew with both encoders (half an hour)")
        how.add_argument(
            "--quick",
            action="store_true",
            help="learn with the first encoder alone (two minutes); what the second knows and its weights stay",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        data_dir: Path = settings.DATA_DIR
        folder = data_dir / "engine"
        if options["check"]:
            self.stdout.write(snapshot.state(data_dir))
            return
        kept = not options["anew"] and snapshot.knows_texts(data_dir)
        if options["quick"] and not kept:
            raise CommandError("The HS texts changed or data/engine is damaged: run without --quick.")
        began = monotonic()
        nomenclature = load_nomenclature(data_dir)
        labelled = load_labelled(data_dir, nomenclature)
        names = load_names(data_dir, nomenclature)
        stores = {
            key: VectorStore(get_encoder(ENCODER_PATHS[key]), settings.ENGINE_CACHE)
            for key in (FIRST_ENCODER, SECOND_ENCODER)
        }
        material = training.gather(
            nomenclature, labelled, names, {FIRST_ENCODER: stores[FIRST_ENCODER]} if kept else stores
        )
        meanings, weights = {}, {}
        if kept:
            cache = settings.ENGINE_CACHE / f"before-{snapshot.version(folder)}"
            before = snapshot.load_meaning(folder, cache, SECOND_ENCODER)
        if kept and not options["quick"]:
            seen, known = relearning.reuse_vectors(before, nomenclature, labelled, stores[SECOND_ENCODER])
            material = replace(
                material, vectors=material.vectors | {SECOND_ENCODER: seen}, kept={SECOND_ENCODER: known}
            )
        self.stdout.write(f"{len(labelled)} labelled texts, {len(names)} names encoded ({monotonic() - began:.0f} s)")
        judged = training.out_of_fold(material)
        if options["quick"]:
            meanings = {SECOND_ENCODER: before}
            rows = training.rows_of(FIRST_ONLY, labelled)
            weights = snapshot.load_weights(folder)
            weights[FIRST_ONLY] = training.fit_weights(judged, material, FIRST_ONLY, rows)
        else:
            weights = training.fit_all_weights(judged, material)
        self.stdout.write(f"weights fitted ({monotonic() - began:.0f} s)")
        for key in material.vectors:
            blank = training.unlabelled_meaning(material, key)
            meanings[key] = training.learn_from(blank, material, key, range(len(labelled)))
        inputs, texts = snapshot.inputs_of(data_dir), snapshot.texts_of(data_dir)
        snapshot.save(folder, meanings, weights, inputs=inputs, texts=texts)
        for route, route_weights in weights.items():
            signals = ", ".join(f"{name} {value:.2f}" for name, value in route_weights.code.items())
            self.stdout.write(f"{route}: {signals}")
        self.stdout.write(f"data/engine written ({monotonic() - began:.0f} s)")
