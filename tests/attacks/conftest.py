"""One site in production settings for all attack tests of a run; those of it are skipped where no PostgreSQL is."""

import os
import urllib.parse

import pytest

from tests.attacks.site import ProductionSite


def pytest_collection_modifyitems(items):
    if os.environ.get("DATABASE_URL", "").startswith("postgres") and os.environ.get("REDIS_URL"):
        return
    for item in items:
        if "tests/attacks/" in item.path.as_posix() and "production_site" in item.fixturenames:
            item.add_marker(pytest.mark.skip(reason="attack tests need DATABASE_URL of a PostgreSQL and REDIS_URL"))


@pytest.fixture(scope="session")
def production_site(tmp_path_factory):
    """See `tests.attacks.site.ProductionSite`. Tests share it: each makes people and companies of its own."""
    address = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
    server = address._replace(path="/postgres").geturl()
    site = ProductionSite(tmp_path_factory.mktemp("production"), server)
    try:
        site.start()
        yield site
    finally:
        site.stop()
