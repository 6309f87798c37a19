"""What must hold for a product or a demand whichever door it comes through."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from matchmaker.catalogue.models import Category, HSCode
from matchmaker.core import reference


def known(problems: dict, field: str, value: str, rows: dict, sentence: str) -> None:
    """Note a problem when a code is given that the reference data does not have."""
    if value and value not in rows:
        problems[field] = ValidationError(sentence, f"unknown_{field}")


def check_terms(row, problems: dict) -> None:
    """Codes, and amounts that only mean something together with their unit and currency."""
    known(
        problems,
        "currency",
        row.currency,
        reference.currencies(),
        _("Choose a currency from the list, such as USD or CNY."),
    )
    known(problems, "price_unit", row.price_unit, reference.units(), _("Choose a unit from the list."))


def check_hs_code(code: str, problems: dict, lengths: tuple[int, ...]) -> None:
    if not code:
        return
    if not code.isascii() or not code.isdigit() or len(code) not in lengths:
        wanted = " / ".join(str(n) for n in lengths)
        problems["hs_code"] = ValidationError(
            _("An HS code here has %(digits)s digits and no dots, such as 100630.") % {"digits": wanted},
            "hs_code_form",
        )
    elif not HSCode.objects.filter(pk=code).exists():
        problems["hs_code"] = ValidationError(
            _("HS 2022 has no code %(code)s. Pick one of the suggestions, or leave it empty.") % {"code": code},
            "unknown_hs_code",
        )


def check_category(row, problems: dict) -> None:
    if row.category_id and not Category.objects.filter(pk=row.category_id).exists():
        problems["category"] = ValidationError(_("Choose a category from the list."), "unknown_category")


def check_codes(codes: list[str], rows: dict, field: str, problems: dict, sentence: str) -> None:
    unknown = [code for code in codes if code not in rows]
    if unknown:
        problems[field] = ValidationError(sentence % {"codes": ", ".join(unknown[:5])}, f"unknown_{field}")
