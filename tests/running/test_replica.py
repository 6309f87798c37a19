"""Public lists are read from a replica; what a person just changed, and everything else, from the primary."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys

import pytest
from django.db import connection

from tests import factories as make

pytestmark = pytest.mark.slow


@pytest.mark.django_db(transaction=True)
def test_lists_are_read_from_the_replica_and_all_else_from_the_primary(tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("copies the file of a database")
    make.product(name="Jasmine rice", status="published")
    make.user()
    for name in ("primary", "replica"):
        with (
            contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as source,
            contextlib.closing(sqlite3.connect(tmp_path / name)) as copy,
        ):
            source.backup(copy)
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "matchmaker.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'primary'}",
        "DATABASE_REPLICA_URL": f"sqlite:///{tmp_path / 'replica'}",
        "ENCODER": "tests.engines.search.test_searching.Deaf",
    }
    run = [sys.executable, "-W", "ignore", "-m", "tests.running.replica_site"]
    done = subprocess.run(run, env=env, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    lost = [fault.split(", ")[0] for fault in seen.pop("faults without the replica")]
    assert lost == ["The read replica does not answer"]
    (late,) = seen.pop("faults of a late replica")
    assert "seconds behind" in late
    assert seen == {
        "a list": "replica",
        "the page of a product": "primary",
        "a list after a change": "primary",
        "the list of another person meanwhile": "replica",
        "a list some seconds later": "replica",
        "a write to the primary": True,
        "faults": [],
        "a list without the replica": "primary",
    }


def test_without_a_replica_nothing_is_routed(settings):
    assert "replica" not in settings.DATABASES
    assert settings.DATABASE_ROUTERS == []
    assert "matchmaker.core.replica.RememberChanges" not in settings.MIDDLEWARE
