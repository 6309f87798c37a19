"""What must hold for a product or a demand, whether a page, the API, an import or a feed brings it.

Rows here are anything with the fields as attributes: a form gives one instance, an import a hundred thousand plain
rows. Which HS codes and categories exist is asked through containers: `TableKeys` asks the database code by code, an
import gives the set of all of them. `problems` collects a sentence, or a ValidationError with a code, by field.
"""

import datetime as dt
from collections.abc import Container, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.catalogue import lots
from matchmaker.catalogue.models import Category, HSCode
from matchmaker.companies.models import Company
from matchmaker.core import reference

LATEST_CLOSING = dt.timedelta(days=3 * 366)


class TableKeys:
    """`code in TableKeys(HSCode)`: whether the table has a row of that key."""

    def __init__(self, model):
        self._model = model

    def __contains__(self, key) -> bool:
        return self._model.objects.filter(pk=key).exists()


# Said only when something is wrong: an import asks a million times and is answered yes.
UNIT = gettext_lazy("Choose a unit from the list.")
CURRENCY = gettext_lazy("Choose a currency from the list, such as USD or CNY.")
COUNTRY = gettext_lazy("Choose a country or region from the list.")
PORT = gettext_lazy("Choose a port from the list.")
NO_COUNTRY = gettext_lazy("Not a country code: %(codes)s.")
NO_CERTIFICATE = gettext_lazy("Not in the list of certificates: %(codes)s.")

HS_CODES, CATEGORIES = TableKeys(HSCode), TableKeys(Category)


def check_known(problems: dict, field: str, value: str, rows: Container[str], sentence: Any) -> None:
    """Note a problem when a code is given that the reference data does not have."""
    if value and value not in rows:
        problems[field] = ValidationError(sentence, f"unknown_{field}")


def check_terms(row, problems: dict) -> None:
    """Codes, and amounts that only mean something together with their unit and currency."""
    check_known(problems, "currency", row.currency, reference.currencies(), CURRENCY)
    check_known(problems, "price_unit", row.price_unit, reference.units(), UNIT)


def check_hs_code(code: str, problems: dict, lengths: tuple[int, ...], hs_codes: Container[str] = HS_CODES) -> None:
    if not code:
        return
    if not code.isascii() or not code.isdigit() or len(code) not in lengths:
        wanted = " / ".join(str(n) for n in lengths)
        problems["hs_code"] = ValidationError(
            _("An HS code here has %(digits)s digits and no dots, such as 100630.") % {"digits": wanted},
            "hs_code_form",
        )
    elif code not in hs_codes:
        problems["hs_code"] = ValidationError(
            _("HS 2022 has no code %(code)s. Pick one of the suggestions, or leave it empty.") % {"code": code},
            "unknown_hs_code",
        )


def check_national_line(line: str, code: str, problems: dict) -> None:
    """A line of the Chinese tariff stands below the six digits of the goods."""
    if line and not (code and line.startswith(code)):
        problems["national_line"] = ValidationError(
            _("A national line begins with the HS code of the goods."), "national_line_elsewhere"
        )


def check_category(row, problems: dict, categories: Container[str] = CATEGORIES) -> None:
    if row.category_id and row.category_id not in categories:
        problems["category"] = ValidationError(_("Choose a category from the list."), "unknown_category")


def check_codes(codes: Iterable[str], rows: dict, field: str, problems: dict, sentence: Any) -> None:
    unknown = [code for code in codes if code not in rows]
    if unknown:
        problems[field] = ValidationError(str(sentence) % {"codes": ", ".join(unknown[:5])}, f"unknown_{field}")


def check_product(
    row,
    certificates: Iterable[str] | None,
    problems: dict,
    *,
    hs_codes: Container[str] = HS_CODES,
    categories: Container[str] = CATEGORIES,
) -> None:
    """Everything about a product's codes and terms that spans fields or needs a list."""
    check_hs_code(row.hs_code, problems, (6,), hs_codes)
    check_national_line(getattr(row, "national_line", ""), row.hs_code, problems)
    check_category(row, problems, categories)
    check_terms(row, problems)
    check_known(problems, "origin", row.origin, reference.countries(), COUNTRY)
    check_known(problems, "min_order_unit", row.min_order_unit, reference.units(), UNIT)
    check_known(problems, "capacity_unit", row.capacity_unit, reference.units(), UNIT)
    if row.min_order is not None and not row.min_order_unit:
        problems["min_order_unit"] = _("Say which unit the minimum order is in.")
    if row.capacity is not None and not row.capacity_unit:
        problems["capacity_unit"] = _("Say which unit the capacity is in.")
    if (row.price_low is not None or row.price_high is not None) and not row.currency:
        problems["currency"] = _("Say which currency the price is in.")
    if row.price_low is not None and row.price_high is not None and row.price_high < row.price_low:
        problems["price_high"] = _("The upper price must not be below the lower one.")
    lots.check(getattr(row, "lots_in_china", None) or [], problems)
    if certificates is not None:
        check_codes(certificates, reference.certificates(), "certificates", problems, NO_CERTIFICATE)


def check_demand(row, problems: dict) -> None:
    """What a demand as a whole needs a list for."""
    check_known(problems, "destination", row.destination, reference.ports(), PORT)
    check_known(problems, "value_currency", row.value_currency, reference.currencies(), CURRENCY)
    if (row.value_low is not None or row.value_high is not None) and not row.value_currency:
        problems["value_currency"] = _("Say which currency the value is in.")
    if row.delivery_from and row.delivery_until and row.delivery_until < row.delivery_from:
        problems["delivery_until"] = _("The end of the delivery window must not be before its beginning.")
    if set(row.wanted_sizes) - set(Company.Size.values):
        problems["wanted_sizes"] = _("Choose entries from the list.")
    if set(row.wanted_languages) - set(reference.languages()):
        problems["wanted_languages"] = _("Choose a language from the list.")


def check_closing(day: dt.date, problems: dict) -> None:
    """The day on which a demand closes: today or later, and not so far away that it must be a slip."""
    today = timezone.localdate()
    if day < today:
        sentence = _("The closing date is in the past. Choose today or a later day.")
        problems["closing_on"] = ValidationError(sentence, "closing_in_past")
    elif day > today + LATEST_CLOSING:
        sentence = _("Choose a closing date within the next three years.")
        problems["closing_on"] = ValidationError(sentence, "closing_too_late")


def check_line(
    row, problems: dict, *, hs_codes: Container[str] = HS_CODES, categories: Container[str] = CATEGORIES
) -> None:
    """The same for a line of a demand."""
    check_hs_code(row.hs_code, problems, (2, 4, 6), hs_codes)
    check_category(row, problems, categories)
    check_terms(row, problems)
    check_known(problems, "unit", row.unit, reference.units(), UNIT)
    for field in ("origins_wanted", "origins_excluded"):
        check_codes(getattr(row, field), reference.countries(), field, problems, NO_COUNTRY)
    if set(row.origins_wanted) & set(row.origins_excluded):
        problems["origins_excluded"] = _("A country cannot be both wanted and excluded.")
    check_codes(row.certificates_required, reference.certificates(), "certificates_required", problems, NO_CERTIFICATE)
    if row.target_price is not None and not row.currency:
        problems["currency"] = _("Say which currency the price is in.")
    if row.quantity is not None and not row.unit:
        problems["unit"] = _("Say which unit the quantity is in.")
    if row.capacity_wanted is not None:
        if not row.unit:
            problems["unit"] = _("Say which unit the quantity and the capacity are in.")
        if not row.capacity_period:
            problems["capacity_period"] = _("Say whether the capacity is for a month or a year.")


def publishable(*, has_text: bool, category: str | None, origin: str) -> dict:
    """What a product lacks to be shown, by field; empty when nothing."""
    problems = {}
    if not has_text:
        problems["name"] = _("Give the product a name before you publish it.")
    if not category:
        problems["category"] = _("Choose a category: buyers browse by it. We suggest one from your text.")
    if not origin:
        problems["origin"] = _("Say where the product comes from: duty and entry rules depend on it.")
    return problems
