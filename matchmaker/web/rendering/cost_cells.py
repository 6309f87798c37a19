"""Landed cost in words: the parts of a sum, what is not known of them, and the rates that they rest on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.core.formats import money, number
from matchmaker.core.lists import format_list, join_label
from matchmaker.market_access import sentences
from matchmaker.market_access.duty import DutyAnswer, RegimeAnswer, Tax
from matchmaker.market_access.rate_texts import rate_text
from matchmaker.market_access.regimes import DutyOf
from matchmaker.market_access.spans import Span
from matchmaker.messaging.landed_cost import LandedCost, Part, Reason, State
from matchmaker.messaging.services import NOTHING_TYPED, TypedCosts
from matchmaker.web.rendering.side_by_side import Cell

PART_WORDS = {
    "goods": gettext_lazy("Goods"),
    "freight": gettext_lazy("Freight"),
    "insurance": gettext_lazy("Insurance"),
    "duty": gettext_lazy("Duty"),
    "additional": gettext_lazy("Additional duties"),
    "consumption": gettext_lazy("Consumption tax"),
    "vat": gettext_lazy("Import VAT"),
    "fees": gettext_lazy("Fees"),
    "regime": gettext_lazy("Way into China"),
}
REASON_WORDS = {
    Reason.NO_QUANTITY: gettext_lazy("unknown: no quantity is stated"),
    Reason.NO_COMMON_UNIT: gettext_lazy("unknown: the quote does not say how much one unit holds"),
    Reason.NO_RATE: gettext_lazy("unknown: no exchange rate is set"),
    Reason.NOT_TYPED: gettext_lazy("unknown: nothing typed yet"),
    Reason.NO_DUTY_RATE: gettext_lazy("unknown: no duty rate is loaded or typed"),
    Reason.NOT_LOADED: gettext_lazy("may apply: not loaded"),
    Reason.NO_UNIT_PRICE: gettext_lazy("unknown: it depends on the quantity and its unit"),
    Reason.NO_VALUE: gettext_lazy("unknown: the customs value is not complete"),
    Reason.REGIME_NOT_CERTAIN: gettext_lazy("unknown whether it is open to these goods"),
}


@dataclass(frozen=True)
class CostInWords:
    """A sum with what it rests on: what is known of the goods, the way into China, and what a person typed."""

    cost: LandedCost
    duty: DutyAnswer | None
    regime: RegimeAnswer | None = None
    typed: TypedCosts = NOTHING_TYPED

    def cell(self, name: str) -> Cell:
        """One part: its amount or why it is not known, and the rates below it."""
        part = self.cost.optional_part(name)
        if part is None:
            return Cell("")
        text = self.amount(part)
        if part.state == State.INCLUDED:
            return Cell(text)
        lines = _assumed_line(part.assumed_percent) if part.assumed_percent is not None else ()
        return Cell(text, _LINES[name](self) if name in _LINES else lines)

    def amount(self, part: Part) -> str:
        if part.state == State.INCLUDED:
            return _("in the price")
        if part.reason is not None:
            return str(REASON_WORDS[part.reason])
        return band(part.low, part.high, self.cost.currency)

    def total(self, lowest: Decimal | None = None) -> Cell:
        """The sum as far as it is known, and what it is without; `lowest` is the lowest whole sum beside it."""
        cost, lower = self.cost, self.lower_under
        notes = [*self.assumed, *([lower] if lower else [])]
        if cost.is_complete:
            return Cell(band(cost.low, cost.high, cost.currency), notes, is_best=cost.high == lowest)
        lines = [*self.lacks, *notes]
        if cost.part("goods").state == State.UNKNOWN:
            return Cell(_("unknown"), lines)
        if lower:
            return Cell(money(cost.low, cost.currency), lines)
        return Cell(_("at least %(amount)s") % {"amount": money(cost.low, cost.currency)}, lines)

    @property
    def lacks(self) -> list[str]:
        """The parts that a sum is without, and the regime that it rests on."""
        names = [str(PART_WORDS[name]) for name in self.cost.missing if name != "regime"]
        lines = [join_label(_("without"), format_list(names))] if names else []
        if "regime" in self.cost.missing:
            lines.append(_("only if the way into China is open to these goods"))
        return lines

    @property
    def assumed(self) -> list[str]:
        """The parts that nobody typed, counted as a share of the price."""
        names = [str(PART_WORDS[part.name]) for part in self.cost.parts if part.assumed_percent is not None]
        return [join_label(_("with an assumed share for"), format_list(names))] if names else []

    @property
    def lower_under(self) -> str:
        """Agreements that may make the sum lower, where its duty is that of the tariff."""
        is_of_tariff = self.regime is None or self.regime.regime.duty == DutyOf.TARIFF
        counts = self.duty is not None and is_of_tariff and self.typed.duty_percent is None
        is_included = self.cost.part("duty").state == State.INCLUDED
        return sentences.lower_under(self.duty) if self.duty and counts and not is_included else ""


def band(low: Decimal, high: Decimal, currency: str) -> str:
    if low == high:
        return money(low, currency)
    return _("%(low)s to %(high)s") % {"low": money(low, currency), "high": money(high, currency)}


def _duty_lines(words: CostInWords) -> list[str]:
    """The rate and where it comes from."""
    if words.typed.duty_percent is not None:
        return _typed_line(words.typed.duty_percent)
    if words.duty is None:
        return [_("The quote names no product.")]
    if words.regime is not None:
        return _duty_under(words, words.regime)
    if words.duty.best_rate is None:
        return [rate_text(words.duty.wording)] if words.duty.wording else []
    best = words.duty.best
    name = sentences.in_language(best.agreement, "name") if best else _("every origin")
    return [join_label(name, sentences.percent(words.duty.best_rate))]


def _duty_under(words: CostInWords, regime: RegimeAnswer) -> list[str]:
    name = sentences.in_language(regime.regime, "name")
    duty = sentences.regime_duty(regime.regime, regime.duty)
    lines = [join_label(name, duty) if duty else name]
    is_certain = words.cost.optional_part("regime") is None  # otherwise the reason stands with the regime
    return [*lines, sentences.about_coverage(regime.reason)] if is_certain else lines


def _additional_lines(words: CostInWords) -> list[str]:
    """Each duty on record with its rate, or that none is known."""
    if words.duty is None:
        return []
    answer = words.duty.additional
    lines = [
        join_label(sentences.additional_kind(one.duty.kind), sentences.additional_rate(one)) for one in answer.lines
    ]
    return [*lines, *(sentences.about_additional(answer) if answer.percent is not None else [])]


def _vat_lines(words: CostInWords) -> list[str]:
    return _tax_lines(words, words.typed.vat_percent, lambda found: found.vat, lambda found: found.vat)


def _consumption_lines(words: CostInWords) -> list[str]:
    typed = words.typed.consumption_percent
    return _tax_lines(words, typed, lambda found: found.consumption, lambda found: found.consumption)


def _tax_lines(
    words: CostInWords,
    typed: Decimal | None,
    of_regime: Callable[[RegimeAnswer], Span | None],
    of_duty: Callable[[DutyAnswer], Tax],
) -> list[str]:
    """The rate that is levied, typed or known; its wording where it is no percentage."""
    if typed is not None:
        return _typed_line(typed)
    if words.duty is None:
        return []
    tax = of_duty(words.duty)
    span = of_regime(words.regime) if words.regime else tax.percent
    return [sentences.percent(span)] if span is not None else [rate_text(text) for text in tax.texts]


def _regime_lines(words: CostInWords) -> list[str]:
    """Which way into China it is, and why it is not known whether it is open."""
    if words.regime is None:
        return []
    return [sentences.in_language(words.regime.regime, "name"), sentences.about_coverage(words.regime.reason)]


def _assumed_line(percent: Decimal) -> list[str]:
    return [_("assumed by the organiser: %(percent)s%% of the price") % {"percent": number(percent.normalize())}]


def _typed_line(percent: Decimal) -> list[str]:
    return [_("%(percent)s%%, typed by you") % {"percent": number(percent.normalize())}]


_LINES: Mapping[str, Callable[[CostInWords], Sequence[str]]] = {
    "duty": _duty_lines,
    "additional": _additional_lines,
    "vat": _vat_lines,
    "consumption": _consumption_lines,
    "regime": _regime_lines,
}
