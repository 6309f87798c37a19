"""What a process holds that others are forked from: no connection, no open database, no thread."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from matchmaker.running.forks import PROGRAMS

ROOT = Path(__file__).resolve().parents[2]
SHOW = """
import json, os
from django.db import connections
links = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd")]
fds = [os.readlink(link) for link in links if os.path.exists(link)]  # without the one that listed them
print(json.dumps({
    "connections": sum(one.connection is not None for one in connections.all(initialized_only=True)),
    "databases": [path for path in fds if "sqlite3" in path],
    "sockets": [path for path in fds if path.startswith("socket:")],
    "writable": [path for path in fds if path.startswith(os.environ["VAR_DIR"]) and not path.endswith(".npy")],
    "threads": len(os.listdir("/proc/self/task")),
}))
"""
PARENTS = {
    # The fork server of `make run`, without its models: see `running/loaded_site.py`.
    "pages": "import django; django.setup(); from django.urls import resolve, reverse; resolve('/')\n"
    f"reverse('account_login'); import importlib; [importlib.import_module(name) for name in {PROGRAMS}]",
    "web server": "from matchmaker.running import gunicorn; import matchmaker.wsgi",
    # A worker sends `worker_init` before it forks.
    "worker": "import django; django.setup(); from matchmaker.celery import app; app.loader.init_worker()\n"
    "app.amqp.queues.select(['mail']); from celery.signals import worker_init; worker_init.send(sender=None)",
}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
@pytest.mark.parametrize("parent", PARENTS)
def test_a_process_that_others_are_forked_from_holds_no_connection(tmp_path, parent):
    """A SQLite or Redis connection that two processes use after a fork damages the database or mixes up answers."""
    given = {**os.environ, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "matchmaker.settings"}
    code = PARENTS[parent] + SHOW
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=given, capture_output=True, text=True, check=True
    )
    assert json.loads(shown.stdout.splitlines()[-1]) == {
        "connections": 0,
        "databases": [],
        "sockets": [],
        "writable": [],
        "threads": 1,
    }
