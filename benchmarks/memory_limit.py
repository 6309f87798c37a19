"""A control group of Linux that limits the memory of a program and of all that it starts (root)."""

import os
import threading
from pathlib import Path

MEGABYTE = 1024 * 1024
ROOT = Path("/sys/fs/cgroup")


class MemoryLimit:
    """No swap. A process above the limit is killed by the kernel, as on a machine of this size.

    Both versions of control groups: version 1 has a folder for memory, version 2 has one for everything.
    """

    def __init__(self, megabytes: int) -> None:
        self.megabytes = megabytes
        self.is_old = (ROOT / "memory").is_dir()
        self.folder = ROOT / ("memory" if self.is_old else "") / f"matchmaker-{os.getpid()}"
        self.peak = 0
        self._ended = threading.Event()

    def __enter__(self) -> "MemoryLimit":
        if not self.is_old:
            (ROOT / "cgroup.subtree_control").write_text("+memory")
        self.folder.mkdir()
        size = str(self.megabytes * MEGABYTE)
        if self.is_old:
            self._write("memory.limit_in_bytes", size)
            self._write("memory.memsw.limit_in_bytes", size)
        else:
            self._write("memory.max", size)
            self._write("memory.swap.max", "0")
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._ended.set()
        self.folder.rmdir()

    def enter(self, process: int = 0) -> None:
        """Limit a process and all that it starts from now on; without a number, the process that calls."""
        self._write("cgroup.procs", str(process or os.getpid()))

    def processes(self) -> list[int]:
        """The processes in the group."""
        return [int(line) for line in (self.folder / "cgroup.procs").read_text().split()]

    def kills(self) -> int:
        """Processes that the kernel killed because there was no memory."""
        return self._numbers("memory.oom_control" if self.is_old else "memory.events")["oom_kill"]

    def own_memory(self) -> int:
        """MB now, without pages of files."""
        return self._numbers("memory.stat")["rss" if self.is_old else "anon"] // MEGABYTE

    def _watch(self) -> None:
        while not self._ended.wait(0.5):
            self.peak = max(self.peak, self.own_memory())

    def _write(self, name: str, value: str) -> None:
        (self.folder / name).write_text(value)

    def _numbers(self, name: str) -> dict[str, int]:
        pairs = (line.split() for line in (self.folder / name).read_text().splitlines())
        return {name: int(value) for name, value in pairs}


def forget_files(folder: Path) -> None:
    """Drop the pages of all files from the cache: pages that were read before would not count for the limit."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)
