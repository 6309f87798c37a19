"""The duty on a product by origin and day: which agreements apply, the best loaded rate, the proof of origin
it needs.

Three things are kept apart. *Which agreements apply* is known from dated records. *What the rate is* is known
only where a tariff file was loaded; where it was not, the answer says so.
*A rate that is the agreement itself* (zero on all lines for least developed and African partners) needs no
file. Nothing here guesses. Rates are percent ad valorem as Decimal; values and savings are in the currency of
the value that was given. Plain Python: values in, values out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path

from matchmaker.market_access.additional import NOTHING_KNOWN, Additional
from matchmaker.market_access.regimes import Coverage, DutyOf, Regime, in_force, read_regimes
from matchmaker.market_access.rules import (
    Confidence,
    Reason,
    Texts,
    digits,
    is_valid_on,
    longest_prefix,
    read_columns,
    rows,
)
from matchmaker.market_access.schedules import in_schedule, regimes_of
from matchmaker.market_access.spans import Span

MFN = "MFN"
PROVISIONAL = "PROVISIONAL"
# Open to every origin; all others but the taxes are codes of agreements.
OPEN_REGIMES = frozenset({MFN, PROVISIONAL})
VAT = "VAT"
CONSUMPTION = "CONSUMPTION"
TAXES = frozenset({VAT, CONSUMPTION})  # levied on top of the duty, whatever the origin
# Lists of these rates name every line below the one that they divide; the others may name a part of a line ("ex").
DIVIDING = TAXES | {MFN}


@dataclass(frozen=True, slots=True)
class Agreement:
    """``flat_rate`` is set where the agreement itself fixes one rate for all lines (0 = zero tariff)."""

    code: str
    name: Texts
    kind: str  # fta | early_harvest | preference | unilateral
    flat_rate: Decimal | None
    proofs: tuple[str, ...]  # codes of the accepted proofs of origin, the usual one first
    partly_suspended: bool
    source_url: str
    confidence: Confidence
    note: str = ""


@dataclass(frozen=True, slots=True)
class Partner:
    """One origin of an agreement and the days between which it benefits."""

    agreement: str
    origin: str
    valid_from: date
    valid_until: date | None = None
    confidence: Confidence = Confidence.SECONDARY

    def holds(self, day: date) -> bool:
        return is_valid_on(day, self.valid_from, self.valid_until)


@dataclass(frozen=True, slots=True)
class Rate:
    """One line of a loaded tariff.

    ``percent`` is None for a duty that is not a plain percentage (then ``text`` has it).
    """

    hs_code: str
    regime: str
    percent: Decimal | None
    valid_from: date
    valid_until: date | None = None
    text: str = ""
    source: str = ""

    def holds(self, day: date) -> bool:
        return is_valid_on(day, self.valid_from, self.valid_until)


Regimes = Mapping[str, Rate]
Lines = dict[str, Regimes]  # code of a national line → its rates


@dataclass(frozen=True, slots=True)
class Option:
    """An agreement that applies, with its rate where one is known."""

    agreement: Agreement
    rate: Span | None
    saving: Span | None
    ends: date | None
    reasons: tuple[Reason, ...]

    @property
    def proofs(self) -> tuple[str, ...]:
        return self.agreement.proofs


@dataclass(frozen=True, slots=True)
class QuotaGoods:
    """Goods of which a limited quantity a year pays a low rate; headings, so single lines below them may be free."""

    good: Texts
    prefixes: tuple[str, ...]
    confidence: Confidence
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax on top of the duty: its span in percent, or the wordings of one that is not a plain percentage.

    `wording` is the one that holds for all national lines, if there is one.
    """

    percent: Span | None = None
    texts: tuple[str, ...] = ()
    wording: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where rates of the answer were read, and between which days they hold."""

    name: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class RegimeAnswer:
    """A regime on the day, whether it covers the goods, and what is levied under it; None for what is not known."""

    regime: Regime
    coverage: Coverage
    reason: Reason
    duty: Span | None
    vat: Span | None
    consumption: Span | None


@dataclass(frozen=True, slots=True)
class NationalLine:
    """A line of eight or ten digits below the code, and what every origin pays: percent, or a wording, or neither."""

    code: str
    percent: Decimal | None
    text: str


@dataclass(frozen=True, slots=True)
class QuotaSides:
    """The same question for goods inside and outside of a quota."""

    inside: DutyAnswer
    outside: DutyAnswer


@dataclass(frozen=True, slots=True)
class DutyAnswer:
    """What is known on the day.

    ``best`` is the option with the lowest known rate, or None where none is known to win.
    """

    hs_code: str
    origin: str
    day: date
    mfn: Span | None
    options: tuple[Option, ...]
    best: Option | None
    upcoming: tuple[tuple[Agreement, date], ...]
    reasons: tuple[Reason, ...]
    lines: int  # national lines with a loaded rate below the code
    quota: QuotaGoods | None = None  # set where the heading is under a tariff quota
    vat: Tax = Tax()
    consumption: Tax = Tax()
    sources: tuple[Source, ...] = ()
    regimes: tuple[RegimeAnswer, ...] = ()
    additional: Additional = NOTHING_KNOWN  # on top of the rate to count on
    national: tuple[NationalLine, ...] = ()
    by_quota: QuotaSides | None = None  # set where a quota divides the duty or the additional duties

    def under(self, kind: str) -> RegimeAnswer | None:
        """What is levied under a kind of regime, where one is in force."""
        return next((one for one in self.regimes if one.regime.kind == kind), None)

    @property
    def best_rate(self) -> Span | None:
        """The rate to count on: the best agreement's, else the most-favoured-nation rate, else not known."""
        return self.best.rate if self.best else self.mfn

    @property
    def wording(self) -> str:
        """The duty of every origin where all national lines have the same one, and it is no percentage."""
        texts = {line.text for line in self.national}
        return texts.pop() if len(texts) == 1 else ""

    @property
    def may_be_lower(self) -> tuple[Option, ...]:
        """Agreements that apply, whose rate is not loaded, and that can be below the rate to count on."""
        if self.best_rate is not None and self.best_rate.high == 0:
            return ()
        return tuple(o for o in self.options if any(reason.code == "rate_not_loaded" for reason in o.reasons))

    @property
    def shares(self) -> tuple[tuple[Decimal, int], ...]:
        """What every origin pays → on how many national lines, the most frequent first; without lines that are not
        known or no percentage."""
        counts = Counter(line.percent for line in self.national if line.percent is not None)
        return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


@dataclass(frozen=True, slots=True)
class Trade:
    """All agreements, partners, quota goods and regimes known at one time."""

    agreements: Mapping[str, Agreement]
    partners: tuple[Partner, ...]
    quota_goods: tuple[QuotaGoods, ...] = ()
    regimes: tuple[Regime, ...] = ()

    def applying(self, origin: str, day: date) -> list[tuple[Agreement, Partner]]:
        """Agreements from which goods of the origin benefit on the day, in the order of the records."""
        return [
            (self.agreements[partner.agreement], partner)
            for partner in self.partners
            if partner.origin == origin and partner.holds(day)
        ]

    def quota(self, code: str) -> QuotaGoods | None:
        """The goods under a tariff quota whose heading a code stands below."""
        return next((goods for goods in self.quota_goods if longest_prefix(code, goods.prefixes)), None)

    def upcoming(self, origin: str, day: date) -> list[tuple[Agreement, date]]:
        """Agreements already fixed that start after the day, the nearest first."""
        changes = [
            (self.agreements[partner.agreement], partner.valid_from)
            for partner in self.partners
            if partner.origin == origin and partner.valid_from > day
        ]
        return sorted(changes, key=lambda pair: pair[1])


def duty(
    hs_code: str,
    origin: str,
    day: date,
    trade: Trade,
    rates: Iterable[Rate] = (),
    value: Decimal | None = None,
    additional: Additional = NOTHING_KNOWN,
) -> DutyAnswer:
    """The duty on goods of ``origin`` (ISO 3166-1 alpha-2) under ``hs_code`` (6 to 10 digits) on the day.

    ``rates`` are loaded lines of the code, of its parents or of its children; others are ignored. With
    ``value``, the saving of each option against what every origin pays is given, rounded to hundredths. ``additional``
    are the duties on top, as `additional.additional_duties` gives them; without it they are not known.
    """
    code, origin = digits(hs_code), origin.upper()
    lines = _lines(code, day, rates)
    quota = trade.quota(code)
    case = _Case(code, origin, day, trade, quota, value)
    whole = _answer(case, lines, additional, in_quota_only=quota is not None)
    inside, outside = _sides(lines) if quota else (lines, lines)
    if inside == outside and not additional.has_quota:
        return whole
    return replace(
        whole,
        by_quota=QuotaSides(
            _answer(case, inside, additional.inside_quota, in_quota_only=False),
            _answer(case, outside, additional.outside_quota, in_quota_only=quota is not None),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Case:
    code: str
    origin: str
    day: date
    trade: Trade
    quota: QuotaGoods | None
    value: Decimal | None


def _answer(case: _Case, lines: Lines, additional: Additional, *, in_quota_only: bool) -> DutyAnswer:
    """The answer for some national lines; `in_quota_only` where a rate that an agreement fixes does not count."""
    rates = list(lines.values())
    mfn = _span(_open_rate(regimes) for regimes in rates)
    options = tuple(
        _option(agreement, partner, rates, case.value, in_quota_only)
        for agreement, partner in case.trade.applying(case.origin, case.day)
    )
    best = _best(options, mfn)
    answer = DutyAnswer(
        hs_code=case.code,
        origin=case.origin,
        day=case.day,
        mfn=mfn,
        options=options,
        best=best,
        upcoming=tuple(case.trade.upcoming(case.origin, case.day)),
        reasons=tuple(_about_the_answer(case.code, case.origin, rates, mfn, options, best)),
        lines=len(rates),
        quota=case.quota,
        vat=_tax(VAT, rates),
        consumption=_tax(CONSUMPTION, rates),
        sources=_sources(rates, {name for option in options for name in regimes_of(option.agreement.code)}),
        additional=additional,
        national=tuple(_national(code, regimes) for code, regimes in lines.items()),
    )
    covered = [
        (regime, *regime.covers(case.code, has_quota=case.quota is not None))
        for regime in in_force(case.trade.regimes, case.day)
    ]
    return replace(answer, regimes=tuple(_under(answer, *one) for one in covered))


def _sides(lines: Lines) -> tuple[Lines, Lines]:
    """The lines inside and outside of a tariff quota.

    The tariff divides a line of eight digits that has a quota into lines of ten: the lowest rate of every origin is
    that inside of the quota, the highest that outside. A line that is not divided is on both sides.
    """
    groups: dict[str, Lines] = {}
    for code, regimes in lines.items():
        groups.setdefault(code[:8], {})[code] = regimes
    inside, outside = {}, {}
    for group in groups.values():
        known = {code: rate for code, regimes in group.items() if (rate := _open_rate(regimes)) is not None}
        is_divided = len(known) == len(group) and len(set(known.values())) > 1
        low, high = (min(known.values()), max(known.values())) if is_divided else (None, None)
        inside |= {code: group[code] for code in group if not is_divided or known[code] == low}
        outside |= {code: group[code] for code in group if not is_divided or known[code] == high}
    return inside, outside


def _national(code: str, regimes: Regimes) -> NationalLine:
    percent = _open_rate(regimes)
    rate = regimes.get(MFN)
    is_wording = rate is not None and rate.percent is None and PROVISIONAL not in regimes
    return NationalLine(code, percent, rate.text if is_wording and rate else "")


def _tax(name: str, lines: Sequence[Regimes]) -> Tax:
    found = [regimes.get(name) for regimes in lines]
    texts = sorted({rate.text for rate in found if rate is not None and rate.percent is None})
    is_one = len(texts) == 1 and all(rate is not None and rate.text == texts[0] for rate in found)
    return Tax(_span(rate.percent if rate else None for rate in found), tuple(texts), texts[0] if is_one else "")


def _sources(lines: Sequence[Regimes], agreements: Collection[str]) -> tuple[Source, ...]:
    """Those of the rates that the answer uses, each once, the newest first."""
    used = OPEN_REGIMES | TAXES | frozenset(agreements)
    found = {
        Source(rate.source, rate.valid_from, rate.valid_until)
        for regimes in lines
        for name, rate in regimes.items()
        if name in used and rate.source
    }
    return tuple(sorted(found, key=lambda one: (one.valid_from, one.name), reverse=True))


def _under(answer: DutyAnswer, regime: Regime, coverage: Coverage, reason: Reason) -> RegimeAnswer:
    """What is levied under a regime where it covers the goods; nothing is known where it leaves them out."""
    if coverage is Coverage.EXCLUDED:
        return RegimeAnswer(regime, coverage, reason, None, None, None)
    nothing = Span(Decimal(0), Decimal(0))
    duty = answer.best_rate if regime.duty == DutyOf.TARIFF else nothing
    vat, consumption = (_share(tax.percent, regime.tax_percent) for tax in (answer.vat, answer.consumption))
    return RegimeAnswer(regime, coverage, reason, duty, vat, consumption)


def _share(percent: Span | None, share: Decimal) -> Span | None:
    if share == 0:
        return Span(Decimal(0), Decimal(0))
    return None if percent is None else Span(percent.low * share / 100, percent.high * share / 100)


def _about_the_answer(
    code: str,
    origin: str,
    lines: Sequence[Regimes],
    mfn: Span | None,
    options: Sequence[Option],
    best: Option | None,
) -> Iterator[Reason]:
    if not code:
        yield Reason("hs_missing")
    elif mfn is None:
        texts = sorted({r[MFN].text for r in lines if MFN in r and r[MFN].percent is None})
        yield Reason("mfn_not_ad_valorem", {"text": "; ".join(texts)}) if texts else Reason("mfn_not_loaded")
    elif not mfn.is_one:
        yield Reason("rates_differ_by_line", {"lines": len(lines)})
    if not origin:
        yield Reason("origin_missing")
    elif not options:
        yield Reason("no_agreement", {"origin": origin})
    elif mfn is not None and best is None and all(option.rate for option in options):
        yield Reason("no_saving")
    if best is not None and best.rate is not None and best.rate.high > 0 and not all(o.rate for o in options):
        yield Reason("best_of_loaded")


def _lines(code: str, day: date, rates: Iterable[Rate]) -> Lines:
    """For each national line below the code, in their order: regime → the rate in force on the day.

    A rate given for a shorter code holds for the lines below it unless the line has its own; of two in force
    the one that began later counts.
    """
    if not code:
        return {}
    held = [r for r in rates if r.holds(day) and (r.hs_code.startswith(code) or code.startswith(r.hs_code))]
    held.sort(key=lambda rate: (len(rate.hs_code), rate.valid_from))
    return {leaf: {rate.regime: rate for rate in held if leaf.startswith(rate.hs_code)} for leaf in _leaves(code, held)}


def _leaves(code: str, held: list[Rate]) -> list[str]:
    """The codes below which no other has a rate, in their order.

    A provisional or agreement rate may be for a part of a line only: its rest stays a line where nothing divides it.
    """
    codes = sorted({rate.hs_code for rate in held})
    leaves = [one for one, following in pairwise([*codes, ""]) if not (following.startswith(one) and following != one)]
    dividing = sorted({rate.hs_code for rate in held if rate.regime in DIVIDING})
    whole = {rate.hs_code for rate in held if rate.regime == MFN and rate.hs_code.startswith(code)} - set(leaves)
    return sorted(leaves + [one for one in whole if not any(o.startswith(one) and o != one for o in dividing)])


def _open_rate(regimes: Regimes) -> Decimal | None:
    """What every origin pays: the provisional rate where one is in force and lower, else the MFN rate."""
    known = [regimes[regime].percent for regime in (MFN, PROVISIONAL) if regime in regimes]
    plain = [percent for percent in known if percent is not None]
    return min(plain) if plain and MFN in regimes and len(plain) == len(known) else None


def _span(percents: Iterable[Decimal | None]) -> Span | None:
    """Lowest and highest, or None if there is none or if any of them is not known."""
    known: list[Decimal] = []
    for percent in percents:
        if percent is None:
            return None
        known.append(percent)
    return Span(min(known), max(known)) if known else None


def _option(
    agreement: Agreement, partner: Partner, lines: Sequence[Regimes], value: Decimal | None, quota: bool
) -> Option:
    own = [in_schedule(agreement.code, partner.origin, regimes) for regimes in lines]
    everybody = [_open_rate(regimes) for regimes in lines]
    reasons: list[Reason] = []
    percents: list[Decimal | None] = []
    if any(own):
        # A line that an agreement leaves out pays what every origin pays.
        percents = [mine.percent if mine else other for mine, other in zip(own, everybody, strict=True)]
        left_out = sum(mine is None for mine in own)
        texts = sorted({mine.text for mine in own if mine and mine.percent is None})
        if texts:
            reasons.append(Reason("rate_not_ad_valorem", {"text": "; ".join(texts)}))
        elif left_out:
            reasons.append(Reason("some_lines_left_out", {"lines": left_out}))
    elif agreement.flat_rate is not None and quota:
        reasons.append(Reason("in_quota_only", {"rate": agreement.flat_rate}))
    elif agreement.flat_rate is not None:
        percents = [agreement.flat_rate] * max(len(lines), 1)
        reasons.append(Reason("flat_rate", {"rate": agreement.flat_rate}))
    else:
        reasons.append(Reason("rate_not_loaded"))
    if agreement.partly_suspended:
        reasons.append(Reason("partly_suspended"))
    if partner.valid_until:
        reasons.append(Reason("ends", {"until": partner.valid_until}))
    if Confidence.HINT in (agreement.confidence, partner.confidence):
        reasons.append(Reason("record_to_be_checked"))
    saving = _saving(percents, everybody, value)
    return Option(agreement, _span(percents), saving, partner.valid_until, tuple(reasons))


def _saving(
    percents: Sequence[Decimal | None], everybody: Sequence[Decimal | None], value: Decimal | None
) -> Span | None:
    """The saving line by line: the ends of two spans need not belong to the same line."""
    if value is None or not everybody or len(percents) != len(everybody):
        return None
    gaps = []
    for mine, other in zip(percents, everybody, strict=True):
        if mine is None or other is None:
            return None
        gaps.append(max(other - mine, Decimal(0)))
    cents = Decimal("0.01")
    low, high = ((value * gap / 100).quantize(cents, ROUND_HALF_UP) for gap in (min(gaps), max(gaps)))
    return Span(low, high)


def _best(options: Iterable[Option], mfn: Span | None) -> Option | None:
    """The option with the lowest known rate, unless every origin pays as little; the first of equals."""
    known = [(option.rate.high, option.rate.low, option) for option in options if option.rate is not None]
    if not known:
        return None
    high, low, best = min(known, key=lambda one: one[:2])
    if mfn is not None and high >= mfn.high and low >= mfn.low:
        return None
    return best


def read_trade(folder: Path) -> Trade:
    """Read ``agreements.csv``, ``partners.csv``, ``quota_goods.csv`` and ``regimes.csv``.

    ValueError names the row that cannot be read.
    """
    agreements = {}
    for line, row in enumerate(rows(folder / "agreements.csv"), start=2):
        try:
            agreements[row["code"]] = agreement_from_row(row)
        except (KeyError, ValueError, ArithmeticError) as error:
            raise ValueError(f"agreements.csv row {line} ({row.get('code')}): {error}") from error
    partners = []
    for line, row in enumerate(rows(folder / "partners.csv"), start=2):
        if row["agreement"] not in agreements:
            raise ValueError(f"partners.csv row {line}: {row['agreement']} is not in agreements.csv")
        partners.append(Partner(**read_columns(Partner, row)))
    return Trade(agreements, tuple(partners), read_quota_goods(folder), read_regimes(folder))


def read_quota_goods(folder: Path) -> tuple[QuotaGoods, ...]:
    return tuple(
        QuotaGoods(**read_columns(QuotaGoods, row, but=("prefixes",)), prefixes=tuple(row["hs_prefixes"].split()))
        for row in rows(folder / "quota_goods.csv")
    )


def agreement_from_row(row: Mapping[str, str]) -> Agreement:
    flat_rate = Decimal(row["flat_rate"]) if row["flat_rate"] else None
    return Agreement(**read_columns(Agreement, row, but=("flat_rate",)), flat_rate=flat_rate)
