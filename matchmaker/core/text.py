"""What may stand in a text that people typed."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# NUL and lone surrogates break databases and encoders; bidi overrides make one text look like another (B6, B19).
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_HIDDEN = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def sound_text(value: str) -> None:
    """Refuse NUL, lone surrogates, control characters and direction overrides.

    Raises:
        ValidationError: with a sentence that says what to remove.
    """
    if _BROKEN.search(value):
        raise ValidationError(
            _("This text holds a character that cannot be stored. Type it again instead of pasting it."),
            "broken_text",
        )
    if _HIDDEN.search(value):
        raise ValidationError(_("This text holds an invisible control character. Please remove it."), "hidden_text")


def one_line(value: str) -> None:
    """Refuse line breaks and tabs where a name is expected, and names that show nothing."""
    sound_text(value)
    if re.search(r"[\r\n\t]", value):
        raise ValidationError(_("Write this in one line."), "one_line")
    if value and not any(unicodedata.category(char)[0] in "LNPS" for char in value):
        raise ValidationError(_("Write at least one letter or digit."), "blank")
