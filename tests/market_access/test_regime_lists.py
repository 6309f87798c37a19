"""Loading the list of goods of a regime; the codes here are TEST DATA, not those of any list."""

import io

import pytest
from django.core.management import CommandError, call_command

from matchmaker.accounts.models import AuditEntry
from matchmaker.core.problems import Refused
from matchmaker.market_access.models import ImportRegime
from matchmaker.market_access.regime_lists import read_regime_list
from matchmaker.market_access.regimes import Coverage
from matchmaker.market_access.services import import_regime_list, load_market_access
from tests import factories

SOURCE = "TEST DATA, edition of a test"


def the(code):
    return ImportRegime.objects.get(code=code)


def load(regime, content=b"hs_code\n19011010\n", **options):
    options = {"source": SOURCE, "complete": False, "apply": True, **options}
    return import_regime_list(by=factories.organiser(), regime=the(regime), content=content, **options)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_codes_are_read_from_the_file_as_it_was_published(encoding):
    text = "序号,税则号列,商品名称,备注\n1,1901.1010,婴幼儿配方奶粉,\n2,１９０１１０９０,其他,限网购保税\n"
    text += "3,,小计,\n4,19011010,同上,\n"
    assert read_regime_list(text.encode(encoding)).codes == ("19011010", "19011090")


@pytest.mark.parametrize(
    ("content", "row", "code"),
    [
        (b"hs_code\n1901101\n", 2, "hs_of_list"),
        (b"hs_code\n19011010\nmilk\n", 3, "hs_of_list"),
        (b"name\nmilk\n", 0, "column_missing"),
        (b"", 0, "column_missing"),
        (b'hs_code\n"19011010', 2, "not_csv"),
        (b"\xff\xff\xff", 0, "encoding_unknown"),
    ],
)
def test_a_faulty_row_is_named_and_nothing_is_written(records, content, row, code):
    done = load("CBEC-2019", content)
    assert ([(fault.row, fault.code) for fault in done.faults], done.applied) == ([(row, code)], False)
    assert the("CBEC-2019").hs_prefixes == []


def test_an_incomplete_list_says_what_is_on_it_and_nothing_about_the_rest(records):
    assert the("CBEC-2019").as_regime().covers("19011010")[0] == Coverage.UNKNOWN
    preview = load("CBEC-2019", apply=False)
    assert (preview.codes, preview.new, preview.applied, the("CBEC-2019").hs_prefixes) == (1, 1, False, [])
    assert load("CBEC-2019").applied
    regime = the("CBEC-2019").as_regime()
    assert [regime.covers(code)[0] for code in ("19011010", "1901", "22030000")] == [
        Coverage.APPLIES,
        Coverage.UNKNOWN,
        Coverage.UNKNOWN,
    ]
    assert AuditEntry.objects.get(verb="import_regime_list").facts == {"source": SOURCE, "codes": 1, "complete": False}
    load_market_access()  # the shipped records do not take the list away
    assert the("CBEC-2019").hs_prefixes == ["19011010"]


def test_a_complete_list_of_taxed_goods_frees_the_others(records):
    done = load("HAINAN-2025", complete=True)
    regime = the("HAINAN-2025").as_regime()
    assert [regime.covers(code)[0] for code in ("19011010", "22030000")] == [Coverage.EXCLUDED, Coverage.APPLIES]
    again = load("HAINAN-2025", b"hs_code\n22030000\n", complete=True)
    assert (done.new, again.new, again.gone) == (1, 1, 1)


def test_a_regime_without_a_list_a_list_without_a_source_and_a_stranger_are_refused(records):
    for regime, source, code in (("GENERAL", SOURCE, "regime_without_list"), ("CBEC-2019", " ", "source_missing")):
        with pytest.raises(Refused) as refused:
            load(regime, source=source)
        assert refused.value.code == code
    with pytest.raises(Refused):
        import_regime_list(
            by=factories.user(), regime=the("CBEC-2019"), content=b"hs_code\n1901\n", source=SOURCE, complete=False
        )


def test_the_command_previews_writes_and_names_the_regimes(records, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("hs_code\n19011010\n", encoding="utf-8")
    given = ["load_regime_list", str(file), "--by", factories.organiser().email, "--source", SOURCE]
    output = io.StringIO()
    call_command(*given, "--regime", "cbec-2019", stdout=output)
    call_command(*given, "--regime", "CBEC-2019", "--apply", stdout=output)
    assert output.getvalue().splitlines() == [
        "CBEC-2019: 1 codes, 1 new, 0 gone, 0 faults; nothing written.",
        "CBEC-2019: 1 codes, 1 new, 0 gone, 0 faults; written.",
    ]
    with pytest.raises(CommandError, match="HAINAN-2025"):
        call_command(*given, "--regime", "CBEC", stdout=output)
