"""What may stand in a text that people typed."""

import re
import unicodedata
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# NUL and lone surrogates break databases and encoders; bidi overrides make one text look like another (B6, B19).
_BROKEN = re.compile("[\x00\ud800-\udfff]")
# Characters that show nothing or break a line, which no script needs: line separators, fillers of Hangul, the empty
# Braille cell, tags. Zero-width spaces and joiners stay: Khmer, Persian and others are written with them.
_EMPTY = re.compile("[\x85\u2028\u2029\u115f\u1160\u3164\uffa0\u2800\U000e0000-\U000e007f]")
MOST_MARKS = 6  # on one letter; Thai takes two, pointed Hebrew three, Tibetan up to five
_HIDDEN = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def validate_text(value: str) -> None:
    """Refuse NUL, lone surrogates, control characters, direction overrides, and texts that show nothing.

    Raises:
        ValidationError: with a sentence that says what to remove.
    """
    if value.isascii() and value.isprintable() and value[:1].isalnum():  # the searches below can find nothing in it
        return
    if _BROKEN.search(value):
        raise ValidationError(
            _("This text holds a character that cannot be stored. Type it again instead of pasting it."),
            "broken_text",
        )
    if _HIDDEN.search(value) or _EMPTY.search(value):
        raise ValidationError(_("This text holds an invisible control character. Please remove it."), "hidden_text")
    if _has_heap_of_marks(value):
        raise ValidationError(_("This text puts too many marks on one letter. Please remove them."), "heap_of_marks")
    if value and not any(unicodedata.category(char)[0] in "LNPS" for char in value):
        raise ValidationError(_("Write at least one letter or digit."), "shows_nothing")


def _has_heap_of_marks(value: str) -> bool:
    """True when more combining marks follow each other than any script writes."""
    run = 0
    for char in value:
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if run > MOST_MARKS:
            return True
    return False


def validate_one_line(value: str) -> None:
    """Refuse line breaks and tabs where a name is expected."""
    validate_text(value)
    if re.search(r"[\r\n\t]", value):
        raise ValidationError(_("Write this in one line."), "one_line")


def video_address(value: str) -> None:
    """Refuse what `web_address` refuses, and addresses that are not encrypted.

    Raises:
        ValidationError: `video_address`, and the codes of `web_address`.
    """
    web_address(value)
    if not value.startswith("https://"):
        raise ValidationError(_("The address of a video begins with https://."), "video_address")


def web_address(value: str) -> None:
    """Refuse addresses that do something else than open a page, or look like another's (B23).

    Raises:
        ValidationError: for other schemes than http and https, a user name in the address, or a host whose letters mix
            scripts, such as Latin with a Cyrillic а.
    """
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        parts, host = None, ""
    if parts is None or parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise ValidationError(_("Write the address of the page, such as https://example.org."), "web_address")
    for label in host.split("."):
        scripts = {unicodedata.name(char, "?").split()[0] for char in label if char.isalpha()}
        if len(scripts - {"CJK", "HIRAGANA", "KATAKANA", "HANGUL"}) > 1:
            raise ValidationError(
                _("This address mixes letters of different scripts that look alike. Please type it again."),
                "web_address_mixed",
            )
