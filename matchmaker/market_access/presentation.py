"""What a page shows of readiness and duty: every string ready in the reader's language, so that templates only lay
out.

`docs/market_access.md` lists the fields. Pages and the API build them here and nowhere else.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from matchmaker.catalogue.models import Product
from matchmaker.market_access import readiness, sentences
from matchmaker.market_access.additional import AdditionalLine
from matchmaker.market_access.duty import DutyAnswer, Option, QuotaGoods, RegimeAnswer
from matchmaker.market_access.regimes import DutyOf
from matchmaker.market_access.rules import Rulebook
from matchmaker.market_access.services import duty_of, readiness_difference, readiness_of


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the checklist."""

    code: str
    name: str
    language: str  # of name, summary, how_to, authority and legal basis
    status: str  # met | stated | missing | not_applicable | unknown: for icon and colour, beside the word
    status_label: str
    reason: str
    reason_code: str
    summary: str
    how_to: str
    where_to_apply: str
    lookalike_warning: str
    authority: str
    legal_basis: str
    holds: str
    next_rule: str  # what takes over and when, or an empty string
    next_name: str  # the name in it, in `language`
    source_url: str
    website: str  # of the authority: where to apply, or an empty string
    confidence: str  # primary | secondary | hint
    confidence_label: str
    registers: str  # the code to record a registration under, or an empty string
    per_product: bool
    declares: str  # the answer code to state "we have this", or an empty string
    asks: str  # the code of the question that would decide it, or an empty string
    raises: str  # what makes it count, or count for more: for its maker; otherwise an empty string


@dataclass(frozen=True, slots=True)
class Ask:
    code: str
    text: str
    help: str
    decides: int


@dataclass(frozen=True, slots=True)
class ReadinessBox:
    shipment_date: date
    state: str  # ready | stated | missing | unknown
    state_label: str
    summary: str
    counts: dict[str, int]
    items: tuple[Line, ...]
    advice: tuple[Line, ...]
    papers: tuple[Line, ...]
    notices: tuple[Line, ...]
    questions: tuple[Ask, ...]
    disclaimer: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    kind: str  # replaced | begins | ends | status
    applies: bool
    sentence: str
    before: Line | None
    after: Line | None


@dataclass(frozen=True, slots=True)
class OptionLine:
    code: str
    name: str
    rate: str  # "5%", "0% to 5%", or an empty string where it is not known
    saving: str
    proofs: tuple[str, ...]
    notes: tuple[str, ...]
    ends: date | None
    source_url: str
    is_best: bool


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """A tariff quota over the product's heading: what it means, who named the goods, how sure we are."""

    name: str
    sentences: tuple[str, ...]
    source_url: str
    confidence: str
    confidence_label: str


@dataclass(frozen=True, slots=True)
class RegimeLine:
    """A way into China: whether it is open to the goods, what is levied under it and what it needs."""

    code: str
    kind: str  # general | hainan | hainan_processed | cbec | bonded
    name: str
    name_language: str
    coverage: str  # applies | excluded | unknown
    coverage_label: str
    reason: str
    language: str  # of summary, needs and legal basis
    summary: str
    needs: str
    duty: str  # an empty string where it is not known
    vat: str
    consumption: str
    limits: str
    holds: str
    legal_basis: str
    source_url: str
    confidence: str
    confidence_label: str


@dataclass(frozen=True, slots=True)
class AdditionalDutyLine:
    """A duty on top of the tariff that is on record for the goods, their origin and the day."""

    code: str
    kind: str  # anti_dumping | countervailing | safeguard | retaliatory
    kind_label: str
    rate: str  # "7.4% to 11.7%", "55% above the quota of the origin" or a wording
    source: str  # authority, number, title, day
    note: str  # as it was written; English in the shipped records
    holds: str
    source_url: str
    confidence: str
    confidence_label: str


@dataclass(frozen=True, slots=True)
class DutyBox:
    day: date
    hs_code: str
    origin: str
    mfn: str  # what every origin pays, inside and outside of a quota; an empty string where it is not loaded
    lower_under: str  # "may be lower under …" where the rate of an agreement is not loaded
    best: OptionLine | None
    options: tuple[OptionLine, ...]
    notes: tuple[str, ...]
    quota: QuotaLine | None
    vat: str  # an empty string where it is not loaded
    consumption: str
    sources: tuple[str, ...]
    source_names: tuple[str, ...]  # as they stand in the sentences of `sources`
    regimes: tuple[RegimeLine, ...]
    additional: tuple[AdditionalDutyLine, ...]
    additional_notes: tuple[str, ...]  # that none is known, or that the list is not loaded
    disclaimer: str

    @property
    def open_ways(self) -> list[RegimeLine]:
        """The ways into China of which it is known that they are open to the goods."""
        return [line for line in self.regimes if line.coverage == "applies"]

    @property
    def other_ways(self) -> list[RegimeLine]:
        return [line for line in self.regimes if line.coverage != "applies"]


def readiness_box(
    product: Product, shipment_date: date, *, to_maker: bool = True, book: Rulebook | None = None
) -> ReadinessBox:
    """The checklist of one product for a shipment date, in the language that is active, for its maker or for others;
    by the rules as they stand, or as `book` has them."""
    answer = readiness_of(product, shipment_date, book=book)
    return ReadinessBox(
        shipment_date=shipment_date,
        state=answer.state.value,
        state_label=sentences.state(answer.state),
        summary=sentences.about_readiness(answer),
        counts=answer.counts,
        items=tuple(_line(item, to_maker) for item in answer.items),
        advice=tuple(_line(item, to_maker) for item in answer.advice),
        papers=tuple(_line(item, to_maker) for item in answer.papers),
        notices=tuple(_line(item, to_maker) for item in answer.notices),
        questions=tuple(Ask(one.code, *sentences.ask(one), one.decides) for one in answer.questions),
        disclaimer=sentences.disclaimer(),
    )


def changes_between(product: Product, first: date, second: date) -> list[ChangeLine]:
    """What changes for a product between two shipment dates; lines with `applies` False touch it on neither."""
    return [
        ChangeLine(
            kind=change.kind,
            applies=change.applies,
            sentence=sentences.about_change(change),
            before=_line(change.before) if change.before else None,
            after=_line(change.after) if change.after else None,
        )
        for change in readiness_difference(product, first, second)
    ]


@dataclass(frozen=True, slots=True)
class WindowBox:
    """Readiness on the first and on the last day of a delivery window, and what begins or ends between them."""

    first: ReadinessBox
    last: ReadinessBox
    changes: tuple[ChangeLine, ...]

    @property
    def is_one_answer(self) -> bool:
        return self.first.state == self.last.state and not self.changes


def window_box(product: Product, first: date | None, last: date | None, *, to_maker: bool = True) -> WindowBox | None:
    """For goods that have to be there in a window; one end is enough, without either there is nothing to say."""
    start, end = first or last, last or first
    if start is None or end is None:
        return None
    return WindowBox(
        first=readiness_box(product, start, to_maker=to_maker),
        last=readiness_box(product, end, to_maker=to_maker),
        changes=tuple(one for one in changes_between(product, start, end) if one.applies),
    )


def duty_box(
    product: Product,
    day: date,
    *,
    value: Decimal | None = None,
    currency: str = "CNY",
    origin: str = "",
) -> DutyBox:
    """The duty on one product, of which code and origin count, on a day. With `value` in `currency`, the saving of each
    agreement is given."""
    return box_of(duty_of(product, day, value=value, origin=origin), currency)


def box_of(answer: DutyAnswer, currency: str = "CNY") -> DutyBox:
    """The box of an answer; savings are in `currency`."""
    options = tuple(_option(option, answer, currency) for option in answer.options)
    return DutyBox(
        day=answer.day,
        hs_code=answer.hs_code,
        origin=answer.origin,
        mfn=sentences.open_rate(answer),
        lower_under=sentences.lower_under(answer),
        best=next((line for line in options if line.is_best), None),
        options=options,
        notes=tuple(sentences.about_duty(answer)),
        quota=_quota(answer.quota) if answer.quota else None,
        vat=sentences.tax(answer.vat),
        consumption=sentences.tax(answer.consumption),
        sources=tuple(sentences.about_source(source) for source in answer.sources),
        source_names=tuple(source.name for source in answer.sources),
        regimes=tuple(_regime(one, answer) for one in answer.regimes),
        additional=tuple(_additional(line) for line in answer.additional.lines),
        additional_notes=tuple(sentences.about_additional(answer.additional)) if answer.hs_code else (),
        disclaimer=sentences.disclaimer(),
    )


def _line(item: readiness.Item, to_maker: bool = True) -> Line:
    rule = item.rule
    registers = rule.accepts[0] if rule.evidence.value == "registration" and rule.accepts else ""
    return Line(
        code=rule.code,
        name=sentences.in_language(rule, "name"),
        language=sentences.language_of(rule, "name"),
        status=item.status.value,
        status_label=sentences.status(item.status),
        reason=sentences.about_item(item, to_maker=to_maker),
        reason_code=item.reason.code,
        summary=sentences.in_language(rule, "summary"),
        how_to=sentences.in_language(rule, "how_to_satisfy"),
        where_to_apply=rule.where_to_apply,
        lookalike_warning=sentences.lookalike_warning(rule),
        authority=sentences.in_language(rule, "authority"),
        legal_basis=sentences.in_language(rule, "legal_basis"),
        holds=sentences.period(rule.valid_from, rule.valid_until),
        next_rule=sentences.takes_over(item.successor) if item.successor else "",
        next_name=sentences.in_language(item.successor, "name") if item.successor else "",
        source_url=rule.source_url,
        website=rule.where_to_apply,
        confidence=rule.confidence.value,
        confidence_label=sentences.confidence(rule.confidence),
        registers=registers,
        per_product=rule.per_product,
        declares=item.declares,
        asks=item.asks,
        raises=sentences.what_raises(item) if to_maker else "",
    )


def _quota(goods: QuotaGoods) -> QuotaLine:
    return QuotaLine(
        name=sentences.in_language(goods, "good"),
        sentences=sentences.about_quota(goods),
        source_url=goods.source_url,
        confidence=goods.confidence.value,
        confidence_label=sentences.confidence(goods.confidence),
    )


def _regime(found: RegimeAnswer, answer: DutyAnswer) -> RegimeLine:
    regime = found.regime
    return RegimeLine(
        code=regime.code,
        kind=regime.kind,
        name=sentences.in_language(regime, "name"),
        name_language=sentences.language_of(regime, "name"),
        coverage=found.coverage.value,
        coverage_label=sentences.coverage(found.coverage),
        reason=sentences.about_coverage(found.reason),
        language=sentences.language_of(regime, "summary"),
        summary=sentences.in_language(regime, "summary"),
        needs=sentences.in_language(regime, "needs"),
        duty=sentences.best_rate(answer) if _is_divided(found, answer) else sentences.regime_duty(regime, found.duty),
        vat=sentences.regime_tax(regime, found.vat, answer.vat),
        consumption=sentences.regime_tax(regime, found.consumption, answer.consumption),
        limits=sentences.regime_limits(regime),
        holds=sentences.period(regime.valid_from, regime.valid_until),
        legal_basis=sentences.in_language(regime, "legal_basis"),
        source_url=regime.source_url,
        confidence=regime.confidence.value,
        confidence_label=sentences.confidence(regime.confidence),
    )


def _is_divided(found: RegimeAnswer, answer: DutyAnswer) -> bool:
    """Whether the duty under a regime is that of the tariff, which a quota divides."""
    return found.duty is not None and found.regime.duty == DutyOf.TARIFF and answer.by_quota is not None


def _additional(line: AdditionalLine) -> AdditionalDutyLine:
    duty = line.duty
    return AdditionalDutyLine(
        code=duty.code,
        kind=duty.kind.value,
        kind_label=sentences.additional_kind(duty.kind),
        rate=sentences.additional_rate(line),
        source=sentences.additional_source(duty),
        note=duty.note,
        holds=sentences.period(duty.valid_from, duty.valid_until),
        source_url=duty.source_url,
        confidence=duty.confidence.value,
        confidence_label=sentences.confidence(duty.confidence),
    )


def _option(option: Option, answer: DutyAnswer, currency: str) -> OptionLine:
    return OptionLine(
        code=option.agreement.code,
        name=sentences.in_language(option.agreement, "name"),
        rate=sentences.percent(option.rate) if option.rate else "",
        saving=sentences.money(option.saving, currency) if option.saving else "",
        proofs=tuple(sentences.proof(code) for code in option.proofs),
        notes=tuple(sentences.about_option(option)),
        ends=option.ends,
        source_url=option.agreement.source_url,
        is_best=option is answer.best,
    )
