"""The data set: signed, without small groups, and recomputed to the unit by a script that knows nothing of the site."""

import csv
import io
import json
import subprocess
import sys
import zipfile

import pytest
from django.conf import settings

from matchmaker.accounts.models import AuditEntry
from matchmaker.core.problems import Refused
from matchmaker.events.services.pack import find_damage
from matchmaker.reporting import services

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def recompute(path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-I", settings.BASE_DIR / "bin/recompute_report", path]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def archive(season, tmp_path):
    path = tmp_path / "report.zip"
    path.write_bytes(services.data_set(by=season.organiser, scope=season.scope))
    return path


def facts(path) -> list[dict]:
    with zipfile.ZipFile(path) as files:
        return list(csv.DictReader(io.StringIO(files.read("facts.csv").decode())))


def test_the_script_recomputes_every_figure(season, archive):
    done = recompute(archive)
    assert (done.returncode, done.stderr) == (0, "")
    report = services.build(season.scope)
    shown = dict(line.split()[:2] for line in done.stdout.splitlines())
    wanted = {step.code: str(step.companies) for step in report.funnel}
    wanted["shipped"] = "0"  # two companies: withheld
    assert {code: shown[code] for code in wanted} == wanted
    with zipfile.ZipFile(archive) as files:
        cells = {(row["figure"], row["split"], row["group"]): row for row in json.loads(files.read("report.json"))}
    assert cells["value_order", "all", ""]["sum"] == "7600"
    assert (cells["used", "all", ""]["count"], cells["places", "all", ""]["sum"]) == (4, "8")


def test_no_group_of_fewer_than_three_companies_is_in_it(archive):
    groups = {(row["figure"], row["split"], row["group"]) for row in facts(archive)}
    assert {cell[2] for cell in groups if cell[:2] == ("registered", "country")} == {"withheld", "TH"}
    assert not [cell for cell in groups if cell[0] == "shipped"]
    assert not [cell for cell in groups if cell[:2] == ("value_order", "currency") and cell[2] in ("USD", "CNY")]


def test_it_names_no_company_and_no_row_can_be_joined_to_another_figure(season, archive):
    with zipfile.ZipFile(archive) as files:
        text = b"".join(files.read(name) for name in files.namelist()).decode("utf-8", "ignore")
    assert not [row for row in season.sellers if row.company.legal_name in text or str(row.company.uid) in text]
    seen: dict[str, set] = {}
    for row in facts(archive):
        seen.setdefault(row["fact"], set()).add((row["figure"], row["split"]))
    assert {len(places) for places in seen.values()} == {1}


def test_a_changed_figure_and_a_changed_file_are_found(archive, tmp_path):
    assert find_damage(archive.read_bytes()) is None
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(forged, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b"registered,all", b"invited,all", 1))
    done = recompute(forged)
    assert done.returncode == 1
    assert "facts.csv was changed" in done.stderr
    assert "agreed_of_registered all : recomputed (2, Decimal('0')), published (3, Decimal('0'))" in done.stderr


def test_it_is_for_organisers_and_stands_in_the_record(season, archive):
    assert AuditEntry.objects.filter(verb="export_data_set").count() == 1
    with pytest.raises(Refused):
        services.data_set(by=season.desk, scope=season.scope)
