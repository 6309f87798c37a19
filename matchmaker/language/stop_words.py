"""Function words of our languages: the lists that bm25s carries (MIT), under ISO 639-1 codes."""

from bm25s import stopwords

STOP_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(stopwords.STOPWORDS_EN_PLUS),
    "fr": frozenset(stopwords.STOPWORDS_FRENCH),
    "es": frozenset(stopwords.STOPWORDS_SPANISH),
    "pt": frozenset(stopwords.STOPWORDS_PORTUGUESE),
    "ru": frozenset(stopwords.STOPWORDS_RUSSIAN),
    "de": frozenset(stopwords.STOPWORDS_GERMAN),
    "it": frozenset(stopwords.STOPWORDS_ITALIAN),
    "nl": frozenset(stopwords.STOPWORDS_DUTCH),
    "tr": frozenset(stopwords.STOPWORDS_TURKISH),
    "zh": frozenset(stopwords.STOPWORDS_CHINESE),
}
