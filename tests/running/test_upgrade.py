"""A database of 1.0.0 is upgraded: its tables are known by one squashed migration an app, later ones run, rows stay."""

import uuid

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from matchmaker.companies.models import Company

pytestmark = [pytest.mark.slow, pytest.mark.migrations]


@pytest.fixture
def empty_database(django_db_blocker, tmp_path):
    """An empty database behind Django's own connection."""
    usual = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        name = str(tmp_path / "old.sqlite3")
        if connection.vendor == "postgresql":
            name = f"upgrade_{uuid.uuid4().hex[:8]}"
            server = connection.get_connection_params() | {"dbname": "postgres"}
            server = {key: server[key] for key in ("dbname", "user", "password", "host", "port") if key in server}
            _on_server(server, f"CREATE DATABASE {name}")
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual
            if connection.vendor == "postgresql":
                _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(server: dict, statement: str) -> None:
    with psycopg.connect(**server, autocommit=True) as link:
        link.execute(statement)


def squashed() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Squashed migration → the migrations of 1.0.0 that it replaces."""
    return {key: row.replaces for key, row in MigrationLoader(None).disk_migrations.items() if row.replaces}


def as_of_1_0_0() -> None:
    """The tables of 1.0.0 and the names under which 1.0.0 recorded them."""
    executor = MigrationExecutor(connection)
    # Apps of the site with no squashed migration are younger than 1.0.0: an upgrade creates their tables.
    site = {config.label for config in apps.get_app_configs() if config.name.startswith("matchmaker.")}
    packages = [key for key in executor.loader.graph.leaf_nodes() if key[0] not in site]
    executor.migrate([*packages, *squashed()])
    recorder = MigrationRecorder(connection)
    for key in squashed():
        recorder.record_unapplied(*key)


def test_an_upgrade_from_1_0_0_keeps_the_rows_and_runs_what_came_later(empty_database):
    as_of_1_0_0()
    old_apps = MigrationExecutor(connection).loader.project_state(list(squashed())).apps
    old_apps.get_model("companies", "Company").objects.create(legal_name="Mill", country="TH", is_supplier=True)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    executor.loader.check_consistent_history(connection)
    applied = MigrationRecorder(connection).applied_migrations()
    assert set(MigrationLoader(connection).graph.leaf_nodes()) <= set(applied)
    assert Company.objects.values_list("legal_name", "country").get() == ("Mill", "TH")


def test_a_database_from_before_1_0_0_is_refused_before_anything_changes(empty_database):
    as_of_1_0_0()
    app, name = squashed()["events", "0001_squashed_1_0_0"][-1]
    MigrationRecorder(connection).record_unapplied(app, name)  # as a version before 1.0.0 left it
    before = connection.introspection.table_names()
    with pytest.raises(SystemCheckError, match=r"before 1\.0\.0 \(seen in: events\)"):
        call_command("migrate", verbosity=0, skip_checks=False)
    assert connection.introspection.table_names() == before
