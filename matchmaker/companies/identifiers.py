"""Company numbers: checked for form, and explained when wrong.

A good check character does not show that the company exists.
"""

import importlib
import pkgutil
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import exceptions, get_cc_module, lei
from stdnum.cn import uscc
from stdnum.eu.vat import MEMBER_STATES

from matchmaker.core import reference

# GB 32100-2015: 31 characters, digits and capitals without I, O, S, V and Z.
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _modules(country: str) -> list:
    """Every number of this country that python-stdnum knows; a company may give any of them."""
    try:
        package = importlib.import_module(f"stdnum.{country.lower()}")
    except ModuleNotFoundError:
        return []
    if not hasattr(package, "__path__"):  # a module of that name, such as stdnum.lei, and no country
        return []
    names = [info.name for info in pkgutil.iter_modules(package.__path__)]
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def check_identifier(*, country: str, kind: str, number: str) -> str:
    """The number in its compact form.

    Raises:
        ValidationError: with a sentence that names the part that is wrong.
    """
    number = unicodedata.normalize("NFKC", number).strip()  # full-width digits and letters of Chinese keyboards
    if not number:
        return ""
    if kind == "uscc":
        return _check_uscc(number)
    if kind == "lei":
        return _with(lei, number, _("An LEI has 20 characters and ends in two check digits (ISO 17442)."))
    if kind == "duns":
        return _check_duns(number)
    module = get_cc_module(country.lower(), "vat") if kind == "vat" else None
    candidates = [module] if module else _modules(country)
    if candidates:
        return _any_of(candidates, number)
    compact = "".join(number.split())
    if not 4 <= len(compact) <= 40:
        raise ValidationError(_("Write the number as it stands in your register, 4 to 40 characters."), "number_length")
    return compact


def register_for(*, country: str, kind: str) -> reference.Row | None:
    """The public register in which such a number can be looked up; None where none is known here.

    The site asks no register by itself: a person opens the address and writes down what stands there.
    """
    places = [(country, kind), ("", kind), (country, "")]
    if country.lower() in MEMBER_STATES:
        places.insert(1, ("EU", kind))
    rows = {(row["country"], row["kind"]): row for row in reference.registers()}
    return next((rows[place] for place in places if kind and place in rows), None)


def _any_of(modules: list, number: str) -> str:
    for module in modules:
        if module.is_valid(number):
            return module.validate(number)
    if len(modules) == 1:
        _explain(modules[0], number)
    raise ValidationError(
        _("This is not a valid number of this kind for the country you chose. Compare it with your papers."),
        "number_invalid",
    )


def _explain(module, number: str) -> None:
    """Name what is wrong with a number that can be of one kind only, where its rules say it."""
    try:
        module.validate(number)
    except exceptions.InvalidLength:
        raise ValidationError(
            _("The number is too short or too long for the country you chose. Compare it with your papers."),
            "number_invalid",
        ) from None
    except exceptions.InvalidChecksum:
        raise ValidationError(
            _("The check digit does not fit: a character of the number is mistyped. Compare it with your papers."),
            "number_invalid",
        ) from None
    except exceptions.ValidationError:
        return


def _check_duns(number: str) -> str:
    """Nine digits, often written 12-345-6789. It has no check digit since Dun & Bradstreet gave it up in 2006."""
    compact = number.replace("-", "").replace(" ", "")
    if not (compact.isascii() and compact.isdigit() and len(compact) == 9):
        raise ValidationError(_("A D-U-N-S number has nine digits, such as 15-048-3782."), "duns_form")
    return compact


def _with(module, number: str, sentence: str) -> str:
    try:
        return module.validate(number)
    except exceptions.ValidationError:
        raise ValidationError(sentence, "number_invalid") from None


def _check_uscc(number: str) -> str:
    compact = uscc.compact(number).upper()
    if len(compact) != 18:
        raise ValidationError(
            _("A Unified Social Credit Code has 18 characters; this one has %(count)d.") % {"count": len(compact)},
            "uscc_length",
        )
    wrong = next(((place, char) for place, char in enumerate(compact, 1) if char not in _USCC_ALPHABET), None)
    if wrong:
        raise ValidationError(
            _(
                "Character %(place)d, “%(char)s”, cannot occur in a Unified Social Credit Code: "
                "the letters I, O, S, V and Z are not used."
            )
            % {"place": wrong[0], "char": wrong[1]},
            "uscc_character",
        )
    if not compact[2:8].isdigit():
        raise ValidationError(
            _("Characters 3 to 8 are the district of registration and must be digits."), "uscc_district"
        )
    expected = uscc.calc_check_digit(compact[:17])
    if compact[17] != expected:
        raise ValidationError(
            _(
                "The last character does not fit the other 17: one of them is mistyped. "
                "Compare the code with your business licence."
            ),
            "uscc_check",
        )
    return compact
