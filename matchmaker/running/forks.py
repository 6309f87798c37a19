"""Python programs as forks of one process that has loaded the site: they share its memory (docs/sizing.md).

The fork server of `multiprocessing` imports `running/loaded_site.py` once and forks for every program. A program that
ended is started again without loading anything.
"""

import gc
import multiprocessing
import os
import runpy
import signal
import sys
import warnings
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.forkserver import ensure_running
from subprocess import TimeoutExpired
from typing import IO

from setproctitle import setproctitle

# What gunicorn, workers and timetable import when they start. An import after the fork copies four times what it loads,
# since it writes reference counts all over the shared memory.
PROGRAMS = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "gunicorn.app.wsgiapp",
    "gunicorn.arbiter",
    "gunicorn.workers.gthread",
    "kombu.transport.redis",
)

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["matchmaker.running.loaded_site"])


def start_loading() -> None:
    """Start the fork server, which loads the site in the background. The environment counts as it is at this call."""
    ensure_running()


class ForkedProgram:
    """`python -m MODULE ARGUMENTS` in a fork, in a session of its own, with the methods of `subprocess.Popen`.

    `stdout` is its output as text, errors too.

    Raises:
        RuntimeError: when the fork server has ended, because the site could not be loaded.
    """

    def __init__(self, module: str, arguments: Sequence[str]) -> None:
        reader, writer = multiprocessing.Pipe(duplex=False)
        self._process = _context.Process(target=_run_program, args=(module, list(arguments), writer))
        try:
            self._process.start()
        except (EOFError, OSError) as error:
            raise RuntimeError("The site could not be loaded; the lines above say why.") from error
        finally:
            writer.close()
        self.stdout: IO[str] = os.fdopen(os.dup(reader.fileno()), encoding="utf-8", errors="replace")
        reader.close()
        self.pid: int = self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises subprocess.TimeoutExpired when it still runs after `timeout` seconds."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutExpired(self._process.name, timeout or 0)
        return self._process.exitcode


def _run_program(module: str, arguments: list[str], output: Connection) -> None:
    gc.enable()  # off while the site was loaded, see `loaded_site.py`
    os.setsid()  # Ctrl-C reaches the supervisor only; it stops the others in order
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    output.close()
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", buffering=1, closefd=False)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    warnings.simplefilter("ignore")
    setproctitle(" ".join([module, *arguments]))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
