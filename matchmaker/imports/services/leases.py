"""How long a worker may hold an import without a sign of life."""

import datetime as dt

LEASE = dt.timedelta(seconds=45)  # a piece takes far less, and renews it
READING_LEASE = dt.timedelta(minutes=3)  # reading 200,000 rows is one step; Celery ends a task after two minutes
