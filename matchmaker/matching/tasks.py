"""Tasks of matching: no arguments, since the rows say what is to be done."""

import contextlib
import gc
import logging
from collections.abc import Iterator

from celery import current_app, shared_task
from celery.exceptions import SoftTimeLimitExceeded
from celery.signals import worker_init
from django.conf import settings
from django.db import OperationalError, connections
from kombu.exceptions import OperationalError as NoBroker

from matchmaker.core.tasks import start
from matchmaker.matching import services
from matchmaker.notifications.tasks import start_delivery

logger = logging.getLogger(__name__)


@worker_init.connect
def warm(**_signal) -> None:
    """Load models and compiled loops before a worker forks: its processes share them, and one that is started again
    has them at once. Frozen, they are not touched by the garbage collector, which would copy their memory.

    A worker for mail alone matches nothing: it starts at once, also after it was killed.
    """
    if "match" in current_app.amqp.queues.consume_from:
        services.warm()
        services.classifier()
        connections.close_all()
        gc.freeze()


@shared_task(name="matching.match_waiting")
def match_waiting() -> None:
    """Match what waits until nothing does, and pass the news on; go on with a run whose tasks were lost."""
    try:
        with _go_on_after_limit():
            while services.match_waiting():
                start_delivery()
            if services.match_block():
                match_block.delay()
                start_delivery()
    except OperationalError:
        # Another worker held a row too long: at once, and not at the next tick, which is ten seconds off.
        start_matching()
        raise


@shared_task(name="matching.match_block")
def match_block() -> None:
    """One block of a running campaign match; the next task is sent while there is more.

    What was published or edited a moment ago goes first: it waits for one block and not for the run.
    """
    with _go_on_after_limit():
        if services.match_waiting():
            start_delivery()
        if services.match_block():
            match_block.delay()
            start_delivery()


@contextlib.contextmanager
def _go_on_after_limit() -> Iterator[None]:
    """End a task that reached its time limit with one line in the log, and let another one go on with what is left."""
    try:
        yield
    except SoftTimeLimitExceeded:
        logger.warning(
            "Matching took longer than %d seconds: this machine is slow or busy. "
            "What is done is stored, and the work goes on from there.",
            settings.CELERY_TASK_SOFT_TIME_LIMIT,
        )
        start_run(1)


@shared_task(name="matching.match_at_night")
def match_at_night() -> None:
    """Match everything where the last run has not seen everything."""
    if run := services.start_nightly_run():
        start_run(run.blocks.count())


@shared_task(name="matching.match_after_entry")
def match_after_entry() -> None:
    """Match everything once people have stopped entering rows, or an hour after the first of them."""
    if run := services.start_run_after_entry():
        start_run(run.blocks.count())


@shared_task(name="matching.learn_weights")
def learn_weights() -> None:
    """Look at night whether the answers teach better weights; a run that follows is found by the next tick."""
    services.learn_weights()


@shared_task(name="matching.judge_prices_again")
def judge_prices_again() -> None:
    """After the organiser changed a rate, and every night: stored price conditions say what the pages say."""
    services.judge_prices_again()


@shared_task(name="matching.remind_owing")
def remind_owing() -> None:
    """In the morning of the buyers: who has been waited for."""
    if services.remind_owing():
        start_delivery()


def start_matching() -> None:
    """Wake a worker now instead of at the next tick. Without Redis nothing is lost: the timetable finds the row."""
    start(match_waiting)


def start_price_update() -> None:
    """Have stored prices judged again now and not at night; a match's own page is right at once."""
    with contextlib.suppress(NoBroker):
        judge_prices_again.apply_async(retry=False)


def start_run(blocks: int) -> None:
    """Wake as many workers as there are blocks, eight at most; each goes on by itself."""
    try:
        for _worker in range(min(blocks, 8)):
            match_block.apply_async(retry=False)
    except NoBroker:
        pass
