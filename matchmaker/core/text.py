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


# A scheme, a host that begins with www., a host followed by a path, or an address of e-mail: mail programs make links
# of them. A slash alone is none ("A/S", "3/F"), nor is a host alone in the name of a company ("Booking.com B.V.").
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]*://|\bwww\.\w|\b[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?::\d+)?[/?#]\w|\S@[\w-]+\.\w", re.IGNORECASE
)
_HOST = re.compile(r"(?<![\w.])(?:[\w-]+\.)*([\w-]+)\.([^\W\d_]{2,})(?!\w)")
LONGEST_ABBREVIATION = 4  # letters before a full stop without a space, as in "Dr.Kim", "Mohd.Ali"
USUAL_ENDINGS = (
    *("app", "biz", "cc", "cfd", "cn", "co", "com", "dev", "eu", "info", "io", "link", "live", "ly", "net", "online"),
    *("org", "ru", "shop", "site", "su", "tk", "top", "uk", "vip", "xyz"),
)


def validate_name(value: str) -> None:
    """Refuse names of companies, goods and demands that become links in a letter: "Pay at evil.example/now".

    Raises:
        ValidationError: `name_with_link`, and the codes of `validate_one_line`.
    """
    validate_one_line(value)
    if _LINK.search(value if value.isascii() else unicodedata.normalize("NFKC", value)):
        raise ValidationError(_("Write the name alone, without the address of a page or of e-mail."), "name_with_link")


def validate_person_name(value: str) -> None:
    """Refuse what `validate_name` refuses, and hosts without a path, which no name of a person holds.

    Raises:
        ValidationError: `name_with_link`, and the codes of `validate_one_line`.
    """
    validate_name(value)
    for label, ending in _HOST.findall(unicodedata.normalize("NFKC", value)):
        if len(label) > LONGEST_ABBREVIATION or ending.lower() in USUAL_ENDINGS:
            sentence = _("This looks like the address of a page. Write the name alone, with a space after a full stop.")
            raise ValidationError(sentence, "name_with_link")


def without_links(value: str) -> str:
    """The same text with an invisible joiner in each host name, so that mail programs make no link of "Booking.com"."""
    return re.sub(r"(?<=[\w-])\.(?=[^\W\d_]{2})", ".\u2060", value)


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
