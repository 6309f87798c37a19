"""A PostgreSQL of its own for one test, so that it can be stopped in the middle of a transaction, or be replaced."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg

FOUND = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
# PostgreSQL refuses to run as root.
AS = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


class Cluster:
    """`inside` is what a command begins with that runs on another machine, `trusts` who may connect to it."""

    options = ""  # more of the server's

    def __init__(
        self, folder: Path, port: int, host: str = "127.0.0.1", inside: list[str] | None = None, trusts: str = ""
    ) -> None:
        self.folder, self.port, self.bin = folder, port, FOUND[-1].parent
        self.host, self.inside = host, inside or []
        folder.mkdir()
        if AS:
            shutil.chown(folder, "postgres")
        self._do("initdb", "-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        if trusts:
            with (folder / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {trusts} trust\n")
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses={self.host} -c unix_socket_directories='' -c max_wal_size=96MB"
        options += f" {self.options}"
        self._do("pg_ctl", "-D", self.folder, "-w", "-l", self.folder / "log", "-o", options, "start")

    def run(self, statement: str) -> list[tuple]:
        with psycopg.connect(self.url, autocommit=True) as link:
            done = link.execute(statement)
            return done.fetchall() if done.description else []

    def stop(self, how: str = "immediate") -> None:
        self._do("pg_ctl", "-D", self.folder, "-w", "-m", how, "stop")

    def load(self, dump: Path) -> None:
        """Put a dump of `pg_dump -Fc` in."""
        command = [*self.inside, str(self.bin / "pg_restore"), "-h", "127.0.0.1", "-p", str(self.port)]
        subprocess.run([*command, "-U", "postgres", "-d", "postgres", "--no-owner", str(dump)], check=True)

    def is_running(self) -> bool:
        command = [*AS, str(self.bin / "pg_ctl"), "-D", str(self.folder), "status"]
        return subprocess.run(command, stdout=subprocess.DEVNULL, cwd="/tmp", check=False).returncode == 0

    def _do(self, program: str, *arguments: object) -> None:
        command = [*self.inside, *AS, str(self.bin / program), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/tmp")
