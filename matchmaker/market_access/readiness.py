"""What a product still needs for a shipment date, item by item, with the reason for each.

Statuses are five and never mixed: *met* (evidence that the organiser has seen shows it), *stated* (the supplier
says so, and the organiser has not seen evidence), *missing* (the rule applies and nothing shows it), *not
applicable* (a code or an answer takes the product out), *unknown* (something has to be asked first). Reasons are a
code and facts; sentences are made from them where a language is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from matchmaker.market_access.rules import (
    DECLARABLE,
    Access,
    Confidence,
    Evidence,
    Question,
    Reason,
    Rule,
    Rulebook,
    Scope,
    Stage,
    is_valid_on,
)

# An exporter on a phone answers a handful of questions and no more; what they leave open stays "unknown".
MOST_QUESTIONS = 5
# What goods that are agreed on today usually take until they leave: the day of readiness and duty where none is named.
SHIPS_IN = timedelta(days=60)


class Status(StrEnum):
    MET = "met"
    STATED = "stated"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class State(StrEnum):
    READY = "ready"
    STATED = "stated"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """Something that speaks for a rule: a registration, a certificate, a declaration, a protocol.

    It shows that the rule is met only where it is ``seen``: evidence the organiser has looked at, or a public notice.
    """

    code: str
    kind: str  # registration | certificate | document | declared | protocol
    number: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    seen: bool = False
    seen_on: date | None = None
    confirmed_by: str = ""

    def holds(self, day: date) -> bool:
        return is_valid_on(day, self.valid_from, self.valid_until)


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What the checklist needs to know of a product.

    ``origin`` is ISO 3166-1 alpha-2; an empty string means not known.
    """

    hs_code: str
    group: str = ""
    origin: str = ""
    held: tuple[EvidenceRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist. ``asks`` is the code of the question that would decide it, if one would."""

    rule: Rule
    status: Status
    reason: Reason
    evidence: EvidenceRecord | None = None
    asks: str = ""
    successor: Rule | None = None

    @property
    def declares(self) -> str:
        """The answer code by which the company can state that it has this (``has:…``), or an empty string."""
        if self.rule.evidence in DECLARABLE and self.rule.accepts:
            return f"has:{self.rule.accepts[0]}"
        return ""

    @property
    def counts(self) -> bool:
        return self.rule.stage is Stage.BEFORE


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question to put. ``question`` is None for the two general ones, ``applies:RULE`` and ``has:CODE``."""

    code: str
    kind: str  # plain | applies | has
    rule: Rule
    question: Question | None
    decides: int


@dataclass(frozen=True, slots=True)
class Readiness:
    shipment_date: date
    state: State
    reason: Reason
    items: tuple[Item, ...]  # what has to be there before the first sale
    advice: tuple[Item, ...]  # before the goods are shown
    papers: tuple[Item, ...]  # with every shipment
    notices: tuple[Item, ...]  # of all or of listed goods
    questions: tuple[OpenQuestion, ...]

    def having(self, status: Status) -> list[Item]:
        return [item for item in self.items if item.status is status]

    @property
    def registered(self) -> frozenset[str]:
        """Every code of the registrations that are in place: a rule names them as authorities and as buyers do."""
        met = (item for item in self.having(Status.MET) if item.rule.evidence is Evidence.REGISTRATION)
        return frozenset(code for item in met for code in item.rule.accepts)

    @property
    def counts(self) -> dict[str, int]:
        return {status.value: len(self.having(status)) for status in Status}

    @property
    def still_open(self) -> int:
        """Items missing or unknown: the organiser's "nearly ready" sorts by it."""
        return len(self.having(Status.MISSING)) + len(self.having(Status.UNKNOWN))


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one requirement between two dates.

    ``applies`` is False where it touches the product on neither.
    """

    kind: str  # replaced | begins | ends | status
    requirement: str
    before: Item | None
    after: Item | None

    @property
    def applies(self) -> bool:
        return any(item and item.status is not Status.NOT_APPLICABLE for item in (self.before, self.after))


def checklist(product: ProductFacts, shipment_date: date, answers: Mapping[str, bool], book: Rulebook) -> list[Item]:
    """Every rule in force on the shipment date that has to do with the product, in the order of the rulebook.

    ``answers`` maps question codes to yes or no: the rulebook's own questions, ``has:CODE`` (the company
    states that it has a paper, a label or market access) and ``applies:RULE`` (customs or the importer
    confirmed a rule whose scope is a hint).
    """
    shown = {one.code for one in product.held if one.kind == "document"}  # a document says more than the bare word
    declared = (
        EvidenceRecord(code[4:], "declared")
        for code, yes in answers.items()
        if yes and code[:4] == "has:" and code[4:] not in shown
    )
    held = (*product.held, *declared)
    return [
        _Case(rule, product, shipment_date, answers, held, book).item(rule.scope_of_origin(scope, product.origin))
        for rule, scope in book.scopes(product.hs_code, product.group)
        if rule.in_force(shipment_date)
    ]


def readiness(product: ProductFacts, shipment_date: date, answers: Mapping[str, bool], book: Rulebook) -> Readiness:
    """The checklist summed up, with at most :data:`MOST_QUESTIONS` questions, the most useful first."""
    items = checklist(product, shipment_date, answers, book)
    counted = tuple(item for item in items if item.rule.stage is Stage.BEFORE)
    state, reason = _sum_up(counted, product)
    return Readiness(
        shipment_date=shipment_date,
        state=state,
        reason=reason,
        items=counted,
        advice=tuple(item for item in items if item.rule.stage is Stage.ADVICE),
        papers=tuple(item for item in items if item.rule.stage is Stage.SHIPMENT),
        notices=tuple(item for item in items if item.rule.stage is Stage.NOTICE),
        questions=_questions(items, book),
    )


def readiness_on_days(
    product: ProductFacts, days: Iterable[date], answers: Mapping[str, bool], book: Rulebook
) -> list[Readiness]:
    """The readiness on each day. It is worked out once for all days on which the same rules, notices and papers are
    valid, and is that of the first of them."""
    rules = (rule for rule, _scope in book.scopes(product.hs_code, product.group))
    dated: list[Rule | Access | EvidenceRecord] = [*rules, *book.access_from(product.origin), *product.held]
    by_valid: dict[tuple[bool, ...], Readiness] = {}
    listed = []
    for day in days:
        valid = tuple(is_valid_on(day, one.valid_from, one.valid_until) for one in dated)
        if valid not in by_valid:
            by_valid[valid] = readiness(product, day, answers, book)
        listed.append(by_valid[valid])
    return listed


def deciding_facts(product: ProductFacts, book: Rulebook) -> ProductFacts:
    """The product with what its state depends on: those papers that one of its rules accepts, without their numbers."""
    if not product.held:
        return product
    accepted = {code for rule, _scope in book.scopes(product.hs_code, product.group) for code in rule.accepts}
    deciding = (
        EvidenceRecord(one.code, one.kind, "", one.valid_from, one.valid_until, one.seen)
        for one in product.held
        if one.code in accepted
    )
    return replace(product, held=tuple(deciding))


def difference(
    product: ProductFacts, first: date, second: date, answers: Mapping[str, bool], book: Rulebook
) -> list[Change]:
    """What changes between two shipment dates.

    Rules that begin, end or replace one another, and items that change status.
    """
    before = {item.rule.requirement: item for item in checklist(product, first, answers, book)}
    after = {item.rule.requirement: item for item in checklist(product, second, answers, book)}
    changes = []
    for requirement in dict.fromkeys((*before, *after)):
        old, new = before.get(requirement), after.get(requirement)
        if old is None:
            kind = "begins"
        elif new is None:
            kind = "ends"
        elif old.rule.code != new.rule.code:
            kind = "replaced"
        elif old.status is not new.status:
            kind = "status"
        else:
            continue
        changes.append(Change(kind, requirement, old, new))
    return changes


@dataclass(frozen=True, slots=True)
class _Case:
    """One rule before one product on one day."""

    rule: Rule
    product: ProductFacts
    day: date
    answers: Mapping[str, bool]
    held: tuple[EvidenceRecord, ...]
    book: Rulebook

    def item(self, scope: Scope) -> Item:
        product = self.product
        if scope is Scope.OUT:
            return self._item(Status.NOT_APPLICABLE, "scope_excludes", hs_code=product.hs_code, origin=product.origin)
        if scope is Scope.UNDECIDED:
            code = "hs_too_short" if product.hs_code else "hs_missing"
            return self._item(Status.UNKNOWN, code, hs_code=product.hs_code)
        return self._by_conditions() or self._by_proof()

    def _by_conditions(self) -> Item | None:
        """Not applicable if any condition fails, else unknown if one is open, else None: the rule applies."""
        still_open = ""
        for code, wanted in self.rule.conditions:
            answer, said_by = self.answers.get(code), "answer"
            if answer is None:
                answer, said_by = self.book.answer_by_code(code, self.product.hs_code), "code"
            if answer is None:
                still_open = still_open or code
            elif answer != wanted:
                return self._item(Status.NOT_APPLICABLE, f"{said_by}_excludes", question=code, answer=answer)
        if still_open:
            return self._item(Status.UNKNOWN, "question_open", asks=still_open, question=still_open)
        if self.rule.stage is Stage.NOTICE:
            return self._item(Status.UNKNOWN, "check_with_importer")
        return None

    def _by_proof(self) -> Item:
        """What shows that an applying rule is met.

        What was seen first, then better than a declaration, then the latest expiry among equals.
        """
        rule, day = self.rule, self.day
        fitting = [
            one
            for one in self.held
            if one.code in rule.accepts and (one.kind != "declared" or rule.evidence in DECLARABLE)
        ]
        if good := [one for one in fitting if one.holds(day)]:
            return self._shown(good)
        if rule.evidence is Evidence.ACCESS:
            return self._by_access()
        if rule.confidence is Confidence.HINT:
            confirmed = self.answers.get(f"applies:{rule.code}")
            if confirmed is False:
                return self._item(Status.NOT_APPLICABLE, "confirmed_not_applicable")
            if confirmed is None:
                return self._item(Status.UNKNOWN, "scope_uncertain", asks=f"applies:{rule.code}")
        return self._not_shown(fitting)

    def _shown(self, good: Sequence[EvidenceRecord]) -> Item:
        """By one of those that hold on the day."""
        best = max(good, key=lambda one: (one.seen, one.kind != "declared", one.valid_until or date.max))
        if best.seen:
            return self._item(
                Status.MET,
                "evidence_held",
                best,
                number=best.number,
                until=best.valid_until,
                seen_on=best.seen_on,
                confirmed_by=best.confirmed_by,
            )
        code = "evidence_declared" if best.kind == "declared" else "evidence_stated"
        return self._item(Status.STATED, code, best, number=best.number, until=best.valid_until)

    def _not_shown(self, fitting: Sequence[EvidenceRecord]) -> Item:
        """None of those that fit holds on the day: one has run out, one begins later, or there is none."""
        expired = [one for one in fitting if one.valid_until and one.valid_until < self.day]
        if expired:
            last = max(expired, key=lambda one: one.valid_until or date.min)
            return self._item(Status.MISSING, "evidence_expired", last, number=last.number, until=last.valid_until)
        if fitting:
            first = min(fitting, key=lambda one: one.valid_from or date.min)
            return self._item(
                Status.MISSING, "evidence_not_yet_valid", first, number=first.number, begins=first.valid_from
            )
        return self._item(Status.MISSING, "evidence_absent")

    def _by_access(self) -> Item:
        """Admitted by a notice on record, or unknown.

        Our record of notices is not complete, so never missing.
        """
        product = self.product
        admission = self.book.admits(self.rule, product.hs_code, product.origin, self.day)
        if admission:
            proof = EvidenceRecord(
                self.rule.code, "protocol", admission.basis, admission.valid_from, admission.valid_until, seen=True
            )
            return self._item(
                Status.MET, "access_by_protocol", proof, basis=admission.basis, source=admission.source_url
            )
        asks = f"has:{self.rule.accepts[0]}"
        return self._item(Status.UNKNOWN, "access_not_recorded", asks=asks, origin=product.origin)

    def _item(
        self, status: Status, code: str, evidence: EvidenceRecord | None = None, asks: str = "", **facts: object
    ) -> Item:
        successor = self.book.successor(self.rule)
        return Item(self.rule, status, Reason(code, facts), evidence, asks, successor)


def _sum_up(items: tuple[Item, ...], product: ProductFacts) -> tuple[State, Reason]:
    missing = sum(item.status is Status.MISSING for item in items)
    unknown = sum(item.status is Status.UNKNOWN for item in items)
    stated = sum(item.status is Status.STATED for item in items)
    facts = {"missing": missing, "unknown": unknown, "stated": stated}
    if not product.hs_code:
        return State.UNKNOWN, Reason("hs_missing", facts)
    if missing:
        return State.MISSING, Reason("items_missing", facts)
    if unknown:
        return State.UNKNOWN, Reason("items_unknown", facts)
    if stated:
        return State.STATED, Reason("items_stated", facts)
    if not any(item.status is Status.MET for item in items):
        return State.READY, Reason("no_rule_applies", facts)
    return State.READY, Reason("all_met", facts)


def _questions(items: list[Item], book: Rulebook) -> tuple[OpenQuestion, ...]:
    """The open questions, those that decide most counted items first.

    A question about a notice or an advice is never put.
    """
    waiting_items: dict[str, list[Item]] = {}
    for item in items:
        if item.asks and item.rule.stage not in (Stage.NOTICE, Stage.ADVICE):
            waiting_items.setdefault(item.asks, []).append(item)
    rank = {"plain": 0, "has": 1, "applies": 2}
    put = []
    for code, waiting in waiting_items.items():
        kind = code.split(":")[0] if ":" in code else "plain"
        decides = sum(item.counts for item in waiting)
        put.append(OpenQuestion(code, kind, waiting[0].rule, book.questions.get(code), decides))
    put.sort(key=lambda one: (rank[one.kind], -one.decides))
    return tuple(put[:MOST_QUESTIONS])
