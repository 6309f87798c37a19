"""A mail server that is real and does as it is told, and one person with something to hear."""

import asyncio
import logging
import socket
import threading
import time
from collections import defaultdict, deque
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from matchmaker.notifications import services
from matchmaker.notifications.models import Delivery
from tests import factories

# aiosmtpd tells of every line
logging.getLogger("mail.log").setLevel(logging.WARNING)


class Sink:
    """An SMTP server that keeps what it got.

    `script` holds what to do with the next letters: an SMTP reply such as "451 busy", "drop" to take the letter and cut
    the line before answering, or a number of seconds to wait; when it is empty the letter is accepted. `refuse` says
    what RCPT is answered for an address.
    """

    def __init__(self):
        self.port, self.letters, self.script, self.refuse = 0, [], deque(), {}
        self.raw = []  # the bytes of each letter, as they came over the wire
        self.times = []  # of arrival, by the clock that never jumps
        self.ids = defaultdict(int)
        self.lock = threading.Lock()
        self.after_letter = None  # called once, right after the next letter was answered

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        step = self.script.popleft() if self.script else "250 OK"
        if isinstance(step, int | float):
            await asyncio.sleep(step)
            step = "250 OK"
        if step == "drop" or step.startswith("250"):
            letter = message_from_bytes(envelope.content, policy=policy.default)
            with self.lock:
                self.letters.append((list(envelope.rcpt_tos), letter))
                self.raw.append(envelope.original_content)
                self.times.append(time.monotonic())
                self.ids[letter["Message-ID"]] += 1
        if step == "drop":
            server.transport.abort()
        if self.after_letter:
            call, self.after_letter = self.after_letter, None
            await server.push(step)
            await server._writer.drain()
            call()
            server.transport.abort()
        return step


@pytest.fixture
def sink(settings):
    handler = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        handler.port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    handler.stop = controller.stop
    settings.MAILERS = mailers(handler.port)
    yield handler
    if controller.server is not None:
        controller.stop()


def mailers(port: int) -> dict:
    options = {"host": "127.0.0.1", "port": port, "timeout": 5}
    return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}


@pytest.fixture
def person(db):
    return factories.user(name="王敏", email="wang@example.org", language="en")


@pytest.fixture
def tell():
    """Tell people that a demand has closed; gives back the waiting mail of the first."""
    count = iter(range(1, 10_000))

    def _tell(*people, **context):
        facts = {"demand": "Jasmine rice", "closed_on": "2026-11-01"} | context
        key = f"demand_closed:{next(count)}"
        services.notify(kind="demand_closed", to=people, event_key=key, context=facts, path="/buyer/demands/1/")
        return Delivery.objects.filter(notice__event_key=key, notice__recipient=people[0]).order_by("channel").first()

    return _tell
