"""A process of the site whose clock is off: `python -m tests.faults.clock FILE celery …`.

FILE holds by how many seconds and may be written anew at any time. As with libfaketime, what the site takes for the
time jumps (of files too), and nothing else does.
"""

import runpy
import sys
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

file, module, *arguments = Path(sys.argv[1]), *sys.argv[2:]
right_now = timezone.now


def off() -> timedelta:
    try:
        return timedelta(seconds=float(file.read_text() or 0))
    except (OSError, ValueError):
        return timedelta(0)


timezone.now = lambda: right_now() + off()

import matchmaker.celery  # noqa: E402,F401  # sets Django up by the time the tables are read
from matchmaker.celery import app  # noqa: E402


@app.on_after_finalize.connect
def _files_too(**_signal) -> None:
    from matchmaker.notifications import sent_log

    written = sent_log._modified_at
    sent_log._modified_at = lambda log: written(log) + off()


sys.argv = [module, *arguments]
runpy.run_module(module, run_name="__main__", alter_sys=True)
