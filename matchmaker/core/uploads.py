"""Uploads that are too large end while they stream in, before they fill the disk (B55)."""

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

MOST_BYTES = 11_000_000  # a file of ten megabytes and what stands around it in a form
MOST_VIDEO_BYTES = 26_000_000  # a video of 25 megabytes, its captions and the form


class Limit(FileUploadHandler):
    """Stops reading a request's files at a number of bytes, whatever its headers claim; `too_large` tells its view."""

    def __init__(self, most: int, request: HttpRequest):
        super().__init__(request)
        self.most, self.seen = most, 0

    def receive_data_chunk(self, raw_data, start):
        self.seen += len(raw_data)
        if self.seen > self.most:
            setattr(self.request, "too_large", True)  # noqa: B010 no attribute of Django's request
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size):
        return None  # the handlers behind this one make the file


def limit(request: HttpRequest, most: int) -> None:
    """Call it before the body is read. The view then checks `request.too_large` and answers 413."""
    request.too_large = False
    request.upload_handlers.insert(0, Limit(most, request))
