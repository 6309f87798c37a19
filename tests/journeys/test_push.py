"""Notices in the browser: the script registers its worker in a real Chromium and sends the subscription."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.urls import reverse

from matchmaker.notifications.models import ChannelAddress
from tests import factories
from tests.journeys.conftest import Person
from tests.journeys.test_meetings import signed_in

ENDPOINT = "https://fcm.googleapis.com/fcm/send/a-browser"
# The test browser has no push service. As with a real one, a worker that is not active yet has no subscription.
SERVICE = """
const state = async () => {
  for (const one of await navigator.serviceWorker.getRegistrations()) if (one.active) return "active";
  return "waiting";
};
PushManager.prototype.subscribe = async function (options) {
  localStorage.setItem("asked", JSON.stringify([await state(), options.applicationServerKey.length]));
  if (await state() !== "active") throw new DOMException("no active Service Worker", "AbortError");
  return { toJSON: () => (%s) };
};
"""


def text_of(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


PRIVATE_KEY = text_of((7).to_bytes(32, "big"))
pytestmark = [pytest.mark.journey, pytest.mark.own_settings(PUSH_PRIVATE_KEY=PRIVATE_KEY), pytest.mark.slow]


def test_a_browser_that_allows_notices_is_added_at_the_first_press(chromium, address, transactional_db, settings):
    settings.PUSH_PRIVATE_KEY = PRIVATE_KEY
    factories.campaign()
    user = factories.member_of(factories.supplier())
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    subscription = {"endpoint": ENDPOINT, "keys": {"p256dh": text_of(point), "auth": text_of(b"0" * 16)}}
    person = signed_in(Person(chromium, address), user)
    person.context.grant_permissions(["notifications"], origin=address)
    person.context.add_init_script(SERVICE % json.dumps(subscription))
    page = person.go(reverse("notice_channels"))
    with page.expect_navigation():
        page.locator("[data-push-form]").click()
    row = ChannelAddress.objects.get(user=user)
    assert json.loads(page.evaluate("localStorage.getItem('asked')")) == ["active", 65]
    assert (row.channel, row.url) == ("push", ENDPOINT)
    assert page.locator(".entry-list > li").count() == 1
    assert person.complaints == []
    person.context.close()
