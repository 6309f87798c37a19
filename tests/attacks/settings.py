"""The production settings of an attacked site, and the one address of this machine that a feed may be read from."""

import os

from matchmaker.settings import *  # noqa: F403

OUTBOUND_ALLOWED = os.environ.get("ATTACK_OUTSIDE", "").split()
