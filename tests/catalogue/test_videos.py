"""Videos of a product: by file or by address, on the pages and over the API, and played in parts."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from matchmaker.catalogue.models import ProductVideo
from matchmaker.catalogue.services import add_product_video, remove_product_video
from matchmaker.core.problems import Refused
from tests import factories
from tests.files import mp4, on_disk, paper, read, webm

pytestmark = pytest.mark.django_db
ADDRESS = "https://www.example.org/watch?v=rice"
WORDS = "The mill from the field to the bag; nobody speaks."
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nRice"


@pytest.fixture
def product():
    return factories.product()


@pytest.fixture
def maker(product):
    return factories.member_of(product.company)


@pytest.fixture
def video(product, maker):
    return add_product_video(by=maker, product=product, file=paper("mill.mp4", mp4()), words=WORDS)


def stored(row) -> bytes:
    with row.file.open() as file:
        return file.read()


def address_of(row):
    return reverse("product_video", args=[row.product.uid, row.uid])


def test_a_file_is_stored_once_and_its_words_are_needed(product, maker, video, settings):
    again = add_product_video(by=maker, product=product, file=paper("other name.mp4", mp4()), words="Again")
    assert (again, on_disk(settings)) == (video, [f"{video.uid}.mp4"])
    with pytest.raises(ValidationError) as refused:
        add_product_video(by=maker, product=product, file=paper("b.mp4", mp4(b"2")), words=" ")
    assert set(refused.value.error_dict) == {"words"}
    assert on_disk(settings) == [f"{video.uid}.mp4"]


def test_a_video_is_a_file_or_an_address_and_a_product_has_three(product, maker):
    for values in ({}, {"file": paper("a.mp4", mp4()), "address": ADDRESS}):
        with pytest.raises(ValidationError) as refused:
            add_product_video(by=maker, product=product, words=WORDS, **values)
        assert refused.value.error_dict["file"][0].code == "file_or_address"
    for address in ("http://example.org/", "javascript:alert(1)", "https://a@b.example/", "https://exаmple.org/"):
        with pytest.raises(ValidationError) as refused:
            add_product_video(by=maker, product=product, words=WORDS, address=address)
        assert set(refused.value.error_dict) == {"address"}
    for number in range(3):
        add_product_video(by=maker, product=product, words=WORDS, address=f"{ADDRESS}{number}")
    with pytest.raises(Refused) as refused:
        add_product_video(by=maker, product=product, words=WORDS, address=ADDRESS)
    assert refused.value.code == "too_many_videos"


def test_a_stranger_neither_adds_nor_removes(product, video):
    stranger = factories.member_of(factories.supplier())
    with pytest.raises(Refused):
        add_product_video(by=stranger, product=product, words=WORDS, address=ADDRESS)
    with pytest.raises(Refused):
        remove_product_video(by=stranger, video=video)
    assert ProductVideo.objects.get() == video


def test_a_removed_video_takes_its_file_with_it(product, maker, video, settings, django_capture_on_commit_callbacks):
    link = add_product_video(by=maker, product=product, words=WORDS, address=ADDRESS)
    with django_capture_on_commit_callbacks(execute=True):
        remove_product_video(by=maker, video=link)
        remove_product_video(by=maker, video=video)
    assert (ProductVideo.objects.count(), on_disk(settings)) == (0, [])


def test_the_supplier_adds_both_kinds_on_the_page_of_the_product_and_buyers_see_them(client, product, maker):
    client.force_login(maker)
    page = reverse("supplier_product_edit", args=[product.uid])
    url = reverse("supplier_product_video_add", args=[product.uid])
    sent = client.post(url, {"file": paper("mill.webm", webm()), "words": WORDS, "captions": paper("a.vtt", VTT)})
    assert sent["Location"] == f"{page}#videos"
    client.post(url, {"address": "www.example.org/watch?v=rice", "words": "A visit to the mill"})
    wrong = client.post(url, {"file": paper("page.mp4", b"<html>"), "words": "Half a text"})
    assert wrong.status_code == 422
    assert "This is not a video that browsers play." in wrong.text
    assert "Half a text" in wrong.text
    assert f'action="{url}#videos"' in wrong.text  # the page is long: its errors are looked for there
    client.logout()
    text = client.get(reverse("product", args=[product.uid])).text
    row = product.videos.exclude(file="").get()
    assert re.search(rf'<source src="{address_of(row)}" type="video/webm">', text)
    assert f'aria-describedby="video-{row.uid}"' in text
    assert WORDS in text
    assert re.search(rf'<a href="{re.escape(ADDRESS)}" [^>]*noopener', text)
    assert "Watch the video at example.org" in text
    assert "<iframe" not in text
    captions = client.get(reverse("product_video_captions", args=[product.uid, row.uid]))
    assert (captions.content, captions["Content-Type"]) == (VTT, "text/vtt; charset=utf-8")
    client.force_login(maker)
    client.post(reverse("supplier_product_video_remove", args=[product.uid, row.uid]))
    assert product.videos.get().address == ADDRESS


def test_the_video_of_a_draft_is_its_companys_alone(client, product, maker, video):
    type(product).objects.filter(pk=product.pk).update(status="draft")
    assert client.get(address_of(video)).status_code == 404
    client.force_login(maker)
    assert read(client.get(address_of(video))) == stored(video)


RANGES = [
    ("bytes=0-3", 206, slice(0, 4)),
    ("bytes=4-", 206, slice(4, None)),
    ("bytes=-5", 206, slice(-5, None)),
    ("bytes=-999999", 206, slice(0, None)),
    ("bytes=2-999999", 206, slice(2, None)),
    ("bytes=999999-", 416, slice(0, 0)),
    ("bytes=-0", 416, slice(0, 0)),
    ("bytes=5-2", 200, slice(0, None)),
    ("bytes=0-1,4-5", 200, slice(0, None)),
    ("bytes=-", 200, slice(0, None)),
    ("items=0-1", 200, slice(0, None)),
    ("", 200, slice(0, None)),
]


@pytest.mark.parametrize(("wanted", "status", "part"), RANGES)
def test_a_player_gets_the_part_that_it_asks_for(client, video, wanted, status, part):
    whole = stored(video)
    answer = client.get(address_of(video), headers={"range": wanted} if wanted else {})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert (answer.status_code, body, answer["Accept-Ranges"]) == (status, whole[part], "bytes")
    if status == 206:
        first = len(whole) - len(whole[part]) if part.stop is None else part.start
        assert answer["Content-Range"] == f"bytes {first}-{first + len(body) - 1}/{len(whole)}"
        assert answer["Content-Length"] == str(len(body))
    if status == 416:
        assert answer["Content-Range"] == f"bytes */{len(whole)}"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
