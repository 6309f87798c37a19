"""What in a demand wants a second look before strangers read it: contact data, links, goods that may not be imported.

Plain Python. A finding is a reason to look, not a verdict: the team decides, and the buyer reads why it was held.
The goods stand in two files that a person can maintain without code: `data/trade/screened_groups.csv` has the reasons
with their sources, `screened_goods.csv` the words, the harmless phrases that contain such words, and the HS codes.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from matchmaker.core import reference
from matchmaker.engines.language import simplify

EMAIL, PHONE, LINK, HANDLE, PROHIBITED = "email", "phone", "link", "handle", "prohibited"

_EMAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+\.[\w.-]+", re.IGNORECASE)
_LINK = re.compile(
    r"https?://\S+|www\.\S+|\b(?:[a-z0-9-]+\.)+(?:com|net|org|cn|io|co|biz|info|top|xyz|shop|vip|ru|cc)\b",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\w.-])(?:\+|00)\d[\d ().-]{7,16}\d|(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"
)
_HANDLE = re.compile(
    r"(?:微信|wechat|weixin|whatsapp|telegram|qq|line id|vx)\s*(?:号|id|no\.?)?\s*[:：]?\s*[\w.-]{5,}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind` is one of the constants above, `found` the words that were seen, `group` which goods."""

    kind: str
    found: str
    group: str = ""


def screen(texts: Iterable[str], hs_codes: Iterable[str] = (), *, contacts: bool = True) -> list[Finding]:
    """Everything to look at, each once. `contacts=False` for texts that only their owner reads."""
    whole = unicodedata.normalize("NFKC", "\n".join(texts))
    findings: list[Finding] = []
    if contacts:
        rest = whole
        for kind, pattern in ((EMAIL, _EMAIL), (HANDLE, _HANDLE), (LINK, _LINK), (PHONE, _PHONE)):
            findings += [Finding(kind, match.group().strip()[:80]) for match in pattern.finditer(rest)]
            rest = pattern.sub(" ", rest)
    folded = _fold(whole)
    words, harmless, codes = _goods()
    for phrase in harmless:
        folded = phrase.sub(" ", folded)
    findings += [Finding(PROHIBITED, word, group) for group, word, pattern in words if pattern.search(folded)]
    findings += [
        Finding(PROHIBITED, f"HS {code}", group)
        for code in hs_codes
        for group, prefix in codes
        if code.startswith(prefix)
    ]
    return list(dict.fromkeys(findings))


@cache
def groups() -> dict[str, reference.Row]:
    """Group → its reason by language and the source that forbids or restricts such goods."""
    return {row["code"]: row for row in reference.read_csv("trade/screened_groups.csv")}


@cache
def _goods() -> tuple[list[tuple[str, str, re.Pattern[str]]], list[re.Pattern[str]], list[tuple[str, str]]]:
    """Words of a group, harmless phrases, and HS prefixes of a group."""
    rows = reference.read_csv("trade/screened_goods.csv")
    words = [(row["group"], row["text"], _pattern(row["text"])) for row in rows if row["kind"] == "word"]
    # The longest first, so that no phrase is broken by a shorter one within it.
    phrases = sorted((row["text"] for row in rows if row["kind"] == "harmless"), key=len, reverse=True)
    codes = [(row["group"], row["text"]) for row in rows if row["kind"] == "hs"]
    return words, [_pattern(phrase) for phrase in phrases], codes


_HAN = "\u3400-\u9fff"
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])[ ·.]+(?=[{_HAN}])")


def _fold(text: str) -> str:
    """Without case, accents and traditional forms; spaces and dots between Chinese characters hide nothing."""
    letters = unicodedata.normalize("NFKD", simplify(text).casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _BETWEEN_HAN.sub("", plain.replace("’", "'"))


def _pattern(word: str) -> re.Pattern[str]:
    """A Latin word stands alone or in its plural, its parts joined by a space or a hyphen; Chinese stands anywhere."""
    folded = _fold(word)
    if re.search(f"[{_HAN}]", folded):
        return re.compile(re.escape(folded))
    parts = (rf"{re.escape(part)}(?:e?s)?" for part in re.split("[ -]", folded))
    return re.compile(rf"\b{'[ -]'.join(parts)}\b")
