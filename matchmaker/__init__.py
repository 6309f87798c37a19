"""matchmaker: suppliers and buyers of an import campaign find each other, with reasons."""

from matchmaker.celery import app as celery_app

__all__ = ["celery_app"]
