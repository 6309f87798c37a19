"""A PostgreSQL of its own for one test, so that it can be stopped in the middle of a transaction."""

import os
import shutil
import subprocess
from pathlib import Path

FOUND = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
# PostgreSQL refuses to run as root.
AS = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


class Cluster:
    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self.bin = folder, port, FOUND[-1].parent
        folder.mkdir()
        if AS:
            shutil.chown(folder, "postgres")
        self._do("initdb", "-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        self._do("pg_ctl", "-D", self.folder, "-w", "-l", self.folder / "log", "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        self._do("pg_ctl", "-D", self.folder, "-w", "-m", how, "stop")

    def _do(self, program: str, *arguments: object) -> None:
        command = [*AS, str(self.bin / program), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/tmp")
