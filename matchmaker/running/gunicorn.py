"""Settings of the web server that `make run` starts; a production server may use the same file."""

import gc
import os
import threading
from pathlib import Path

worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES") or 1)
threads = 8 if workers == 1 else 4
preload_app = workers > 1  # imported once and shared; a single process shares with no one
timeout = 60
graceful_timeout = 10
loglevel = "warning"
# No proxy is trusted here: Django reads X-Forwarded-Proto itself, and only where TRUSTED_PROXIES says that one stands
# in front. gunicorn would believe the header of any process on the same machine.
forwarded_allow_ips = ""
# gunicorn would let a socket in the home folder reload and stop it, one for all sites of a user, and serve it by a
# thread of the process that the others are forked from.
control_socket_disable = True
# Each process counts its requests into files here, see `web/metrics.py`. Set before the application is imported.
COUNTS = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parents[2] / "var") / "metrics"
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(COUNTS))
Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).mkdir(parents=True, exist_ok=True)


def on_starting(server):
    """Counts begin at zero with the server, as Prometheus expects."""
    for file in Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).glob("*.db"):
        file.unlink(missing_ok=True)


def child_exit(server, worker):
    """What a process counted stays; only gauges of live processes would go."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def when_ready(server):
    """Several processes share the models, which are loaded before they start: the first answer comes later."""
    if workers == 1:
        return
    from django.db import connections

    from matchmaker.matching.services import classifier, warm

    warm()
    classifier()
    connections.close_all()
    gc.freeze()  # the garbage collector would write into the shared memory, which copies it


def post_worker_init(worker):
    """Models and indexes load in the background; until they are there, `/health/ready` answers 503."""
    from matchmaker.core import readiness

    def warm():
        from django.db import connection

        from matchmaker.directory.index_service import warm_up
        from matchmaker.engines.language import release_pages
        from matchmaker.matching.services.code_suggestions import classifier

        try:
            warm_up()
            classifier()
        finally:
            connection.close()
            release_pages()  # an index was built from all texts; a search reads a few rows
            # What is loaded stays. Looked through again, its 300,000 objects held every tenth to thirtieth answer up
            # for 0.17 s; of the objects that answers leave behind, a full search takes 0.005 s.
            gc.collect()
            gc.freeze()
            readiness.end()

    readiness.begin()  # here: the process answers requests when this function has ended
    threading.Thread(target=warm, daemon=True).start()
