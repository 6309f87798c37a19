"""What a printer mends in a sentence put together from pieces: names bring full stops and spaces of their own."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.html import escape

HAN = "[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
TAGS = r"(?:</?\w+>)*"
GAP = rf"(?<={HAN})(?P<before>{TAGS}) +(?P<after>{TAGS})(?={HAN})"
STOPS = rf"(?<![.\s])(?P<stop>\.{TAGS})\.(?!\.)"
WRONG = re.compile(f"{GAP}|{STOPS}")


def correct_spacing(text: str, facts: Mapping[str, Any]) -> str:
    """The text or HTML with one full stop behind "Co., Ltd." and no space between Chinese characters.

    A template leaves spaces around a name because most names there are Latin. Whatever stands in `facts` is what people
    wrote, and stays as it is.
    """
    if not WRONG.search(text):
        return text
    own = {line for value in _strings(facts.values()) for line in value.splitlines() if WRONG.search(line)}
    own |= {str(escape(line)) for line in own}
    alternatives = "|".join(re.escape(line) for line in sorted(own, key=len, reverse=True))
    pattern = re.compile(f"(?P<own>{alternatives})|{WRONG.pattern}") if own else WRONG
    return pattern.sub(_mend, text)


def _mend(hit: Any) -> str:
    parts = hit.groupdict()
    return parts.get("own") or (parts["before"] or "") + (parts["after"] or "") + (parts["stop"] or "")


def _strings(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from _strings(value.values())
        elif isinstance(value, list | tuple):
            yield from _strings(value)
