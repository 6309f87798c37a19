"""Videos by their content: what browsers play, one whole container, no place and no device in it."""

import contextlib
import struct

import pytest
from django.core.exceptions import ValidationError

from matchmaker.core.videos import MAX_VIDEO_BYTES, check_captions, check_video
from tests.files import box, element, mp4, paper, webm

OPEN = b"\x01" + b"\xff" * 7
BROKEN = {
    "a page": b"<html><script>alert(1)</script>",
    "nothing": b"",
    "a program": b"MZ\x90\x00" * 9,
    "behind its end": mp4() + b"PK\x03\x04bomb",
    "cut off": mp4()[:-3],
    "no frames": mp4()[: mp4().rindex(b"mdat") - 4],
    "no index": box(b"ftyp", b"isom", bytes(4)) + box(b"mdat", b"x"),
    "two indexes": mp4() + mp4()[24:],
    "a box larger than the file": mp4().replace(b"\0\0\0\x1aftyp", b"\xff\xff\xff\xffftyp", 1) + b"x",
    "HEVC": mp4(codec=b"hvc1"),
    "Matroska": webm(doc_type=b"matroska"),
    "another codec": webm(codec=b"V_THEORA"),
    "WebM behind its end": webm() + b"<html>",
    "WebM cut off": webm()[:-2],
    "a track without an end": webm().replace(b"\x16\x54\xae\x6b\x01", b"\x16\x54\xae\x6b\xff", 1),
}


def test_the_place_and_the_device_are_taken_out_and_nothing_moves():
    content = mp4(b"1")
    checked = check_video(paper("IMG 1.MOV", content))
    assert (checked.name, checked.content_type, len(checked.content)) == ("IMG 1.mp4", "video/mp4", len(content))
    assert b"+30.59" in content
    assert b"+30.59" not in checked.content
    assert b"udta" not in checked.content
    assert checked.content.index(b"frames1") == content.index(b"frames1")


@pytest.mark.parametrize("size", [b"", OPEN], ids=["closed", "as a browser records"])
def test_tags_of_a_webm_file_are_taken_out(size):
    content = webm(size=size)
    checked = check_video(paper("a.webm", content))
    assert (checked.suffix, checked.content_type, len(checked.content)) == (".webm", "video/webm", len(content))
    assert b"Phone" in content
    assert b"Phone" not in checked.content
    assert check_video(paper("a.webm", checked.content)).content == checked.content


def test_a_last_box_of_open_size_and_a_long_size_are_read():
    head, frames = mp4()[: mp4().rindex(b"mdat") - 4], b"frames"
    for last in (struct.pack(">I4s", 0, b"mdat"), struct.pack(">I4sQ", 1, b"mdat", 16 + len(frames))):
        assert check_video(paper("a.mp4", head + last + frames)).content.endswith(frames)


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_whole_video_for_browsers_is_refused(content):
    with pytest.raises(ValidationError) as refused:
        check_video(paper("a.mp4", content))
    assert [error.code for error in refused.value.error_dict["files"]] == ["video_unreadable"]


def test_a_video_that_is_too_large_is_refused():
    with pytest.raises(ValidationError) as refused:
        check_video(paper("a.mp4", mp4() + bytes(MAX_VIDEO_BYTES)))
    assert refused.value.error_dict["files"][0].code == "video_too_large"


def test_any_cut_and_any_changed_size_ends_in_a_verdict():
    for content in (mp4(), webm(), webm(size=OPEN)):
        for place in range(len(content)):
            for changed in (content[:place], content[:place] + b"\xff" + content[place + 1 :]):
                with contextlib.suppress(ValidationError):
                    assert check_video(paper("a", changed)).content


def test_an_element_deeper_than_it_may_be_is_no_video():
    nest = b""
    for _level in range(60):
        nest = box(b"moov", nest)
    with pytest.raises(ValidationError):
        check_video(paper("a.mp4", box(b"ftyp", b"isom") + nest + box(b"mdat", element("E7", b"x"))))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbfWEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nRice", "WEBVTT\n\n00:01.000 --> 00:02.000\nRice"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nRice", ""),
        (b"WEBVTTx", ""),
        (b"WEBVTT\n\xff", ""),
        (b"WEBVTT\n" + b"a" * 200_000, ""),
    ],
)
def test_captions_are_webvtt(content, text):
    if text:
        assert check_captions(paper("a.vtt", content)) == text
        return
    with pytest.raises(ValidationError) as refused:
        check_captions(paper("a.vtt", content))
    assert refused.value.error_dict["captions"][0].code == "captions_unreadable"
