"""matchmaker: suppliers and buyers of an import campaign are matched, with reasons."""

from matchmaker.celery import app as celery_app

__version__ = "0.10.0"
__all__ = ["__version__", "celery_app"]
