"""Whether a PDF that was sent does nothing by itself; judged by qpdf in a process of its own, in bounded time."""

import subprocess
import sys
from pathlib import Path

from django.utils.translation import gettext_lazy as _

INSPECTION = Path(__file__).with_name("pdf_inspection.py")
MAX_SECONDS = 30  # by the clock; the process itself stops after some seconds of computing

# What the inspection says → code of the refusal and its sentence.
REFUSALS = {
    "active": (
        "pdf_active",
        _(
            "“%(name)s” does something when it is opened or clicked, or carries other files. Print it to PDF again and"
            " attach that."
        ),
    ),
    "encrypted": (
        "pdf_encrypted",
        _("“%(name)s” is protected by a password. Save it without protection and attach that."),
    ),
    "mixed": (
        "pdf_mixed",
        _("“%(name)s” is a PDF and something else at the same time. Print it to PDF again and attach that."),
    ),
    "large": (
        "pdf_too_long",
        _("“%(name)s” has more pages or parts than we can check. Attach only the pages that matter."),
    ),
    "broken": (
        "pdf_unreadable",
        _("“%(name)s” is damaged and cannot be read. Print it to PDF again and attach that."),
    ),
}


def inspect_pdf(content: bytes) -> str:
    """ "quiet", or a key of REFUSALS. A document that takes too much time or memory to read counts as broken."""
    command = [sys.executable, "-I", str(INSPECTION)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=MAX_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return "broken"
    verdict = done.stdout.decode("ascii", "replace").strip()
    return verdict if done.returncode == 0 and (verdict == "quiet" or verdict in REFUSALS) else "broken"
