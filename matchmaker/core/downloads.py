"""Files as downloads of pages and API: under their names, and with nothing in them running."""

import re
from collections.abc import Iterator
from typing import Any, Protocol

from django.core.files import File
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.csp import CSP
from django.utils.http import content_disposition_header

CHUNK = 64 * 1024
SEALED: dict[str, Any] = {"default-src": [CSP.NONE], "sandbox": True}  # nothing in a file runs here


class StoredFile(Protocol):
    """A row with a file that was checked when it came in."""

    file: File
    name: str
    content_type: str


def download(content: bytes | str, *, name: str, content_type: str, inline: bool = False) -> HttpResponse:
    """A file that was just made, under its name; `inline` where a browser may show it first (a PDF to be printed).

    The middleware adds to every response that its type is not guessed and that no proxy stores it.
    """
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = content_disposition_header(not inline, name) or ""  # None: without a name
    return answer


def attachment(row: StoredFile) -> FileResponse:
    """Always a download: nothing in it may run here (B57)."""
    try:
        return FileResponse(row.file.open("rb"), as_attachment=True, filename=row.name, content_type=row.content_type)
    except FileNotFoundError:  # a backup was put back without its files
        raise Http404 from None


def in_ranges(request: HttpRequest, row: StoredFile) -> FileResponse | StreamingHttpResponse | HttpResponse:
    """A file to be played where it stands: whole, or the one range that a player asks for (RFC 9110, section 14).

    Several ranges at once and units other than bytes are answered with the whole file, as the RFC allows.
    """
    try:
        file = row.file.open("rb")
    except FileNotFoundError:  # a backup was put back without its files
        raise Http404 from None
    size = row.file.size
    wanted = _range(request.headers.get("Range", ""), size)
    answer: FileResponse | StreamingHttpResponse | HttpResponse
    if wanted is None:
        answer = FileResponse(file, content_type=row.content_type)
    elif wanted.start >= wanted.stop:
        file.close()
        answer = HttpResponse(status=416)
        answer["Content-Range"] = f"bytes */{size}"
    else:
        answer = StreamingHttpResponse(_part_of(file, wanted), status=206, content_type=row.content_type)
        answer["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
        answer["Content-Length"] = str(len(wanted))
    answer["Accept-Ranges"] = "bytes"
    return answer


def _range(header: str, size: int) -> range | None:
    """The bytes of a `Range` header, an empty range where the file has none of them; None where it names no range."""
    found = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", header.replace(" ", ""))
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:  # the last bytes
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def _part_of(file: Any, wanted: range) -> Iterator[bytes]:
    with file:
        file.seek(wanted.start)
        left = len(wanted)
        while left and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
