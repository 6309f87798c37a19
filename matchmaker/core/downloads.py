"""Files as downloads of pages and API: under their names, and with nothing in them running."""

from typing import Any, Protocol

from django.core.files import File
from django.http import FileResponse, Http404, HttpResponse
from django.utils.csp import CSP
from django.utils.http import content_disposition_header

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
