"""How long a worker may hold an import without a sign of life."""

import datetime as dt

LEASE = dt.timedelta(seconds=45)  # a piece takes far less, and renews it
READING_LEASE = dt.timedelta(minutes=10)  # reading 200,000 rows is one step
