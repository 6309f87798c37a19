"""The form of registration numbers that Chinese authorities give out: plain data, no table.

The patterns follow published rules, but authorities change their forms. So a number in another form is recorded and
stays "stated by the supplier"; only what can be no number at all is refused. Where no published form was found, every
number is in form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """``pattern`` fits the whole number without spaces, in capitals; ``source`` is the rule that fixes the form."""

    pattern: str
    example: str
    source: str


FORMATS = {
    "GACC-FOOD": NumberFormat(
        r"C[A-Z]{3}\d{14}",
        "CTHA15012303080012",
        "GACC: 18 characters, C, three letters of the country, 14 digits (ciferquery.singlewindow.cn)",
    ),
    "GACC-EXPORTER": NumberFormat(
        r"[A-Z0-9]{18}",
        "100000THA000012345",
        "GACC Announcement 105 of 2024: uniform code of 18 characters; earlier record numbers are no longer used",
    ),
    "INFANT-FORMULA": NumberFormat(
        r"国食注字YP\d{8}", "国食注字YP20230012", "Measures on registration of infant formula recipes, SAMR"
    ),
    "HEALTH-FOOD": NumberFormat(
        r"(国食健[注字]J|食健备J)\d{8,14}",
        "国食健注J20230012",
        "Measures on registration and filing of health food, SAMR",
    ),
    "FEED-REGISTRATION": NumberFormat(
        r"[(（]\d{4}[)）]外饲准字\d{3,4}号", "（2023）外饲准字012号", "Measures on registration of imported feed, MARA"
    ),
    "NMPA-DEVICE-FILING": NumberFormat(
        r"国械备\d{8}号?", "国械备20230012", "Measures on registration and filing of medical devices, SAMR Order 47"
    ),
    "NMPA-DEVICE": NumberFormat(
        r"国械注[进许]\d{11}",
        "国械注进20233070012",
        "Measures on registration and filing of medical devices, SAMR Order 47",
    ),
    "NMPA-COSMETIC-FILING": NumberFormat(
        r"国妆网备进字[(（]\w{1,3}[)）]\d{8,12}",
        "国妆网备进字（沪）2023000123",
        "Measures on registration and filing of cosmetics, SAMR Order 35",
    ),
    "NMPA-COSMETIC": NumberFormat(
        r"国妆特进字J?\d{8}", "国妆特进字20230012", "Measures on registration and filing of cosmetics, SAMR Order 35"
    ),
    "CN-MARK": NumberFormat(
        r"G?\d{5,9}[A-Z]?", "12345678", "CNIPA: digits; an international registration begins with G (sbj.cnipa.gov.cn)"
    ),
    "NMPA-DRUG": NumberFormat(
        r"(国药准字[HZS]J?|[HZS])\d{8}", "国药准字HJ20230012", "Measures on registration of drugs, SAMR Order 27"
    ),
}


def plain(number: str) -> str:
    """The number in capitals without spaces: how it is compared with its form."""
    return re.sub(r"\s+", "", number).upper()


def is_number(number: str) -> bool:
    """Can this be a registration number at all: three characters or more, one of them a digit?"""
    return re.fullmatch(r"(?=.*\d).{3,80}", plain(number)) is not None


def is_in_form(code: str, number: str) -> bool:
    """Does a number look as the authority behind this registration code writes its numbers?"""
    if code in FORMATS:
        return re.fullmatch(FORMATS[code].pattern, plain(number)) is not None
    return is_number(number)


def example_of(code: str) -> str:
    """A made-up number in the right form; '' where no published form is known."""
    return FORMATS[code].example if code in FORMATS else ""
