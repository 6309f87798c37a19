"""Learn to tell services from goods from the vocabularies of both, and write `data/engine/text-to-kind.npz`."""

from typing import Any

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand

from matchmaker.engines.matching import FIRST_ENCODER, SECOND_ENCODER, Classifier, kinds, matrix


class Command(BaseCommand):
    help = (
        "Learn what is a service, and of which category, from data/vocabulary/services.csv and the names of goods; "
        "write data/engine/text-to-kind.npz. It rests on data/engine: run it after build_engine. Takes some minutes."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        classifier = Classifier.load(settings.DATA_DIR, settings.ENGINE_CACHE)
        services = kinds.service_names(settings.DATA_DIR)
        goods = kinds.goods_names(settings.DATA_DIR)
        langs = [lang for lang, *_rest in [*services, *goods]]
        texts = [row[1] for row in [*services, *goods]]
        classes = [category for _lang, _name, category in services] + [""] * len(goods)
        categories = tuple(sorted(set(classes) - {""}))
        regressions = {}
        for key in (FIRST_ENCODER, SECOND_ENCODER):
            known = np.asarray(matrix(classifier.meanings[key].names.vectors), np.float32)  # one of each name of goods
            vectors = np.vstack([classifier.whitened(key, texts, langs), known])
            regressions[key] = kinds.learn(vectors, [*classes, *[""] * len(known)], categories)
        kinds.Kinds(categories, regressions).save(settings.DATA_DIR / "engine" / kinds.FILE)
        self.stdout.write(f"{len(services)} names of services, {len(goods)} of goods: {kinds.FILE} written")
