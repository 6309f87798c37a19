"""Workers and the engine are killed in the middle of their work: each text is translated, and none twice.

The workers are processes of their own; `kill -9` ends them. The engine is a server that breaks off within an answer,
cannot be reached for a time, and comes back.
"""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading

import pytest
from django.conf import settings as site_settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from matchmaker.translation import services
from matchmaker.translation.models import Translation, Usage
from matchmaker.translation.services import BATCH, TranslationRequest
from tests.translation.fakes import KEY, running, upper

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
State = Translation.State
TEXTS = [f"Arroz integral {number} kg" for number in range(3 * BATCH)]
WORK = "import django; django.setup(); from matchmaker.translation import services; "
STORED_BEFORE_DEATH = 7
# A process that ends itself, as by `kill -9`, before it stores the eighth text of its batch.
DIES_WHILE_STORING = f"""
import os
store, stored = services._store, []
def store_or_die(*given):
    if len(stored) == {STORED_BEFORE_DEATH}:
        os.kill(os.getpid(), {int(signal.SIGKILL)})
    stored.append(store(*given))
services._store = store_or_die
services.translate_waiting()
"""


def database() -> str:
    row = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{row['NAME']}"
    return f"postgresql://{row['USER']}@{row['HOST']}:{row['PORT']}/{row['NAME']}"


def start_worker(url: str, code: str = "services.translate_waiting()") -> subprocess.Popen:
    engine = {"TRANSLATION_ENGINE": "libretranslate", "TRANSLATION_URL": url, "TRANSLATION_KEY": KEY}
    module = {"DJANGO_SETTINGS_MODULE": "matchmaker.settings", "DATABASE_URL": database()}
    command = [sys.executable, "-W", "ignore", "-c", WORK + code]
    return subprocess.Popen(command, cwd=site_settings.BASE_DIR, env={**os.environ, **module, **engine})


def end_leases() -> None:
    """The time passes after which a text is free again, and the pause after a failure."""
    cache.clear()
    past = timezone.now() - dt.timedelta(seconds=1)
    Translation.objects.filter(lease_until__isnull=False).update(lease_until=past)
    Translation.objects.filter(state=State.WAITING).update(next_at=past)


@pytest.fixture
def waiting(settings):
    """Three batches of texts wait for an engine; its address is given to each worker."""
    settings.TRANSLATION_ENGINE, settings.TRANSLATION_URL = "libretranslate", "http://127.0.0.1:9"
    assert services.request_translations(TranslationRequest(text, "es", "zh") for text in TEXTS) == len(TEXTS)


def finish(url: str) -> None:
    """Two workers do the rest beside each other."""
    end_leases()
    workers = [start_worker(url) for _number in range(2)]
    assert [worker.wait(120) for worker in workers] == [0, 0]
    done = dict(Translation.objects.filter(state=State.DONE).values_list("original", "text"))
    assert done == {text: upper(text) for text in TEXTS}
    assert Translation.objects.count() == len(TEXTS)


def test_a_worker_killed_while_the_engine_answers(waiting):
    reached, answers = threading.Event(), threading.Event()

    def slowly(text: str) -> str:
        reached.set()
        answers.wait(120)
        return upper(text)

    with running("libretranslate", change=slowly) as server:
        worker = start_worker(server.url)
        assert reached.wait(120)
        worker.kill()
        worker.wait()
        answers.set()
    assert Translation.objects.filter(state=State.WAITING).count() == len(TEXTS)
    assert Translation.objects.filter(lease_until__gt=timezone.now()).count() == BATCH
    with running("libretranslate") as server:
        finish(server.url)
    assert sorted(server.texts) == sorted(TEXTS)


def test_a_worker_killed_while_it_stores_answers(waiting):
    with running("libretranslate") as server:
        assert start_worker(server.url, DIES_WHILE_STORING).wait(120) == -signal.SIGKILL
        assert Translation.objects.filter(state=State.DONE).count() == STORED_BEFORE_DEATH
        stored = set(Translation.objects.filter(state=State.DONE).values_list("original", flat=True))
        server.texts.clear()
        finish(server.url)
    assert sorted(server.texts) == sorted(set(TEXTS) - stored)  # what was stored is not sent again


def test_an_engine_killed_within_an_answer_that_comes_back(waiting):
    def break_off(text: str) -> str:
        if len(server.texts) > BATCH + 3:
            raise ConnectionAbortedError
        return upper(text)

    with running("libretranslate", change=break_off) as server:
        assert start_worker(server.url).wait(120) == 0
    first = list(Translation.objects.filter(state=State.DONE).values_list("original", flat=True))
    assert len(first) == BATCH  # nothing is taken from half an answer
    assert Translation.objects.filter(state=State.WAITING, problem="unreachable").count() == BATCH
    assert services.cache.get(services.PAUSE_KEY) == "unreachable"
    cache.clear()
    assert start_worker(server.url).wait(120) == 0  # nothing listens
    assert Translation.objects.exclude(text="").count() == BATCH
    with running("libretranslate") as server:
        finish(server.url)
    assert sorted(server.texts) == sorted(set(TEXTS) - set(first))
    assert Usage.objects.get().texts == len(TEXTS)
