"""The pinyin of Chinese texts without tones, by the words and characters of pypinyin (MIT).

The package holds them as 700,000 objects, 45 MB. A machine makes arrays of them once, which its processes map.
"""

from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from itertools import groupby

from matchmaker.engines.language.mapped_arrays import Arrays, Keys, Strings, mapped_arrays


@cache
def _table() -> tuple[Keys, Strings]:
    """Characters, words and the beginnings of words; beside each its syllables, "" where it only begins a word."""
    arrays = mapped_arrays(f"pypinyin-{version('pypinyin')}-1", _read_table)
    keys = Keys(arrays["key_starts"], arrays["key_letters"], arrays["key_ends"])
    return keys, Strings(arrays["syllable_letters"], arrays["syllable_ends"])


def _read_table() -> Arrays:
    from pypinyin import lazy_pinyin
    from pypinyin.phrases_dict import phrases_dict
    from pypinyin.pinyin_dict import pinyin_dict

    words = [*phrases_dict, *map(chr, pinyin_dict)]
    table = {word[:end]: "" for word in words for end in range(1, len(word))}
    table |= {word: " ".join(lazy_pinyin(word)) for word in words}
    keys = Keys.sort(table)
    syllables = Strings.arrays(table[key] for key in keys)
    return {f"key_{name}": values for name, values in Keys.arrays(keys).items()} | {
        f"syllable_{name}": values for name, values in syllables.items()
    }


def syllables(text: str) -> list[str]:
    """As `pypinyin.lazy_pinyin`: the syllable of each Chinese character, and other text between them as it stands."""
    keys, _syllables = _table()
    found: list[str] = []
    for is_chinese, characters in groupby(text, lambda char: keys.place(char) >= 0):
        run = "".join(characters)
        found += _spell(run) if is_chinese else [run]
    return found


def _spell(run: str) -> Iterator[str]:
    """The syllables of Chinese characters, word by word: at each place the longest word that is known."""
    start = 0
    while start < len(run):
        spelt, end = _longest_word(run, start)
        yield from spelt.split(" ")
        start = end


def _longest_word(run: str, start: int) -> tuple[str, int]:
    """(syllables, end) of the longest word that begins at a place; a character alone is one, too."""
    keys, syllables = _table()
    spelt, last = "", start
    for end in range(start + 1, len(run) + 1):
        place = keys.place(run[start:end])
        if place < 0:
            break
        if syllables[place]:
            spelt, last = syllables[place], end
    return spelt, last
