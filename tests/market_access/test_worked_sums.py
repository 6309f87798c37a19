"""Worked sums of landed cost, each computed by hand beside its rule. Rates are TEST DATA; agreements, additional duties
and ways into China are the shipped records.

Where nothing else is said: price and sum in yuan, CIF, shipped on 1 July 2026, fees 0, consumption tax 0, and a whole
list of additional duties is loaded, so that goods on no record are free of them.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal as D

import pytest

from matchmaker.market_access.models import AdditionalDutyList, ImportRegime, TariffRate
from matchmaker.messaging.services import Shipment, TypedCosts, entry_cost

YUAN = {"CNY": D(1), "USD": D(7), "JPY": D("0.05")}
JULY = date(2026, 7, 1)
BEER = "0.253 yuan per litre at a dutiable price of 2.64295885 yuan or more per litre; otherwise 0.2227 yuan per litre"
PERFUME = "15% at a dutiable price of 10000 yuan or more per kg; otherwise 0%"
WATCH = "20% at a dutiable price of 10000 yuan or more per piece; otherwise 0%"
UNTIL_2026 = ("2026-01-01", "2026-12-31")


@dataclass(frozen=True)
class Case:
    """What is loaded, what is shipped, and the parts and the sum that a person computes.

    `rates` are (code, regime, percentage or wording[, first and last day]). An amount is one figure, or lowest and
    highest.
    """

    name: str
    rates: tuple
    goods: dict
    parts: dict
    total: tuple | str
    side: str = ""
    missing: tuple = ()
    typed: dict = field(default_factory=dict)


def mfn(percent, vat="13", consumption="0", code="84818040"):
    """The rates of every origin, of VAT and of consumption tax on one line."""
    return ((code, "MFN", percent), (code, "VAT", vat), (code, "CONSUMPTION", consumption))


RICE = (
    ("1006302001", "MFN", "1"),
    ("1006302090", "MFN", "65"),
    ("10063020", "VAT", "9"),
    ("10063020", "CONSUMPTION", "0"),
)
WINE = mfn("14", consumption="10", code="22042100")
CHEESE = (*mfn("12", code="04069000"), ("04069000", "PROVISIONAL", "8", *UNTIL_2026))
COFFEE = mfn("8", vat="9", code="09011100")
BEEF = mfn("12", vat="9", code="02023000")

CASES = [
    # -- the customs value ---------------------------------------------------------------------------------------------
    # Duty on the CIF value; VAT on value and duty: 14% of 10,000; 13% of 11,400.
    Case("cif", mfn("14"), {"value": "10000"}, {"duty": "1400", "vat": "1482"}, "12882"),
    # CIF from FOB: 10,000 + 800 + 200 = 11,000; 14% = 1,540; 13% of 12,540 = 1,630.20.
    Case("cif_from_fob", mfn("14"), {"value": "10000", "incoterm": "FOB"}, {"duty": "1540", "vat": "1630.20"},
         "14170.20", typed={"freight": "800", "insurance": "200"}),
    # CIF from CFR: only insurance is missing. 20,000 + 60 = 20,060; 5% = 1,003; 9% of 21,063 = 1,895.67.
    Case("cif_from_cfr", mfn("5", vat="9"), {"value": "20000", "incoterm": "CFR"}, {"duty": "1003", "vat": "1895.67"},
         "22958.67", typed={"insurance": "60"}),
    # CIF from EXW: the carriage begins at the factory. 8,000 + 1,500 + 30 = 9,530; 10% = 953; 13% of 10,483 = 1,362.79.
    Case("cif_from_exw", mfn("10"), {"value": "8000", "incoterm": "EXW"}, {"duty": "953", "vat": "1362.79"},
         "11845.79", typed={"freight": "1500", "insurance": "30"}),
    # DAP holds freight and insurance: 6.5% of 10,000; 13% of 10,650.
    Case("dap", mfn("6.5"), {"value": "10000", "incoterm": "DAP"}, {"duty": "650", "vat": "1384.50"}, "12034.50"),
    # DDP holds duty and taxes: nothing is added.
    Case("ddp", mfn("14"), {"value": "10000", "incoterm": "DDP"}, {"duty": "0", "vat": "0"}, "10000"),
    # Fees come after the border: they are added, and neither duty nor VAT is levied on them.
    Case("fees", mfn("14"), {"value": "10000"}, {"duty": "1400", "vat": "1482"}, "13382", typed={"fees": "500"}),
    # Without freight the customs value is not known, nor what is levied on it: 10,000 and 200 are all that is known.
    Case("fob_without_freight", mfn("14"), {"value": "10000", "incoterm": "FOB"}, {}, "10200",
         missing=("freight", "duty", "vat"), typed={"insurance": "200"}),
    # -- provisional rates ---------------------------------------------------------------------------------------------
    # The provisional rate counts instead of the higher MFN rate: 8% of 10,000; 13% of 10,800.
    Case("provisional", CHEESE, {"hs_code": "040690", "origin": "GB", "value": "10000"},
         {"duty": "800", "vat": "1404"}, "12204"),
    # The last day on which it holds is included.
    Case("provisional_on_its_last_day", CHEESE,
         {"hs_code": "040690", "origin": "GB", "value": "10000", "day": date(2026, 12, 31)},
         {"duty": "800", "vat": "1404"}, "12204"),
    # From the day after it, MFN counts: 12% of 10,000; 13% of 11,200.
    Case("provisional_ended", CHEESE,
         {"hs_code": "040690", "origin": "GB", "value": "10000", "day": date(2027, 1, 1)},
         {"duty": "1200", "vat": "1456"}, "12656"),
    # -- consumption tax -----------------------------------------------------------------------------------------------
    # By percentage, in the price: 11,400 / 0.9 x 0.1 = 1,266.67; VAT 13% of 12,666.67 = 1,646.67.
    Case("consumption_percent", WINE, {"hs_code": "22042100", "origin": "FR", "value": "10000"},
         {"duty": "1400", "consumption": "1266.67", "vat": "1646.67"}, "14313.34"),
    # By volume: 1,000 l x 0.25 = 250; VAT 13% of 8,250.
    Case("consumption_by_volume", mfn("0", consumption="0.25 yuan per litre"),
         {"value": "8000", "quantity": "1000", "unit": "l"}, {"consumption": "250", "vat": "1072.50"}, "9322.50"),
    # The quantity may be in another unit of volume: 1 m3 is 1,000 l.
    Case("consumption_by_volume_in_another_unit", mfn("0", consumption="0.25元/升"),
         {"value": "8000", "quantity": "1", "unit": "m3"}, {"consumption": "250", "vat": "1072.50"}, "9322.50"),
    # Beer of 8 yuan a litre is above the dividing price: 1,000 x 0.253; VAT 13% of 8,253 = 1,072.89.
    Case("beer_above_the_price", mfn("0", consumption=BEER), {"value": "8000", "quantity": "1000", "unit": "l"},
         {"consumption": "253", "vat": "1072.89"}, "9325.89"),
    # Beer of 2 yuan a litre is below it: 1,000 x 0.2227 = 222.70; VAT 13% of 2,222.70 = 288.95.
    Case("beer_below_the_price", mfn("0", consumption=BEER), {"value": "2000", "quantity": "1000", "unit": "l"},
         {"consumption": "222.70", "vat": "288.95"}, "2511.65"),
    # Compound: 50,000 + 10% = 55,000; (55,000 + 912) / 0.8 x 0.2 + 912 = 14,890; VAT 13% of 69,890.
    Case("spirits_compound", mfn("10", consumption="20% + 0.912 yuan per litre"),
         {"value": "50000", "quantity": "1000", "unit": "l"},
         {"duty": "5000", "consumption": "14890", "vat": "9085.70"}, "78975.70"),
    # Perfume from 10,000 yuan a kilogram: 12,120 / 0.85 x 0.15 = 2,138.82; VAT 13% of 14,258.82 = 1,853.65.
    Case("perfume_above_the_price", mfn("1", consumption=PERFUME), {"value": "12000", "quantity": "1", "unit": "kg"},
         {"duty": "120", "consumption": "2138.82", "vat": "1853.65"}, "16112.47"),
    # The price of the condition is the customs value, not that of the invoice: 9,900 + 90 + 10 = 10,000 a kilogram is
    # taxed. 10,100 / 0.85 x 0.15 = 1,782.35; VAT 13% of 11,882.35 = 1,544.71.
    Case("perfume_at_the_price", mfn("1", consumption=PERFUME),
         {"value": "9900", "incoterm": "FOB", "quantity": "1", "unit": "kg"},
         {"duty": "100", "consumption": "1782.35", "vat": "1544.71"}, "13427.06",
         typed={"freight": "90", "insurance": "10"}),
    # Below it no tax is levied: VAT 13% of 9,090.
    Case("perfume_below_the_price", mfn("1", consumption=PERFUME), {"value": "9000", "quantity": "1", "unit": "kg"},
         {"duty": "90", "consumption": "0", "vat": "1181.70"}, "10271.70"),
    # Thirty watches of 8,000 yuan each: no tax. 8% of 240,000; VAT 13% of 259,200.
    Case("watches_below_the_price", mfn("8", consumption=WATCH), {"value": "240000", "quantity": "30", "unit": "pc"},
         {"duty": "19200", "consumption": "0", "vat": "33696"}, "292896"),
    # Twenty watches of 12,000 yuan each: 259,200 / 0.8 x 0.2 = 64,800; VAT 13% of 324,000.
    Case("watches_above_the_price", mfn("8", consumption=WATCH), {"value": "240000", "quantity": "20", "unit": "pc"},
         {"duty": "19200", "consumption": "64800", "vat": "42120"}, "366120"),
    # Without the quantity the price of one is not known, nor the tax, nor the VAT on it: 240,000 + 19,200.
    Case("watches_without_a_quantity", mfn("8", consumption=WATCH), {"value": "240000"}, {"duty": "19200"}, "259200",
         missing=("consumption", "vat")),
    # A wording that is not read leaves the tax open; VAT is counted without it: 13% of 10,000.
    Case("consumption_wording_not_read", mfn("0", consumption="depends on conditions that were not read"),
         {"value": "10000"}, {"duty": "0", "vat": "1300"}, "11300", missing=("consumption",)),
    # -- duties that are no percentage ---------------------------------------------------------------------------------
    # By weight: 25 t are 25,000 kg x 0.6 = 15,000; VAT 9% of 315,000.
    Case("specific_duty", mfn("0.6 yuan per kg", vat="9"), {"value": "300000", "quantity": "25", "unit": "t"},
         {"duty": "15000", "vat": "28350"}, "343350"),
    # The amount is in yuan, whatever the currency of the price: 40,000 USD = 280,000 yuan; VAT 9% of 295,000.
    Case("specific_duty_of_a_price_in_dollars", mfn("0.6元/千克", vat="9"),
         {"value": "40000", "currency": "USD", "quantity": "25", "unit": "t"},
         {"duty": "15000", "vat": "26550"}, "321550"),
    # Compound: 10% of 10,000 and 100 kg x 2; VAT 13% of 11,200.
    Case("compound_duty", mfn("10% + 2 yuan per kg"), {"value": "10000", "quantity": "100", "unit": "kg"},
         {"duty": "1200", "vat": "1456"}, "12656"),
    # Without the quantity neither the duty is known nor the VAT on it.
    Case("specific_duty_without_a_quantity", mfn("0.6 yuan per kg"), {"value": "10000"}, {}, "10000",
         missing=("duty", "vat")),
    # Rubber: "whichever is lower" is not read, so the duty is not known.
    Case("duty_wording_not_read", mfn("10% or 1500 yuan per tonne, whichever is lower"),
         {"value": "10000", "quantity": "1", "unit": "t"}, {}, "10000", missing=("duty", "vat")),
    # -- tariff quotas -------------------------------------------------------------------------------------------------
    # Rice inside the quota: 1% of 10,000; VAT 9% of 10,100.
    Case("quota_inside", RICE, {"hs_code": "100630", "value": "10000"}, {"duty": "100", "vat": "909"}, "11009",
         side="inside"),
    # Outside of it: 65% of 10,000; VAT 9% of 16,500.
    Case("quota_outside", RICE, {"hs_code": "100630", "value": "10000"}, {"duty": "6500", "vat": "1485"}, "17985",
         side="outside"),
    # The zero rate of a least developed country holds inside of the quota: VAT 9% of 10,000.
    Case("quota_inside_from_a_least_developed_country", RICE,
         {"hs_code": "100630", "origin": "TZ", "value": "10000"}, {"duty": "0", "vat": "900"}, "10900", side="inside"),
    # Outside of the quota it pays what every origin pays.
    Case("quota_outside_from_a_least_developed_country", RICE,
         {"hs_code": "100630", "origin": "TZ", "value": "10000"}, {"duty": "6500", "vat": "1485"}, "17985",
         side="outside"),
    # The line of ten digits inside of the quota takes VAT from its line of eight.
    Case("quota_line_of_ten_digits", RICE, {"hs_code": "1006302001", "value": "10000"},
         {"duty": "100", "vat": "909"}, "11009"),
    # -- additional duties ---------------------------------------------------------------------------------------------
    # Beef of Brazil inside the quota of the country: 12% of 10,000; VAT 9% of 11,200.
    Case("safeguard_inside", BEEF, {"hs_code": "02023000", "origin": "BR", "value": "10000"},
         {"duty": "1200", "additional": "0", "vat": "1008"}, "12208", side="inside"),
    # Above it 55% on the customs value beside the 12%; VAT 9% of 16,700.
    Case("safeguard_outside", BEEF, {"hs_code": "02023000", "origin": "BR", "value": "10000"},
         {"duty": "1200", "additional": "5500", "vat": "1503"}, "18203", side="outside"),
    # After 31 December 2028 the safeguard no longer holds.
    Case("safeguard_ended", BEEF, {"hs_code": "02023000", "origin": "BR", "value": "10000", "day": date(2029, 1, 1)},
         {"duty": "1200", "additional": "0", "vat": "1008"}, "12208"),
    # Cheese of France: 7.4 to 11.7% by producer on top of 8%; VAT 13% of 11,540 and of 11,970.
    Case("countervailing_by_producer", CHEESE, {"hs_code": "04069000", "origin": "FR", "value": "10000"},
         {"duty": "800", "additional": ("740", "1170"), "vat": ("1500.20", "1556.10")}, ("13040.20", "13526.10")),
    # The day before the measure begins, nothing is on top.
    Case("countervailing_not_yet", CHEESE,
         {"hs_code": "04069000", "origin": "FR", "value": "10000", "day": date(2026, 2, 12)},
         {"duty": "800", "additional": "0", "vat": "1404"}, "12204"),
    # Goods of the United States: 10% beside 7%; VAT 13% of 11,700.
    Case("retaliatory", mfn("7"), {"origin": "US", "value": "10000"},
         {"duty": "700", "additional": "1000", "vat": "1521"}, "13221"),
    # A duty that a person types holds all duties: 5% of 10,000; VAT 13% of 10,500.
    Case("typed_duty", mfn("7"), {"origin": "US", "value": "10000"}, {"duty": "500", "vat": "1365"}, "11865",
         typed={"duty_percent": "5"}),
    # -- agreements ----------------------------------------------------------------------------------------------------
    # Least developed: zero on all lines. VAT 9% of 10,000.
    Case("least_developed_country", COFFEE, {"hs_code": "090111", "origin": "ET", "value": "10000"},
         {"duty": "0", "vat": "900"}, "10900"),
    # Kenya the day before 1 May 2026: 8% of 10,000; VAT 9% of 10,800.
    Case("african_partner_before", COFFEE,
         {"hs_code": "090111", "origin": "KE", "value": "10000", "day": date(2026, 4, 30)},
         {"duty": "800", "vat": "972"}, "11772"),
    Case("african_partner_from_the_first_day", COFFEE,
         {"hs_code": "090111", "origin": "KE", "value": "10000", "day": date(2026, 5, 1)},
         {"duty": "0", "vat": "900"}, "10900"),
    # For the partners that are not least developed it ends on 30 April 2028.
    Case("african_partner_after", COFFEE,
         {"hs_code": "090111", "origin": "KE", "value": "10000", "day": date(2028, 5, 1)},
         {"duty": "800", "vat": "972"}, "11772"),
    # Wine of Chile at 0%: 10,000 / 0.9 x 0.1 = 1,111.11; VAT 13% of 11,111.11 = 1,444.44.
    Case("agreement_at_zero", (*WINE, ("22042100", "CHL", "0")),
         {"hs_code": "220421", "origin": "CL", "value": "10000"},
         {"duty": "0", "consumption": "1111.11", "vat": "1444.44"}, "12555.55"),
    # RCEP has a schedule for each partner: Japan pays 4.5%, not Korea's 2%. VAT 13% of 10,450.
    Case("rcep_schedule_of_the_origin",
         (*mfn("10"), ("84818040", "RCEP-JP", "4.5"), ("84818040", "RCEP-KR", "2")),
         {"origin": "JP", "value": "10000"}, {"duty": "450", "vat": "1358.50"}, "11808.50"),
    # An agreement rate above the provisional one is not used: 8%, not 10%.
    Case("provisional_below_an_agreement", (*CHEESE, ("04069000", "CHE", "10")),
         {"hs_code": "040690", "origin": "CH", "value": "10000"}, {"duty": "800", "vat": "1404"}, "12204"),
    # -- ways into China -----------------------------------------------------------------------------------------------
    # Bonded: nothing is levied while the goods are stored.
    Case("bonded", WINE, {"hs_code": "220421", "value": "10000", "regime": "bonded"},
         {"duty": "0", "vat": "0"}, "10000"),
    # Hainan without duty and tax; whether it is open to the code is not known, so the sum rests on it.
    Case("hainan_list_not_loaded", WINE, {"hs_code": "220421", "value": "10000", "regime": "hainan"},
         {"duty": "0", "vat": "0"}, "10000", missing=("regime",)),
    # -- national lines and currencies ---------------------------------------------------------------------------------
    # Six digits with lines of 5 and 7%: 500 to 700; VAT 13% of 10,500 and of 10,700.
    Case("two_national_lines", (*mfn("5", code="84818090"), *mfn("7")), {"hs_code": "848180", "value": "10000"},
         {"duty": ("500", "700"), "vat": ("1365", "1391")}, ("11865", "12091")),
    # The chosen line has one rate.
    Case("chosen_national_line", (*mfn("5", code="84818090"), *mfn("7")), {"hs_code": "84818040", "value": "10000"},
         {"duty": "700", "vat": "1391"}, "12091"),
    # 10,000 USD at 7: 70,000; 7% = 4,900; VAT 13% of 74,900 = 9,737.
    Case("dollars", mfn("7"), {"value": "10000", "currency": "USD"}, {"duty": "4900", "vat": "9737"}, "84637"),
]  # fmt: skip


@pytest.fixture
def whole_list(records):
    return AdditionalDutyList.objects.create(as_of=date(2026, 1, 1), source="TEST LIST")


def load(rates):
    for code, regime, rate, *days in rates:
        try:
            given = {"percent": D(rate)}
        except ArithmeticError:
            given = {"text": rate}
        first, last = days or ("2026-01-01", None)
        TariffRate.objects.create(
            hs_code=code, regime=regime, valid_from=first, valid_until=last, source="TEST DATA", **given
        )


def shipment(typed=(), **goods):
    usual = {"hs_code": "84818040", "origin": "AR", "day": JULY, "currency": "CNY", "incoterm": "CIF"}
    numbers = {name: D(goods[name]) for name in ("value", "quantity") if name in goods}
    costs = TypedCosts(**{name: D(amount) for name, amount in ({"fees": "0"} | dict(typed)).items()})
    return Shipment(**usual | goods | numbers, typed=costs)


def pair(amount):
    low, high = amount if isinstance(amount, tuple) else (amount, amount)
    return D(low), D(high)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_sum_equals_the_one_by_hand(whole_list, case):
    load(case.rates)
    sums = {entry.side: entry for entry in entry_cost(shipment(case.typed, **case.goods), YUAN).sums}
    assert set(sums) == ({"inside", "outside"} if case.side else {""})
    cost = sums[case.side].in_yuan
    assert cost.missing == case.missing
    amounts = {name: (part.low, part.high) for name in case.parts if (part := cost.part(name))}
    assert amounts == {name: pair(amount) for name, amount in case.parts.items()}
    assert (cost.low, cost.high) == pair(case.total)


def test_more_than_forty_sums_are_computed_by_hand():
    assert len({case.name for case in CASES}) == len(CASES) >= 40


def test_hainan_is_open_to_goods_that_are_not_on_its_whole_list(whole_list):
    # Neither duty nor taxes; the list of taxed goods is whole and does not name the code: the sum is complete.
    load(WINE)
    ImportRegime.objects.filter(kind="hainan").update(list_complete=True, hs_prefixes=["2402"])
    (entry,) = entry_cost(shipment(hs_code="220421", value="10000", regime="hainan"), YUAN).sums
    assert (entry.in_yuan.high, entry.in_yuan.missing, entry.is_complete) == (D("10000.00"), (), True)


def test_cross_border_retail_levies_seven_tenths_of_the_taxes(whole_list):
    # No duty; consumption tax 10,000 / 0.9 x 0.1 = 1,111.11, of it 70% = 777.78; VAT 13% of 11,111.11 = 1,444.44, of
    # it 70% = 1,011.11.
    load(WINE)
    ImportRegime.objects.filter(kind="cbec").update(hs_prefixes=["220421"])
    (entry,) = entry_cost(shipment(hs_code="220421", value="10000", regime="cbec"), YUAN).sums
    parts = [entry.in_yuan.part(name).high for name in ("duty", "consumption", "vat")]
    assert parts == [D("0.00"), D("777.78"), D("1011.11")]
    assert (entry.in_yuan.high, entry.is_complete) == (D("11788.89"), True)


def test_goods_on_no_record_are_not_free_of_additional_duties_without_a_whole_list(records):
    # 10% on goods of the United States is on record until 9 November 2026; what holds after that was not read.
    load(mfn("7"))
    (entry,) = entry_cost(shipment(origin="US", value="10000", day=date(2026, 11, 10)), YUAN).sums
    # 7% of 10,000 and 13% of 10,700 are all that is known.
    assert (entry.in_yuan.missing, entry.in_yuan.low, entry.is_complete) == (("additional",), D("12091.00"), False)


def test_a_sum_that_an_agreement_may_lower_is_not_complete(whole_list):
    # Thailand has ACFTA and RCEP; neither rate is loaded. 14% of 10,000 is the most that is paid.
    load(WINE)
    (entry,) = entry_cost(shipment(hs_code="220421", origin="TH", value="10000"), YUAN).sums
    assert (entry.in_yuan.missing, entry.may_be_lower, entry.is_complete) == ((), True, False)
    assert [option.agreement.code for option in entry.duty.may_be_lower] == ["ACFTA", "RCEP"]
    typed = shipment({"duty_percent": "5"}, hs_code="220421", origin="TH", value="10000")
    assert entry_cost(typed, YUAN).is_complete


def test_the_sum_in_yen_has_no_decimals(whole_list):
    # 10% of 1,000,001 = 100,000; VAT 13% of 1,100,001.10 = 143,000.
    load(mfn("10"))
    given = shipment(value="1000001", currency="JPY")
    (entry,) = entry_cost(given, YUAN).sums
    assert [part.high for part in entry.in_currency.parts[:1]] == [D("1000001")]
    assert entry.in_currency.high == D("1243001")
    # In yuan at 0.05: 50,000.05; 10% = 5,000.01 (of 5,000.005); VAT 13% of 55,000.06 = 7,150.01.
    assert entry.in_yuan.high == D("62150.07")


def test_a_typed_exchange_rate_goes_before_that_of_the_site(whole_list):
    # 10,000 USD at 7.2: 72,000; 7% = 5,040; VAT 13% of 77,040 = 10,015.20. In dollars nothing changes: 700 and 1,391.
    load(mfn("7"))
    given = replace(shipment(value="10000", currency="USD"), yuan_rate=D("7.2"))
    (entry,) = entry_cost(given, YUAN).sums
    assert (entry.in_yuan.high, entry.in_currency.high) == (D("87055.20"), D("12091.00"))


def test_a_specific_duty_is_converted_for_the_sum_in_dollars(whole_list):
    # 15,000 yuan at 7 = 2,142.86 USD; VAT 9% of 42,142.86 = 3,792.86.
    load(mfn("0.6 yuan per kg", vat="9"))
    (entry,) = entry_cost(shipment(value="40000", currency="USD", quantity="25", unit="t"), YUAN).sums
    assert entry.in_currency.part("duty").high == D("2142.86")
    assert entry.in_currency.high == D("45935.72")
