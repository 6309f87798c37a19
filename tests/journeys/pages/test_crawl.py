"""One page of each kind that links lead to, opened in a browser: its console stays silent."""

import pytest
from django.test import Client

from tests.web.crawler import Crawl

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.pages]


@pytest.mark.parametrize("role", ["anonymous", "supplier", "buyer", "organiser", "partner", "staff"])
def test_a_page_of_each_kind_is_silent_in_the_console(shown, role):
    client = Client(raise_request_exception=False)
    if session := shown.site.cookie(role):
        client.cookies["sessionid"] = session
    walk = Crawl(client, "en").run()
    page, complaints = shown.browser(role), []
    for path in walk.opened:
        answer = client.get(path)
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue  # a download
        page.goto(path)
        complaints += [f"{path}: {line}" for line in page.said]
        page.said.clear()
    page.context.close()
    assert complaints == []
