"""The hot loops are compiled before a clock runs: on a new machine that takes longer than the tests."""

import pytest

from matchmaker.engines.planning import warm


@pytest.fixture(scope="session", autouse=True)
def _compiled():
    warm()
