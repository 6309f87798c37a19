"""Agreements by origin and day with a source for each case; rates in this file are TEST DATA, not China's tariff."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from matchmaker.market_access.duty import Confidence, Rate, Span, duty, read_trade

TRADE = read_trade(Path(__file__).resolve().parents[2] / "data" / "market_access")
DAY = date(2026, 7, 1)

AFRICA = "newtimes.co.rw: 53 African partners from 1 May 2026, all but Eswatini; 33 of them since 1 December 2024"
UNTIL = "chinaafricasps.org: 20 others, 1 May 2026 to 30 April 2028"
LIST = "opportimes.com: list of China's agreements in force"
MALDIVES = "globaltimes.cn: Maldives from 1 January 2025"
RCEP = "RCEP from 1 January 2022; later partners by general knowledge"
GENERAL = "fta_agreements: from general knowledge"

# HS code, origin, day, codes of the agreements that apply, source
APPLYING = [
    ("080440", "KE", "2026-04-30", "", AFRICA),
    ("080440", "KE", "2026-05-01", "AFR-ZERO", AFRICA),
    ("080440", "KE", "2026-05-15", "AFR-ZERO", AFRICA),
    ("080440", "KE", "2028-04-30", "AFR-ZERO", UNTIL),
    ("080440", "KE", "2028-05-01", "", UNTIL),
    ("080440", "TZ", "2024-11-30", "", AFRICA),
    ("080440", "TZ", "2024-12-01", "LDC-ZERO", AFRICA),
    ("080440", "TZ", "2030-01-01", "LDC-ZERO", AFRICA),
    ("090111", "ET", "2026-07-01", "LDC-ZERO", AFRICA),
    ("220421", "ZA", "2026-07-01", "AFR-ZERO", UNTIL),
    ("220421", "ZA", "2026-04-30", "", UNTIL),
    ("180100", "GH", "2026-07-01", "AFR-ZERO", UNTIL),
    ("150910", "TN", "2026-07-01", "AFR-ZERO", UNTIL),
    ("170114", "SZ", "2026-07-01", "", "Eswatini is the one left out (newtimes.co.rw)"),
    ("080440", "MU", "2026-07-01", "MUS AFR-ZERO", LIST),
    ("080440", "MU", "2028-05-01", "MUS", UNTIL),
    ("330499", "FR", "2026-05-15", "", "No agreement with the European Union is on any list"),
    ("848180", "IT", "2027-04-01", "", "No agreement with the European Union is on any list"),
    ("870323", "GB", "2026-07-01", "", "A memorandum of January 2026 is no tariff agreement (english.news.cn)"),
    ("840734", "US", "2026-07-01", "", LIST),
    ("100630", "TH", "2026-07-01", "ACFTA RCEP", LIST),
    ("100630", "VN", "2005-06-30", "", LIST),
    ("100630", "VN", "2005-07-01", "ACFTA", LIST),
    ("030617", "EC", "2024-04-30", "", GENERAL),
    ("030617", "EC", "2024-05-01", "ECU", GENERAL),
    ("040221", "NZ", "2026-07-01", "NZL RCEP", LIST),
    ("040221", "NZ", "2021-12-31", "NZL", RCEP),
    ("020130", "AU", "2015-12-19", "", LIST),
    ("020130", "AU", "2026-07-01", "AUS RCEP", LIST),
    ("854231", "JP", "2021-12-31", "", RCEP),
    ("854231", "JP", "2022-01-01", "RCEP", RCEP),
    ("854231", "KR", "2022-01-31", "KOR APTA", RCEP),
    ("854231", "KR", "2022-02-01", "KOR RCEP APTA", RCEP),
    ("150790", "PH", "2023-06-01", "ACFTA", RCEP),
    ("150790", "PH", "2023-06-02", "ACFTA RCEP", RCEP),
    ("090121", "KH", "2026-07-01", "ACFTA KHM RCEP LDC-ZERO", LIST),
    ("910111", "CH", "2026-07-01", "CHE", LIST),
    ("910111", "LI", "2026-07-01", "CHE", "Liechtenstein through its customs union (fta_agreements)"),
    ("030214", "IS", "2014-06-30", "", LIST),
    ("030214", "IS", "2014-07-01", "ISL", LIST),
    ("081110", "RS", "2024-06-30", "", GENERAL),
    ("081110", "RS", "2024-07-01", "SRB", GENERAL),
    ("030342", "MV", "2024-12-31", "", MALDIVES),
    ("030342", "MV", "2025-01-01", "MDV", MALDIVES),
    ("081010", "CL", "2026-07-01", "CHL", LIST),
    ("081040", "PE", "2026-07-01", "PER", LIST),
    ("220421", "GE", "2026-07-01", "GEO", LIST),
    ("090111", "HN", "2026-07-01", "HND-EH", GENERAL),
    ("090240", "LK", "2026-07-01", "APTA", GENERAL),
    ("260111", "MN", "2020-12-31", "", GENERAL),
    ("260111", "MN", "2021-01-01", "APTA", GENERAL),
    ("610910", "BD", "2026-07-01", "APTA LDC-ZERO", GENERAL),
    ("390110", "TW", "2026-07-01", "ECFA", LIST),
    ("711319", "HK", "2026-07-01", "CEPA-HK", LIST),
    ("100630", "", "2026-07-01", "", "Without an origin nothing applies"),
]


@pytest.mark.parametrize(("hs_code", "origin", "day", "expected", "source"), APPLYING)
def test_agreements_that_apply(hs_code, origin, day, expected, source):
    answer = duty(hs_code, origin, date.fromisoformat(day), TRADE)
    assert " ".join(option.agreement.code for option in answer.options) == expected, source


def test_the_table_has_at_least_forty_cases_each_with_a_source():
    assert len(APPLYING) >= 40
    assert all(case[4] for case in APPLYING)


# -- without a loaded rate --------------------------------------------------------------------------------------------


def test_without_a_tariff_file_no_rate_is_named():
    answer = duty("100630", "TH", DAY, TRADE, value=Decimal(1000))
    assert (answer.mfn, answer.best, answer.best_rate) == (None, None, None)
    assert [reason.code for reason in answer.reasons] == ["mfn_not_loaded"]
    assert {reason.code for option in answer.options for reason in option.reasons} == {"rate_not_loaded"}
    assert [(option.rate, option.saving) for option in answer.options] == [(None, None), (None, None)]


def test_zero_tariff_is_known_without_a_file_and_says_when_it_ends():
    answer = duty("080440", "KE", DAY, TRADE, value=Decimal(1000))
    assert answer.best.agreement.code == "AFR-ZERO"
    assert answer.best_rate == Span(Decimal(0), Decimal(0))
    assert [(reason.code, dict(reason.facts)) for reason in answer.best.reasons] == [
        ("flat_rate", {"rate": Decimal(0)}),
        ("ends", {"until": date(2028, 4, 30)}),
    ]
    assert answer.best.saving is None  # against what, is not loaded


def test_the_measure_for_least_developed_countries_has_no_end_on_record():
    best = duty("080440", "TZ", DAY, TRADE).best
    assert (best.ends, [reason.code for reason in best.reasons]) == (None, ["flat_rate"])


@pytest.mark.parametrize("hs_code", ["100199", "100510", "100630", "170114", "520100", "310210"])
def test_quota_goods_are_zero_inside_the_quota_only(hs_code):
    answer = duty(hs_code, "TZ", DAY, TRADE)
    assert answer.best is None
    assert [reason.code for reason in answer.options[0].reasons] == ["in_quota_only"]
    assert answer.quota is not None


def test_a_quota_is_of_the_heading_whatever_the_origin():
    assert duty("100630", "US", DAY, TRADE).quota.good["en"] == "Rice"  # FAO, 17 September 2020: 5.3 million tonnes
    assert duty("110100", "FR", DAY, TRADE).quota.good["en"] == "Wheat"
    assert [duty(code, "TH", DAY, TRADE).quota for code in ("100820", "", "080440", "10")] == [None] * 4


def test_what_begins_later_is_announced():
    answer = duty("080440", "KE", date(2026, 4, 15), TRADE)
    assert [(agreement.code, begins) for agreement, begins in answer.upcoming] == [("AFR-ZERO", date(2026, 5, 1))]
    assert [reason.code for reason in answer.reasons] == ["mfn_not_loaded", "no_agreement"]


def test_a_partly_suspended_agreement_says_so():
    option = duty("390110", "TW", DAY, TRADE).options[0]
    assert [reason.code for reason in option.reasons] == ["rate_not_loaded", "partly_suspended", "record_to_be_checked"]


def test_an_uncertain_record_says_so():
    option = duty("090240", "LK", DAY, TRADE).options[0]
    assert option.agreement.confidence is Confidence.HINT
    assert "record_to_be_checked" in [reason.code for reason in option.reasons]


@pytest.mark.parametrize(
    ("origin", "agreement", "proofs"),
    [
        ("TH", "ACFTA", ("form_e",)),
        ("TH", "RCEP", ("certificate", "approved_exporter_declaration")),
        ("CH", "CHE", ("certificate", "approved_exporter_declaration")),
        ("TZ", "LDC-ZERO", ("certificate", "origin_declaration")),  # GACC Order 231, annexes 1 and 2
        ("KE", "AFR-ZERO", ("certificate",)),
    ],
)
def test_proof_of_origin(origin, agreement, proofs):
    options = {option.agreement.code: option for option in duty("080440", origin, DAY, TRADE).options}
    assert options[agreement].proofs == proofs


def test_without_a_code_only_agreements_are_named():
    answer = duty("", "TH", DAY, TRADE)
    assert [reason.code for reason in answer.reasons] == ["hs_missing"]
    assert len(answer.options) == 2


# -- with loaded rates (TEST DATA) ------------------------------------------------------------------------------------


def rate(code, regime, percent, begins="2026-01-01", ends=None, text=""):
    return Rate(
        code,
        regime,
        None if percent is None else Decimal(percent),
        date.fromisoformat(begins),
        date.fromisoformat(ends) if ends else None,
        text,
        "TEST DATA",
    )


ONE_LINE = [rate("07095940", "MFN", "13"), rate("07095940", "ACFTA", "0"), rate("07095940", "RCEP", "5.2")]


def test_the_lowest_loaded_rate_wins_and_saves_against_mfn():
    answer = duty("070959", "TH", DAY, TRADE, ONE_LINE, Decimal("10000"))
    assert (answer.mfn, answer.best.agreement.code) == (Span(Decimal(13), Decimal(13)), "ACFTA")
    assert [(o.agreement.code, o.saving) for o in answer.options] == [
        ("ACFTA", Span(Decimal("1300.00"), Decimal("1300.00"))),
        ("RCEP", Span(Decimal("780.00"), Decimal("780.00"))),
    ]
    assert answer.reasons == ()


def test_zero_tariff_saves_the_whole_mfn_duty():
    answer = duty("07095940", "KE", DAY, TRADE, ONE_LINE, Decimal("199.99"))
    assert answer.best.saving == Span(Decimal("26.00"), Decimal("26.00"))


def test_an_origin_without_agreement_pays_mfn():
    answer = duty("070959", "IT", DAY, TRADE, ONE_LINE)
    assert (answer.best, answer.best_rate) == (None, Span(Decimal(13), Decimal(13)))
    assert [reason.code for reason in answer.reasons] == ["no_agreement"]


def test_where_every_origin_pays_nothing_no_proof_is_needed():
    rates = [rate("84818040", "MFN", "0"), rate("84818040", "ACFTA", "0"), rate("84818040", "RCEP", "0")]
    answer = duty("848180", "TH", DAY, TRADE, rates)
    assert (answer.best, [reason.code for reason in answer.reasons]) == (None, ["no_saving"])


def test_a_lower_provisional_rate_is_what_every_origin_pays():
    rates = [*ONE_LINE, rate("07095940", "PROVISIONAL", "4", ends="2026-12-31")]
    answer = duty("070959", "TH", DAY, TRADE, rates, Decimal(1000))
    assert answer.mfn == Span(Decimal(4), Decimal(4))
    assert answer.best.saving == Span(Decimal("40.00"), Decimal("40.00"))
    assert duty("070959", "TH", date(2027, 1, 1), TRADE, rates).mfn == Span(Decimal(13), Decimal(13))


def test_a_provisional_rate_alone_is_not_the_mfn_rate():
    assert duty("070959", "IT", DAY, TRADE, [rate("07095940", "PROVISIONAL", "4")]).mfn is None


def test_national_lines_that_differ_give_a_span():
    rates = [
        rate("0804400010", "MFN", "25"),
        rate("0804400090", "MFN", "7"),
        rate("0804400010", "CHL", "0"),
        rate("0804400090", "CHL", "0"),
    ]
    answer = duty("080440", "CL", DAY, TRADE, rates, Decimal(1000))
    assert answer.mfn == Span(Decimal(7), Decimal(25))
    assert answer.best.saving == Span(Decimal("70.00"), Decimal("250.00"))
    assert [reason.code for reason in answer.reasons] == ["rates_differ_by_line"]


def test_a_line_that_an_agreement_leaves_out_pays_mfn():
    """transcustoms.cn: a blank means that MFN applies."""
    rates = [rate("08044000", "MFN", "25"), rate("08045010", "MFN", "15"), rate("08044000", "CHL", "0")]
    answer = duty("0804", "CL", DAY, TRADE, rates)
    assert answer.best.rate == Span(Decimal(0), Decimal(15))
    assert [(r.code, dict(r.facts)) for r in answer.best.reasons] == [("some_lines_left_out", {"lines": 1})]


def test_an_eight_digit_rate_holds_for_the_ten_digit_lines_below_it():
    rates = [rate("08044000", "MFN", "25"), rate("0804400010", "CHL", "0"), rate("0804400010", "MFN", "20")]
    answer = duty("080440", "CL", DAY, TRADE, rates)
    assert (answer.lines, answer.mfn, answer.best_rate) == (
        1,
        Span(Decimal(20), Decimal(20)),
        Span(Decimal(0), Decimal(0)),
    )


def test_the_rest_of_a_line_pays_mfn_where_a_provisional_rate_is_for_a_part_of_it():
    part = [rate("84818040", "MFN", "7"), rate("8481804020", "PROVISIONAL", "1"), rate("84818040", "VAT", "13")]
    answer = duty("848180", "IT", DAY, TRADE, part)
    assert (answer.lines, answer.mfn) == (2, Span(Decimal(1), Decimal(7)))
    whole = [rate("8481804020", "MFN", "7"), *part[1:]]
    assert duty("848180", "IT", DAY, TRADE, whole).mfn == Span(Decimal(1), Decimal(1))


def test_a_ten_digit_product_finds_its_eight_digit_rate():
    assert duty("0709594000", "IT", DAY, TRADE, ONE_LINE).mfn == Span(Decimal(13), Decimal(13))


def test_rates_count_on_their_days_only():
    rates = [rate("07095940", "MFN", "13", ends="2026-06-30"), rate("07095940", "MFN", "12", begins="2026-07-01")]
    assert duty("070959", "IT", date(2026, 6, 30), TRADE, rates).mfn == Span(Decimal(13), Decimal(13))
    assert duty("070959", "IT", date(2026, 7, 1), TRADE, rates).mfn == Span(Decimal(12), Decimal(12))
    assert duty("070959", "IT", date(2025, 12, 31), TRADE, rates).mfn is None


def test_rates_of_other_codes_are_ignored():
    assert duty("848180", "IT", DAY, TRADE, ONE_LINE).mfn is None


def test_an_agreement_whose_rate_is_not_loaded_stays_unknown_beside_mfn():
    answer = duty("070959", "TH", DAY, TRADE, ONE_LINE[:1], Decimal(1000))
    assert (answer.best, [reason.code for reason in answer.reasons]) == (None, [])
    assert [(o.rate, o.saving, o.reasons[0].code) for o in answer.options] == [(None, None, "rate_not_loaded")] * 2


def test_the_best_of_some_loaded_rates_says_that_another_may_be_lower():
    answer = duty("070959", "TH", DAY, TRADE, [ONE_LINE[0], ONE_LINE[2]])
    assert answer.best.agreement.code == "RCEP"
    assert [reason.code for reason in answer.reasons] == ["best_of_loaded"]


def test_a_zero_among_unloaded_rates_cannot_be_beaten():
    answer = duty("070959", "TH", DAY, TRADE, ONE_LINE[:2])
    assert (answer.best.agreement.code, answer.reasons) == ("ACFTA", ())


def test_an_agreement_above_a_provisional_rate_is_not_best():
    rates = [ONE_LINE[0], rate("07095940", "PROVISIONAL", "2"), ONE_LINE[2]]
    answer = duty("070959", "JP", DAY, TRADE, rates, Decimal(1000))
    assert (answer.best, answer.options[0].saving) == (None, Span(Decimal("0.00"), Decimal("0.00")))


def test_a_duty_by_weight_is_shown_and_not_compared():
    rates = [rate("02071411", "MFN", None, text="1.3 yuan/kg"), rate("02071411", "CHL", "0")]
    answer = duty("020714", "CL", DAY, TRADE, rates, Decimal(1000))
    assert [(r.code, dict(r.facts)) for r in answer.reasons] == [("mfn_not_ad_valorem", {"text": "1.3 yuan/kg"})]
    assert (answer.best.agreement.code, answer.best.saving) == ("CHL", None)


def test_an_agreement_rate_by_weight_is_shown_and_not_compared():
    rates = [rate("02071411", "MFN", "10"), rate("02071411", "CHL", None, text="0.3 yuan/kg")]
    option = duty("020714", "CL", DAY, TRADE, rates).options[0]
    assert (option.rate, [reason.code for reason in option.reasons]) == (None, ["rate_not_ad_valorem"])


def test_a_loaded_rate_is_taken_over_the_flat_one():
    rates = [rate("10063020", "MFN", "65"), rate("10063020", "LDC-ZERO", "1")]
    assert duty("100630", "TZ", DAY, TRADE, rates).best_rate == Span(Decimal(1), Decimal(1))


def test_half_a_cent_is_rounded_up():
    answer = duty(
        "070959", "TH", DAY, TRADE, [rate("07095940", "MFN", "0.5"), rate("07095940", "ACFTA", "0")], Decimal(1)
    )
    assert answer.best.saving == Span(Decimal("0.01"), Decimal("0.01"))


def test_a_lower_case_origin_is_the_same_origin():
    assert duty("080440", "ke", DAY, TRADE).best.agreement.code == "AFR-ZERO"


def test_a_partner_without_agreement_is_refused(tmp_path):
    folder = Path(__file__).resolve().parents[2] / "data" / "market_access"
    for name in ("agreements.csv", "partners.csv", "quota_goods.csv"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with (tmp_path / "partners.csv").open("a", encoding="utf-8") as file:
        file.write("EU,FR,2030-01-01,,hint,\n")
    with pytest.raises(ValueError, match=r"partners\.csv row 117: EU is not in agreements\.csv"):
        read_trade(tmp_path)
