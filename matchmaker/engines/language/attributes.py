"""Attributes that decide whether goods fit (organic, frozen, boneless …), read from texts in all languages.

`data/vocabulary/attributes.csv` holds one value a row with its words in every language. Values of one group speak
against each other: what is frozen is not fresh. A word behind a negation ("not smoked", 非转基因) is read as the lack
of its value. Figures that decide are read from the text itself: voltages, counts such as 26/30, sizes of screws.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from matchmaker.engines.language.text import clean, simplify
from matchmaker.engines.language.vocabulary import (
    FEWEST_CHARACTERS,
    GOODS_LANGUAGES,
    READ_AS,
    PhraseIndex,
    Phrases,
    phrase_arrays,
    split_names,
)

PATH = Path(__file__).resolve().parents[3] / "data" / "vocabulary" / "attributes.csv"

# What turns a value into its lack, right before it; in Turkish, Japanese and Korean also right after it.
_BEFORE = {
    "en": r"\b(?:not|no|non|without|never|isn't|un)[\s-]*(?:\w+\s)?",
    "zh": r"(?:不是|没有|并非|不要|不得|禁止|拒绝|勿|非|无|未|不)(?:[用经含])?",
    "fr": r"\b(?:non|pas|sans|jamais|ni)[\s-]*(?:de\s|d')?",
    "es": r"\b(?:no|sin|nunca)\s+(?:\w+\s)?",
    "de": r"\b(?:nicht|kein|keine|keinen|keiner|ohne)\s+(?:\w+\s)?",
    "pt": r"\b(?:não|nao|sem|nunca)\s+(?:\w+\s)?",
    "it": r"\b(?:non|senza|mai)\s+(?:\w+\s)?",
    "ru": r"\b(?:не|без|нет)\s*",
    "ar": r"(?:غير|ليس|ليست|بدون|لا)\s+",
    "tr": r"\b(?:hiç)\s+",
    "ja": r"(?:非|無|未)",
    "ko": r"(?:비|무|미)",
    "id": r"\b(?:tidak|bukan|tanpa|non)[\s-]*(?:\w+\s)?",
    "th": r"(?:ไม่ใช่|ไม่ได้|ไม่|มิใช่)",
    "vi": r"\b(?:không phải|không|chưa|phi)\s+(?:là\s)?",
}
_AFTER = {
    "zh": r"(?:之前|前(?![腿胛肩端排后部面]))",
    "tr": r"\s*(?:değil|olmayan|değildir)",
    "ja": r"\s*(?:ではない|ではありません|でない|でなく|なし|は使用していません|不可)",
    "ko": r"\s*(?:이|가|은|는|을|를)?\s*(?:아님|아닌|아닙니다|없음|없는|않은|불가)",
}
# What makes a word one of the transport, the store or something else than the goods: a chilled container, 冷藏柜; 糖浆.
_NOT_OF_GOODS = {
    "zh": re.compile("(?:集装箱|[柜车库浆]|运输|储运|储存|保存|保管)"),
    "ja": re.compile("(?:コンテナ|[車庫]|輸送|配送|保管|保存)"),
}
# What goods are used for says nothing about them: flour for frozen dough.
_PURPOSE = re.compile("用于[^，。；,;]*")
# Values of one group that goods can have together.
_TOGETHER = frozenset(
    [
        frozenset(["state:fresh", "state:chilled"]),
        frozenset(["sugar:sugar-free", "sugar:no added sugar"]),
        frozenset(["drive:electric", "drive:automatic"]),
    ]
)
IMPLIED = {"sugar:sugar-free": "sugar:no added sugar"}  # what has the one has the other
# Values that goods have where nothing else is written: nobody asks for gluten with the flour.
ORDINARY = frozenset(["gluten:with gluten", "alcohol:alcoholic", "caffeine:with caffeine"])
_VOLTS = re.compile(
    r"(?<![\d.,])(\d{2,3}(?:\s*[-–~/]\s*\d{2,3})?)\s*(?:v|volt|volts|伏|ボルト|볼트|в|فولت|โวลต์)(?![a-zа-я])", re.I
)
# Not a square or cubic metre (600 m3/h, kg/m3), and not the end of a range (M64–M120), in which any size lies.
_THREAD = re.compile(
    r"(?<![a-z0-9/~–—至到-])(?!(?<=\d\s)m[23])m(\d{1,2})(?:\s*[x×*]\s*\d+)?(?![a-z0-9/]|\s*[~–—至到-]\s*m?\d)", re.I
)
_COUNT = re.compile(r"(?<![\d/.,])(\d{2,3})\s*/\s*(\d{2,3})(?![\d/]|[.,]\d|\s*[vV])")
_MAINS = 60.0  # volts from which a voltage is one of the mains


@dataclass(frozen=True)
class Attribute:
    """One value of a group; `certificate` is what proves it, where one does. `names` by language."""

    group: str
    value: str
    certificate: str
    names: dict[str, tuple[str, ...]]

    @property
    def id(self) -> str:
        return f"{self.group}:{self.value}"


@dataclass(frozen=True)
class Attributes:
    """What texts say of a thing: identifiers of values (`group:value`) it has and values it expressly lacks."""

    has: frozenset[str] = field(default_factory=frozenset)
    lacks: frozenset[str] = field(default_factory=frozenset)

    def fails(self, value: str) -> bool:
        """Whether a thing with these attributes is expressly something else than `value` asks."""
        if value in self.has:
            return False
        return value in self.lacks or any(contradicts(value, other) for other in self.has)


def _group_of(value: str) -> str:
    return value.partition(":")[0]


def contradicts(one: str, other: str) -> bool:
    """Whether goods cannot have both values: what is frozen is not fresh."""
    return one != other and _group_of(one) == _group_of(other) and frozenset([one, other]) not in _TOGETHER


@cache
def load_attributes(path: Path = PATH) -> dict[str, Attribute]:
    """Identifier → attribute, in the order of the file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            Attribute(
                row["group"],
                row["value"],
                row["certificate"],
                {lang: split_names(row[lang]) for lang in GOODS_LANGUAGES},
            )
            for row in csv.DictReader(file)
        ]
    return {row.id: row for row in rows}


@cache
def _index(lang: str) -> PhraseIndex:
    named = ((name, n) for n, row in enumerate(load_attributes().values()) for name in row.names.get(lang, ()))
    return PhraseIndex(lang, Phrases(phrase_arrays({lang: named}, every_word=True)), every_word=True)


@lru_cache(maxsize=4096)
def read_attributes(texts: tuple[tuple[str, str], ...]) -> Attributes:
    """The attributes of (language, text) pairs together; what one text has, no other takes away."""
    has: set[str] = set()
    lacks: set[str] = set()
    for lang, text in texts:
        for value, is_lack in _read(clean(text), READ_AS.get(lang, lang)):
            (lacks if is_lack else has).add(value)
    return Attributes(frozenset(has), frozenset(lacks - has))


def _read(text: str, lang: str) -> Iterator[tuple[str, bool]]:
    yield from ((value, False) for value in _figures(text))
    ids = list(load_attributes())
    for spoken in (
        [lang, "en"] if lang in GOODS_LANGUAGES and lang != "en" else [lang if lang in GOODS_LANGUAGES else "en"]
    ):
        plain = _PURPOSE.sub(lambda found: "；" * len(found[0]), simplify(text)) if spoken == "zh" else text
        if spoken == "en" and lang != "en":
            plain = re.sub("[^\x00-\x7f]+", " ; ", text) if lang in (*FEWEST_CHARACTERS, "ru", "ar") else ""
        for start, end, rows in _index(spoken).find(plain):
            if spoken in _NOT_OF_GOODS and _NOT_OF_GOODS[spoken].match(plain, end):
                continue
            is_lack = is_negated(plain, start, end, spoken)
            for row in rows:
                yield ids[row], is_lack


def is_negated(text: str, start: int, end: int, lang: str) -> bool:
    """Whether a negation stands right before the words `text[start:end]`, or right behind them where it does so."""
    before = _BEFORE.get(lang)
    if before and re.search(f"(?:{before})$", text[max(0, start - 24) : start], re.IGNORECASE):
        return True
    after = _AFTER.get(lang)
    return bool(after and re.match(after, text[end : end + 24]))


def _figures(text: str) -> Iterator[str]:
    """Voltages of the mains, counts a unit of weight, and metric threads, as values of their own groups."""
    for match in _VOLTS.finditer(text):
        low, *high = (float(part) for part in re.split(r"\D+", match.group(1)) if part)
        if low >= _MAINS:
            yield from (f"voltage:{kind}" for kind in _mains(low, high[0] if high else low))
    for match in _THREAD.finditer(text):
        yield f"thread:M{match.group(1)}"
    for match in _COUNT.finditer(text):
        one, other = int(match.group(1)), int(match.group(2))
        if one < other <= 2 * one:
            # 30/40 and 31/40 are one class: the second only says where the class below it ends.
            yield f"count:{one - 1 if one % 10 == 1 else one}/{other}"


def _mains(low: float, high: float) -> Sequence[str]:
    """The mains a device takes: about 110 V, 230 V or 400 V."""
    kinds = (("110 V", 95, 130), ("220 V", 195, 255), ("380 V", 360, 480))
    return [name for name, least, most in kinds if low <= most and high >= least]


def name(value: str, lang: str) -> str:
    """The usual word for a value in a language, else in English; a figure stands for itself."""
    attribute = load_attributes().get(value)
    if attribute is None:
        return value.partition(":")[2]
    return (attribute.names.get(lang) or attribute.names["en"])[0]


def certificate_of(value: str) -> str:
    attribute = load_attributes().get(value)
    return attribute.certificate if attribute else ""
