"""Which column of a file is which of ours: exact names in several languages, then names that are nearly spelled so."""

import re
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process

from matchmaker.engines.language.text import clean

_BETWEEN_LANGUAGES = re.compile(r"[/|\n\r\\]+|\s[-–—]\s")
_SCRIPTS = re.compile(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]+")  # "公司名称 Company name" without anything between
_BRACKETS = re.compile(r"[(（]([^()（）]+)[)）]")
NEARLY = 84  # of 100, by rapidfuzz's ratio: "Prodcut name" is product name, "Price unit" is not "Price"


OwnHeads = Mapping[
    str, Sequence[str]
]  # head of an exported file, see `plain_head` → its columns in the order of the file


def plain_head(head: str) -> str:
    """A head of our own file: brackets stay, because they tell a column in one language from that in another."""
    return " ".join(_lower(head).split())


def fold_head(head: str) -> str:
    """A head without case, punctuation, units in brackets and the star that marks what is required."""
    text = _lower(head)
    for opening, closing in ("()", "[]", "（）"):
        while opening in text and closing in text[text.index(opening) :]:
            at = text.index(opening)
            text = text[:at] + text[at + text[at:].index(closing) + 1 :]
    return " ".join("".join(char if char.isalnum() else " " for char in text).split())


def _lower(head: str) -> str:
    """Without case. The Turkish İ becomes an i; lower case of its own would be an i and a dot above."""
    return clean(head).replace("İ", "i").casefold()


def readings(head: str) -> list[str]:
    """What a head may be called by: all of it, then each language of one in two (“Company name / 公司名称”)."""
    parts = [part for piece in _BETWEEN_LANGUAGES.split(head) for part in (piece, *_SCRIPTS.findall(piece))]
    brackets = _BRACKETS.findall(head)
    return list(dict.fromkeys(text for text in map(fold_head, (head, *parts, *brackets)) if text))


def suggest_columns(
    head: Sequence[str],
    names: Mapping[str, Sequence[str]],
    *,
    nearly: bool = True,
    own: Sequence[OwnHeads] = (),
) -> dict[str, int]:
    """Our column → place in the file, for those that can be told; no place is given twice.

    Args:
        head: the first row of the file.
        names: our column → names people use for it, folded, the surest first.
        nearly: also where the spelling is a little off; without it the result needs no check by a person.
        own: how our own files call the columns, one a language. A file that was exported here is read in the language
            whose heads it has.
    """
    read = [readings(cell) for cell in head]
    found = _of_our_file([plain_head(cell) for cell in head], own)
    for depth in range(max(map(len, read), default=0)):  # whole heads before their parts
        level = [texts[depth] if depth < len(texts) else "" for texts in read]
        _exact(level, names, found)
    if nearly:
        _nearly(read, names, found)
    return found


def _of_our_file(heads: Sequence[str], own: Sequence[OwnHeads]) -> dict[str, int]:
    """The places of the columns of an exported file: at least half of its heads are ours in one language."""
    best: dict[str, int] = {}
    for names in own:
        told: dict[str, int] = {}
        for place, head in enumerate(heads):
            column = next((one for one in names.get(head, ()) if one not in told), None)
            if column is not None:
                told[column] = place
        best = max(best, told, key=len)
    return best if best and 2 * len(best) >= sum(map(bool, heads)) else {}


def _exact(level: Sequence[str], names: Mapping[str, Sequence[str]], found: dict[str, int]) -> None:
    for column, spellings in names.items():
        free = {text: place for place, text in reversed(list(enumerate(level))) if place not in found.values()}
        place = next((free[spelling] for spelling in spellings if spelling in free), None)
        if column not in found and place is not None:
            found[column] = place


def _nearly(read: Sequence[Sequence[str]], names: Mapping[str, Sequence[str]], found: dict[str, int]) -> None:
    free = {(place, text): text for place, texts in enumerate(read) for text in texts if place not in found.values()}
    for column, spellings in names.items():
        if column in found or not free:
            continue
        best = max(
            (match for spelling in spellings if (match := process.extractOne(spelling, free, scorer=fuzz.ratio))),
            key=lambda match: match[1],
            default=None,
        )
        if best and best[1] >= NEARLY:
            found[column] = best[2][0]
            free = {key: text for key, text in free.items() if key[0] != found[column]}


def head_among(
    rows: Sequence[tuple[int, Sequence[str]]],
    names: Mapping[str, Sequence[str]],
    own: Sequence[OwnHeads] = (),
) -> int:
    """The number of the row that names the columns: price lists carry a title, a date or an address above it.

    It is the first row, unless a later one has at least two names we know exactly, and more of them.
    """

    def recognised(row: tuple[int, Sequence[str]]) -> int:
        return len(suggest_columns(row[1], names, nearly=False, own=own))

    best = max(rows, key=recognised)  # of equals the first
    return best[0] if recognised(best) >= 2 else rows[0][0]
