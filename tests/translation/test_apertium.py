"""A real engine: apertium-apy with Spanish and English, where Debian's packages are installed."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from matchmaker.translation import services
from matchmaker.translation.models import Translation
from matchmaker.translation.services import Source, TranslationRequest

PAIRS = Path("/usr/share/apertium/modes")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(
        not shutil.which("apertium-apy") or not (PAIRS / "spa-eng.mode").exists(),
        reason="needs the packages apertium-apy and apertium-eng-spa",
    ),
]


@pytest.fixture
def apertium(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        ["apertium-apy", "--port", str(port), "--max-pipes-per-pair", "1", str(PAIRS.parent)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    settings.TRANSLATION_ENGINE, settings.TRANSLATION_URL = "apertium", f"http://127.0.0.1:{port}"
    try:
        _wait(port)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError("apertium-apy did not start")


def test_a_spanish_text_is_read_in_english_and_made_anew_after_an_edit(apertium):
    first, edited = (
        "Vendemos aceite de oliva y 25 toneladas de arroz.",
        "Vendemos aceite de oliva y 30 toneladas de arroz.",
    )
    for text, figure in ((first, "25"), (edited, "30")):
        assert services.read(Source({"es": text}, "es", is_name=False), "en").origin == "other"
        services.request_translations([TranslationRequest(text, "es", "en")])
        assert services.translate_waiting() == 1
        shown = services.read(Source({"es": text}, "es", is_name=False), "en")
        assert (shown.origin, shown.engine, shown.original) == ("machine", "Apertium", text)
        assert shown.text == f"We sell oil of olive and {figure} tonnes of rice."
    services.request_translations([TranslationRequest("ข้าว", "th", "en")])
    services.translate_waiting()
    assert Translation.objects.get(source="th").problem == "no_such_pair"
