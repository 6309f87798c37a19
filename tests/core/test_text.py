"""Names and texts that show nothing, or something else than they are, are refused; those of every script are taken."""

import pytest
from django.core.exceptions import ValidationError

from matchmaker.core.text import validate_one_line, validate_text


@pytest.mark.parametrize(
    "name",
    [
        "\u3164",  # a filler of Hangul: a letter by its category, and nothing to see
        "\u2800\u2800",  # the empty Braille cell
        "Mill\u2028Surin",  # two lines in a name
        "Mill\u0085Surin",
        "Mill\U000e0041\U000e0042",  # tags
        "\U000e0041",
        "e" + "\u0301" * 100,  # marks that cover the lines above
        "\u115f\uffa0",
        "\u200b\u200d",
        "  ",
    ],
)
def test_names_that_show_nothing_or_hide_something_are_refused(name):
    with pytest.raises(ValidationError):
        validate_one_line(name)


@pytest.mark.parametrize(
    "name",
    [
        "โรงสีข้าวสุรินทร์",
        "ភោជនីយដ្ឋាន\u200bអង្គរ",  # Khmer, with the space that shows nothing but parts words
        "شرکت می\u200cخواهیم",  # Persian, with a joiner
        "Nguyễn Thị Ánh",
        "བསྒྲུབས་ཀྱང་",  # Tibetan stacks
        "काठमाण्डू",
        "三江源乳业（集团）有限公司",
        "Rice ⭐️ 2026",
        "(株)",
    ],
)
def test_names_of_every_script_are_taken(name):
    validate_text(name)
    validate_one_line(name)
