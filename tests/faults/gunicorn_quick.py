"""The settings of the web server without the models, which take half a minute to load and are not used here."""

from matchmaker.running.gunicorn import *  # noqa: F403

preload_app = False


def when_ready(server):
    """Nothing is loaded before the first answer."""


def post_worker_init(worker):
    """Nothing is loaded in the background."""
