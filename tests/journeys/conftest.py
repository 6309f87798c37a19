"""A whole site in a real browser: web server, Celery worker, Valkey or Redis, files of mail."""

import contextlib
import email
import email.policy
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import sync_playwright

from matchmaker.core.languages import site_code
from matchmaker.running.forks import ForkedProgram, start_loading
from tests.journeys import limited_site

ROOT = Path(__file__).resolve().parent.parent.parent
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's own loop runs in this thread; the tests do not


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"],
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


LOCALES = {"en": "en-GB", "zh": "zh-CN", "fr": "fr-FR", "th": "th-TH", "ar": "ar-EG", "vi": "vi-VN", "ru": "ru-RU"}


class Person:
    """Somebody at a browser of her own."""

    def __init__(self, browser, address, language="en", width=1280, **options):
        self.address, self.language = address, site_code(language)
        size = {"width": width, "height": 900}
        self.context = browser.new_context(locale=LOCALES[language], viewport=size, base_url=address, **options)
        self.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": self.language, "url": address}])
        self.context.set_default_timeout(60_000)  # a busy machine takes long for its first page
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, said):
        # A form sent back with its errors answers 422, which the browser reports; that is no fault.
        if said.type == "error" and "status of 422" not in said.text:
            self.complaints.append(said.text)

    def go(self, path):
        response = self.page.goto(path)
        assert response.status < 400, f"{path} answered {response.status}"
        return self.page

    def fill(self, **values):
        for name, value in values.items():
            self._field(f"main [name='{name}']").fill(value)

    def choose(self, **values):
        for name, value in values.items():
            self._field(f"main select[name='{name}']").select_option(value)

    def _field(self, selector):
        """A field; the group that it is folded in on a telephone is opened first, as a person does."""
        field = self.page.locator(selector).first
        folded = field.locator("xpath=ancestor::details[not(@open)]")
        if folded.count() and not field.is_visible():
            folded.first.locator("> summary").click()
        return field

    def submit(self, selector="main form button.btn-primary[type=submit]"):
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def sign_up(self, name, address, password="a long enough secret"):
        self.go("/accounts/signup/")
        self.fill(name=name, email=address, password1=password)
        self.submit("main form button[type=submit]")
        self.go(confirmation(address))
        self.submit("main form button[type=submit]")

    def sign_in(self, address, password):
        self.go("/accounts/login/")
        self.fill(login=address, password=password)
        self.submit("main form button[type=submit]")

    def text(self):
        return self.page.inner_text("main")


BETWEEN_MAILS = b"\n" + b"-" * 79 + b"\n"  # as the backend for files writes it
CONFIRMS = re.compile(r"/accounts/confirm-email/\S+")


def confirmation(address):
    """The path in the worker's mail that asks somebody to confirm her address."""

    def path():
        bodies = [body_of(message) for message in mails_to(address)]
        found = [match[0] for body in bodies if (match := CONFIRMS.search(body))]
        return found[-1] if found else ""

    return wait_for(path, 60, f"no confirmation was sent to {address}")[0]


@pytest.fixture(scope="session")
def loaded_site(django_db_setup, memory_limit):
    """The fork server of `make run`, on the database and the broker of these tests: each worker starts at once."""
    settings = connection.settings_dict
    address = f"postgresql://{settings['USER']}@{settings['HOST']}/{settings['NAME']}"
    if connection.vendor == "sqlite":
        address = f"sqlite:///{settings['NAME']}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", address)
        start_loading()
        if memory_limit:
            limited_site.enter(memory_limit)


@pytest.fixture
def worker(loaded_site, transactional_db, tmp_path):
    """A real Celery worker on the database and the broker of this test; its mail becomes files."""
    shutil.rmtree(Path(os.environ["VAR_DIR"]) / "mail", ignore_errors=True)  # another test's, to the same people
    celery = ["-q", "-A", "matchmaker"]
    # With its timetable, as everywhere: a task whose message was lost is sent again.
    commands = [
        [*celery, "worker", "-Q", "match,mail", "-c", "1", "--loglevel", "WARNING"],
        [*celery, "beat", "-s", str(tmp_path / "timetable"), "--pidfile", "", "--loglevel", "WARNING"],
    ]
    processes = [ForkedProgram("celery", one) for one in commands]
    readers = [threading.Thread(target=sys.stderr.writelines, args=(process.stdout,)) for process in processes]
    for reader in readers:
        reader.start()
    yield processes[0]
    for process in processes:
        process.terminate()
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for process, reader in zip(processes, readers, strict=True):
        reader.join(10)
        process.stdout.close()


def mails_to(address):
    """Mails that were delivered to this address, oldest first. A file has all that went through one connection."""
    files = sorted((Path(os.environ["VAR_DIR"]) / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime)
    parts = (part for path in files for part in path.read_bytes().split(BETWEEN_MAILS) if address.encode() in part)
    messages = (email.message_from_bytes(part, policy=email.policy.default) for part in parts)
    return [message for message in messages if address in str(message["To"])]


def body_of(message):
    return message.get_body(("plain",)).get_content()


def wait_for(what, seconds, sentence):
    """Ask again until it holds; returns what it gave and after how many seconds."""
    began = time.monotonic()
    while not (found := what()):
        assert time.monotonic() - began < seconds, sentence
        time.sleep(0.2)
    return found, time.monotonic() - began


if limited_site.MEGABYTES:
    memory_limit, address = limited_site.memory_limit, limited_site.address
    _quick_passwords, _own_folders = limited_site.settings_of_the_site, limited_site.settings_of_the_site
else:

    @pytest.fixture(scope="session")
    def memory_limit():
        return None

    @pytest.fixture
    def address(live_server):
        """Where the site answers: a thread of this process, on the database and with the settings of the test."""
        return live_server.url


@pytest.fixture
def site(chromium, address, worker):
    """Opens browsers on a site with reference data; at the end nobody's console may have complained."""
    for command in ("load_reference", "load_market_access"):
        call_command(command, stdout=io.StringIO())
    people = []

    def person(language="en", width=1280, **options):
        people.append(Person(chromium, address, language, width, **options))
        return people[-1]

    yield person
    complaints = [line for one in people for line in one.complaints]
    for one in people:
        one.context.close()
    assert complaints == []
