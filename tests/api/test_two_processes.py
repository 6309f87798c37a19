"""What is taken away is gone in every process of the site, not only in the one that took it (B36, B83)."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from matchmaker.accounts.services import create_token, revoke_token
from matchmaker.companies.members import remove_member
from matchmaker.companies.models import Membership
from matchmaker.running.valkey import free_port
from tests import factories

pytestmark = [pytest.mark.worker, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def two_sites(django_db_setup):
    """Two web servers that share nothing but the database and Valkey."""
    row = connection.settings_dict
    database = f"sqlite:///{row['NAME']}"
    if connection.vendor == "postgresql":
        database = f"postgresql://{row['USER']}@{row['HOST']}:{row['PORT'] or 5432}/{row['NAME']}"
    started = []
    for first in (18200, 18300):
        port = free_port(first)
        command = [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "gunicorn",
            "matchmaker.wsgi",
            "-w",
            "1",
            "--log-level",
            "error",
        ]
        process = subprocess.Popen(
            [*command, "--timeout", "120", "--bind", f"127.0.0.1:{port}"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database},
        )
        started.append((process, f"http://127.0.0.1:{port}"))
    try:
        for _process, address in started:
            until(lambda address=address: request_status(address + "/health/live") == 200, 120)
        yield [address for _process, address in started]
    finally:
        for process, _address in started:
            process.terminate()
            process.wait(20)


def until(holds, seconds: float) -> float:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds
        time.sleep(0.1)
    return time.monotonic() - began


def request_status(url: str, **headers) -> int:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except (urllib.error.URLError, TimeoutError):  # not up yet, or too busy starting to answer
        return 0


def test_a_revoked_key_and_a_removed_member_are_nobody_in_two_processes_within_five_seconds(two_sites):
    company = factories.supplier()
    admin, colleague = factories.member_of(company), factories.user()
    membership = Membership.objects.create(company=company, user=colleague)
    token, key = create_token(by=colleague, name="two", scopes=["read"])
    session = Client()
    session.force_login(colleague)
    cookie = f"{settings.SESSION_COOKIE_NAME}={session.cookies[settings.SESSION_COOKIE_NAME].value}"

    def by_key():
        return [request_status(f"{site}/api/v1/companies/mine/", Authorization=f"Bearer {key}") for site in two_sites]

    def by_session():
        return [request_status(f"{site}/companies/{company.uid}/members/", Cookie=cookie) for site in two_sites]

    assert (by_key(), by_session()) == ([200, 200], [200, 200])
    remove_member(by=admin, membership=membership)
    assert until(lambda: by_session() == [404, 404], 5) < 5
    revoke_token(by=colleague, token=token)
    assert until(lambda: by_key() == [401, 401], 5) < 5


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 6\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 6",
        "Content-Length: 6\r\nContent-Length: 60",
        "Transfer-Encoding: chunked, identity",
        "Content-Length : 6",
    ],
)
def test_a_request_of_two_lengths_is_refused_and_nothing_hidden_behind_it_is_answered(two_sites, head):
    host, port = two_sites[0].removeprefix("http://").split(":")
    smuggled = "0\r\n\r\nGET /about/ HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(f"POST /accounts/login/ HTTP/1.1\r\nHost: {host}\r\n{head}\r\n\r\n{smuggled}".encode())
        answer = b""
        while more := line.recv(4096):
            answer += more
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1
