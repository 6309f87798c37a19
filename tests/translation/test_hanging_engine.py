"""No page waits for an engine: one that accepts connections and never answers is called by the worker alone.

How long pages take meanwhile is measured by `benchmarks/hanging_engine.py`.
"""

import socket
import threading
import time

import pytest
from django.db import connection
from django.test import Client

from matchmaker.catalogue.services.translations import request_demand_translations, request_product_translations
from matchmaker.messaging.services import ask, reply
from matchmaker.translation import services
from matchmaker.translation.engines import base
from matchmaker.translation.models import Kind, Translation
from tests import factories

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def calls(settings, monkeypatch):
    """Connections to an engine that never answers; they break at the end of the test."""
    monkeypatch.setattr(base, "TIMEOUT", (300, 300))
    listening, found = socket.create_server(("127.0.0.1", 0)), []

    def accept():
        try:
            while True:
                found.append(listening.accept()[0])
        except OSError:
            pass  # closed

    threading.Thread(target=accept, daemon=True).start()
    settings.TRANSLATION_ENGINE = "libretranslate"
    settings.TRANSLATION_URL = f"http://127.0.0.1:{listening.getsockname()[1]}"
    yield found
    listening.close()
    for call in found:
        call.close()


def paths_of(product, demand, enquiry):
    """(path, side) of pages that show texts in need of a translation."""
    public = [f"/products/{product.uid}/", f"/demands/{demand.uid}/", "/products/", "/demands/"]
    own = ["/enquiries/", f"/enquiries/{enquiry.uid}/", "/notices/"]
    desks = [("/supplier/", "supplier"), ("/buyer/", "buyer"), ("/buyer/matches/", "buyer")]
    return [*((path, "") for path in public), *((path, side) for side in ("supplier", "buyer") for path in own), *desks]


def test_pages_and_letters_do_not_wait_for_an_engine_that_hangs(calls):
    factories.campaign()
    services.set_kind_policy(by=None, kind=Kind.MESSAGE, may_leave=True)
    seller, wanter = factories.supplier(), factories.buyer()
    product = factories.product(seller, "ข้าวหอมมะลิไทย", "ข้าวเมล็ดยาว", language="th")
    demand = factories.demand(wanter, lines=1)
    request_product_translations(product)
    request_demand_translations(demand)
    by = {"supplier": factories.member_of(seller), "buyer": factories.member_of(wanter)}

    worker = threading.Thread(target=translate)
    worker.start()
    while not calls:
        time.sleep(0.02)
    enquiry = ask(by=by["buyer"], company=wanter, product=product, text="请报价。")
    reply(by=by["supplier"], enquiry=enquiry, text="ขอบคุณ เราจะเสนอราคา")
    clients = {side: Client() for side in ("", "supplier", "buyer")}
    for side, person in by.items():
        clients[side].force_login(person)
    for path, side in paths_of(product, demand, enquiry):
        assert clients[side].get(path, follow=True).status_code == 200, path
    assert worker.is_alive(), "the worker still waits for its engine"
    assert len(calls) == 1, "nothing else called it"
    assert Translation.objects.filter(state=Translation.State.WAITING, kind=Kind.MESSAGE).exists()
    calls[0].close()
    worker.join(60)
    assert not worker.is_alive()
    assert not Translation.objects.exclude(text="").exists()


def translate():
    try:
        services.translate_waiting(limit=1)
    finally:
        connection.close()
