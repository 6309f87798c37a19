"""Texts in several languages in one line that people type: `Organic | 有机 | fr: Biologique`."""

from collections.abc import Iterable

from django.conf import settings

from matchmaker.core import languages
from matchmaker.core.multilingual import Texts


def read_parts(parts: Iterable[str]) -> Texts:
    """Parts of a line; what has no code before it is in the organiser's languages, in their order."""
    texts, unnamed = {}, iter(settings.STAFF_LANGUAGES)
    for part in map(str.strip, parts):
        code, colon, text = part.partition(":")
        if colon and languages.find(code.strip()):
            texts[code.strip()] = text.strip()
        elif own := next(unnamed, ""):
            texts[own] = part
    return Texts(texts)


def write_parts(texts: Texts) -> list[str]:
    """The parts that `read_parts` reads back as the same texts."""
    own = [texts.get(code, "") for code in settings.STAFF_LANGUAGES]
    while own and not own[-1]:
        own.pop()
    return own + [f"{code}: {text}" for code, text in texts.items() if code not in settings.STAFF_LANGUAGES]
