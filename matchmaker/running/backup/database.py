"""Dump and load of the database: SQLite by its own backup function, PostgreSQL by pg_dump and psql."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.apps import apps
from django.db import connection, connections, transaction

NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.sql"}
PROGRAM_SETTINGS = {
    "HOST": "PGHOST",
    "PORT": "PGPORT",
    "USER": "PGUSER",
    "PASSWORD": "PGPASSWORD",
    "NAME": "PGDATABASE",
}
PROGRAM_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey")
EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"


class DatabaseCopyFailed(Exception):
    """Why the database could not be dumped or loaded."""


def count_rows() -> dict[str, int]:
    """How many rows each table of ours has that exists in the database."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {model._meta.db_table: model._base_manager.count() for model in models if model._meta.db_table in there}


@contextmanager
def snapshot(folder: Path) -> Iterator[tuple[Path, dict[str, int]]]:
    """The dump in the folder, and the number of rows of each table at the same moment."""
    target = folder / NAMES[connection.vendor]
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            rows = count_rows()  # the transaction keeps writers away until the copy is made
            with closing(sqlite3.connect(connection.settings_dict["NAME"])) as source:
                _copy(source, target)
        else:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            name = cursor.fetchone()[0]
            dump = ["--no-owner", "--no-privileges", f"--snapshot={name}", f"--file={target}"]
            _run("pg_dump", *dump)
            rows = count_rows()
    yield target, rows


def load(folder: Path) -> None:
    """Put the dump in the folder in place of all that the database holds, or change nothing."""
    connections.close_all()
    source = folder / NAMES[connection.vendor]
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as dump:
            _copy(dump, Path(connection.settings_dict["NAME"]))
        return
    _run("psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--command={EMPTY}",
         f"--file={source}", "--output=/dev/null")  # fmt: skip


def _copy(source: sqlite3.Connection, target: Path) -> None:
    try:
        with closing(sqlite3.connect(target, timeout=20)) as copy:
            source.backup(copy)
    except sqlite3.OperationalError as problem:
        raise DatabaseCopyFailed(f"{target}: {problem}. Stop the site first.") from None


def _run(program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise DatabaseCopyFailed(
            f"{program} is not installed; it comes with the client of PostgreSQL (postgresql-client)."
        )
    done = subprocess.run([program, *arguments], env=_environment(), capture_output=True, check=False, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise DatabaseCopyFailed(f"{program}: {lines[0] if lines else f'exit status {done.returncode}'}")


def _environment() -> dict[str, str]:
    """The settings of the database for PostgreSQL's programs: no password stands in a list of processes."""
    given = connection.settings_dict
    values = {name: str(given[key]) for key, name in PROGRAM_SETTINGS.items() if given.get(key)}
    options = given.get("OPTIONS", {})
    values |= {f"PG{name.upper()}": str(options[name]) for name in PROGRAM_OPTIONS if name in options}
    # A table in use for longer than this: the site was not stopped.
    return {**os.environ, **values, "PGOPTIONS": "-c lock_timeout=20s", "PGCLIENTENCODING": "UTF8"}
