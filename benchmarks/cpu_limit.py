"""A control group of Linux that limits the processor time of a program and of all that it starts (root)."""

import contextlib
import os
import time
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PERIOD = 100_000  # microseconds


class CpuLimit:
    """`share` of one core, whatever the number of processes. Both versions of control groups, as in `memory_limit`."""

    def __init__(self, share: float) -> None:
        self.share = share
        self.is_old = (ROOT / "cpu").is_dir()
        self.folder = ROOT / ("cpu" if self.is_old else "") / f"matchmaker-cpu-{os.getpid()}"

    def __enter__(self) -> "CpuLimit":
        if not self.is_old:
            (ROOT / "cgroup.subtree_control").write_text("+cpu")
        self.folder.mkdir()
        quota = int(self.share * PERIOD)
        if self.is_old:
            self._write("cpu.cfs_period_us", str(PERIOD))
            self._write("cpu.cfs_quota_us", str(quota))
        else:
            self._write("cpu.max", f"{quota} {PERIOD}")
        return self

    def __exit__(self, *_problem: object) -> None:
        for _try in range(100):  # its processes may still be ending
            with contextlib.suppress(OSError):
                self.folder.rmdir()
                return
            time.sleep(0.1)

    def enter(self, process: int = 0) -> None:
        """Limit a process and all that it starts from now on; without a number, the process that calls."""
        self._write("cgroup.procs", str(process or os.getpid()))

    def throttled(self) -> float:
        """Seconds that its processes had to wait, added up."""
        lines = (line.split() for line in (self.folder / "cpu.stat").read_text().splitlines())
        numbers = {name: int(value) for name, value in lines}
        return numbers["throttled_time"] / 1e9 if self.is_old else numbers["throttled_usec"] / 1e6

    def _write(self, name: str, value: str) -> None:
        (self.folder / name).write_text(value)
