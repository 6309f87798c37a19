"""Company numbers: compacted when right, explained when wrong."""

import pytest
from django.core.exceptions import ValidationError
from stdnum.cn import uscc

from matchmaker.companies.identifiers import check_identifier, register_for


@pytest.mark.parametrize(
    ("country", "kind", "typed", "kept"),
    [
        ("CN", "uscc", "91110000600037341L", "91110000600037341L"),
        ("CN", "uscc", " 91110000 600037341l ", "91110000600037341L"),
        ("FR", "vat", "FR 40 303 265 045", "40303265045"),
        ("IT", "vat", "IT 00743110157", "00743110157"),
        ("CH", "lei", "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D15"),
        ("LA", "national", "HRB 12 345", "HRB12345"),  # no form is known for Laos: only the length is checked
        ("lei", "national", "1234 5", "12345"),
        ("", "national", "12345", "12345"),
        ("US", "duns", "15-048-3782", "150483782"),
        ("", "duns", " １５０４８３７８２ ", "150483782"),
        ("CN", "", "", ""),
        ("CN", "uscc", "   ", ""),
    ],
)
def test_good_numbers_are_kept_in_their_compact_form(country, kind, typed, kept):
    assert check_identifier(country=country, kind=kind, number=typed) == kept


@pytest.mark.parametrize(
    ("country", "kind", "number", "code"),
    [
        ("CN", "uscc", "9111", "uscc_length"),
        ("CN", "uscc", "9111000060003734OL", "uscc_character"),
        ("CN", "uscc", "911A0000600037341L", "uscc_district"),
        ("CN", "uscc", "91110000600037342L", "uscc_check"),
        ("CN", "uscc", "９１１１００００６０００３７３４２Ｌ", "uscc_check"),
        ("FR", "vat", "FR40303265046", "number_invalid"),
        ("CH", "lei", "213800KUD8LAJWSQ9D16", "number_invalid"),
        ("BR", "national", "11222333000180", "number_invalid"),
        ("US", "duns", "15-048-378", "duns_form"),
        ("US", "duns", "15048378X", "duns_form"),
        ("LA", "national", "123", "number_length"),
        ("LA", "national", "1" * 41, "number_length"),
    ],
)
def test_wrong_numbers_are_refused_by_name_of_the_fault(country, kind, number, code):
    with pytest.raises(ValidationError) as refusal:
        check_identifier(country=country, kind=kind, number=number)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("FR40303265046", "a character of the number is mistyped"),
        ("FR4030326504", "too short or too long"),
        ("FR?0303265045", "not a valid number of this kind"),
    ],
)
def test_a_wrong_vat_number_says_what_is_wrong_with_it(number, sentence):
    with pytest.raises(ValidationError, match=sentence):
        check_identifier(country="FR", kind="vat", number=number)


def test_every_single_slip_in_a_credit_code_is_found():
    """GB 32100-2015 promises it: the check character is over a prime."""
    good = "91110000600037341L"
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    found = 0
    for place in range(18):
        for char in alphabet:
            typed = good[:place] + char + good[place + 1 :]
            if typed == good:
                continue
            with pytest.raises(ValidationError):
                check_identifier(country="CN", kind="uscc", number=typed)
            found += 1
    assert found == 18 * 30


def test_codes_whose_check_character_is_a_zero_or_letter_pass():
    """Where published checks of other libraries fail: remainder 31 counts as 0."""
    codes = [f"9111000060{number:07d}" for number in range(62)]
    whole = [code + uscc.calc_check_digit(code) for code in codes]
    assert {code[17] for code in whole} >= {"0", "L"}
    assert [check_identifier(country="CN", kind="uscc", number=code) for code in whole] == whole


@pytest.mark.parametrize(
    ("country", "kind", "name"),
    [
        ("CN", "uscc", "国家企业信用信息公示系统"),
        ("FR", "vat", "VIES"),
        ("DE", "vat", "VIES"),
        ("DE", "national", "Handelsregister"),
        ("TH", "lei", "GLEIF"),
        ("CN", "lei", "GLEIF"),
        ("KE", "national", "KRA PIN Checker"),
        ("TH", "national", None),
        ("FR", "national", None),
        ("FR", "duns", None),
        ("CN", "", None),
    ],
)
def test_the_register_in_which_a_number_can_be_looked_up(country, kind, name):
    row = register_for(country=country, kind=kind)
    assert (row and row["name"]) == name
    assert row is None or (row["url"].startswith("https://") and row["source"])
