"""What a machine translation must keep before anybody sees it: quantities, codes, and the terms of the vocabulary.

A translation that changes a quantity is never shown: see `engines.language.quantities`. Markup and invisible characters
of an answer are removed or refused.
"""

import re
import unicodedata

from matchmaker.core.text import validate_text
from matchmaker.engines.language import same_quantities

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]")
LONGEST = 6  # times the original, for texts over forty characters


def problem_of(original: str, source: str, translated: str, target: str) -> str:
    """Why a translation must not be shown: `empty`, `changed_numbers`, `added_markup`, `too_long`; "" when it may.

    Args:
        original, source: a text and the code of its language.
        translated, target: its translation and the code of that language.
    """
    if not translated.strip():
        return "empty"
    if same_quantities(original, source, translated, target):
        return "changed_numbers"
    if len(_TAG.findall(translated)) > len(_TAG.findall(original)):
        return "added_markup"
    if len(translated) > LONGEST * max(len(original), 40):
        return "too_long"
    return ""


def missing_terms(translated: str, terms: list[tuple[str, tuple[str, ...]]]) -> list[str]:
    """Terms of the original of which no accepted translation stands in the answer.

    Args:
        terms: (term, accepted translations in the other language).
    """
    plain = translated.casefold()
    return [term for term, accepted in terms if accepted and not any(word.casefold() in plain for word in accepted)]


def clean_translation(translated: str) -> str:
    """The answer without invisible characters and direction marks.

    Raises:
        ValidationError: for text that no field of the site accepts.
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", translated)).strip()
    validate_text(text)
    return text
