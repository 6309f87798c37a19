"""Telephone numbers: read as people of the company's country write them, stored in the international form."""

import unicodedata

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

INTERNATIONAL = phonenumbers.PhoneNumberFormat.INTERNATIONAL
DEFAULT_COUNTRY = "CN"


def check_phone(number: str, country: str) -> str:
    """The number in its international form, such as "+33 6 12 34 56 78"; '' for none.

    A number without a country code is one of `country` (two letters). Its length is checked for its country; whether
    the line exists is not.

    Raises:
        ValidationError: with an example of that country.
    """
    text = unicodedata.normalize("NFKC", number).strip()
    if not text:
        return ""
    try:
        parsed = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        sentence = _("This is not a telephone number we can read. Write it with its country code, such as %(example)s.")
        raise ValidationError(sentence % {"example": example_phone(country)}, "phone")
    return phonenumbers.format_number(parsed, INTERNATIONAL)


def example_phone(country: str) -> str:
    """A number as it is written in this country (two letters), in its international form."""
    example = phonenumbers.example_number(country or DEFAULT_COUNTRY) or phonenumbers.example_number(DEFAULT_COUNTRY)
    return phonenumbers.format_number(example, INTERNATIONAL) if example else ""
