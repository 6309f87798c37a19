"""Small pieces a page shows a hundred times: their template is rendered once for every shape, and filled after.

A mould is a template that only says where values stand, and what goes away with a value that is missing: `{{ name }}`
and `{% if name %}`, no filters on values and no comparing. What is rendered is text with gaps, so that a card costs
a few joined strings instead of a hundred template nodes.
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from html import escape
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

_GAP = re.compile("\ue000(\\w+)\ue001")  # private use: stands in no template
_NOBODY = UUID(int=0)


def filled(template: str, values: Mapping[str, str], **given: Hashable) -> SafeString:
    """The template with these values, escaped unless they are safe already; an empty one counts as missing.

    `given` is what the template reads and compares as it is; for everything else that is given, there is a mould.
    """
    return SafeString(_filled(template, get_language() or "en", values, given))


def filled_each(template: str, several: Iterable[Mapping[str, str]]) -> SafeString:
    """The template with each of several values, one after the other."""
    language = get_language() or "en"
    return SafeString("".join(_filled(template, language, values, {}) for values in several))


def _filled(template: str, language: str, values: Mapping[str, str], given: Mapping[str, Hashable]) -> str:
    shape = tuple(name for name, value in values.items() if value)
    pieces, names = _mould(template, language, shape, tuple(given.items()))
    found = [pieces[0]]
    for name, piece in zip(names, pieces[1:], strict=True):
        value = values[name]
        found += (value if isinstance(value, SafeString) else escape(value), piece)
    return "".join(found)  # every value is escaped above, the pieces are a template's


@lru_cache(maxsize=1024)
def _mould(template: str, language: str, shape: tuple[str, ...], given: tuple) -> tuple[list[str], list[str]]:
    """(text between the gaps, names of the gaps)."""
    gaps = {name: f"\ue000{name}\ue001" for name in shape}
    parts = _GAP.split(render_to_string(template, {**dict(given), **gaps}))
    return parts[::2], parts[1::2]


def address_of(name: str, uid: UUID) -> str:
    """`reverse(name, args=[uid])`, without looking through the site map for each of many."""
    before, after = _around_uid(name)
    return f"{before}{uid}{after}"


@lru_cache(maxsize=64)
def _around_uid(name: str) -> tuple[str, str]:
    before, _uid, after = reverse(name, args=[_NOBODY]).partition(str(_NOBODY))
    return before, after
