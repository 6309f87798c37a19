"""What a list filters by that no column holds: readiness on a day, duty, price and minimum order as bands.

Bands are codes, `mass:5` meaning "up to 5 of the base unit of mass"; pages put them into words.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from zlib import crc32

from django.utils import timezone

from matchmaker.catalogue.models import Product
from matchmaker.core.exchange import yuan_rates
from matchmaker.directory.models import ExchangeRate
from matchmaker.engines.language import exchange, in_base, price_for_base
from matchmaker.market_access import duty, rules
from matchmaker.market_access.models import AccessNotice, AgreementPartner, EntryQuestion, EntryRule, TariffRate
from matchmaker.market_access.readiness import ProductFacts, deciding_facts, readiness_on_days
from matchmaker.market_access.services import Certificates, readiness_facts, rulebook, trade

MONTHS = 12  # ahead, for which readiness is kept: the first of this month and of those after it
PRICE_BANDS = {"mass": (2, 5, 10, 50), "volume": (5, 20, 50, 200), "count": (10, 100, 1_000, 10_000)}  # yuan
ORDER_BANDS = {"mass": (100, 1_000, 5_000, 20_000), "volume": (100, 1_000, 20_000), "count": (10, 100, 1_000, 10_000)}
DUTY_BANDS = (0, 5, 10, 20)  # percent

OnDays = tuple[tuple[str, int], ...]  # (state, number of open items) on each day of `Facts.days`


def months(today: dt.date | None = None) -> list[dt.date]:
    """The days readiness is kept for: the first of the twelve months from this one on."""
    first = (today or timezone.localdate()).replace(day=1)
    return [_month_after(first, n) for n in range(MONTHS)]


def _month_after(day: dt.date, n: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return dt.date(year, month + 1, 1)


def month_of(text: str) -> dt.date:
    """The kept day an address names, as 2026-12; the next month's where it names none."""
    days = months()
    return next((day for day in days if f"{day:%Y-%m}" == text), days[1])


def band(kind: str, value: Decimal, bands: Mapping[str, Sequence[int]]) -> str:
    """'mass:5' up to five, 'mass:+50' above the last; '' for a kind without bands."""
    if kind not in bands:
        return ""
    upper = next((limit for limit in bands[kind] if value <= limit), None)
    return f"{kind}:{upper}" if upper is not None else f"{kind}:+{bands[kind][-1]}"


def price_band(product: Product, rates: Mapping[str, Decimal]) -> str:
    """`rates` as `exchange` has them."""
    low = product.price_low if product.price_low is not None else product.price_high
    yuan = None if low is None else exchange(low, product.currency, "CNY", rates)
    one = None if yuan is None else price_for_base(yuan, product.price_unit)
    return band(*one, PRICE_BANDS) if one else ""


def order_band(product: Product) -> str:
    base = in_base(product.min_order_unit)
    if product.min_order is None or base is None:
        return ""
    return band(base[0], product.min_order * base[1], ORDER_BANDS)


@dataclass
class Facts:
    """Bands and readiness for one reading of the catalogue; rules, agreements and rates are read once."""

    days: list[dt.date] = field(default_factory=months)
    _duties: dict[tuple[str, str], str] = field(default_factory=dict)

    @cached_property
    def rates(self) -> Mapping[str, Decimal]:
        return yuan_rates()

    @cached_property
    def _book(self) -> rules.Rulebook:
        return rulebook()

    @cached_property
    def _trade(self) -> duty.Trade:
        return trade()

    @cached_property
    def _has_tariff(self) -> bool:
        return TariffRate.objects.exists()

    def duty_band(self, product: Product) -> str:
        """Under the best agreement on the first kept day; '' where it is not known. Remembered by code and origin."""
        pair = (product.hs_code, product.origin)
        if not all(pair):
            return ""
        if pair not in self._duties:
            day, lines = self.days[0], []
            if self._has_tariff:
                lines = [row.as_rate() for row in TariffRate.objects.on(day).below(product.hs_code)]
            rate = duty.duty(product.hs_code, product.origin, day, self._trade, lines).best_rate
            upper = next((limit for limit in DUTY_BANDS if rate and rate.high <= limit), None)
            self._duties[pair] = "" if rate is None else f"{upper}" if upper is not None else f"+{DUTY_BANDS[-1]}"
        return self._duties[pair]

    @cached_property
    def month_names(self) -> list[str]:
        """What the kept days are called in the index."""
        return [f"ready{day:%Y%m}" for day in self.days]

    def readiness(self, products: Sequence[Product], certificates: Certificates | None = None) -> dict[int, OnDays]:
        """Primary key → state and open items on each day of `days`; `certificates` as in `readiness_facts`."""
        return {
            key: self._readiness(deciding_facts(facts, self._book), tuple(answers.items()))
            for key, (facts, answers) in readiness_facts(products, self._book, certificates).items()
        }

    @cached_property
    def _readiness(self) -> Callable[[ProductFacts, tuple[tuple[str, bool], ...]], OnDays]:
        """The same for equal facts: of many products a code, an origin and the company's papers are the same."""

        @lru_cache(maxsize=1 << 14)
        def remembered(facts: ProductFacts, answers: tuple[tuple[str, bool], ...]) -> OnDays:
            listed = readiness_on_days(facts, self.days, dict(answers), self._book)
            return tuple((one.state.value, min(one.still_open, 254)) for one in listed)

        return remembered


def stamp() -> str:
    """Changes when every entry has to be read anew: another month, another rate, an edited rule or notice."""
    newest = (
        model.objects.order_by(f"-{field}").values_list(field, flat=True).first()
        for model, field in ((ExchangeRate, "set_at"), (EntryRule, "updated_at"), (TariffRate, "loaded_at"))
    )
    counts = (EntryRule.objects.count(), AgreementPartner.objects.count())
    # Some hundred rows that do not say when they were edited: their content does.
    notices = AccessNotice.objects.values_list("rule_code", "origin", "hs_in", "valid_from", "valid_until")
    questions = EntryQuestion.objects.values_list("code", "yes_hs", "no_hs", "asked_hs", "otherwise")
    content = crc32(repr([*notices.order_by("id"), *questions.order_by("code")]).encode())
    return " ".join(str(one) for one in (months()[0], *newest, *counts, content))
