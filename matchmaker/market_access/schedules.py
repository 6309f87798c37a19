"""Rates that are loaded under another regime than the code of an agreement: general rates, and the schedules of RCEP.

China's promises under RCEP are five lists, one for each of Australia, Japan, Korea and New Zealand and one for ASEAN.
Their rates stand under ``RCEP-JP`` and so on. A file that gives one rate for all partners stands under ``RCEP``.
"""

from __future__ import annotations

from collections.abc import Mapping

GENERAL = "GENERAL"  # for origins without most-favoured treatment; loaded, and part of no answer
# Agreement → origin → regime; an empty origin stands for all other partners.
SCHEDULES: Mapping[str, Mapping[str, str]] = {
    "RCEP": {"AU": "RCEP-AU", "JP": "RCEP-JP", "KR": "RCEP-KR", "NZ": "RCEP-NZ", "": "RCEP-AS"}
}


def schedule(agreement: str, origin: str) -> str:
    """The regime of the rates that an agreement gives to an origin; its code where all partners share one list."""
    listed = SCHEDULES.get(agreement, {})
    return listed.get(origin) or listed.get("", agreement)


def regimes_of(agreement: str) -> list[str]:
    """All regimes under which rates of an agreement can be loaded."""
    return [agreement, *SCHEDULES.get(agreement, {}).values()]


def agreement_of(regime: str) -> str:
    """The agreement to which the rates of a regime belong."""
    return next((code for code, listed in SCHEDULES.items() if regime in listed.values()), regime)


def in_schedule[Rate](agreement: str, origin: str, rates: Mapping[str, Rate]) -> Rate | None:
    """Of the rates of a line by regime, the one that the agreement gives to the origin."""
    return rates.get(schedule(agreement, origin)) or rates.get(agreement)
