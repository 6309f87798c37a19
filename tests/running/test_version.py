"""The version of the site stands in one place and is shown by the command line, the doctor and the API."""

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from matchmaker import __version__
from tests import factories

ROOT = Path(__file__).resolve().parents[2]


def test_the_command_line_shows_the_version_of_the_site():
    shown = subprocess.run(
        [sys.executable, "manage.py", "version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert shown.stdout.startswith(f"matchmaker {__version__} (Django 6")


def test_the_newest_version_of_the_changelog_is_the_version_of_the_site():
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == __version__


@pytest.mark.django_db
def test_the_doctor_names_the_version():
    out = io.StringIO()
    with contextlib.suppress(SystemExit):
        call_command("doctor", stdout=out, no_color=True)
    assert f"matchmaker {__version__}\n" in out.getvalue()


@pytest.mark.django_db
def test_the_api_tells_its_version_to_staff_alone(client):
    assert "version" not in client.get("/api/v1/").json()
    client.force_login(factories.user(is_staff=True))
    assert client.get("/api/v1/").json()["version"] == __version__
