"""Files as programs send them, and what is left of them on the disk."""

import io
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def pdf(mark: bytes = b"", *, root: bytes = b"", more: Sequence[bytes] = ()) -> bytes:
    """A PDF of one empty page. `mark` is a comment in it, `root` goes into its catalogue, `more` are objects 4, 5, …"""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + root + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
        *more,
    ]
    body, places = b"%PDF-1.7\n%" + mark + b"\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
        len(objects) + 1,
        len(body),
    )


PDF = pdf()
ACTIVE_PDF = pdf(root=b"/OpenAction<</S/JavaScript/JS(x)>>")


def paper(name="register.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def picture(colour="red", side=8, kind="PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, kind)
    return out.getvalue()


def bomb() -> bytes:
    """A picture of 900 megapixels in a hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"0" * 99)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


# What no file here may be: name, content, code. The name never decides.
UNWANTED = [
    ("register.pdf", b"<html><script>alert(1)</script>", "type_mismatch"),
    ("register.pdf", b"MZ\x90\x00", "type_mismatch"),
    ("register.pdf", ACTIVE_PDF, "pdf_active"),
    ("register.svg", b"<svg onload='x()'/>", "type_mismatch"),
    ("register.zip", b"PK\x03\x04bomb", "type_mismatch"),
    ("register.png", bomb(), "type_mismatch"),
    ("register.pdf", PDF + b"0" * 10_000_000, "file_too_large"),
    ("register.pdf", b"", "empty"),
]


def on_disk(settings) -> list[str]:
    roots = (Path(settings.PRIVATE_ROOT), Path(settings.MEDIA_ROOT))
    return sorted(path.name for root in roots for path in root.rglob("*") if path.is_file())


def read(answer) -> bytes:
    """The content; the file is closed, the connection of the test is not."""
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    for closes in answer._resource_closers:
        closes()
    return content


def box(kind: bytes, *content: bytes) -> bytes:
    """A box of an MP4 file."""
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def mp4(mark: bytes = b"", *, codec: bytes = b"avc1", place: bytes = b"+30.59+114.30/") -> bytes:
    """An MP4 file as phones make them, with the place where it was recorded; it shows nothing. `mark` is in it."""
    entry = box(b"stsd", bytes(4), struct.pack(">I", 1), box(codec, bytes(78)))
    track = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", entry))))
    where = box(b"udta", box(b"\xa9xyz", place))
    return box(b"ftyp", b"isom", bytes(4), b"isomavc1") + box(b"moov", track, where) + box(b"mdat", b"frames" + mark)


def element(kind: str, content: bytes, *, size: bytes = b"") -> bytes:
    """An element of a WebM file; `size` is written in place of its own."""
    return bytes.fromhex(kind) + (size or b"\x01" + len(content).to_bytes(7, "big")) + content


def webm(*, codec: bytes = b"V_VP9", doc_type: bytes = b"webm", size: bytes = b"") -> bytes:
    """A WebM file with a tag; with `size` its segment and its cluster have that in place of their own."""
    track = element("1654AE6B", element("AE", element("86", codec)))
    tags = element("1254C367", element("7373", b"made by Phone 9"))
    cluster = element("1F43B675", element("E7", b"\0") + element("A3", b"frame"), size=size)
    head = element("1A45DFA3", element("4282", doc_type))
    return head + element("18538067", track + cluster + tags, size=size)
