"""Files of a message: few, and each as `core.files` lets it in; Office files, too, since traders send sheets."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from matchmaker.core.files import CheckedFile, check_file, refusal
from matchmaker.messaging.models import Attachment, Message

MAX_FILES = 10


def check_files(files: Sequence) -> list[CheckedFile]:
    """Look at uploads, as `check_file` does.

    Raises:
        ValidationError: on `files`, with `too_many_files` or what is wrong with one of them.
    """
    if len(files) > MAX_FILES:
        raise refusal(_("A message can carry up to ten files."), "too_many_files")
    return [file if isinstance(file, CheckedFile) else check_file(file, with_office=True) for file in files]


def attach(message: Message, files: Sequence[CheckedFile]) -> None:
    """Store what was checked; the same file twice is stored once."""
    for file in {one.sha256: one for one in files}.values():
        Attachment(message=message).store(file)
