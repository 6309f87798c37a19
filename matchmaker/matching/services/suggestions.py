"""Category and HS code from a text, while a person types."""

import threading
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from matchmaker.catalogue.models import Category, HSCode
from matchmaker.language.text import clean

MAX_TEXT = 2000  # characters that are looked at
WORTH_SHOWING = 0.02  # share from which a person is shown a suggestion: rice is no journey


_loading = threading.Lock()  # the first two requests of a process come at once; one of them loads


def classifier():
    with _loading:
        return _classifier()


@cache
def _classifier():
    from matchmaker.matching.engine.classify import Classifier  # brings scipy: only who suggests pays for it

    return Classifier.load(settings.DATA_DIR, settings.ENGINE_CACHE, fast=True)  # for the speed of typing


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
    languages = [language] if language else None
    categories = classifier().suggest_categories([text], top=top, langs=languages)[0]
    codes = classifier().suggest_hs([text], top=top, langs=languages)[0]
    known_categories = Category.objects.in_bulk([s.code for s in categories])
    known_codes = HSCode.objects.select_related("category").in_bulk([s.code for s in codes])
    return CodeSuggestions(
        [(known_categories[s.code], s.score) for s in categories if s.score >= least and s.code in known_categories],
        [(known_codes[s.code], s.score) for s in codes if s.score >= least and s.code in known_codes],
    )
