"""A gate's page in a browser that reads no QR codes itself, with a film of a badge in front of its camera."""

import datetime as dt
import os

import numpy as np
import pytest
import segno
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageFilter

from matchmaker.events import services
from matchmaker.events.models import Attendee, Scan
from tests.events.conftest import Hall
from tests.journeys.conftest import Person, wait_for

pytestmark = [pytest.mark.journey, pytest.mark.slow]
SIZE = (640, 480)


@pytest.fixture
def filmed(chromium, address, tmp_path, transactional_db):
    """Opens a phone whose camera sees a film; nobody's console may complain."""
    phones = []

    def phone(text: str, language: str) -> Person:
        film = tmp_path / f"{len(phones)}.y4m"
        film.write_bytes(film_of(text))
        browser = chromium.browser_type.launch(
            executable_path=os.environ["CHROMIUM"],
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
                *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        phones.append((browser, Person(browser, address, language, width=320)))
        return phones[-1][1]

    yield phone
    complaints = [line for _browser, person in phones for line in person.complaints]
    for browser, _person in phones:
        browser.close()
    assert [line for line in complaints if "ERR_INTERNET_DISCONNECTED" not in line] == []


def film_of(text: str) -> bytes:
    """Five frames of a badge held a little askew in bad light, as an uncompressed film (Y4M, 4:2:0)."""
    picture = Image.new("L", SIZE, 105)
    code = np.array([list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(scale=6, border=4)])
    badge = Image.fromarray(np.where(code, 40, 225).astype(np.uint8)).rotate(11, expand=True, fillcolor=105)
    picture.paste(badge, ((SIZE[0] - badge.width) // 2, (SIZE[1] - badge.height) // 2))
    light = np.linspace(0.7, 1, SIZE[0])
    seen = np.asarray(picture.filter(ImageFilter.GaussianBlur(1)), dtype=float) * light
    noise = np.random.default_rng(8)
    frames = [np.clip(seen + noise.normal(0, 6, seen.shape), 0, 255).astype(np.uint8) for _frame in range(5)]
    grey = bytes([128]) * (SIZE[0] * SIZE[1] // 2)
    head = f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F5:1 Ip A1:1 C420jpeg\n".encode()
    return head + b"".join(b"FRAME\n" + frame.tobytes() + grey for frame in frames)


@pytest.mark.parametrize(
    ("language", "welcome", "again"), [("en", "Welcome.", "came in at"), ("zh", "欢迎入场。", "已于")]
)
def test_a_badge_before_the_camera_lets_its_owner_in_with_and_without_a_network(filmed, language, welcome, again):
    hall = Hall()
    owner = hall.comes("supplier").attendees.get()
    hall.move_to(timezone.now().replace(second=0, microsecond=0) - dt.timedelta(minutes=10))
    _device, key = services.make_device(by=hall.organiser, event=hall.event, gate="North")
    phone = filmed(settings.SITE_URL + reverse("gate_badge", args=[owner.code]), language)
    phone.go(f"/gate/#{key}")
    assert not phone.page.evaluate("'BarcodeDetector' in window"), "this browser needs no decoder"
    phone.page.locator("#gate-camera").click()
    phone.page.locator("#gate-said", has_text=welcome).wait_for()
    wait_for(lambda: Scan.objects.filter(outcome="entered").exists(), 20, "the scan was not sent")
    assert Attendee.objects.get(gate="North") == owner
    phone.page.locator("#gate-dark").click()
    assert phone.page.locator("#gate-video").is_hidden()

    # The decoder was kept with the page: the camera goes on reading when the hall's network is gone.
    kept = "caches.match(gate.dataset.decoder.replace('decode.', 'index.')).then((file) => Boolean(file))"
    wait_for(lambda: phone.page.evaluate(kept), 20, "no decoder was kept")
    phone.context.set_offline(True)
    phone.page.reload()
    phone.page.locator("#gate-camera").click()
    phone.page.locator("#gate-said", has_text=again).wait_for()
