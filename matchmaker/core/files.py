"""Uploaded files: only known kinds, judged by their content and not their name, in a folder no web server serves."""

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import models, transaction
from django.utils.translation import gettext as _

from matchmaker.core import office
from matchmaker.core.pdf import REFUSALS, inspect_pdf
from matchmaker.core.pictures import NotAPicture, reencode
from matchmaker.core.storage import FileStorage

MAX_BYTES = 10_000_000
IMAGE_SIDE = 2400


class PrivateFiles(FileStorage):
    """Below PRIVATE_ROOT: files that leave the site only through a view that checks who asks."""

    @property
    def base_location(self):
        return settings.PRIVATE_ROOT

    @property
    def location(self):
        return os.path.abspath(self.base_location)

    def url(self, name):
        raise ValueError("A private file has no address; a view sends it.")


def private_files() -> Storage:
    """The store of private files that FILES_URL names."""
    return storages["private"]


@dataclass(frozen=True)
class CheckedFile:
    """A file that was checked and may be stored."""

    name: str
    suffix: str
    content_type: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def check_first[**P, R](name: str, check: Callable[[Any], Any]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator of a service: what came in the argument `name` is checked before its transaction begins.

    A file is looked at for up to `pdf.MAX_SECONDS`. Inside a transaction nobody else could write meanwhile: on SQLite
    to the whole database, on PostgreSQL to the rows that are locked.
    """

    def decorator(service: Callable[P, R]) -> Callable[P, R]:
        @wraps(service)
        def with_checked(*args: P.args, **named: P.kwargs) -> R:
            if named.get(name):
                named[name] = check(named[name])
            return service(*args, **named)

        return with_checked

    return decorator


def check_file(file, *, with_office: bool = False) -> CheckedFile:
    """Look at an upload (with `name`, `size` and `read()`): a quiet PDF stays as it is, a picture is re-encoded.

    What was checked before (`CheckedFile`) is returned as it is.

    Args:
        with_office: whether docx, xlsx and pptx are let in, too, where nothing in them acts.

    Raises:
        ValidationError: on `files`, with `file_too_large`, `type_mismatch`, `pdf_active`, `pdf_encrypted`, `pdf_mixed`,
            `pdf_too_long`, `pdf_unreadable`, and the codes of `core.office`.
    """
    if isinstance(file, CheckedFile):
        return file
    name = safe_name(file.name)
    content = file.read(MAX_BYTES + 1) if file.size <= MAX_BYTES else b""
    if file.size > MAX_BYTES or len(content) > MAX_BYTES:
        raise refusal(_("“%(name)s” is larger than 10 MB.") % {"name": name}, "file_too_large")
    if content.startswith(b"%PDF-"):
        verdict = inspect_pdf(content)
        if verdict in REFUSALS:
            code, sentence = REFUSALS[verdict]
            raise refusal(sentence % {"name": name}, code)
        return CheckedFile(f"{_stem(name)}.pdf", ".pdf", "application/pdf", content)
    if with_office and office.is_office(content):
        return _office(content, name)
    return CheckedFile(f"{_stem(name)}.webp", ".webp", "image/webp", _picture(content, name, with_office))


class FileRow(models.Model):
    """The facts of an accepted file. A table adds `file`, whose path is never the name that was uploaded."""

    name = models.CharField(max_length=120)  # what its sender called it, made harmless
    suffix = models.CharField(max_length=6)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    def store(self, checked: CheckedFile) -> None:
        """Store the file and the row."""
        self.name, self.suffix, self.content_type = checked.name[-120:], checked.suffix, checked.content_type
        self.size, self.sha256 = checked.size, checked.sha256
        content = ContentFile(checked.content, name=f"file{checked.suffix}")
        self.file.save("", content, save=False)  # type: ignore[attr-defined]
        self.save()

    def delete_with_file(self) -> None:
        """Delete the row now and the file after the commit: a rolled-back deletion loses nothing."""
        storage, name = self.file.storage, self.file.name  # type: ignore[attr-defined]
        self.delete()
        transaction.on_commit(lambda: storage.delete(name or ""))


def refusal(sentence: str, code: str) -> ValidationError:
    return ValidationError({"files": ValidationError(sentence, code)})


def _office(content: bytes, name: str) -> CheckedFile:
    verdict = office.inspect_office(content)
    if verdict in office.REFUSALS:
        code, sentence = office.REFUSALS[verdict]
        raise refusal(sentence % {"name": name}, code)
    return CheckedFile(f"{_stem(name)}.{verdict}", f".{verdict}", office.CONTENT_TYPES[verdict], content)


def _picture(content: bytes, name: str, with_office: bool) -> bytes:
    try:
        return reencode(content, IMAGE_SIDE)[0][1]
    except NotAPicture:
        sentence = _("“%(name)s” is neither a PDF nor a JPEG, PNG or WebP picture.")
        if with_office:
            sentence = _(
                "“%(name)s” is neither a PDF nor a picture (JPEG, PNG, WebP) nor a Word, Excel or PowerPoint file "
                "(docx, xlsx, pptx)."
            )
        raise refusal(sentence % {"name": name}, "type_mismatch") from None


def safe_name(name: str) -> str:
    """The name without a path, control and direction characters, or anything a header could trip over (B54)."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name or ""))[-1]
    plain = "".join(char for char in last if unicodedata.category(char)[0] not in "CZ" or char == " ")
    return re.sub(r"[\"';:<>|?*]", "", plain).strip(" .")[-100:] or "file"


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
