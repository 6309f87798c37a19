"""Dated entry rules: which of them touch a product on a day, and what a question still has to decide.

A rule of entry is never simply true: it holds between two days, for some HS headings, sometimes for some
origins, and often only if a plain fact is so ("is it packed for retail sale?"). This module keeps those four
things apart and answers with one of four scopes, so that nothing that was not decided is shown as decided. It
is plain Python: values in, values out. The records are the CSV files of ``data/market_access``; each one
carries its source and how sure we are.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, get_type_hints

Texts = Mapping[str, str]  # language code → text
CODES = {"zh": "zh-hans"}  # the ending of a column → its language, where the two differ


class Confidence(StrEnum):
    """How near to the text of the rule we came."""

    PRIMARY = "primary"  # the text of the rule itself was read, in the original or in translation
    SECONDARY = "secondary"  # an official body's or a specialist's account of it was read
    HINT = "hint"  # the rule is known, its scope for this product is not: a person must confirm it


class Stage(StrEnum):
    """When the exporter has to have it."""

    BEFORE = "before"  # before the first sale; counts for readiness
    SHIPMENT = "shipment"  # a paper for each shipment; listed, does not hold readiness back
    ADVICE = "advice"  # no condition of entry; before the goods are shown, never counted
    NOTICE = "notice"  # true of all or of listed goods; shown, never counted


class Evidence(StrEnum):
    """What shows that a rule is met."""

    REGISTRATION = "registration"  # a number with an expiry
    CERTIFICATE = "certificate"  # a certificate of the catalogue, by its code
    DOCUMENT = "document"  # a paper the company says it has
    LABEL = "label"  # a statement about the label
    ACCESS = "access"  # a protocol between the two countries for this product
    NONE = "none"  # nothing to show (notices)


class Scope(StrEnum):
    """Whether a rule touches a product."""

    IN = "in"
    OUT = "out"  # named as an exception, by code or by origin
    UNDECIDED = "undecided"  # the code is missing or too short to tell
    ELSEWHERE = "elsewhere"  # the rule has nothing to do with it


DECLARABLE = frozenset({Evidence.DOCUMENT, Evidence.LABEL, Evidence.ACCESS})
_YES = {"yes": True, "no": False}


def is_valid_on(day: date, first: date | None, last: date | None) -> bool:
    """Whether a day lies between two days that both count; one that is None is not known, and sets no limit."""
    return (first is None or first <= day) and (last is None or day <= last)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an answer is what it is: a code for programs and the facts that a sentence about it needs."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule between two days. ``requirement`` is what successive rules have in common.

    ``conditions`` are (question code, wanted answer) and must all hold; ``accepts`` are the codes of what
    satisfies it.
    """

    code: str
    requirement: str
    name: Texts
    summary: Texts
    stage: Stage
    evidence: Evidence
    accepts: tuple[str, ...]
    per_product: bool  # the registration names one product, not a plant or a company
    hs_in: tuple[str, ...]
    hs_out: tuple[str, ...]
    groups: tuple[str, ...]
    origins_in: tuple[str, ...]
    origins_out: tuple[str, ...]
    conditions: tuple[tuple[str, bool], ...]
    valid_from: date | None
    valid_until: date | None
    authority: Texts
    legal_basis: Texts
    how_to_satisfy: Texts
    where_to_apply: str
    lookalike_warning: bool
    validity_years: int | None
    source_url: str
    confidence: Confidence
    note: str = ""

    def in_force(self, day: date) -> bool:
        return is_valid_on(day, self.valid_from, self.valid_until)

    def scope(self, hs_code: str, group: str = "") -> Scope:
        """Where a product stands by its code. The longest matching prefix wins; without prefixes the group decides.

        A code shorter than the prefixes that begin with it is undecided, and so is a product without a code
        whose group the rule names.
        """
        hs_code = digits(hs_code)
        if not self.hs_in:
            return Scope.IN if group in self.groups or "ALL" in self.groups else Scope.ELSEWHERE
        if not hs_code:
            return Scope.UNDECIDED if group and group in self.groups else Scope.ELSEWHERE
        inside = longest_prefix(hs_code, self.hs_in)
        outside = longest_prefix(hs_code, self.hs_out)
        finer = any(p.startswith(hs_code) and p != hs_code for p in (*self.hs_in, *self.hs_out))
        if outside and len(outside) >= len(inside):
            return Scope.UNDECIDED if finer else Scope.OUT
        if finer:
            return Scope.UNDECIDED
        return Scope.IN if inside else Scope.ELSEWHERE

    def scope_of_origin(self, by_code: Scope, origin: str) -> Scope:
        """Where a product from there stands: out of a rule for other origins, else where its code puts it."""
        origin = origin.upper()
        if origin and by_code in (Scope.IN, Scope.UNDECIDED):
            foreign = self.origins_in and origin not in self.origins_in
            if foreign or origin in self.origins_out:
                return Scope.OUT
        return by_code


@dataclass(frozen=True, slots=True)
class Question:
    """A plain yes/no question, asked only where the HS code does not decide it.

    ``asked_hs`` names the codes for which it is asked, ``yes_hs`` and ``no_hs`` those the code itself decides
    (the longest prefix wins); every other code gets ``otherwise``, where None means: ask.
    """

    code: str
    text: Texts
    help: Texts
    asked_hs: tuple[str, ...]
    yes_hs: tuple[str, ...]
    no_hs: tuple[str, ...]
    otherwise: bool | None

    def by_code(self, hs_code: str) -> bool | None:
        """What the code alone says: True, False, or None (has to be asked)."""
        hs_code = digits(hs_code)
        best = max(
            (len(longest_prefix(hs_code, prefixes)), rank, answer)
            for rank, (prefixes, answer) in enumerate(((self.no_hs, 0), (self.yes_hs, 1), (self.asked_hs, 2)))
        )
        if not best[0]:
            return self.otherwise
        return None if best[2] == 2 else bool(best[2])


@dataclass(frozen=True, slots=True)
class Access:
    """A product of a country admitted by a protocol or a customs notice."""

    rule: str
    origin: str
    hs_in: tuple[str, ...]
    product: Texts
    basis: str
    valid_from: date | None
    valid_until: date | None
    source_url: str
    confidence: Confidence

    def covers(self, hs_code: str, origin: str, day: date) -> bool:
        return (
            self.origin == origin.upper()
            and bool(longest_prefix(digits(hs_code), self.hs_in))
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules, questions and access notices known at one time.

    What a code alone decides is worked out once for each code and remembered with the book: an edited rule is in
    another book.
    """

    rules: tuple[Rule, ...]
    questions: Mapping[str, Question]
    access: tuple[Access, ...] = ()
    # Not of `__init__`, so that what `replace` makes of a book remembers nothing of it.
    _scopes: dict[tuple[str, str], list[tuple[Rule, Scope]]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _answers: dict[tuple[str, str], bool | None] = field(default_factory=dict, init=False, compare=False, repr=False)

    def scopes(self, hs_code: str, group: str = "") -> list[tuple[Rule, Scope]]:
        """The rules that have to do with a product on any day, and where it stands by its code alone."""
        key = (hs_code, group)
        if key not in self._scopes:
            scopes = [(rule, rule.scope(hs_code, group)) for rule in self.rules]
            self._scopes[key] = [(rule, scope) for rule, scope in scopes if scope is not Scope.ELSEWHERE]
        return self._scopes[key]

    def answer_by_code(self, question: str, hs_code: str) -> bool | None:
        """What the code alone says to a question, see `Question.by_code`."""
        key = (question, hs_code)
        if key not in self._answers:
            self._answers[key] = self.questions[question].by_code(hs_code)
        return self._answers[key]

    def successor(self, rule: Rule) -> Rule | None:
        """The rule that takes over when this one ends, if it is already known."""
        if rule.valid_until is None:
            return None
        later = [
            other
            for other in self.rules
            if other.requirement == rule.requirement
            and other.valid_from is not None
            and other.valid_from > rule.valid_until
        ]
        return min(later, key=lambda other: other.valid_from or date.max, default=None)

    def admits(self, rule: Rule, hs_code: str, origin: str, day: date) -> Access | None:
        return next((a for a in self.access if a.rule == rule.code and a.covers(hs_code, origin, day)), None)

    def access_from(self, origin: str) -> list[Access]:
        return [notice for notice in self.access if notice.origin == origin.upper()]


@lru_cache(maxsize=8192)
def digits(code: str) -> str:
    """The digits of an HS code as written ("8481.80", full-width forms included)."""
    return "".join(str(int(char)) for char in code if char.isdecimal())


def longest_prefix(hs_code: str, prefixes: Iterable[str]) -> str:
    """The longest of ``prefixes`` that begins ``hs_code``, or the empty string."""
    return max((p for p in prefixes if hs_code.startswith(p)), key=len, default="")


def read_rulebook(folder: Path) -> Rulebook:
    """Read ``rules.csv``, ``scopes.csv``, ``questions.csv`` and ``access.csv``.

    Raises ValueError naming file, row and column for the first cell that cannot be read: the rule files are
    part of the product, and half a rulebook would answer "not applicable" where it should not.
    """
    scopes: dict[str, tuple[list[str], list[str]]] = {}
    for row in rows(folder / "scopes.csv"):
        inside, outside = scopes.setdefault(row["rule_code"], ([], []))
        {"in": inside, "out": outside}[row["sense"]].extend(row["hs_prefixes"].split())
    questions = {row["code"]: _question(row) for row in rows(folder / "questions.csv")}
    rules: list[Rule] = []
    for line, row in enumerate(rows(folder / "rules.csv"), start=2):
        try:
            rules.append(rule_from_row(row, scopes.get(row["code"], ([], []))))
        except (KeyError, ValueError) as error:
            raise ValueError(f"rules.csv row {line} ({row.get('code')}): {error}") from error
        for question, _ in rules[-1].conditions:
            if question not in questions:
                raise ValueError(f"rules.csv row {line}: question {question} is not in questions.csv")
    stray = set(scopes) - {rule.code for rule in rules}
    if stray:
        raise ValueError(f"scopes.csv names rules that do not exist: {sorted(stray)}")
    return Rulebook(tuple(rules), questions, tuple(_access(row) for row in rows(folder / "access.csv")))


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a file, with a column `name_fr` for each `name_en` whose text `texts/fr.csv` beside it translates."""
    texts = _translations(path.parent / "texts")
    table = _read(path)
    for row in table:
        for column, english in list(row.items()):
            if column.endswith("_en"):
                added = {f"{column[:-2]}{code}": known[english] for code, known in texts.items() if english in known}
                row.update({name: text for name, text in added.items() if not row.get(name)})
    return table


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache
def _translations(folder: Path) -> dict[str, dict[str, str]]:
    """Language → English text → text. A text whose English changed has none until it is translated again."""
    files = sorted(folder.glob("*.csv"))
    return {path.stem: {row["english"]: row["text"] for row in _read(path)} for path in files}


def day_or_none(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


# How a cell is read, by the type of its field.
_READERS: dict[Any, Callable[[str], Any]] = {
    str: str,
    tuple[str, ...]: lambda text: tuple(text.split()),
    bool: _YES.__getitem__,
    date: date.fromisoformat,
    date | None: day_or_none,
    Stage: Stage,
    Evidence: Evidence,
    Confidence: Confidence,
}


def read_columns(record: type, row: Mapping[str, str], *, but: Collection[str] = ()) -> dict[str, Any]:
    """The fields of a record class, except those in `but`, from the cells of the same names.

    Raises ValueError (bad date, unknown word) or KeyError (missing column, answer other than yes or no).
    """
    types = get_type_hints(record)
    return {
        name: texts_from(row, name) if types[name] == Texts else _READERS[types[name]](row[name])
        for name in (one.name for one in fields(record))
        if name not in but
    }


def texts_from(row: Mapping[str, str], name: str) -> Texts:
    """The cells `name_en`, `name_zh`, `name_fr` … by language code; the English column must be there."""
    codes = {column.removeprefix(f"{name}_"): text for column, text in row.items() if column.startswith(f"{name}_")}
    texts = {CODES.get(code, code): text for code, text in codes.items() if len(code) == 2 and text}
    return {"en": row[f"{name}_en"], **texts} if texts else {}


def conditions_from(text: str) -> tuple[tuple[str, bool], ...]:
    """``fresh_fruit=no retail_packed=yes`` as pairs, in the order in which they are asked."""
    pairs = (part.split("=") for part in text.split())
    return tuple((question, _YES[answer]) for question, answer in pairs)


def rule_from_row(row: Mapping[str, str], scope: tuple[Iterable[str], Iterable[str]]) -> Rule:
    """One row of ``rules.csv`` with its prefixes in and out.

    Raises ValueError (bad date, unknown word) or KeyError (missing column, answer other than yes or no).
    """
    valid_from, valid_until = day_or_none(row["valid_from"]), day_or_none(row["valid_until"])
    if valid_from and valid_until and valid_until < valid_from:
        raise ValueError("valid_until lies before valid_from")
    hs_in, hs_out = (tuple(prefixes) for prefixes in scope)
    for prefix in (*hs_in, *hs_out):
        if not (prefix.isascii() and prefix.isdecimal() and 2 <= len(prefix) <= 10):
            raise ValueError(f"{prefix!r} is no HS prefix")
    return Rule(
        **read_columns(Rule, row, but=("hs_in", "hs_out", "conditions", "validity_years")),
        hs_in=hs_in,
        hs_out=hs_out,
        conditions=conditions_from(row["conditions"]),
        validity_years=int(row["validity_years"]) if row["validity_years"] else None,
    )


def _question(row: Mapping[str, str]) -> Question:
    otherwise = {"yes": True, "no": False, "ask": None}[row["otherwise"]]
    return Question(**read_columns(Question, row, but=("otherwise",)), otherwise=otherwise)


def _access(row: Mapping[str, str]) -> Access:
    plain = read_columns(Access, row, but=("rule", "hs_in"))
    return Access(**plain, rule=row["rule_code"], hs_in=tuple(row["hs_prefixes"].split()))
