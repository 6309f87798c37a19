"""The pre-check as pages and API show it: everything in the reader's language, nothing left to word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matchmaker.market_access import sentences as of_market
from matchmaker.market_access.precheck import sentences
from matchmaker.market_access.precheck.model import Contradiction, Dossier, Excerpt, Place, Statement
from matchmaker.market_access.precheck.not_stated import compared, not_stated
from matchmaker.market_access.precheck.rules import contradictions
from matchmaker.market_access.precheck.sources import source_on


@dataclass(frozen=True, slots=True)
class SideLine:
    """What one place says. `language` is that of a text as it was written, "" for a value of the reader's language."""

    place: str  # a code of `Place`
    where: str
    field: str
    value: str
    language: str


@dataclass(frozen=True, slots=True)
class ContradictionLine:
    rule: str
    severity: str  # stops | correct | check
    severity_label: str
    title: str
    first: SideLine
    second: SideLine
    why: str
    what_to_do: str
    source: str
    source_language: str
    source_url: str
    holds: str  # since when, in words
    confidence_label: str

    @property
    def sides(self) -> tuple[SideLine, SideLine]:
        return self.first, self.second


@dataclass(frozen=True, slots=True)
class PrecheckBox:
    lines: tuple[ContradictionLine, ...]
    not_stated: tuple[str, ...]
    compared: tuple[str, ...]
    disclaimer: str


def precheck_box(dossier: Dossier, day: date) -> PrecheckBox:
    """All contradictions of a dossier for this reader; `day` says which edition of a standard is the source."""
    return PrecheckBox(
        lines=tuple(_line(one, day) for one in contradictions(dossier)),
        not_stated=tuple(sentences.field(field) for field in not_stated(dossier)),
        compared=_names(compared(dossier)),
        disclaimer=of_market.disclaimer(),
    )


def _names(places: Sequence[Place]) -> tuple[str, ...]:
    return tuple(sentences.place(place) for place in places)


def _line(one: Contradiction, day: date) -> ContradictionLine:
    source = source_on(one.source, day)
    return ContradictionLine(
        rule=one.rule,
        severity=one.severity.value,
        severity_label=sentences.severity(one.severity),
        title=sentences.field(one.first.field),
        first=_side(one.first),
        second=_side(one.second),
        why=sentences.why(one.rule),
        what_to_do=sentences.what_to_do(one.rule),
        source=of_market.in_language(source, "title"),
        source_language=of_market.language_of(source, "title"),
        source_url=source.url,
        holds=of_market.period(source.since, None),
        confidence_label=of_market.confidence(source.confidence),
    )


def _side(statement: Statement) -> SideLine:
    value = statement.value
    return SideLine(
        place=statement.place.value,
        where=sentences.where(statement),
        field=sentences.field(statement.field),
        value=sentences.value(value),
        language=value.language if isinstance(value, Excerpt) else "",
    )
