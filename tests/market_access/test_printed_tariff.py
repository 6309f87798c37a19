"""The printed tariff, read by the places of its words; every figure is TEST DATA, printed by `printed_tariff.py`."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest
from django.core.management import CommandError, call_command
from fpdf import FPDF

from matchmaker.accounts.models import AuditEntry
from matchmaker.core.pdf_words import pages
from matchmaker.market_access.models import TariffRate
from matchmaker.market_access.presentation import duty_box
from matchmaker.market_access.services import import_printed_tariff
from matchmaker.market_access.services.printed_tariff import MARKS as MARKS_FILE
from matchmaker.market_access.services.printed_tariff import PrintedEdition
from matchmaker.market_access.tariff_marks import find, read_marks
from matchmaker.market_access.tariff_pdf import NotATariff, read_printed_tariff
from tests import factories
from tests.market_access.printed_tariff import LEFT, MARKS, Layout, Made, expected, made_lines, print_tariff

EDITION = PrintedEdition(date(2026, 1, 1), "Tariff 2026", date(2026, 12, 31))
NEXT = PrintedEdition(date(2027, 1, 1), "Tariff 2027", date(2027, 12, 31))


def read(path):
    return read_printed_tariff(pages(path), read_marks(MARKS_FILE))


def rates_of(reading):
    return {line.hs_code: {(one.regime, one.percent, one.text) for one in line.rates} for line in reading.lines}


@pytest.fixture(scope="module")
def two_hundred(tmp_path_factory):
    lines = made_lines(200)
    path = tmp_path_factory.mktemp("tariff") / "tariff.pdf"
    print_tariff(path, lines, Layout(is_embedded=True))
    return path, lines


@pytest.fixture
def printed(tmp_path):
    def write(*lines, layout=None, after=(), name="tariff.pdf"):
        print_tariff(tmp_path / name, lines, layout, after)
        return tmp_path / name

    return write


# -- reading -----------------------------------------------------------------------------------------------------------
def assert_all_are_right(path, lines):
    reading = read(path)
    assert reading.faults == []
    assert rates_of(reading) == {line.hs_code: expected(line) for line in lines}
    assert [line.number for line in reading.lines] == list(range(1, len(lines) + 1))
    assert len(reading.parts) == sum(bool(line.part) for line in lines)
    return reading


@pytest.mark.slow
def test_two_hundred_lines_of_every_kind_are_read_without_a_wrong_rate(two_hundred):
    reading = assert_all_are_right(*two_hundred)
    assert (reading.year, reading.is_whole) == (2026, True)
    kinds = Counter(one.regime for line in reading.lines for one in line.rates if one.percent is None)
    assert kinds.keys() == {"MFN", "GENERAL"}  # wordings are never percentages


@pytest.mark.slow
def test_two_thousand_lines_are_read_without_a_wrong_rate(tmp_path):
    lines = made_lines(2_000)
    print_tariff(tmp_path / "tariff.pdf", lines)
    assert_all_are_right(tmp_path / "tariff.pdf", lines)


def test_marks_that_go_on_over_rows_and_onto_the_next_page_are_joined(printed):
    long = Made("0101.2100", "10", groups=(("0", tuple(MARKS)),), name="其" * 15 * 52)
    reading = read(printed(long, replace(long, code="0101.2900"), Made("0101.3010", "5")))
    pages_of = [(line.hs_code, line.page) for line in reading.lines]
    assert pages_of == [("01012100", 2), ("01012900", 2), ("01013010", 3)]
    assert rates_of(reading)["01012900"] == expected(long)
    last = [Made(f"0102.{at}10", "5") for at in range(10, 62)]
    reading = read(printed(*last, replace(long, code="0103.1000", name="其他"), name="next.pdf"))
    assert reading.faults == []
    assert rates_of(reading)["01031000"] == expected(replace(long, code="0103.1000"))


def test_a_note_gives_the_wording_and_a_circled_figure_is_never_part_of_a_rate(printed):
    path = printed(
        Made("0207.1411", "①", "①", notes=("①最惠国税率：0.6元/千克；普通税率：4.2元/千克。",)),
        Made("1006.1021", "6②", notes=("②关税配额税率：1%。",)),
        Made("4001.1000", "10④", notes=("④最惠国税率：10%或900元/吨，两者从低。",)),
        Made("5201.0000", "40③", notes=("③对配额外进口的棉花，适用滑准税形式暂定关税。",)),
    )
    found = {
        code: {one for one in rates if one[0] != "GENERAL" or one[2]} for code, rates in rates_of(read(path)).items()
    }
    assert found == {
        "02071411": {("MFN", None, "0.6元/千克"), ("GENERAL", None, "4.2元/千克")},
        "10061021": {("MFN", D(6), "关税配额税率：1%")},
        "52010000": {("MFN", None, "40%；对配额外进口的棉花,适用滑准税形式暂定关税。")},
        "40011000": {("MFN", None, "10%或900元/吨,两者从低")},
    }


SOUND = Made("0101.2100", "10△0", groups=(("0", ("智CL", "韩KR")), ("5", ("巴PK", "韩RKRR"))))
DEFECTS = [
    ("mfn", "rate_missing", replace(SOUND, mfn="")),
    ("mfn", "rate_missing", replace(SOUND, mfn="△0")),
    ("mfn", "rate_not_a_number", replace(SOUND, mfn="6,5")),
    ("mfn", "rate_not_a_number", replace(SOUND, mfn="10△5△0")),
    ("mfn", "rate_not_a_number", replace(SOUND, mfn="O")),
    ("mfn", "rate_not_a_number", replace(SOUND, mfn="1300")),
    ("mfn", "rate_too_high", replace(SOUND, mfn="130")),
    ("general", "rate_too_high", replace(SOUND, general="700")),
    ("mfn", "note_missing", replace(SOUND, mfn="⑤")),
    ("mfn", "note_missing", replace(SOUND, mfn="10②", notes=("①最惠国税率：0.6元/千克。",))),
    ("mfn", "note_unclear", replace(SOUND, mfn="③", notes=("③普通税率：0.6元/千克。",))),
    ("agreement", "mark_unknown", replace(SOUND, groups=(("0", ("智CL", "月YL")),))),
    ("agreement", "mark_unknown", replace(SOUND, groups=(("0", ("智KR",)),))),
    ("agreement", "mark_unknown", replace(SOUND, groups=(("0", ("智CL韩KR",)),))),
    ("agreement", "mark_twice", replace(SOUND, groups=(("0", ("智CL",)), ("5", ("智CL",))))),
    ("agreement", "marks_without_rate", replace(SOUND, groups=(("", ("智CL",)),))),
    ("agreement", "rate_without_marks", replace(SOUND, groups=(("0", ("",)), ("5", ("巴PK",))))),
    ("agreement", "rate_not_a_number", replace(SOUND, groups=(("免", ("智CL",)),))),
    ("special", "mark_unknown", replace(SOUND, specials=(("0", ("月YL",)),))),
    ("special", "marks_without_rate", replace(SOUND, specials=(("", ("LD",)),))),
]


def test_every_line_that_cannot_be_read_gives_no_rate_and_is_named(printed):
    lines = [replace(line, code=f"0101.{10 + at}00") for at, (_column, _code, line) in enumerate(DEFECTS)]
    sound = [replace(SOUND, code=f"0102.{10 + at}00") for at in range(len(lines))]
    reading = read(printed(*lines, *sound))
    faults = {one.hs_code: (one.number, one.column, one.code) for one in reading.faults if one.number}
    assert faults == {
        line.hs_code: (at, column, code)
        for at, (line, (column, code, _line)) in enumerate(zip(lines, DEFECTS, strict=True), start=1)
    }
    assert rates_of(reading) == {line.hs_code: expected(SOUND) for line in sound}


@pytest.mark.parametrize(
    ("codes", "numbers", "found", "read_codes"),
    [
        (("0101.2100", "0101.2900", "0101.3010"), ("1", "3", "4"), [("numbers_missing", "2–2")], 3),
        (("0101.2100", "0101.2900", "0101.3010"), ("1", "2", "2"), [("number_out_of_order", "2")], 3),
        (("0101.2100", "0101.2900", "0101.2900"), ("1", "2", "3"), [("line_twice", "01012900")], 2),
        (("0101.2900", "0101.2100", "0101.3010"), ("1", "2", "3"), [("line_out_of_order", "01012900")], 2),
        (("0101.2100", "0101.29O0", "0101.3010"), ("1", "2", "3"), ["row_unclear", ("numbers_missing", "2–2")], 2),
        (("0101.2100", "0101.2900", "0101.3010"), ("1", "", "3"), ["row_unclear", ("numbers_missing", "2–2")], 2),
    ],
)
def test_lines_that_are_missing_or_out_of_order_are_named(printed, codes, numbers, found, read_codes):
    lines = [Made(code, "10", number=number) for code, number in zip(codes, numbers, strict=True)]
    reading = read(printed(*lines))
    named = [one.code if one.code == "row_unclear" else (one.code, one.value) for one in reading.faults]
    assert (named, len(reading.lines), reading.is_whole) == (found, read_codes, False)


def test_a_small_raised_figure_is_not_taken_for_a_figure_of_the_rate(tmp_path):
    path = tmp_path / "tariff.pdf"
    print_tariff(path, [Made("0101.2100", "6"), Made("0101.2900", "7")])
    paper = _overprinted(path, (LEFT["mfn"] + 5, 110, "1"), size=4)
    assert [(one.hs_code, one.code) for one in read(paper).faults] == [("01012100", "sizes_mixed")]


def _overprinted(path, text, size):
    """The second page again, with one more text on it."""
    import pikepdf

    x, top, letters = text
    target = path.with_name("overprinted.pdf")
    with pikepdf.open(path) as pdf:
        page = pdf.pages[1]
        page.Resources.Font["/Fx"] = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        place = f"BT /Fx {size} Tf {x} {842 - top - 0.8 * size} Td ({letters}) Tj ET"
        page.contents_add(place.encode(), prepend=False)
        pdf.save(target)
    return target


def test_a_reduced_rate_of_a_part_is_named_and_never_that_of_the_line(printed):
    reading = read(printed(replace(SOUND, mfn="7", part="△5"), Made("0101.2900", "7")))
    assert [(one.hs_code, one.code, one.value) for one in reading.parts] == [("01012100", "part_only", "△5")]
    assert ("PROVISIONAL", D(5), "") not in rates_of(reading)["01012100"]
    assert ("MFN", D(7), "") in rates_of(reading)["01012100"]


def test_the_export_tariff_after_it_is_not_read(printed):
    reading = read(printed(SOUND, after=["出口税则"]))
    assert (len(reading.lines), reading.pages) == (1, 3)


def test_marks_are_read_by_their_letters_and_must_belong_to_their_name():
    marks = read_marks(MARKS_FILE)

    def regime(printed, column="agreement"):
        mark = find(marks, column, printed)
        return mark and mark.regime

    assert {printed: regime(printed) for printed in MARKS} == MARKS
    assert (regime("KR"), regime("KRR"), regime("韩RKRR"), regime("韩KRR")) == ("KOR", "RCEP-KR", "RCEP-KR", "RCEP-KR")
    assert [regime(printed) for printed in ("智KR", "韩", "KRX", "韩kr", "")] == [None] * 5
    assert (regime("柬KH"), regime("柬KH", "special"), regime("LD", "special")) == ("KHM", "", "LDC-ZERO")


# -- what is no tariff -------------------------------------------------------------------------------------------------
def test_a_pdf_that_is_no_tariff_gets_one_sentence(tmp_path, printed):
    letter = FPDF()
    letter.add_page()
    letter.set_font("helvetica", size=12)
    letter.text(40, 40, "Dear buyer, 0101.2100 costs 12 euros.")
    letter.output(str(tmp_path / "letter.pdf"))
    with pytest.raises(NotATariff, match="no page has the columns"):
        read(tmp_path / "letter.pdf")
    empty = FPDF()
    empty.add_page()
    empty.output(str(tmp_path / "empty.pdf"))
    with pytest.raises(NotATariff, match="only pictures"):
        read(tmp_path / "empty.pdf")
    shifted = Layout(left={name: x + 45 for name, x in LEFT.items()})
    with pytest.raises(NotATariff, match=r"its layout is another one|no page has the columns"):
        read(printed(SOUND, layout=shifted))


# -- loading -----------------------------------------------------------------------------------------------------------
def rows(**only):
    return set(TariffRate.objects.filter(**only).values_list("hs_code", "regime", "percent", "text"))


def load(path, edition=EDITION, **options):
    return import_printed_tariff(
        by=options.pop("by", None) or factories.organiser(), path=path, edition=edition, **options
    )


@pytest.mark.slow
def test_what_the_preview_says_is_what_apply_writes(records, two_hundred):
    path, lines = two_hundred
    preview = load(path)
    assert (preview.applied, TariffRate.objects.count()) == (False, 0)
    done = load(path, apply=True)
    assert (done.changes, done.created, done.ended) == (preview.changes, preview.created, preview.ended)
    wanted = {(line.hs_code, *rate) for line in lines for rate in expected(line)}
    assert (done.applied, rows(), done.created) == (True, wanted, len(wanted))
    assert {change.kind for change in done.changes} == {"added"}
    again = load(path, apply=True)
    assert (again.changes, again.created, again.unchanged, again.applied) == ([], 0, len(wanted), False)
    assert AuditEntry.objects.filter(verb="import_tariff").count() == 1


def test_each_rate_names_its_edition_and_page_and_provisional_ones_end_with_the_year(records, printed):
    load(printed(SOUND), apply=True)
    assert set(TariffRate.objects.values_list("source", flat=True)) == {"Tariff 2026, page 2"}
    assert {rate.regime: rate.valid_until for rate in TariffRate.objects.all()} == {
        "MFN": None, "PROVISIONAL": date(2026, 12, 31), "CHL": None, "KOR": None, "PAK": None, "RCEP-KR": None,
        "GENERAL": None,
    }  # fmt: skip


def test_the_next_edition_shows_added_changed_and_removed_lines_and_ends_what_it_no_longer_prints(records, printed):
    first = [SOUND, replace(SOUND, code="0101.2900"), replace(SOUND, code="0101.3010")]
    load(printed(*first), apply=True)
    TariffRate.objects.create(hs_code="01012100", regime="VAT", percent=9, valid_from="2026-01-01", source="TEST DATA")
    second = printed(
        replace(SOUND, mfn="8", groups=(("0", ("智CL",)),)),
        replace(SOUND, code="0101.2900"),
        replace(SOUND, code="0101.3090"),
        layout=Layout(cover="中华人民共和国进出口税则（2027）"),
    )
    preview = load(second, NEXT)
    done = load(second, NEXT, apply=True)
    assert preview.changes == done.changes
    assert [(one.kind, one.hs_code) for one in done.changes] == [
        ("changed", "01012100"), ("removed", "01013010"), ("added", "01013090")
    ]  # fmt: skip
    assert done.changes[0].before["MFN"] == "10%"
    assert done.changes[0].after == {"MFN": "8%", "CHL": "0%", "GENERAL": "70%"}
    open_rates = rows(valid_until__isnull=True)
    assert {regime for code, regime, *_rest in open_rates if code == "01012100"} == {"MFN", "CHL", "GENERAL", "VAT"}
    assert not rows(hs_code="01013010", valid_until__isnull=True)
    ended = TariffRate.objects.get(hs_code="01013010", regime="MFN")
    assert ended.valid_until == date(2026, 12, 31)


def test_a_refused_line_keeps_its_rates_and_a_gap_removes_no_line(records, printed):
    load(printed(SOUND, replace(SOUND, code="0101.2900")), apply=True)
    refused = printed(replace(SOUND, mfn="6,5"), replace(SOUND, code="0101.2900"))
    done = load(refused, replace(NEXT, valid_from=date(2026, 7, 1)), apply=True, accept_partial=True)
    assert [one.kind for one in done.changes] == []
    gap = printed(replace(SOUND, code="0101.2900", number="2"), name="gap.pdf")
    done = load(gap, replace(NEXT, valid_from=date(2026, 10, 1)), apply=True, accept_partial=True)
    assert "removed" not in {one.kind for one in done.changes}
    assert TariffRate.objects.get(hs_code="01012100", regime="MFN").valid_until is None


def test_with_faults_nothing_is_written_unless_the_rest_is_accepted(records, printed):
    path = printed(replace(SOUND, mfn="6,5"), replace(SOUND, code="0101.2900"))
    assert load(path, apply=True).applied is False
    assert TariffRate.objects.count() == 0
    assert load(path, apply=True, accept_partial=True).applied is True
    assert set(TariffRate.objects.values_list("hs_code", flat=True)) == {"01012900"}


def test_a_rate_that_clashes_with_a_loaded_one_refuses_its_line(records, printed):
    TariffRate.objects.create(
        hs_code="01012100", regime="MFN", percent=3, valid_from="2026-01-01", valid_until="2026-06-30", source="TEST"
    )
    path = printed(SOUND, replace(SOUND, code="0101.2900"))
    done = load(path, apply=True)
    assert [(one.hs_code, one.code, one.value) for one in done.faults] == [
        ("01012100", "overlaps_loaded", "MFN 2026-01-01")
    ]
    assert (done.applied, TariffRate.objects.count()) == (False, 1)
    assert load(path, apply=True, accept_partial=True).applied is True
    assert set(TariffRate.objects.filter(regime="CHL").values_list("hs_code", flat=True)) == {"01012900"}


def test_each_partner_of_rcep_gets_the_rate_of_its_own_schedule(records, printed):
    load(
        printed(Made("0101.2100", "10", groups=(("0", ("澳RAUR",)), ("5", ("韩RKRR",)), ("7", ("东盟RASR",))))),
        apply=True,
    )

    def rcep(origin):
        options = duty_box(factories.product(hs_code="010121", origin=origin), date(2026, 12, 1)).options
        return next(option.rate for option in options if option.code == "RCEP")

    assert [rcep(origin) for origin in ("AU", "KR", "VN", "TH")] == ["0%", "5%", "7%", "7%"]
    assert rcep("JP") == ""  # its schedule leaves the line out: no other schedule takes its place


# -- the command -------------------------------------------------------------------------------------------------------
def command(path, *more, by=None):
    by = by or factories.organiser().email
    call_command(
        "load_tariff", "--pdf", path, "--by", by, "--valid-from", "2026-01-01", "--source", "Tariff 2026", *more
    )


def test_the_command_shows_first_and_writes_with_apply(records, printed, tmp_path, capsys):
    path = printed(replace(SOUND, specials=(("0", ("老LA",)),), part="△5"), replace(SOUND, code="0101.2900", mfn="6,5"))
    command(path, "--report", tmp_path / "report.csv")
    output = capsys.readouterr().out
    assert "+ 01012100 MFN 10%, PROVISIONAL 0%, CHL 0%, KOR 0%, PAK 5%, RCEP-KR 5%, GENERAL 70%" in output
    assert "not read: page 2 no. 2 01012900 mfn: “6,5” is no rate" in output
    assert "left out: page 2 no. 1 01012100 mfn: a reduced rate for a part of the line is not loaded: △5" in output
    assert "left out: 1 rates with the mark 老LA: no agreement of this site" in output
    assert "lines 1 added, 0 removed, 0 changed; rates 7 new" in output
    assert "1 faults; nothing written." in output
    assert TariffRate.objects.count() == 0
    report = (tmp_path / "report.csv").read_text(encoding="utf-8-sig").splitlines()
    assert report[2] == 'not read,2,2,01012900,"“6,5” is no rate"'
    with pytest.raises(CommandError, match="--accept-partial"):
        command(path, "--apply")
    command(path, "--apply", "--accept-partial")
    assert TariffRate.objects.count() == 7


def test_the_command_says_in_one_sentence_what_it_cannot_use(records, printed, tmp_path):
    (tmp_path / "text.pdf").write_text("no PDF")
    with pytest.raises(CommandError, match="not a PDF, or it is damaged"):
        command(tmp_path / "text.pdf")
    with pytest.raises(CommandError, match="could not be read"):
        command(tmp_path / "nowhere.pdf")
    with pytest.raises(CommandError, match="The cover says 2025"):
        command(printed(SOUND, layout=Layout(cover="中华人民共和国进出口税则（2025）")))
    with pytest.raises(CommandError, match="Only organisers"):
        command(printed(SOUND), by=factories.user().email)
    with pytest.raises(CommandError, match="either a CSV file or --pdf"):
        call_command("load_tariff", "--by", factories.organiser().email)
    with pytest.raises(CommandError, match="needs --valid-from and --source"):
        call_command("load_tariff", "--pdf", printed(SOUND), "--by", factories.organiser().email)
