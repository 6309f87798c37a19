"""Duties on top of the tariff: what is on record, what a whole list says, and what is not known. Figures here are TEST
DATA, but for those of the shipped records."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.management import CommandError, call_command

from matchmaker.market_access import sentences
from matchmaker.market_access.additional_file import read_additional_duties
from matchmaker.market_access.models import AdditionalDuty, AdditionalDutyList
from matchmaker.market_access.presentation import duty_box
from matchmaker.market_access.services import duty_of, import_additional_duties, load_market_access
from matchmaker.market_access.spans import Span
from tests import factories

HEAD = (
    "code,kind,title,hs_prefixes,origins,percent_low,percent_high,rate_text,above_quota,valid_from,valid_until,"
    "authority"
)
JULY = date(2026, 7, 1)
NOT_LOADED = (
    "An anti-dumping, countervailing, safeguard or retaliatory duty may apply: the list of these duties is not loaded."
)


def load(*rows, as_of=JULY, complete=False, apply=True):
    content = "\n".join([HEAD, *rows]).encode()
    given = {"source": "TEST DATA", "as_of": as_of, "complete": complete, "apply": apply}
    return import_additional_duties(by=factories.organiser(), content=content, **given)


def of(code, origin, day=JULY):
    return duty_of(factories.product(hs_code=code, origin=origin), day).additional


SHIPPED = [
    ("040690", "FR", JULY, ["CVD-EU-DAIRY-2026"], ("7.4", "11.7")),
    ("040150", "DE", date(2026, 2, 13), ["CVD-EU-DAIRY-2026"], ("7.4", "11.7")),
    ("040690", "FR", date(2026, 2, 12), [], None),
    ("040690", "CH", JULY, [], None),
    ("040120", "FR", JULY, [], None),
    ("020230", "BR", JULY, ["SG-BEEF-2026"], ("0", "55")),
    ("020130", "AU", date(2028, 12, 31), ["SG-BEEF-2026"], ("0", "55")),
    ("020130", "AU", date(2029, 1, 1), [], None),
    ("020329", "BR", JULY, [], None),
    ("848180", "US", JULY, ["RET-US-2025"], ("10", "10")),
    ("020230", "US", JULY, ["SG-BEEF-2026", "RET-US-2025"], ("10", "65")),
    ("848180", "US", date(2026, 12, 1), [], None),
]


@pytest.mark.parametrize(("code", "origin", "day", "codes", "percent"), SHIPPED)
def test_the_shipped_records_hold_for_their_goods_origins_and_days(records, code, origin, day, codes, percent):
    answer = of(code, origin, day)
    assert {line.duty.code for line in answer.lines} == set(codes)
    assert answer.percent == (Span(*map(D, percent)) if percent else None)


def test_goods_that_no_record_covers_are_not_known_to_be_free_of_a_duty(records):
    box = duty_box(factories.product(hs_code="848180", origin="IT"), JULY)
    assert (box.additional, box.additional_notes) == ((), (NOT_LOADED,))


def test_a_record_that_ended_says_that_what_follows_was_not_read(records):
    box = duty_box(factories.product(hs_code="848180", origin="US"), date(2026, 12, 1))
    assert box.additional == ()
    assert "on record until" in box.additional_notes[0]
    assert "what holds after that was not read" in box.additional_notes[0]
    assert box.additional_notes[1] == NOT_LOADED


def test_a_duty_on_record_names_its_rate_authority_title_and_day(records):
    box = duty_box(factories.product(hs_code="020230", origin="BR"), JULY)
    (line,) = box.additional
    assert (line.kind_label, line.rate) == ("safeguard duty", "55% above the quota of the origin")
    assert line.source.startswith("Ministry of Commerce, Ruling on safeguard measures on imported beef, ")
    assert "2025" in line.source
    assert line.confidence == "secondary"
    assert box.additional_notes == ()


def test_a_whole_list_says_that_none_is_known_and_from_which_day(records):
    load("AD-1,anti_dumping,Steel,7208,JP KR,10,20,,no,2026-01-01,,Ministry of Commerce", complete=True)
    box = duty_box(factories.product(hs_code="848180", origin="IT"), date(2026, 12, 1))
    assert box.additional_notes == ("None known as of Jul 1, 2026 (TEST DATA).",)
    assert of("848180", "IT").percent == Span(D(0), D(0))
    assert of("720810", "JP").percent == Span(D(10), D(20))
    assert of("720810", "CN").percent == Span(D(0), D(0))


def test_a_part_of_a_list_leaves_the_rest_unknown(records):
    load("AD-1,anti_dumping,Steel,7208,JP,10,,,no,2026-01-01,,Ministry of Commerce")
    assert not AdditionalDutyList.objects.exists()
    assert of("720810", "JP").percent == Span(D(10), D(10))
    assert of("720810", "KR").percent is None


def test_a_whole_list_ends_the_records_that_it_leaves_out_and_loading_the_shipped_ones_again_does_not_bring_them_back(
    records,
):
    row = "SG-BEEF-2026,safeguard,Beef,0201 0202,*,50,,,yes,2026-01-01,2028-12-31,Ministry of Commerce"
    done = load(row, complete=True)
    assert (done.created, done.changed, done.ended, done.applied) == (0, 1, 2, True)
    load_market_access()
    assert of("040690", "FR").percent == Span(D(0), D(0))
    assert of("040690", "FR", date(2026, 6, 30)).percent == Span(D("7.4"), D("11.7"))
    assert of("020230", "BR").percent == Span(D(0), D(50))


def test_a_line_below_the_code_may_be_free_of_it(records):
    load("AD-1,anti_dumping,Wine,22042100,AU,116.2,218.4,,no,2026-01-01,,Ministry of Commerce", complete=True)
    assert of("220421", "AU").percent == Span(D(0), D("218.4"))


def test_a_rate_that_is_no_percentage_is_shown_and_not_counted(records):
    load(
        "AD-1,anti_dumping,Fibre,5503,JP,,,see the list of producers,no,2026-01-01,,Ministry of Commerce", complete=True
    )
    answer = of("550310", "JP")
    assert answer.percent is None
    assert sentences.additional_rate(answer.lines[0]) == "see the list of producers"


def test_looking_writes_nothing_and_loading_again_changes_nothing(records):
    row = "AD-1,anti_dumping,Steel,7208,JP,10,,,no,2026-01-01,,Ministry of Commerce"
    before = AdditionalDuty.objects.count()
    assert load(row, apply=False).created == 1
    assert AdditionalDuty.objects.count() == before
    load(row)
    done = load(row)
    assert (done.created, done.changed, done.unchanged) == (0, 0, 1)


GOOD = ["AD-1", "anti_dumping", "Steel", "7208", "JP", "10", "20", "", "no", "2026-01-01", "", "Ministry of Commerce"]


@pytest.mark.parametrize(
    ("place", "written", "fault"),
    [
        (0, "", ("code", "cell_missing")),
        (1, "tax", ("kind", "word_unknown")),
        (2, "", ("title", "cell_missing")),
        (3, "72x8", ("hs_prefixes", "hs_of_list")),
        (3, "", ("hs_prefixes", "cell_missing")),
        (4, "Japan", ("origins", "origin_unknown")),
        (4, "", ("origins", "cell_missing")),
        (5, "1300", ("percent_low", "rate_not_a_number")),
        (5, "12\uff0c5", ("percent_low", "rate_not_a_number")),
        (7, "see there", ("rate_text", "rate_twice")),
        (8, "perhaps", ("above_quota", "word_unknown")),
        (9, "", ("valid_from", "date_missing")),
        (9, "1.1.2026", ("valid_from", "date_not_iso")),
        (10, "2025-01-01", ("valid_until", "ends_before_it_begins")),
        (11, "", ("authority", "cell_missing")),
    ],
)
def test_every_faulty_cell_is_named_with_a_sentence(place, written, fault):
    cells = [*GOOD[:place], f'"{written}"', *GOOD[place + 1 :]]
    parsed = read_additional_duties("\n".join([HEAD, ",".join(cells)]).encode(), {"JP", "KR"})
    assert [(one.row, one.column, one.code) for one in parsed.faults] == [(2, *fault)]
    assert parsed.duties == ()
    assert sentences.about_fault(parsed.faults[0]).endswith(".")


def test_a_code_that_stands_twice_is_a_fault():
    parsed = read_additional_duties("\n".join([HEAD, ",".join(GOOD), ",".join(GOOD)]).encode(), {"JP"})
    assert [(one.row, one.code) for one in parsed.faults] == [(3, "code_twice")]
    assert len(parsed.duties) == 1


def test_the_command_looks_first_and_names_every_fault(records, tmp_path, capsys):
    organiser = factories.organiser()
    file = tmp_path / "duties.csv"
    file.write_text("\n".join([HEAD, ",".join(GOOD), ",".join(["AD-2", "tax", *GOOD[2:]])]))
    given = ["load_additional_duties", file, "--by", organiser.email, "--source", "TEST DATA", "--as-of", "2026-07-01"]
    with pytest.raises(CommandError, match="Correct the rows"):
        call_command(*given, "--apply")
    assert "row 3 kind: “tax” is none of the words" in capsys.readouterr().out
    file.write_text("\n".join([HEAD, ",".join(GOOD)]))
    call_command(*given)
    assert "1 new, 0 changed, 0 loaded already, 0 ended, 0 faults; nothing written." in capsys.readouterr().out
    call_command(*given, "--complete", "--apply")
    assert AdditionalDuty.objects.get(code="AD-1").origins == ["JP"]
    assert AdditionalDutyList.objects.get().as_of == JULY
    with pytest.raises(CommandError, match="Only organisers"):
        call_command(*given[:3], factories.user().email, *given[4:])
