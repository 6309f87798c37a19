"""What in a demand wants a second look before strangers read it: contact data, links, goods that may not be imported.

Plain Python. A finding is a reason to look, not a verdict: the team decides, and the buyer reads why it was held.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

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

# Goods that China forbids to bring in: the customs list of prohibited articles (GACC Announcement 43 of 1993, as
# amended), the ban on importing solid waste (announcement of 24 November 2020), CITES Appendix I, arms and drugs laws.
_WORDS = {
    "weapons": (
        *("firearm", "ammunition", "grenade", "machine gun", "assault rifle", "枪支", "弹药", "手榴弹", "炸药", "军火"),
    ),
    "drugs": (
        *("heroin", "cocaine", "opium", "cannabis", "marijuana", "methamphetamine", "鸦片", "海洛因"),
        *("可卡因", "大麻", "冰毒"),
    ),
    "wildlife": (
        *("ivory", "rhino horn", "tiger bone", "pangolin", "bear bile", "象牙", "犀牛角", "犀角", "虎骨"),
        *("穿山甲", "熊胆"),
    ),
    "waste": (
        *("waste plastic", "plastic scrap", "e-waste", "electronic waste", "used clothes", "废塑料"),
        *("电子垃圾", "洋垃圾", "旧衣服", "旧服装", "固体废物"),
    ),
    "counterfeit": (*("replica watch", "counterfeit", "fake brand", "高仿", "假冒", "仿牌"),),
}
# The colour, the country and the fruit of that name.
_HARMLESS = re.compile(r"ivory coast|ivory[ -](?:white|colou?r)|象牙(?:白|色|海岸|芒)")
_HS = {
    "weapons": ("9301", "9302", "9303", "9304", "9305", "9306"),
    "waste": ("3825", "6309", "3915"),
    "drugs": ("130211",),
}


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
    folded = _HARMLESS.sub(" ", whole.casefold())
    for group, words in _WORDS.items():
        findings += [Finding(PROHIBITED, word, group) for word in words if _stands_in(word, folded)]
    for code in hs_codes:
        findings += [
            Finding(PROHIBITED, f"HS {code}", group) for group, prefixes in _HS.items() if code.startswith(prefixes)
        ]
    return list(dict.fromkeys(findings))


def _stands_in(word: str, text: str) -> bool:
    """A Latin word as a word of its own or its plural; Chinese anywhere, since it has no spaces."""
    if not word.isascii():
        return word in text
    return re.search(rf"\b{re.escape(word)}s?\b", text) is not None
