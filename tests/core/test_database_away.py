"""A database that is away, locked or full is a pause with a time: 503 for people, programs and monitors."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from matchmaker.core.database import is_away
from matchmaker.core.languages import site_languages
from matchmaker.core.telemetry import _leave_out_outages
from matchmaker.running import valkey
from tests import factories as make

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("/", "/fr/products/", "/accounts/login/", "/supplier/", "/metrics")
ASK = """
import json, sys
import django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False, headers={"Accept-Language": "ar", "Authorization": "Bearer hush"})
client.cookies["sessionid"] = "a" * 32
for address in sys.argv[1:]:
    if address.startswith("/health/"):
        client.cookies.clear()
    answer = client.get(address)
    about = [answer.status_code, answer.get("Retry-After"), answer["Content-Type"], answer.content.decode()]
    print(json.dumps([address, *about]))
"""


@pytest.fixture(scope="module")
def refused():
    """What pages answer where no server listens at the port of the database: answers by address, and the log."""
    asked = [*PAGES, "/api/v1/products/", "/api/v1/campaigns/", "/health/live", "/health/ready"]
    url = f"postgresql://nobody@127.0.0.1:{valkey.free_port()}/none"
    environment = {**os.environ, "DATABASE_URL": url, "HEALTH_TOKEN": "hush", "ALLOWED_HOSTS": "*"}
    environment |= {"DJANGO_SETTINGS_MODULE": "matchmaker.settings"}
    command = [sys.executable, "-c", ASK, *asked]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    answers = {row[0]: row[1:] for row in map(json.loads, done.stdout.splitlines())}
    return answers, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("address", PAGES)
def test_a_page_without_a_database_is_a_pause_in_the_readers_language(refused, address):
    status, retry, kind, text = refused[0][address]
    assert (status, retry) == (503, "10")
    assert kind.startswith("text/html")
    assert f'<html lang="{"fr" if address.startswith("/fr/") else "ar"}"' in text
    assert "503" not in text
    assert 'class="lead"' in text


@pytest.mark.slow
def test_a_program_without_a_database_gets_a_problem_with_a_code(refused):
    for address in ("/api/v1/products/", "/api/v1/campaigns/"):
        status, retry, kind, text = refused[0][address]
        assert (status, retry, kind) == (503, "10", "application/problem+json")
        assert json.loads(text)["code"] == "database_away"


@pytest.mark.slow
def test_the_log_has_a_line_and_no_trace_a_request_without_a_database(refused):
    answers, log = refused
    assert "Traceback" not in log
    lines = [line for line in log.splitlines() if "Connection refused" in line or "connection failed" in line]
    assert len(lines) == sum(answer[0] == 503 for answer in answers.values()) - 1  # /health/ready answers by itself
    assert (answers["/health/live"][0], answers["/health/ready"][0]) == (200, 503)


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a reader waits for a lock on PostgreSQL only")
def test_a_table_locked_beyond_its_timeout_is_503_and_works_again_when_it_is_free(visitor, caplog):
    import psycopg

    make.product(status="published")
    fields = ("host", "port", "user", "password", "dbname")
    given = {name: value for name, value in connection.get_connection_params().items() if name in fields and value}
    with psycopg.connect(**given) as other:
        other.execute("LOCK TABLE catalogue_product, companies_company IN ACCESS EXCLUSIVE MODE")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        page, call = visitor.get(reverse("products")), visitor.get("/api/v1/products/")
        other.rollback()
    assert [(answer.status_code, answer["Retry-After"]) for answer in (page, call)] == [(503, "10")] * 2
    assert call.json()["code"] == "database_away"
    assert [visitor.get(reverse("products")).status_code, visitor.get("/api/v1/products/").status_code] == [200, 200]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite has one writer")
def test_a_locked_file_of_sqlite_is_503_and_works_again_when_it_is_free(visitor):
    person = make.user()
    visitor.force_login(person)
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 100")
    answer = visitor.post(reverse("set_language"), {"language": "fr", "next": "/"})
    other.rollback()
    other.close()
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert visitor.post(reverse("set_language"), {"language": "fr", "next": "/"}).status_code == 302


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL calls it a programming error")
def test_a_statement_that_is_wrong_stays_a_fault_of_ours():
    with pytest.raises(OperationalError) as raised, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_table_of_ours")
    assert not is_away(raised.value)


@pytest.mark.django_db
@pytest.mark.parametrize("language", site_languages(), ids=lambda language: language.code)
def test_the_page_is_in_the_language_of_the_address(monkeypatch, visitor, language):
    def away(*_arguments, **_named):
        raise OperationalError("connection refused")

    monkeypatch.setattr("matchmaker.web.public.products.directory.listing", away)
    prefix = "" if language.code == "en" else f"/{language.code}"
    answer = visitor.get(f"{prefix}/products/")
    assert answer.status_code == 503
    assert f'<html lang="{language.tag}" dir="{language.direction}"' in answer.content.decode()


def test_a_database_that_is_away_is_not_reported_to_sentry():
    away, ours = OperationalError("connection refused"), ValueError("ours")
    assert _leave_out_outages({"level": "error"}, {"exc_info": (OperationalError, away, None)}) is None
    assert _leave_out_outages({"level": "error"}, {"exc_info": (ValueError, ours, None)}) == {"level": "error"}
