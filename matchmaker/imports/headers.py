"""Which column of a file is which of ours: exact names in several languages, then names that are nearly spelled so."""

from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process

from matchmaker.language.text import clean

NEARLY = 84  # of 100, by rapidfuzz's ratio: "Prodcut name" is product name, "Price unit" is not "Price"


def fold(head: str) -> str:
    """A head without case, punctuation, units in brackets and the star that marks what is required."""
    text = clean(head).casefold()
    for opening, closing in ("()", "[]", "（）"):
        while opening in text and closing in text[text.index(opening) :]:
            at = text.index(opening)
            text = text[:at] + text[at + text[at:].index(closing) + 1 :]
    return " ".join("".join(char if char.isalnum() else " " for char in text).split())


def suggest(head: Sequence[str], names: Mapping[str, Sequence[str]], *, nearly: bool = True) -> dict[str, int]:
    """Our column → place in the file, for those that can be told; no place is given twice.

    Args:
        head: the first row of the file.
        names: our column → names people use for it, folded, the surest first.
        nearly: also where the spelling is a little off; without it the result needs no check by a person.
    """
    folded = [fold(cell) for cell in head]
    found: dict[str, int] = {}
    for column, spellings in names.items():
        for spelling in spellings:
            if spelling in folded and folded.index(spelling) not in found.values():
                found[column] = folded.index(spelling)
                break
    if not nearly:
        return found
    free = {place: text for place, text in enumerate(folded) if text and place not in found.values()}
    for column, spellings in names.items():
        if column in found or not free:
            continue
        best = max(
            (match for spelling in spellings if (match := process.extractOne(spelling, free, scorer=fuzz.ratio))),
            key=lambda match: match[1],
            default=None,
        )
        if best and best[1] >= NEARLY:
            found[column] = best[2]
            del free[best[2]]
    return found


def head_among(rows: Sequence[tuple[int, Sequence[str]]], names: Mapping[str, Sequence[str]]) -> int:
    """The number of the row that names the columns: price lists carry a title, a date or an address above it.

    It is the first row, unless a later one has at least two names we know exactly, and more of them.
    """

    def told(row: tuple[int, Sequence[str]]) -> int:
        return len(suggest(row[1], names, nearly=False))

    best = max(rows, key=told)  # of equals the first
    return best[0] if told(best) >= 2 else rows[0][0]
