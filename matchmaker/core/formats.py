"""Money, quantities and days as the reader writes them, on pages, in sentences and in letters; CLDR through Babel."""

from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from matchmaker.core import reference
from matchmaker.core.languages import is_rtl

FINEST = Decimal("0.0001")  # prices for one unit are kept so finely; what was reckoned reads in the currency's own


def current_locale() -> Locale:
    """What is known of how the reader writes figures and days."""
    return _locale_of(get_language() or "en")


@cache
def _locale_of(language: str) -> Locale:
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def decimal(value) -> Decimal | None:
    try:
        return None if value is None or value == "" else Decimal(str(value))
    except InvalidOperation:
        return None


def money(amount, currency: str = "CNY") -> str:
    """$12,000 in English, US$12,000 in Chinese, 12 000 $US in French; '' for none."""
    value = decimal(amount)
    return "" if value is None else _money(str(value), str(currency or "CNY").upper(), current_locale())


@lru_cache(maxsize=1 << 14)  # by what is written, because 1.0 and 1.00 are equal and read differently
def _money(written: str, currency: str, locale: Locale) -> str:
    value = Decimal(written)
    whole = value == value.to_integral_value()
    fine = not whole and value == value.quantize(FINEST)
    text = format_currency(
        value.normalize() if fine else value,
        currency,
        locale=locale,
        format=_whole_pattern(locale) if whole else None,
        currency_digits=not whole,
        decimal_quantization=not fine,
    )
    # A sign such as US$ would be torn apart at the end of a right-to-left line; the mark keeps it together.
    return text + "\u200e" if locale.text_direction == "rtl" else text


def per_unit(amount: str, unit: str) -> str:
    """What is asked for one unit: $0.45 / piece; US$0.45／件."""
    return _for_one(amount, unit, get_language() or "en") if unit else amount


@lru_cache(maxsize=1 << 14)
def _for_one(amount: str, unit: str, _language: str) -> str:
    return _("%(amount)s / %(unit)s") % {"amount": amount, "unit": reference.name(reference.units().get(unit), unit)}


def quantity(amount, unit: str) -> str:
    """An amount with its unit: 1,200 kg, 3 pieces; 3 件. '' for none; what was converted, a float, in six digits."""
    if isinstance(amount, float) and not amount.is_integer():
        amount = f"{amount:.6g}"
    value = decimal(amount)
    return "" if value is None else _quantity(str(value), unit, get_language() or "en")


@lru_cache(maxsize=1 << 14)
def _quantity(written: str, unit: str, language: str) -> str:
    value, row = Decimal(written), reference.units().get(unit)
    number = format_decimal(value, locale=_locale_of(language), decimal_quantization=False)
    plural = row["plural_en"] if row and language.startswith("en") and value != 1 else ""
    text = f"{number} {plural or reference.name(row, unit)}".strip()
    # With a mark in front, a number and a Latin unit keep their order in a line from right to left.
    return f"\u200e{text}" if is_rtl(language) else text


def day(value: date | None, style: str = "medium") -> str:
    """Dec 26, 2026; 2026年12月26日; '' for none. `style` is short, medium, long, full, or a CLDR pattern."""
    return _day(value, style, current_locale()) if value else ""


@lru_cache(maxsize=1 << 12)
def _day(value: date, style: str, locale: Locale) -> str:
    return format_date(value, format=style, locale=locale)


@cache
def _whole_pattern(locale: Locale) -> str:
    """The locale's currency pattern without its decimals: whole amounts are read faster without '.00'."""
    return locale.currency_formats["standard"].pattern.replace(".00", "")
