"""Function words of our languages: the lists that bm25s carries (MIT), under ISO 639-1 codes."""

from functools import cache

_LISTS = {
    "en": "EN_PLUS",
    "fr": "FRENCH",
    "es": "SPANISH",
    "pt": "PORTUGUESE",
    "ru": "RUSSIAN",
    "de": "GERMAN",
    "it": "ITALIAN",
    "nl": "DUTCH",
    "tr": "TURKISH",
    "zh": "CHINESE",
}


@cache
def stop_words(language: str) -> frozenset[str]:
    """The function words of a language, none for one that has no list."""
    if language not in _LISTS:
        return frozenset()
    from bm25s import stopwords  # brings numba and scipy, nearly a second: only who segments pays for it

    return frozenset(getattr(stopwords, f"STOPWORDS_{_LISTS[language]}"))
