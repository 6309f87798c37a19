"""Loading tariff files, and what the database itself refuses; rates here are TEST DATA."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from matchmaker.accounts.models import AuditEntry
from matchmaker.core.problems import Refused
from matchmaker.market_access.models import (
    TariffRate,
)
from matchmaker.market_access.services import (
    import_tariff,
)
from tests import factories

HEADER = "hs_code,regime,rate_percent,rate_text,valid_from,valid_until,source\n"


def tariff(*lines):
    return (HEADER + "".join(f"{line}\n" for line in lines)).encode()


ROW = "07095940,MFN,13,,2026-01-01,,TEST DATA"


def test_import_tariff_previews_and_then_writes_the_same(records):
    organiser = factories.organiser()
    preview = import_tariff(by=organiser, content=tariff(ROW))
    assert (preview.created, preview.applied, TariffRate.objects.count()) == (1, False, 0)
    done = import_tariff(by=organiser, content=tariff(ROW), apply=True)
    assert (done.created, done.applied, TariffRate.objects.count()) == (1, True, 1)
    assert AuditEntry.objects.get(verb="import_tariff").facts == {"created": 1, "ended": 0, "sources": ["TEST DATA"]}


def test_import_tariff_twice_changes_nothing(records):
    organiser = factories.organiser()
    import_tariff(by=organiser, content=tariff(ROW), apply=True)
    again = import_tariff(by=organiser, content=tariff(ROW), apply=True)
    assert (again.created, again.unchanged, again.applied, TariffRate.objects.count()) == (0, 1, False, 1)


def test_a_later_rate_ends_the_open_one(records):
    organiser = factories.organiser()
    import_tariff(by=organiser, content=tariff(ROW), apply=True)
    done = import_tariff(by=organiser, content=tariff("07095940,MFN,12,,2027-01-01,,TEST DATA"), apply=True)
    assert (done.created, done.ended) == (1, 1)
    assert list(TariffRate.objects.values_list("percent", "valid_from", "valid_until")) == [
        (Decimal(13), date(2026, 1, 1), date(2026, 12, 31)),
        (Decimal(12), date(2027, 1, 1), None),
    ]


@pytest.mark.parametrize(
    "row",
    [
        "07095940,MFN,12,,2026-06-01,2026-06-30,TEST DATA",
        "07095940,MFN,12,,2026-01-01,,TEST DATA",
        "07095940,MFN,12,,2025-01-01,,TEST DATA",
    ],
)
def test_closed_history_is_not_rewritten(records, row):
    organiser = factories.organiser()
    import_tariff(by=organiser, content=tariff(ROW.replace("2026-01-01,,", "2026-01-01,2026-12-31,")), apply=True)
    result = import_tariff(by=organiser, content=tariff(row), apply=True, accept_partial=True)
    assert [(fault.row, fault.code) for fault in result.faults] == [(2, "overlaps_loaded")]
    assert TariffRate.objects.count() == 1


def test_with_faults_nothing_is_written_unless_the_rest_is_accepted(records):
    organiser = factories.organiser()
    content = tariff(ROW, "070959,MFN,1,,2026-01-01,,TEST DATA")
    assert import_tariff(by=organiser, content=content, apply=True).applied is False
    assert TariffRate.objects.count() == 0
    done = import_tariff(by=organiser, content=content, apply=True, accept_partial=True)
    assert (done.applied, TariffRate.objects.count()) == (True, 1)


def test_only_organisers_import_a_tariff(records):
    with pytest.raises(Refused) as refusal:
        import_tariff(by=factories.user(), content=tariff(ROW))
    assert refusal.value.code == "not_an_organiser"


@pytest.mark.slow
def test_thousands_of_rows_are_loaded(records):
    lines = [f"{10000000 + number},MFN,1,,2026-01-01,,TEST DATA" for number in range(2_000)]
    done = import_tariff(by=factories.organiser(), content=tariff(*lines), apply=True)
    assert (done.created, done.faults, TariffRate.objects.count()) == (2_000, (), 2_000)


@pytest.mark.parametrize(
    ("begins", "ends", "refused"),
    [
        ("2026-06-01", "2026-06-30", True),
        ("2025-01-01", "2026-01-01", True),
        ("2026-12-31", None, True),
        ("2027-01-01", None, False),
        ("2025-01-01", "2025-12-31", False),
    ],
)
def test_the_database_itself_refuses_overlapping_rates(db, begins, ends, refused):
    common = {"hs_code": "07095940", "regime": "MFN", "source": "TEST DATA"}
    TariffRate.objects.create(percent=13, valid_from="2026-01-01", valid_until="2026-12-31", **common)
    new = TariffRate(percent=12, valid_from=begins, valid_until=ends, **common)
    if refused:
        with pytest.raises(IntegrityError, match="tariff_rate"), transaction.atomic():
            new.save()
    new.regime = "ACFTA"
    new.save()
    assert TariffRate.objects.count() == 2


def test_the_database_refuses_an_overlap_by_update(db):
    common = {"hs_code": "07095940", "regime": "MFN", "percent": 1, "source": "TEST DATA"}
    first = TariffRate.objects.create(valid_from="2026-01-01", valid_until="2026-12-31", **common)
    TariffRate.objects.create(valid_from="2027-01-01", **common)
    with pytest.raises(IntegrityError, match="tariff_rates_never_overlap"), transaction.atomic():
        TariffRate.objects.filter(pk=first.pk).update(valid_until=None)
