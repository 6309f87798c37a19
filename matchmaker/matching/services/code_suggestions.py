"""Category and HS code from a text, while a person types."""

import threading
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from matchmaker.catalogue.models import Category, HSCode, Product
from matchmaker.core.ttl_cache import cached_for
from matchmaker.engines.language import clean

if TYPE_CHECKING:
    from matchmaker.engines.matching import Classifier

MAX_TEXT = 2000  # characters that are looked at
WORTH_SHOWING = 0.02  # share from which a person is shown a suggestion: rice is no journey
# Products with a confirmed code that the suggestions learn from at once: the newest, four megabytes of vectors.
MOST_REMEMBERED = 2000
REMEMBERED_FOR = 300  # seconds until what was confirmed meanwhile is known


_loading = threading.Lock()  # the first two requests of a process come at once; one of them loads


def classifier(*, fast: bool = False) -> "Classifier":
    """The classifier as it is shipped, one a process: what pages, tasks, API and the evaluation commands use.

    `fast` leaves the second encoder out, for thousands of texts at once.
    """
    with _loading:
        return replace(_classifier(), fast=fast)


@cache
def _classifier() -> "Classifier":
    from matchmaker.engines.matching import Classifier  # brings scipy: only who suggests pays for it

    return Classifier.load(settings.DATA_DIR, settings.ENGINE_CACHE)


@cached_for(REMEMBERED_FOR)
def taught_classifier() -> "Classifier":
    """The classifier that also remembers the codes people confirmed for products on this site."""
    import numpy as np

    from matchmaker.engines.matching import ENCODER_PATHS, FIRST_ENCODER

    engine = classifier()
    encoder = engine.encoder(FIRST_ENCODER)
    if ENCODER_PATHS[FIRST_ENCODER] != settings.ENCODER:  # the stored vectors are of another encoder
        return engine
    confirmed = Product.objects.published().filter(code_is_confirmed=True, matching_state__encoder=encoder.name)
    rows = list(
        confirmed.exclude(hs_code="").order_by("-pk").values_list("hs_code", "matching_state__vector")[:MOST_REMEMBERED]
    )
    if not rows:
        return engine
    vectors = np.frombuffer(b"".join(bytes(vector) for _code, vector in rows), np.float16)
    return engine.with_vectors(vectors.reshape(len(rows), encoder.dim).astype(np.float32), [code for code, _ in rows])


@dataclass(frozen=True)
class CodeSuggestions:
    """Best first: (category, share 0..1) and (HS code, share 0..1)."""

    categories: list[tuple[Category, float]]
    hs_codes: list[tuple[HSCode, float]]


def suggest_codes(text: str, language: str = "", top: int = 5, least: float = 0.0) -> CodeSuggestions:
    """What a product or a demand line may be, with a share of at least `least`; nothing for a text without words."""
    text = clean(text)[:MAX_TEXT]
    if len(text) < 2:
        return CodeSuggestions([], [])
    (categories, codes), *_ = taught_classifier().suggest([text], top, top, [language])
    known_categories = Category.objects.in_bulk([s.code for s in categories])
    known_codes = HSCode.objects.select_related("category").in_bulk([s.code for s in codes])
    return CodeSuggestions(
        [(known_categories[s.code], s.score) for s in categories if s.score >= least and s.code in known_categories],
        [(known_codes[s.code], s.score) for s in codes if s.score >= least and s.code in known_codes],
    )
