"""Money, quantities and days as the reader writes them, on pages, in sentences and in letters; CLDR through Babel."""

from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal, format_percent
from django.utils.functional import keep_lazy_text
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from matchmaker.core import languages, reference

# Isolates (Unicode UAX 9): a line from right to left does not mix what stands in them with its neighbours.
_RTL, _OWN, _END = "\u2067", "\u2068", "\u2069"
FINEST = Decimal("0.0001")  # prices for one unit are kept so finely; what was reckoned reads in the currency's own


def isolate(text: str) -> str:
    """A name inside a sentence: in a line from right to left its full stop stays at its end."""
    return f"{_OWN}{text}{_END}" if languages.is_rtl(get_language() or "en") else text


@keep_lazy_text
def capfirst(text: str) -> str:
    """A label with a capital letter first. Django's own makes Ilk of the Turkish ilk, which is written İlk."""
    if text[:1] == "i" and languages.base_of(get_language() or "en") == "tr":
        return f"İ{text[1:]}"
    return text[:1].upper() + text[1:]


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


def number(value, digits: int | None = None) -> str:
    """A number with the reader's separators; with `digits` exactly so many decimals; '' for none."""
    amount = value if type(value) is int else decimal(value)
    return "" if amount is None else _number(str(amount), None if digits is None else int(digits), current_locale())


@lru_cache(maxsize=1 << 14)
def _number(written: str, digits: int | None, locale: Locale) -> str:
    if digits is None:
        return format_decimal(Decimal(written), locale=locale, decimal_quantization=False)
    return format_decimal(Decimal(written), format="#,##0" + ("." + "0" * digits if digits else ""), locale=locale)


def percent(ratio, digits: int = 0) -> str:
    """A ratio (0.05) as a percentage (5%), with so many decimals; '' for none."""
    amount = decimal(ratio)
    if amount is None:
        return ""
    pattern = current_locale().percent_formats[None].pattern
    if int(digits):
        pattern = pattern.replace("#,##0", "#,##0." + "0" * int(digits))
    return format_percent(amount, format=pattern, locale=current_locale())


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
    return f"{_RTL}{text}\u200e{_END}" if locale.text_direction == "rtl" else text


def exact_money(amount, currency: str = "CNY") -> str:
    """Every digit of an amount that a law names: CN¥2.64295885."""
    value, locale = decimal(amount), current_locale()
    if value is None or value == value.to_integral_value():
        return money(value, currency)
    text = format_currency(value, currency, locale=locale, currency_digits=False, decimal_quantization=False)
    return f"{_RTL}{text}\u200e{_END}" if locale.text_direction == "rtl" else text


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
    base, form = languages.base_of(language), _locale_of(language).plural_form(value.normalize())
    # Arabic counts 3 to 10 in the plural, and whatever is more in the singular.
    is_plural = form == "few" if base == "ar" else form != "one"
    name = (row.get(f"plural_{base}", "") if row and is_plural else "") or reference.name(row, unit)
    # Japanese and Korean set their own words for what is counted right behind the number: 3個, 3개, but 3 kg.
    space = "" if base in ("ja", "ko") and not name[:1].isascii() else " "
    text = f"{number}{space}{name}".strip()
    return f"{_OWN}{text}{_END}" if languages.is_rtl(language) else text


def clock(value: datetime | time) -> str:
    """Hours and minutes: 1:30 PM, 13:30, 오후 1:30."""
    locale = current_locale()
    # The short name of the half of a day is in English in Korean data, and the long one in Korean.
    return format_time(value, locale.time_formats["short"].pattern.replace("a", "aaaa"), locale=locale)


def day(value: date | None, style: str = "medium") -> str:
    """Dec 26, 2026; 2026年12月26日; '' for none. `style` is short, medium, long, full, or a CLDR pattern."""
    return _day(value, style, current_locale()) if value else ""


def moment(value: datetime, style: str = "medium") -> str:
    """A day with hours and minutes, on the clock it is given in: Dec 26, 2026, 1:30 PM; 2026年12月26日 13:30."""
    locale = current_locale()
    joiner = str(locale.datetime_formats.get(style, "{1} {0}"))
    return joiner.replace("{1}", format_date(value, style, locale=locale)).replace("{0}", clock(value))


@lru_cache(maxsize=1 << 12)
def _day(value: date, style: str, locale: Locale) -> str:
    # Russian ends a day with a shortened word, «г.»: a sentence that ends with the day would have two full stops.
    return format_date(value, format=style, locale=locale).removesuffix("г.").rstrip()


def month(value: date) -> str:
    """July 2026, 2026年7月."""
    return format_skeleton("yMMMM", value, locale=current_locale())


@cache
def _whole_pattern(locale: Locale) -> str:
    """The locale's currency pattern without its decimals: whole amounts are read faster without '.00'."""
    return locale.currency_formats["standard"].pattern.replace(".00", "")
