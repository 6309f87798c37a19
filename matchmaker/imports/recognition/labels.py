"""Lines that say what they hold, such as "Net weight: 500 g" and 原产国：泰国; the words stand in label_words.csv."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from matchmaker.catalogue import wording
from matchmaker.core import reference
from matchmaker.engines.language import clean, simplify
from matchmaker.engines.reading import PictureLine

_BEHIND = re.compile(r"^\s*(?:[:：;=\-–]|\.(?!\d)|n[o°]\.?)*\s*", re.IGNORECASE)
_NO_LABEL = re.compile(r"[^\W\d_]")  # a letter right behind a word makes it another word


@dataclass
class LabelledLines:
    """`values` by field: the first one of each; `rest` are the lines without a label."""

    values: dict[str, str] = field(default_factory=dict)
    rest: list[PictureLine] = field(default_factory=list)


@cache
def words(kind: str) -> tuple[tuple[str, str], ...]:
    """(word, field), the longest word first."""
    rows = [row for row in reference.read_csv("trade/label_words.csv") if row["kind"] == kind]
    found = {(wording.fold(word), row["field"]) for row in rows for word in row["words"].split("|")}
    return tuple(sorted(found, key=lambda pair: (-len(pair[0]), pair)))


def split_labels(lines: Iterable[PictureLine], kind: str, fields: Sequence[str] = ()) -> LabelledLines:
    """Values behind labels, and the other lines. A label alone on its line speaks of the next line."""
    result, waiting = LabelledLines(), ""
    for line in lines:
        name, value = _split(line.text, kind)
        if waiting and not name:
            result.values.setdefault(waiting, line.text)
            waiting = ""
        elif not name or (fields and name not in fields):
            result.rest.append(line)
        elif value:
            result.values.setdefault(name, value)
            waiting = ""
        else:
            waiting = name
    return result


def _split(text: str, kind: str) -> tuple[str, str]:
    """(field, value) of a line with a label, else ("", "")."""
    text = clean(text)
    folded = simplify(text).casefold()  # readers of pictures mix 净 and 凈
    if len(folded) != len(text):
        folded = text.casefold()
    for word, name in words(kind):
        if not folded.startswith(word):
            continue
        behind = text[len(word) :]
        mark = _BEHIND.match(behind)
        value = behind[mark.end() :] if mark else behind
        if word.isascii() and mark and not mark.group().strip() and not _speaks(word, behind, value):
            continue
        if _is_one_word(word, behind):
            return name, value.strip()
    return "", ""


def _speaks(word: str, behind: str, value: str) -> bool:
    """Latin words without a colon behind them are labels only where a figure follows, or two words long."""
    return not value or (behind[:1].isspace() and (value[:1].isdigit() or " " in word))


def _is_one_word(word: str, behind: str) -> bool:
    return not (word[-1].isascii() and word[-1].isalpha() and _NO_LABEL.match(behind))
