"""Settings of the web server that `make run` starts; a production server may use the same file."""

import threading

preload_app = True  # imported once and shared, instead of once a worker
worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 10
loglevel = "warning"
# No proxy is trusted here: Django reads X-Forwarded-Proto itself, and only where TRUSTED_PROXIES says that one stands
# in front. gunicorn would believe the header of any process on the same machine.
forwarded_allow_ips = ""


def post_worker_init(worker):
    """Models and indexes load in the background, so that the first reader does not wait for them."""

    def warm():
        from django.db import connection

        from matchmaker.directory.index_service import warm_up
        from matchmaker.matching.services.suggestions import classifier

        try:
            warm_up()
            classifier()
        finally:
            connection.close()

    threading.Thread(target=warm, daemon=True).start()
