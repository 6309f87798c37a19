"""Loaded into a worker (`celery worker -I`): every match takes two to four times the lease and the broker's patience.

Not always the same: two workers in step would end together, and neither find a block that is overdue.
"""

import os
import random
import time

from matchmaker.celery import app
from matchmaker.engines.matching.scoring import Matcher

PATIENCE = int(os.environ["MATCH_LEASE"])  # seconds, of the broker too until it gives a message to somebody else
_match = Matcher.match

app.conf.broker_transport_options = {**app.conf.broker_transport_options, "visibility_timeout": PATIENCE}


def match(self, offers, wants, *rest, **more):
    if len(offers) > 1:  # not the pair of no account that warms a process
        time.sleep(random.uniform(2, 4) * PATIENCE)
    return _match(self, offers, wants, *rest, **more)


Matcher.match = match  # type: ignore[method-assign]
