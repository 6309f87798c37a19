"""Resources that take a file, or give one out: what comes in is bounded, what goes out is a download."""

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.http import QueryDict
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from drf_spectacular.types import OpenApiTypes
from rest_framework.parsers import MultiPartParser

from matchmaker.api.base import Resource
from matchmaker.api.parsers import StrictJSONParser, TooLarge, check_form
from matchmaker.core.downloads import SEALED
from matchmaker.core.office import CONTENT_TYPES
from matchmaker.core.uploads import MOST_BYTES, limit

PAPER = {(200, kind): OpenApiTypes.BINARY for kind in ("application/pdf", "image/webp")}  # what `check_file` keeps
FILE = PAPER | {(200, kind): OpenApiTypes.BINARY for kind in CONTENT_TYPES.values()}  # with office files
PICTURE = {(200, "image/webp"): OpenApiTypes.BINARY}
VIDEO = {(200, kind): OpenApiTypes.BINARY for kind in ("video/mp4", "video/webm")}
sealed = method_decorator(csp_override(SEALED))


class GivesFiles(Resource):
    """The action `content` gives a file out."""

    def perform_content_negotiation(self, request, force=False):
        """A file is what it is, whatever was asked for; a refusal is JSON."""
        return super().perform_content_negotiation(request, force=force or self.action == "content")


class WithFiles(GivesFiles):
    """POSTs may be multipart/form-data with one file; a form is judged as strictly as JSON, of a PATCH too."""

    parser_classes = [StrictJSONParser, MultiPartParser]
    most_bytes = MOST_BYTES
    # Member that holds a file → what the service checks it by. The check takes what it returned for checked.
    checks: Mapping[str, Callable[[Any], Any]] = {}

    def initialize_request(self, request, *args, **kwargs):
        """Who is signed in by session has her body read while her token is checked: the limit stands before that."""
        limit(request, self.most_bytes)
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.method in ("POST", "PATCH"):
            self._judge(request.data)

    def own(self) -> Any:
        """The row that the file is sent to; raises 404 or 403 for callers who may not send it."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Files are looked at for seconds, so before the transaction of the answer: see `core.files.check_first`."""
        data = self.request.data
        for name, check in self.checks.items():
            if isinstance(data.get(name), File) and data[name].size:  # an empty one is refused by its field
                self.own()
                with rename_file_errors(name):
                    data[name] = check(data[name])

    def _judge(self, data) -> None:
        if self.request.too_large:
            raise TooLarge(self.too_large())
        if isinstance(data, QueryDict):
            check_form(data)

    def too_large(self) -> str:
        return _("A document may have up to 10 MB.")


@contextmanager
def rename_file_errors(field: str):
    """What a verb says of `files` is about the member of the body that holds the file."""
    try:
        yield
    except ValidationError as problem:
        if not hasattr(problem, "error_dict"):
            raise
        raise ValidationError(
            {field if name == "files" else name: errors for name, errors in problem.error_dict.items()}
        ) from None
