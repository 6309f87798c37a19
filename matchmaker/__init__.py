"""matchmaker: suppliers and buyers of an import campaign find each other, with reasons."""

from matchmaker.celery import app as celery_app

__version__ = "0.13.0"  # of the site, as in CHANGELOG.md; the API has a version of its own (docs/api.md)

__all__ = ["celery_app"]
