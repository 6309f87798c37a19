"""The exception that ends a task at its soft time limit, for services: they know of no queue."""

from celery.exceptions import SoftTimeLimitExceeded as OutOfTime

__all__ = ["OutOfTime"]
