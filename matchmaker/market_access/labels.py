"""A draft of the Chinese label of a packed food: its lines, the rule beside each, and what is missing.

A draft is for the importer to check: it says what the sources below ask for and nothing of type size, nutrition table
or claims. Texts of the label are Chinese and not translated. Plain Python: values in, values out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

# Who wrote of the rule where its own text was not at hand.
IMPORTED = "http://ieasytrip.com/zrIgo000o14tOIgiffTNvOlQfwO0O0OO0O0O2.html"
GB_7718_2025 = "https://www.antion.net/En/Blog/view/id/MtpyP9aPuWagpHoo00or7z5HAQO0O0OO0O0O.html"
ALLERGENS = (
    "https://food.chemlinked.com/news/food-news/"
    "china-releases-gb-7718-2025-general-standard-for-the-labeling-of-prepackaged-foods"
)
NUMBER = "http://systoneart.com/syxw/29532.html"
GB_7718 = "https://translate.hicom-asia.com/area/gb-7718-2025"
NEW_STANDARD = date(2027, 3, 16)


@dataclass(frozen=True, slots=True)
class Field:
    """One item of the label. ``label`` is how it is headed on the package; ``since`` the first day it is asked for."""

    code: str
    label: str
    rule: str
    source_url: str
    since: date | None = None


FIELDS = (
    Field("name", "食品名称", "gb_7718", GB_7718),
    Field("ingredients", "配料", "gb_7718", GB_7718),
    Field("allergens", "致敏物质", "gb_7718_2025", ALLERGENS, NEW_STANDARD),
    Field("net_content", "净含量", "gb_7718", GB_7718),
    Field("origin", "原产国（地区）", "imported", GB_7718_2025),
    Field("registration", "境外生产企业在华注册编号", "registration", NUMBER),
    Field("agent", "境内代理商（进口商）", "imported", IMPORTED),
    Field("agent_address", "地址", "imported", IMPORTED),
    Field("agent_contact", "联系方式", "imported", IMPORTED),
    Field("production_date", "生产日期", "gb_7718", GB_7718),
    Field("shelf_life", "保质期", "gb_7718", GB_7718),
    Field("storage", "贮存条件", "gb_7718", GB_7718),
)
TYPED = tuple(field.code for field in FIELDS)
LONGEST = 1000
STORAGE = {"ambient": "常温保存", "chilled": "冷藏保存", "frozen": "冷冻保存"}


@dataclass(frozen=True, slots=True)
class Line:
    """An item with its text; an empty text is missing where the item is asked for on the day."""

    field: Field
    text: str
    is_required: bool

    @property
    def is_missing(self) -> bool:
        return self.is_required and not self.text


def draft(texts: Mapping[str, str], day: date) -> tuple[Line, ...]:
    """All items in the order of the label, for goods that are made on a day."""
    return tuple(
        Line(field, texts.get(field.code, "").strip(), field.since is None or field.since <= day) for field in FIELDS
    )


def missing(lines: Iterable[Line]) -> list[str]:
    return [line.field.code for line in lines if line.is_missing]


def shelf_life(days: int | None) -> str:
    return f"{days}天" if days else ""


def digest(previous: str, number: int, texts: Mapping[str, str]) -> str:
    """Binds a version to all versions before it: a changed text anywhere makes every later digest differ."""
    content = json.dumps([previous, number, dict(sorted(texts.items()))], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def is_intact(versions: Iterable[tuple[int, Mapping[str, str], str]]) -> bool:
    """Whether versions (number, texts, digest), the oldest first, are all there and as they were written."""
    previous = ""
    for place, (number, texts, found) in enumerate(versions, 1):
        if number != place or found != digest(previous, number, texts):
            return False
        previous = found
    return True
