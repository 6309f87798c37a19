"""One loaded site for all tests of pages, behind one server: loading it takes longer than most of the tests."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.signals import template_rendered
from django.test.utils import override_settings, setup_databases, teardown_databases
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.journeys.pages.site_map import SiteMap

# As where an organisation brings its own sign-in: its button stands below ours.
SSO = {"openid_connect": {"APPS": [{"provider_id": "oidc", "name": "SSO", "client_id": "c", "secret": "s"}]}}


@dataclass
class Shown:
    """The sample campaign behind a server, and a browser to look at it."""

    site: SiteMap
    address: str
    chromium: object
    met: set[str]  # templates that any page was made of so far
    media: Path  # where its pictures and papers lie

    def browser(self, role="anonymous", *, language="en", scheme="light", width=1280, **options):
        """A browser of somebody's own, signed in, with one page; `said` collects what its console complains of."""
        context = self.chromium.new_context(
            base_url=self.address,
            color_scheme=scheme,
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(20_000)
        cookies = [{"name": "django_language", "value": language, "url": self.address}]
        if session := self.site.cookie(role):
            factories.choose_language(language, session)
            cookies.append({"name": "sessionid", "value": session, "url": self.address})
        context.add_cookies(cookies)
        page = context.new_page()
        page.said = []
        page.on("console", lambda line: page.said.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: page.said.append(str(error)))
        return page


@pytest.fixture(scope="package")
def shown(chromium, django_db_setup, django_db_blocker, tmp_path_factory):
    """The loaded site, shared: the tests of this folder change little of it, and none undoes what another needs."""
    if connection.vendor != "sqlite":
        pytest.skip("pages are looked at on SQLite")
    with django_db_blocker.unblock():
        # pytest-django makes a database only where a test asks for a transaction of its own; here none does.
        is_made = str(connection.settings_dict["NAME"]) == str(connection.settings_dict["TEST"]["NAME"])
        made = None if is_made else setup_databases(verbosity=0, interactive=False, aliases={"default"})
        media = tmp_path_factory.mktemp("media")
        with override_settings(MEDIA_ROOT=media):
            site, met = SiteMap(), set()

        def meet(template, **_signal):
            met.add(template.name)

        template_rendered.connect(meet)
        with override_settings(ROOT_URLCONF="tests.journeys.pages.corners", SOCIALACCOUNT_PROVIDERS=SSO):
            server = LiveServer("127.0.0.1")
            yield Shown(site, server.url, chromium, met, media)
            server.stop()
        template_rendered.disconnect(meet)
        call_command("flush", interactive=False, verbosity=0)
        if made:
            teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def _kept_files(settings, shown):
    """Every test has a folder of its own for files; the pages show those that came with the site."""
    settings.MEDIA_ROOT = shown.media


@pytest.fixture
def open_as(shown):
    """Opens pages as somebody; at the end nobody's console may have complained, of the content policy least of all."""
    pages = []

    def opened(role="anonymous", **options):
        pages.append(shown.browser(role, **options))
        return pages[-1]

    yield opened
    said = [line for page in pages for line in page.said]
    for page in pages:
        page.context.close()
    assert said == []
