"""What pages print in a language can be typed into their forms in that language."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from matchmaker.core.formats import current_locale
from matchmaker.engines.language import parse_number
from matchmaker.web.templatetags.ui import number
from tests.engines.language.test_numbers import LOCALES


@pytest.mark.parametrize("locale", LOCALES)
def test_what_pages_print_is_read_again(locale):
    with override(locale):
        assert current_locale().language == locale.split("-")[0]
        for value in ("12000", "17.5", "1234567.25", "0.125", "1.234"):
            assert parse_number(number(Decimal(value)), locale).value == Decimal(value)
