"""Uploads that are too large end while they stream in, before they fill the disk (B55)."""

from collections.abc import Callable
from functools import wraps

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from matchmaker.web.once import sent_once


class Limit(FileUploadHandler):
    """Stops reading a request's files at a number of bytes, whatever its headers claim."""

    def __init__(self, most: int, request: HttpRequest):
        super().__init__(request)
        self.most, self.seen = most, 0

    def receive_data_chunk(self, raw_data, start):
        self.seen += len(raw_data)
        if self.seen > self.most:
            self.request.too_large = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size):
        return None  # the handlers behind this one make the file


def limited(most: int) -> Callable:
    """A view whose uploads end at `most` bytes; the view asks `request.too_large` and answers 413.

    The check against forged requests reads the body, so it comes after the limit is set (Django's own advice).
    """

    def decorate(view):
        checked = csrf_protect(sent_once(view))

        @csrf_exempt
        @wraps(view)
        def limiting(request, *args, **kwargs):
            request.too_large = False
            request.upload_handlers.insert(0, Limit(most, request))
            return checked(request, *args, **kwargs)

        limiting.policy = getattr(view, "policy", None)
        return limiting

    return decorate
