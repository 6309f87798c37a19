"""Loaded into a worker (`celery worker -I`): a product that kills whoever matches it, as a fault in a library would."""

import os
import signal

from matchmaker.engines.matching.scoring import Matcher

WORD = "Poison"
_match = Matcher.match


def match(self, offers, wants, *rest, **more):
    if any(text.startswith(WORD) for offer in offers.items for _lang, text in offer.texts):
        os.kill(os.getpid(), signal.SIGKILL)
    return _match(self, offers, wants, *rest, **more)


Matcher.match = match  # type: ignore[method-assign]
