"""Files of a message: few, known kinds, checked by what is in them and never by their name."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from matchmaker.core.pictures import NotAPicture, re_encoded
from matchmaker.messaging.models import Attachment, Message

MAX_FILES = 10
MAX_BYTES = 10_000_000
IMAGE_SIDE = 2400
PDF_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|OpenAction|AA)\b")


@dataclass(frozen=True)
class Kept:
    """A file that was looked at and may be stored."""

    name: str
    suffix: str
    content_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def _refusal(sentence: str, code: str) -> ValidationError:
    return ValidationError({"files": ValidationError(sentence, code)})


def check_files(files: Sequence) -> list[Kept]:
    """Look at uploads (things with `name`, `size` and `read()`); pictures are re-encoded without their metadata.

    Raises:
        ValidationError: on `files`, with `too_many_files`, `file_too_large`, `type_mismatch`, `pdf_active`.
    """
    if len(files) > MAX_FILES:
        raise _refusal(_("A message can carry up to ten files."), "too_many_files")
    return [file if isinstance(file, Kept) else _checked(file) for file in files]


def _checked(file) -> Kept:
    if file.size > MAX_BYTES:
        raise _refusal(_("“%(name)s” is larger than 10 MB.") % {"name": safe_name(file.name)}, "file_too_large")
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise _refusal(_("“%(name)s” is larger than 10 MB.") % {"name": safe_name(file.name)}, "file_too_large")
    name = safe_name(file.name)
    if content.startswith(b"%PDF-"):
        if PDF_ACTIVE.search(content):
            raise _refusal(
                _("“%(name)s” starts something by itself when it is opened. Print it to PDF again and attach that.")
                % {"name": name},
                "pdf_active",
            )
        return Kept(f"{stem(name)}.pdf", ".pdf", "application/pdf", content)
    return Kept(f"{stem(name)}.webp", ".webp", "image/webp", _picture(content, name))


def _picture(content: bytes, name: str) -> bytes:
    refusal = _refusal(
        _("“%(name)s” is neither a PDF nor a JPEG, PNG or WebP picture.") % {"name": name}, "type_mismatch"
    )
    try:
        return re_encoded(content, IMAGE_SIDE)[0][1]
    except NotAPicture:
        raise refusal from None


def safe_name(name: str) -> str:
    """The name without a path, control and direction characters, or anything a header could trip over (B54)."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name or ""))[-1]
    plain = "".join(char for char in last if unicodedata.category(char)[0] not in "CZ" or char == " ")
    return re.sub(r"[\"';:<>|?*]", "", plain).strip(" .")[-100:] or "file"


def stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def attach(message: Message, kept: Sequence[Kept]) -> None:
    """Store what was checked; the same file twice is kept once."""
    for file in {one.sha256: one for one in kept}.values():
        row = Attachment(
            message=message,
            name=file.name[-120:],
            suffix=file.suffix,
            content_type=file.content_type,
            size=len(file.content),
            sha256=file.sha256,
        )
        row.file.save("", ContentFile(file.content, name=f"file{file.suffix}"), save=False)
        row.save()
