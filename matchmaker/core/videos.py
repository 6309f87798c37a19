"""Videos that people send: MP4 and WebM, judged by their content, with places and device names taken out.

They are stored as they came: nothing here decodes a picture of them. What is checked is that a browser can play them
(H.264, VP8, VP9 or AV1) and that the file is one whole container with nothing behind its end.
"""

import struct
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from matchmaker.core.files import CheckedFile, refusal, safe_name

MAX_VIDEO_BYTES = 25_000_000
MAX_CAPTION_BYTES = 200_000
MP4_CODECS = {b"avc1", b"avc3", b"av01", b"vp09"}  # what every browser plays; HEVC is not among them
_AROUND = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"}  # boxes that hold boxes
_TOP = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"udta", b"meta"}
_TOP |= {b"moof", b"mfra", b"sidx", b"styp", b"pdin", b"prft", b"emsg"}  # of fragmented files
_PRIVATE = {b"udta", b"meta", b"uuid"}  # where phones write place, name and device
_MOST_PARTS = 20_000
# Elements of a WebM file by their identifier.
_VOID = 0xEC
_EBML, _DOC_TYPE, _SEGMENT, _TRACKS, _CODEC = 0x1A45DFA3, 0x4282, 0x18538067, 0x1654AE6B, 0x86
_CLUSTER, _IN_CLUSTER = 0x1F43B675, {0xE7, 0xA7, 0xAB, 0xA3, 0xA0, 0x5854, 0xAF, _VOID, 0xBF}
_TRACK, _TAGS, _ATTACHMENTS = 0xAE, 0x1254C367, 0x1941A469
_WEBM_CODECS = {b"V_VP8", b"V_VP9", b"V_AV1"}


class NotAVideo(Exception):
    """Neither MP4 nor WebM, damaged, or in a form that browsers do not play."""


@dataclass(frozen=True, slots=True)
class Part:
    """A box or an element: `start` of its head, `body` of its content, `end`; `kind` is its name or identifier."""

    kind: bytes | int
    start: int
    body: int
    end: int


def check_video(file) -> CheckedFile:
    """Look at an upload (with `name`, `size` and `read()`): the same video without its private parts.

    What was checked before (`CheckedFile`) is returned as it is.

    Raises:
        ValidationError: on `files`, with `video_too_large` or `video_unreadable`.
    """
    if isinstance(file, CheckedFile):
        return file
    name = safe_name(file.name)
    content = file.read(MAX_VIDEO_BYTES + 1) if file.size <= MAX_VIDEO_BYTES else b""
    if file.size > MAX_VIDEO_BYTES or len(content) > MAX_VIDEO_BYTES:
        raise refusal(_("A video may have up to 25 MB."), "video_too_large")
    stem = name.rpartition(".")[0] or name
    try:
        if content[4:8] == b"ftyp":
            return CheckedFile(f"{stem}.mp4", ".mp4", "video/mp4", _quiet_mp4(content))
        return CheckedFile(f"{stem}.webm", ".webm", "video/webm", _quiet_webm(content))
    except NotAVideo:
        sentence = _("This is not a video that browsers play. Send it as MP4 with H.264, or as WebM.")
        raise refusal(sentence, "video_unreadable") from None


def check_captions(file) -> str:
    """The text of a WebVTT file (with `size` and `read()`).

    Raises:
        ValidationError: on `captions`, with `captions_unreadable`.
    """
    content = file.read(MAX_CAPTION_BYTES + 1)
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        text = ""
    is_vtt = text == "WEBVTT" or text.startswith(("WEBVTT\n", "WEBVTT ", "WEBVTT\t"))
    if len(content) > MAX_CAPTION_BYTES or "\x00" in text or not is_vtt:
        sentence = _("Captions come as a WebVTT file (.vtt) of up to 200 kB.")
        raise ValidationError({"captions": ValidationError(sentence, "captions_unreadable")})
    return text


# -- MP4 ---------------------------------------------------------------------------------------------------------------
def _quiet_mp4(content: bytes) -> bytes:
    """The file with every private box emptied in its place, so that no offset changes."""
    top = _boxes(content, 0, len(content))
    parts = _all_boxes(content, top)
    kinds = [part.kind for part in top]
    if kinds.count(b"moov") != 1 or b"mdat" not in kinds or not set(kinds) <= _TOP:
        raise NotAVideo
    if not any(_codecs(content, part) & MP4_CODECS for part in parts if part.kind == b"stsd"):
        raise NotAVideo
    quiet = bytearray(content)
    for part in parts:
        if part.kind in _PRIVATE:
            quiet[part.start + 4 : part.start + 8] = b"free"
            quiet[part.body : part.end] = bytes(part.end - part.body)
    return bytes(quiet)


def _all_boxes(content: bytes, top: list[Part]) -> list[Part]:
    """The boxes of the file and those inside them."""
    found, waiting = [], list(top)
    while waiting:
        part = waiting.pop()
        found.append(part)
        if part.kind in _AROUND:
            waiting += _boxes(content, part.body, part.end)
        if len(found) + len(waiting) > _MOST_PARTS:
            raise NotAVideo
    return found


def _boxes(content: bytes, start: int, end: int) -> list[Part]:
    """The boxes that stand side by side between two places and fill them."""
    found = []
    while start < end:
        if end - start < 8 or len(found) > _MOST_PARTS:
            raise NotAVideo
        size, kind = struct.unpack_from(">I4s", content, start)
        body = start + 8
        if size == 1 and end - start >= 16:
            size, body = struct.unpack_from(">Q", content, start + 8)[0], start + 16
        elif size == 0 and end == len(content):  # the last box of a file may leave its size open
            size = end - start
        if size < body - start or start + size > end:
            raise NotAVideo
        found.append(Part(kind, start, body, start + size))
        start += size
    return found


def _codecs(content: bytes, part: Part) -> set[bytes]:
    """The formats that a sample description names: behind its flags and count, entries of a size and a name each."""
    found, place = set(), part.body + 8
    while place + 8 <= part.end:
        size, kind = struct.unpack_from(">I4s", content, place)
        found.add(kind)
        place += max(size, 8)
    return found


# -- WebM --------------------------------------------------------------------------------------------------------------
def _quiet_webm(content: bytes) -> bytes:
    """The file with tags and attachments replaced by an empty element of the same size."""
    head, *rest = _elements(content, 0, len(content))
    if head.kind != _EBML or [part.kind for part in rest if part.kind != _VOID] != [_SEGMENT]:
        raise NotAVideo
    kinds = {part.kind: content[part.body : part.end] for part in _elements(content, head.body, head.end)}
    if kinds.get(_DOC_TYPE, b"").rstrip(b"\0") != b"webm":
        raise NotAVideo
    segment = next(part for part in rest if part.kind == _SEGMENT)
    parts = _elements(content, segment.body, segment.end)
    if not any(_webm_codecs(content, part) & _WEBM_CODECS for part in parts if part.kind == _TRACKS):
        raise NotAVideo
    quiet = bytearray(content)
    for part in parts:
        if part.kind in (_TAGS, _ATTACHMENTS):
            size = part.end - part.start
            if size < 9:
                raise NotAVideo
            quiet[part.start : part.end] = b"\xec\x01" + (size - 9).to_bytes(7, "big") + bytes(size - 9)
    return bytes(quiet)


def _webm_codecs(content: bytes, tracks: Part) -> set[bytes]:
    entries = [part for part in _elements(content, tracks.body, tracks.end) if part.kind == _TRACK]
    inner = [part for entry in entries for part in _elements(content, entry.body, entry.end)]
    return {content[part.body : part.end] for part in inner if part.kind == _CODEC}


def _elements(content: bytes, start: int, end: int) -> list[Part]:
    """The elements that stand side by side between two places and fill them.

    What a browser records leaves two sizes open: the segment's, which ends with the file, and a cluster's.
    """
    found: list[Part] = []
    while start < end:
        part, is_open = _element(content, start, end)
        if is_open and part.kind == _SEGMENT:
            part = replace(part, end=end)
        elif is_open and part.kind == _CLUSTER:
            part = replace(part, end=_end_of_cluster(content, part.body, end))
        elif is_open or part.end > end or len(found) > _MOST_PARTS:
            raise NotAVideo
        found.append(part)
        start = part.end
    if not found:
        raise NotAVideo
    return found


def _element(content: bytes, start: int, end: int) -> tuple[Part, bool]:
    """The element at a place, and whether its size is open."""
    kind, place, _all_set = _number(content, start, end, keep_mark=True)
    size, body, is_open = _number(content, place, end)
    return Part(kind, start, body, body + size), is_open


def _end_of_cluster(content: bytes, start: int, end: int) -> int:
    """Where the first element begins that stands in no cluster."""
    while start < end:
        part, is_open = _element(content, start, end)
        if part.kind not in _IN_CLUSTER:
            break
        if is_open or part.end > end:
            raise NotAVideo
        start = part.end
    return start


def _number(content: bytes, start: int, end: int, *, keep_mark: bool = False) -> tuple[int, int, bool]:
    """A number of variable length: its value, the place behind it, and whether all its bits are set (an open size).

    Identifiers are written with the mark of their length.
    """
    if start >= end or content[start] == 0:
        raise NotAVideo
    length = 9 - content[start].bit_length()
    if start + length > end or length > (4 if keep_mark else 8):
        raise NotAVideo
    value = int.from_bytes(content[start : start + length], "big")
    bits = (1 << (7 * length)) - 1
    return (value if keep_mark else value & bits), start + length, value & bits == bits
