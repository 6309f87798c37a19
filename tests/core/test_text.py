"""Names and texts that show nothing, or something else than they are, are refused; those of every script are taken."""

import pytest
from django.core.exceptions import ValidationError

from matchmaker.core.text import (
    validate_name,
    validate_one_line,
    validate_person_name,
    validate_text,
    without_links,
)


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


@pytest.mark.parametrize(
    "name",
    [
        "Claim your prize at http://evil.example",
        "Your parcel waits: evil.example/pay",
        "See evil.example?x=1",
        "evil．example/pay",
        "www.evil.example",
        "Write to bob@evil.example",
        "evil.example:8080/a",
    ],
)
def test_names_that_a_mail_program_makes_a_link_of_are_refused(name):
    for validate in (validate_name, validate_person_name):
        with pytest.raises(ValidationError) as refused:
            validate(name)
        assert refused.value.code == "name_with_link"


@pytest.mark.parametrize(
    "name",
    [
        "SCANDI SUPPLY A/S",
        "Control Break Beheer S.à r.l. / B.V.",
        "24/7 SUPPLY LIMITED",
        "3/F, Wing On House",
        "Booking.com B.V.",
        "Alibaba.com Ltd",
        "MAIL.RU EMPLOYEE BENEFIT TRUSTEES LIMITED",
        "PLANEX TRADE.COM CO. LTD.",
        "STERLING GLOBAL OIL RESOURCES PVT.LTD.",
        "Kona coffee @ 500 g",
        "武汉采购集团有限公司",
    ],
)
def test_names_of_real_companies_and_goods_are_taken(name):
    validate_name(name)


@pytest.mark.parametrize("name", ["Dr.Kim", "J.R.R.Tolkien", "M.KOPECIŃSKI", "Mohd.Ali", "Anne-Marie O'Neil", "王小明"])
def test_names_of_real_people_are_taken(name):
    validate_person_name(name)


@pytest.mark.parametrize("name", ["evil.com", "paypal.zone", "t.co", "Somchai evil.com"])
def test_a_person_is_not_called_like_a_host(name):
    with pytest.raises(ValidationError) as refused:
        validate_person_name(name)
    assert refused.value.code == "name_with_link"


def test_a_host_in_a_name_becomes_no_link_in_a_letter():
    assert without_links("Booking.com B.V.") == "Booking.\u2060com B.V."
    assert without_links("Surin Rice Mill Co., Ltd.") == "Surin Rice Mill Co., Ltd."
