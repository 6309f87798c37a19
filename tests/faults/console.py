"""A Django process of one machine that does what a test asks for: a verb and its arguments a line, JSON on both ways.

An error is an answer, too: the database may be away.
"""

import contextlib
import hashlib
import json
import sys

import django

django.setup()

from django.core.files.base import ContentFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import close_old_connections, connection  # noqa: E402

from matchmaker.core.files import private_files  # noqa: E402
from matchmaker.core.storage import walk  # noqa: E402
from tests.faults.asking import account, ask, prepare, state  # noqa: E402


def load_products(count: int) -> dict:
    from benchmarks.directory_rows import load

    load(count)
    return {}


def store_file(name: str, text: str) -> dict:
    return {"name": private_files().save(f"papers/{name}", ContentFile(text.encode()))}


def files() -> dict:
    """SHA-256 of every file that this machine reads."""
    store, digests = private_files(), {}
    for name in walk(store, "papers"):
        with store.open(name) as file:
            digests[name] = hashlib.sha256(file.read()).hexdigest()
    return digests


def fetch_index() -> dict:
    call_command("index_directory", "products", "--refresh", verbosity=0, stdout=sys.stderr)
    return {}


VERBS = {verb.__name__: verb for verb in (prepare, ask, account, state, load_products, store_file, files, fetch_index)}

if __name__ == "__main__":
    for line in sys.stdin:
        close_old_connections()
        verb, *arguments = json.loads(line)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                answer = VERBS[verb](*arguments)
        except Exception as problem:  # whatever is away
            connection.close()
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
