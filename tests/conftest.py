"""What every test may ask for."""

import os
import sys

import pytest


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Hashing is slow on purpose; tests of accounts do not test scrypt."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PRIVATE_ROOT = tmp_path / "private"
    settings.STATIC_ROOT = tmp_path  # whitenoise warns of a folder that is not there


@pytest.fixture(autouse=True)
def _in_english():
    """A request leaves its language active in the thread of the test."""
    from django.conf import settings
    from django.utils import translation

    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _empty_cache():
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def _nothing_kept_ready():
    """A process keeps what it read of a run and its rows; a rolled-back test's keys come again in the next one."""
    yield
    if ttl_cache := sys.modules.get("matchmaker.core.ttl_cache"):
        ttl_cache.clear_all()
    if scorer := sys.modules.get("matchmaker.matching.services.scorer"):
        scorer.of_run.cache_clear()
        scorer._cache.clear()
    if runs := sys.modules.get("matchmaker.matching.services.runs"):
        runs.lines_of_run.cache_clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit empty every table after them: let PostgreSQL do so with the audit's tables, too."""
    from django.db import connection

    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER audit_is_never_emptied")
                cursor.execute("ALTER TABLE accounts_auditchain DISABLE TRIGGER audit_chains_are_never_emptied")


@pytest.fixture(scope="session")
def s3_server():
    """A server of moto, reached over HTTP; its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket(s3_server, request) -> str:
    """The address of an empty bucket of an S3 store."""
    import boto3

    given = {"aws_access_key_id": "key", "aws_secret_access_key": "se/cret", "region_name": "eu-central-1"}
    client = boto3.client("s3", endpoint_url=f"http://{s3_server}", **given)
    name = f"files-{abs(hash(request.node.nodeid))}"
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return f"s3://key:se%2Fcret@{s3_server}/{name}?region=eu-central-1&tls=0"


@pytest.fixture
def organiser(db):
    from tests import factories

    return factories.organiser()


@pytest.fixture
def campaign(organiser):
    return organiser.organiser_of.get().campaign


def pytest_collection_modifyitems(items):
    """A journey without a browser is skipped, and the last line says so."""
    if os.environ.get("CHROMIUM"):
        return
    for item in items:
        if item.get_closest_marker("journey"):
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine, and apt could not install one"))
