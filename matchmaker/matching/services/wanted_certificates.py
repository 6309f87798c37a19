"""Certificates that prove what the words of a demand ask for."""

import re
from functools import cache

from matchmaker.core import reference
from matchmaker.engines.language import certificate_of, clean, detect_typed, negations, read_attributes

# Codes that are ordinary words as well: like short ones they need capitals and a word about certificates beside them.
ORDINARY = frozenset({"COSMOS", "ENERGY", "REACH", "RAINFOREST", "PHYTO"})
SHORT = 3
_CLAUSE = re.compile(r"[;；。，、!?！？\n]+|(?<!\d),|,(?!\d)|\.\s")
_CONTEXT = re.compile(
    r"certif|zertif|sertif|сертиф|认证|認証|认可|证书|証明|标志|标识|\bmark|marqu|marcad|marcaç|marcatura|kennzeich|маркиров"
    r"|approv|aprob|aprov|listed|registered|conform|complian|شهاد|معتمد|علامة|belge|işaret|인증|마크|รับรอง|เครื่องหมาย"
    r"|chứng nhận|penandaan|requir|requis|requer|erforder|richiest|требу|مطلوب|gerek|必須|需要|要求|필요"
    r"|diperlukan|ต้องมี|yêu cầu",
    re.IGNORECASE,
)


def certificates_in_text(text: str, language: str = "") -> list[str]:
    """Codes of certificates for the attributes in a text ("halal chicken" → HALAL), and those that it names itself.

    A code counts as a whole word. A clause with a negation ("not halal", "sans certificat bio") is not read at all.
    """
    text = clean(text)
    language = language or detect_typed(text)
    certificates: list[str] = []
    for clause in filter(None, map(str.strip, _CLAUSE.split(text))):
        if not negations(clause, language):
            certificates += [*_proofs(clause, language), *_codes(clause)]
    return list(dict.fromkeys(certificates))


def _proofs(clause: str, language: str) -> list[str]:
    values = sorted(read_attributes(((language, clause),)).has)
    return [code for value in values if (code := certificate_of(value)) in reference.certificates()]


def _codes(clause: str) -> list[str]:
    """Codes in a clause. A short one needs a word about certificates, or another code ("CE/UL"), in the same clause."""
    written = {code: hit[0] for code in reference.certificates() if (hit := _pattern(code).search(clause))}
    plain = [code for code in written if len(code) > SHORT and code not in ORDINARY]
    capitals = [code for code in written if code not in plain and written[code].isupper()]
    is_about_certificates = len(plain) + len(capitals) > 1 or _CONTEXT.search(clause)
    return [code for code in written if code in plain or (code in capitals and is_about_certificates)]


@cache
def _pattern(code: str) -> re.Pattern[str]:
    """The code as people write it: ISO 9001, ISO/IEC 27001, GLOBALG.A.P., OEKO TEX."""
    letters = re.sub(r"(?<=[A-Z])(?=\d)", "-", code)
    spelled = r"[\s-]?".join(r"\.?".join(map(re.escape, part)) for part in letters.split("-"))
    spelled = re.sub(r"^I\\\.\?S\\\.\?O\[", r"ISO(?:/IEC)?[", spelled)
    return re.compile(rf"(?<![A-Za-z0-9]){spelled}(?![A-Za-z0-9])", re.IGNORECASE)
