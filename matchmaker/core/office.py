"""Whether an Office file that was sent does nothing by itself; judged in a process of its own, in bounded time."""

import subprocess
import sys
from pathlib import Path

from django.utils.translation import gettext_lazy as _

INSPECTION = Path(__file__).with_name("office_inspection.py")
MAX_SECONDS = 30  # by the clock; the process itself stops after some seconds of computing

_TYPE = "application/vnd.openxmlformats-officedocument."
CONTENT_TYPES = {
    "docx": f"{_TYPE}wordprocessingml.document",
    "xlsx": f"{_TYPE}spreadsheetml.sheet",
    "pptx": f"{_TYPE}presentationml.presentation",
}
# What the inspection says → code of the refusal and its sentence.
REFUSALS = {
    "active": (
        "office_active",
        _(
            "“%(name)s” has macros, embedded objects or other files in it. Save it without them, or as a PDF, and"
            " attach that."
        ),
    ),
    "outside": (
        "office_outside",
        _("“%(name)s” takes a picture, a template or data from elsewhere. Save it as a PDF and attach that."),
    ),
    "encrypted": (
        "office_encrypted",
        _("“%(name)s” is protected by a password. Save it without protection and attach that."),
    ),
    "large": (
        "office_too_large",
        _("“%(name)s” has more parts than we can check. Attach only what matters."),
    ),
    "broken": (
        "office_unreadable",
        _("“%(name)s” cannot be read. Save it as docx, xlsx, pptx or PDF and attach that."),
    ),
}


def is_office(content: bytes) -> bool:
    """Whether it may be meant as an Office file: a package, or one of the old kind, which is refused."""
    return content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))


def inspect_office(content: bytes) -> str:
    """A key of CONTENT_TYPES or of REFUSALS. What takes too much time or memory to read counts as broken."""
    command = [sys.executable, "-I", str(INSPECTION)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=MAX_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return "broken"
    verdict = done.stdout.decode("ascii", "replace").strip()
    is_known = verdict in CONTENT_TYPES or verdict in REFUSALS
    return verdict if done.returncode == 0 and is_known else "broken"
